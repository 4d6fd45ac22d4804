package resolver

import (
	"errors"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"
)

// Names are kept absolute and in the presentation form of RFC 1035, section 5.1, with
// everything unusual escaped, so that no name holds a control character.

const (
	maxName = 255 // octets on the wire (RFC 1035, section 2.3.4)
	// maxTyped bounds the presentation form: each of the octets may be \DDD.
	maxTyped = 4 * maxName
)

var (
	errEmptyName = errors.New("the name is empty")
	errNameForm  = errors.New("a label is empty or has more than 63 octets, or the name more than 255")
	errNotASCII  = errors.New("the name is not in ASCII")
	errUnicode   = errors.New("the name is not valid as an internationalized one")
)

// absolute brings a name in ASCII, with or without its final dot, into the form that
// names are kept in.
func absolute(s string) (string, error) {
	switch {
	case s == "":
		return "", errEmptyName
	case len(s) > maxTyped+1:
		return "", errNameForm
	}
	var wire [maxName]byte
	end, err := dns.PackDomainName(dns.Fqdn(s), wire[:], 0, nil, false)
	if err != nil {
		return "", errNameForm
	}
	name, _, err := dns.UnpackDomainName(wire[:end], 0)
	if err != nil {
		return "", errNameForm
	}
	return name, nil
}

// hostName checks the host of a URL.
func hostName(host string) (string, error) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return "", errNotASCII
		}
	}
	if host == "." {
		return "", errEmptyName
	}
	return absolute(host)
}

// typedName reads what a person typed: labels that are not in ASCII become A-labels
// (UTS 46, as URLs have it); those in ASCII stay as they are, as _dmarc must.
func typedName(s string) (string, error) {
	for i := range len(s) {
		if s[i] < 0x80 {
			continue
		}
		if !utf8.ValidString(s) {
			return "", errUnicode
		}
		profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))
		ascii, err := profile.ToASCII(s)
		if err != nil {
			return "", errUnicode
		}
		s = ascii
		break
	}
	return absolute(s)
}

// lower folds the case of ASCII letters alone (RFC 4343).
func lower(s string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		return c
	}, s)
}

// sameName compares names without regard to case and final dot.
func sameName(a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	return len(a) == len(b) && lower(a) == lower(b)
}

// relative takes the final dot off.
func relative(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

// isUnder reports whether an absolute name is the zone or below it.
func isUnder(name, zone string) bool {
	if zone == "." {
		return true
	}
	i, over := dns.PrevLabel(name, dns.CountLabel(zone))
	return !over && len(name)-i == len(zone) && lower(name[i:]) == lower(zone)
}

// special tells whether a name is one that is not asked of the DNS: source is
// localhost, special or, for ordinary names, empty; why explains special.
func special(name string) (source, why string) {
	switch {
	case isUnder(name, "localhost."): // RFC 6761, section 6.3
		return fromLocalhost, ""
	case isUnder(name, "invalid."): // RFC 6761, section 6.4
		return fromSpecial, ".invalid names never exist (RFC 6761)"
	case isUnder(name, "onion."): // RFC 7686, section 2
		return fromSpecial, ".onion names are Tor's and must not be asked of the DNS (RFC 7686)"
	case isUnder(name, "local."): // RFC 6762, section 3
		return fromSpecial, ".local names are for multicast DNS (RFC 6762), which is not spoken here"
	}
	return "", ""
}

// loopback is what every localhost name stands for.
func loopback() []netip.Addr {
	return []netip.Addr{netip.IPv6Loopback(), netip.AddrFrom4([4]byte{127, 0, 0, 1})}
}
