package resolver

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// TestServices is RFC 9460: which record is chosen, and what is connected to.
func TestServices(t *testing.T) {
	type want struct {
		addrs  []netip.Addr
		target string
		port   uint16
		unused []string
	}
	for _, tt := range []struct {
		name    string
		port    uint16
		records map[string][]string
		want    want
	}{
		{"none", 443, map[string][]string{"zoo.test. A": {good}}, want{addrs: addrs("192.0.2.1")}},
		{"own name, other port", 443, map[string][]string{
			"zoo.test. A":     {good},
			"zoo.test. HTTPS": {`zoo.test. 60 IN HTTPS 1 . alpn="h2,h3" port=8443`},
		}, want{addrs("192.0.2.1"), "zoo.test", 8443, []string{""}}},
		{"other target", 443, map[string][]string{
			"zoo.test. A":     {good},
			"zoo.test. HTTPS": {`zoo.test. 60 IN HTTPS 1 cdn.test.`},
			"cdn.test. A":     {"cdn.test. 60 IN A 192.0.2.9"},
		}, want{addrs("192.0.2.9"), "cdn.test", 443, []string{""}}},
		{"hints stand in", 443, map[string][]string{
			"zoo.test. HTTPS": {`zoo.test. 60 IN HTTPS 1 . ipv4hint=192.0.2.7`},
		}, want{addrs("192.0.2.7"), "zoo.test", 443, []string{""}}},
		{"hints are second to records", 443, map[string][]string{
			"zoo.test. A":     {good},
			"zoo.test. HTTPS": {`zoo.test. 60 IN HTTPS 1 . ipv4hint=192.0.2.7`},
		}, want{addrs("192.0.2.1"), "zoo.test", 443, []string{""}}},
		{"the one preferred that can be used", 443, map[string][]string{
			"zoo.test. A": {good},
			"zoo.test. HTTPS": {
				`zoo.test. 60 IN HTTPS 3 . port=4443`,
				`zoo.test. 60 IN HTTPS 1 . alpn="h3" no-default-alpn`,
				`zoo.test. 60 IN HTTPS 2 . mandatory="key7000" key7000="x"`,
			},
		}, want{addrs("192.0.2.1"), "zoo.test", 4443, []string{
			"it speaks no protocol that we do", "it demands that key7000 be understood", "",
		}}},
		{"alias", 443, map[string][]string{
			"zoo.test. A":     {good},
			"zoo.test. HTTPS": {`zoo.test. 60 IN HTTPS 0 pool.test.`, `zoo.test. 60 IN HTTPS 1 . port=1`},
			"pool.test. A":    {"pool.test. 60 IN A 192.0.2.8"},
		}, want{addrs("192.0.2.8"), "pool.test", 443, []string{""}}},
		{"alias in a circle", 443, map[string][]string{
			"zoo.test. A":      {good},
			"zoo.test. HTTPS":  {`zoo.test. 60 IN HTTPS 0 pool.test.`},
			"pool.test. HTTPS": {`pool.test. 60 IN HTTPS 0 zoo.test.`},
		}, want{addrs: addrs("192.0.2.1"), target: "zoo.test", port: 443, unused: []string{
			"no address of its target can be had", "", "", "", "",
		}}},
		{"port of the URL", 8443, map[string][]string{
			"zoo.test. A":                  {good},
			"_8443._https.zoo.test. HTTPS": {`_8443._https.zoo.test. 60 IN HTTPS 1 cdn.test. port=9443`},
			"cdn.test. A":                  {"cdn.test. 60 IN A 192.0.2.9"},
		}, want{addrs("192.0.2.9"), "cdn.test", 9443, []string{""}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := asking(t, serve(t, zone(tt.records), nil))
			r.family = IPv4
			rec := trace.NewRecorder(nil)
			a, err := r.LookupService(patience(t), rec.Scope(0), "zoo.test", tt.port, []string{"http/1.1"})
			if err != nil {
				t.Fatal(err)
			}
			got := want{addrs: a.Addrs}
			if a.Service != nil {
				got.target, got.port = a.Service.Target, a.Service.Port
			}
			for _, e := range of[trace.ServiceOffered](rec.Records()) {
				got.unused = append(got.unused, e.Unused)
			}
			if diff := cmp.Diff(tt.want, got, compareAddrs, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestServiceIsNotWaitedFor has a resolver that never answers for HTTPS records.
func TestServiceIsNotWaitedFor(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		if q.Question[0].Qtype == dns.TypeHTTPS {
			return nil
		}
		return [][]byte{wire(replyTo(q, dns.RcodeSuccess, good))}
	}, nil)
	r := asking(t, s).with(func(c *conf) { c.timeout = time.Hour })
	r.family = IPv4
	a, err := r.LookupService(patience(t), nil, "zoo.test", 443, []string{"http/1.1"})
	if err != nil || len(a.Addrs) != 1 || a.Service != nil {
		t.Errorf("got %+v, %v", a, err)
	}
}

func TestServiceIsNotAskedForWhereTheDNSIsNot(t *testing.T) {
	s := serve(t, silent, nil)
	for _, host := range []string{"192.0.2.1", "localhost", "x.onion", "::1"} {
		_, _ = asking(t, s).LookupService(patience(t), nil, host, 443, []string{"http/1.1"})
	}
	if n := len(s.queries()); n != 0 {
		t.Errorf("%d queries were sent", n)
	}
}
