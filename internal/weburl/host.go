package weburl

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// host is a domain, an IP address, an opaque host, or empty.
type host struct {
	text string     // serialized; IPv6 in brackets
	addr netip.Addr // valid for an IP address only
}

const (
	forbiddenHostLo = 1<<0 | 1<<'\t' | 1<<'\n' | 1<<'\r' | 1<<' ' | 1<<'#' | 1<<'/' |
		1<<':' | 1<<'<' | 1<<'>' | 1<<'?'
	forbiddenHostHi = 1<<('@'-64) | 1<<('['-64) | 1<<('\\'-64) | 1<<(']'-64) |
		1<<('^'-64) | 1<<('|'-64)
)

// The standard's forbidden host code points and forbidden domain code points.
const (
	forbiddenDomainLo = forbiddenHostLo | c0Lo | 1<<'%'
	forbiddenDomainHi = forbiddenHostHi | 1<<(0x7F-64)
)

// parseHost is the host parser. It returns a reason when s is no host.
func parseHost(s string, special bool) (h host, reason string) {
	switch {
	case strings.HasPrefix(s, "["):
		if !strings.HasSuffix(s, "]") {
			return host{}, reasonUnclosed
		}
		return parseIPv6(s[1 : len(s)-1])
	case special:
		return parseDomain(s)
	default:
		return parseOpaqueHost(s)
	}
}

func parseOpaqueHost(s string) (host, string) {
	if containsASCII(s, forbiddenHostLo, forbiddenHostHi) {
		return host{}, reasonForbiddenHost
	}
	return host{text: c0Set.encode(s)}, ""
}

// parseDomain reads the host of a special URL, which unless it ends in a number
// is a domain.
func parseDomain(s string) (host, string) {
	domain := percentDecode(s)
	if !utf8.ValidString(domain) {
		return host{}, reasonDomainEncoding
	}
	ascii, ok := domainToASCII(domain)
	if !ok || ascii == "" {
		return host{}, reasonDomain
	}
	if containsASCII(ascii, forbiddenDomainLo, forbiddenDomainHi) {
		return host{}, reasonForbiddenHost
	}
	if endsInNumber(ascii) {
		return parseIPv4(ascii)
	}
	return host{text: ascii}, ""
}

// containsASCII reports whether s holds one of the ASCII characters whose bits
// are set in lo (U+0000 to U+003F) or hi (to U+007F).
func containsASCII(s string, lo, hi uint64) bool {
	for i := range len(s) {
		c := s[i]
		if c < 64 && lo>>c&1 != 0 || c >= 64 && c < 128 && hi>>(c-64)&1 != 0 {
			return true
		}
	}
	return false
}
