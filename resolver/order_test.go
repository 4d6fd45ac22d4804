package resolver

import (
	"net/netip"
	"strings"
	"testing"
)

// The examples are those of RFC 6724, section 10.2, as far as they rest on the rules
// that are applied.
func TestOrderOfAddresses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sources map[string]string // local address by destination; none is no route
		addrs   string
		want    string
	}{
		{
			"matching scope",
			map[string]string{"2001:db8:1::1": "2001:db8:1::2", "198.51.100.121": "169.254.13.78"},
			"198.51.100.121 2001:db8:1::1", "2001:db8:1::1 198.51.100.121",
		},
		{
			"matching scope, other way",
			map[string]string{"2001:db8:1::1": "fe80::1", "198.51.100.121": "198.51.100.117"},
			"2001:db8:1::1 198.51.100.121", "198.51.100.121 2001:db8:1::1",
		},
		{
			"higher precedence",
			map[string]string{"2001:db8:1::1": "2001:db8:1::2", "10.1.2.3": "10.1.2.4"},
			"10.1.2.3 2001:db8:1::1", "2001:db8:1::1 10.1.2.3",
		},
		{
			"smaller scope",
			map[string]string{"2001:db8:1::1": "2001:db8:1::2", "fe80::1": "fe80::2"},
			"2001:db8:1::1 fe80::1", "fe80::1 2001:db8:1::1",
		},
		{
			"matching label",
			map[string]string{"2002:c633:6401::1": "2002:c633:6401::2", "2001:db8:1::1": "2002:c633:6401::2"},
			"2001:db8:1::1 2002:c633:6401::1", "2002:c633:6401::1 2001:db8:1::1",
		},
		{
			"no route for IPv6",
			map[string]string{"192.0.2.1": "192.0.2.9"},
			"2001:db8::1 192.0.2.1", "192.0.2.1 2001:db8::1",
		},
		{"no route at all", nil, "192.0.2.1 2001:db8::1", "2001:db8::1 192.0.2.1"},
		{
			"as they came",
			map[string]string{"192.0.2.3": "192.0.2.9", "192.0.2.1": "192.0.2.9", "192.0.2.2": "192.0.2.9"},
			"192.0.2.3 192.0.2.1 192.0.2.2", "192.0.2.3 192.0.2.1 192.0.2.2",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sortedBy(addrs(strings.Fields(tt.addrs)...), func(a netip.Addr) (netip.Addr, bool) {
				local, ok := tt.sources[a.String()]
				if !ok {
					return netip.Addr{}, false
				}
				return netip.MustParseAddr(local), true
			})
			var words []string
			for _, a := range got {
				words = append(words, a.String())
			}
			if s := strings.Join(words, " "); s != tt.want {
				t.Errorf("order %s, want %s", s, tt.want)
			}
		})
	}
}

func TestAddressesBeyondTheProbedOnesAreKept(t *testing.T) {
	var many []netip.Addr
	for i := range 2 * maxProbed {
		many = append(many, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
	}
	probes := 0
	got := sortedBy(many, func(netip.Addr) (netip.Addr, bool) { probes++; return netip.Addr{}, false })
	if len(got) != len(many) || probes != maxProbed {
		t.Errorf("%d addresses after %d probes", len(got), probes)
	}
}

func TestLoopbackHasARoute(t *testing.T) {
	if local, ok := localAddress(netip.MustParseAddr("127.0.0.1")); !ok || !local.IsLoopback() {
		t.Errorf("from %v, %t", local, ok)
	}
}
