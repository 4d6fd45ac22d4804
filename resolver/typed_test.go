package resolver

import (
	"net/netip"
	"testing"
)

func TestTypeNamed(t *testing.T) {
	for _, c := range []struct {
		word           string
		named, askable bool
	}{
		{"A", true, true},
		{"aaaa", true, true},
		{"Mx", true, true},
		{"ANY", true, true},
		{"TYPE65", true, true},
		{"type65280", true, true},
		{"HTTPS", true, true},
		{"AXFR", true, false},
		{"opt", true, false},
		{"TYPE0", true, false},
		{"TYPE65536", true, false},
		{"TYPE99999999999999999999", true, false},
		{"TYPE", false, false},
		{"TYPE1a", false, false},
		{"A.", false, false},
		{"www", false, false},
		{"", false, false},
		{"example.com", false, false},
	} {
		if named, askable := TypeNamed(c.word); named != c.named || askable != c.askable {
			t.Errorf("TypeNamed(%q) = %t, %t, want %t, %t", c.word, named, askable, c.named, c.askable)
		}
	}
}

func TestReverseName(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":           "7.2.0.192.in-addr.arpa.",
		"2001:db8::7":         "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
		"fe80::1%eth0":        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa.",
		"::ffff:192.0.2.7":    "7.2.0.192.in-addr.arpa.",
		"::":                  "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.",
		"255.255.255.255":     "255.255.255.255.in-addr.arpa.",
		"::ffff:192.0.2.7%lo": "7.2.0.192.in-addr.arpa.",
	} {
		if got := ReverseName(netip.MustParseAddr(in)); got != want {
			t.Errorf("ReverseName(%s) = %q, want %q", in, got, want)
		}
	}
}

// FuzzReverseName holds each address to a name that is one, and of its own.
func FuzzReverseName(f *testing.F) {
	f.Add([]byte{192, 0, 2, 7})
	f.Add(netip.MustParseAddr("2001:db8::7").AsSlice())
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		name := ReverseName(a)
		if whole, err := absolute(name); err != nil || whole != name {
			t.Errorf("ReverseName(%s) = %q is no absolute name: %v", a, name, err)
		}
		if next := a.Next(); next.IsValid() && ReverseName(next) == name {
			t.Errorf("%s and %s are both %q", a, next, name)
		}
	})
}
