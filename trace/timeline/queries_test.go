package timeline

import (
	"strings"
	"testing"
	"time"

	"fetchscope/trace"
)

// What is told of a query's connection and purpose beside its outcome.
func TestQueriesTellTheirConnections(t *testing.T) {
	took, connect := trace.Time(2*time.Microsecond), trace.Time(9*time.Microsecond)
	yes, no := true, false
	tests := []struct {
		name  string
		query trace.Query
		want  string
	}{
		{"plain", trace.Query{Server: "192.0.2.53:53", Protocol: "udp"}, "* a.test. A?  192.0.2.53:53 by udp, 2.000 us: NOERROR"},
		{
			"connected",
			trace.Query{Server: "192.0.2.53:853", Protocol: "tls", Connect: &connect, Reused: &no},
			"* a.test. A?  192.0.2.53:853 by tls, 2.000 us + 9.000 us to connect: NOERROR",
		},
		{
			"reused",
			trace.Query{Server: "192.0.2.53:443", ServerName: "dns.test", Protocol: "https", Reused: &yes},
			"* a.test. A?  dns.test (192.0.2.53:443) by https, 2.000 us on an open connection: NOERROR",
		},
		{
			"bootstrap",
			trace.Query{Server: "192.0.2.53:53", Protocol: "udp", For: "bootstrap"},
			"* a.test. A?  192.0.2.53:53 by udp, 2.000 us, for bootstrap: NOERROR",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := tt.query
			q.Name, q.Type, q.Rcode, q.Duration = "a.test.", "A", "NOERROR", &took
			d := trace.Fold(nil, trace.FoldOptions{})
			d.Exchanges = []trace.Exchange{{Resolve: &trace.Resolution{Queries: []trace.Query{q}}}}
			var b strings.Builder
			if err := Details(&b, d, Options{Columns: 100}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), tt.want+"\n") {
				t.Errorf("%q, want %q", b.String(), tt.want)
			}
		})
	}
}
