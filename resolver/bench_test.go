package resolver

import (
	"testing"

	"fetchscope/trace"
)

// BenchmarkWalk asks for a name from the root down over three levels of servers, each time
// as a run that knows nothing yet.
func BenchmarkWalk(b *testing.B) {
	signed := signedSites(zoo())
	plain := make([]site, len(signed))
	for i, s := range signed {
		plain[i] = s
		plain[i].sign = nil
	}
	for _, bb := range []struct {
		name  string
		sites []site
	}{{"plain", plain}, {"validated", signed}} {
		b.Run(bb.name, func(b *testing.B) {
			c := build(b, clock, bb.sites...).start(b).config(b)
			for b.Loop() {
				r := fresh(c)
				if err := r.Query(b.Context(), trace.NewRecorder(nil).Scope(0), "www.zoo.test.", "A"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
