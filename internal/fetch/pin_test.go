package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// Each address is fetched from by itself, also after a redirect on the same host; another
// host's are found as ever.
func TestEachAddressIsFetchedFromAlone(t *testing.T) {
	elsewhere := listen(t, say(fine))
	p := listen(t, say(found(elsewhere.url("/"))))
	port := p.Addr().(*net.TCPAddr).AddrPort().Port()
	up, down := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.9") // nothing listens there
	f, err := New(Options{Follow: true, MaxRedirects: 5, MaxTime: 20 * time.Second, Resolver: resolver.Config{
		Overrides: []resolver.Override{{Host: "two.test", Port: port, Addrs: []netip.Addr{down, up}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	u, err := weburl.Parse(fmt.Sprintf("http://two.test:%d/", port))
	if err != nil {
		t.Fatal(err)
	}
	each, err := f.ByAddress(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range each {
		rec := trace.NewRecorder(nil)
		err := one.Fetch(t.Context(), rec, u, &sink{})
		doc := trace.Fold(rec.Records(), trace.FoldOptions{URL: u.Href(), Started: rec.Started()})
		for _, x := range doc.Exchanges {
			for _, a := range x.Connection.Attempts {
				got = append(got, fmt.Sprintf("%s %s %t", a.Address, a.Outcome, err == nil))
			}
		}
	}
	want := []string{
		netip.AddrPortFrom(down, port).String() + " failed false",
		netip.AddrPortFrom(up, port).String() + " connected true",
		elsewhere.Addr().String() + " connected true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}
