package resolver

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// TestTLSA is RFC 6698, section 4.1: what DNSSEC does not vouch for does not count.
func TestTLSA(t *testing.T) {
	const text = `www A 192.0.2.1
_443._tcp.www TLSA 3 1 1 00ff10
_443._tcp.www TLSA 2 0 2 0102
_8443._tcp.www CNAME _443._tcp.www
`
	signed := site{zone: "zoo.test.", at: zooAt, sign: &signature{}, text: text}
	unsigned := site{zone: "foo.test.", at: fooAt, text: text}
	forged := signed
	forged.spoil = corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeTLSA) })
	both := []TLSA{{2, 0, 2, []byte{1, 2}}, {3, 1, 1, []byte{0, 0xff, 0x10}}}
	for _, tt := range []struct {
		name string
		zoo  site
		host string
		port uint16
		want []TLSA
	}{
		{"secure", signed, "www.zoo.test", 443, both},
		{"by an alias", signed, "www.zoo.test", 8443, both},
		{"another port", signed, "www.zoo.test", 444, nil},
		{"insecure", signed, "www.foo.test", 443, nil},
		{"bogus", forged, "www.zoo.test", 443, nil},
		{"not asked of the DNS", signed, "localhost", 443, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, signedSites(tt.zoo, unsigned)...)
			got := fresh(in.config(t)).TLSA(patience(t), nil, tt.host, tt.port)
			if len(got) == 2 && got[0].Usage == 3 {
				got[0], got[1] = got[1], got[0] // a set has no order
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	c := startInternet(t, signedSites(signed)...).config(t)
	c.DNSSEC = false
	if got := fresh(c).TLSA(patience(t), nil, "www.zoo.test", 443); got != nil {
		t.Errorf("without validation: %v", got)
	}
}
