package resolver

import (
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// TypeNamed reports whether a word is the name of a record type, TYPEn included (RFC
// 3597, section 5), and whether such records can be asked for.
func TypeNamed(word string) (named, askable bool) {
	upper := strings.ToUpper(word)
	if _, askable = parseType(upper); askable {
		return true, true
	}
	_, named = dns.StringToType[upper]
	digits, generic := strings.CutPrefix(upper, "TYPE")
	return named || generic && digits != "" && strings.Trim(digits, "0123456789") == "", false
}

// ReverseName is the name that holds the PTR record of an address (RFC 1035, section 3.5;
// RFC 3596, section 2.5). An IPv6 zone is no part of it; an IPv4 address stays one where
// it is mapped into IPv6 (RFC 4291, section 2.5.5.2).
func ReverseName(a netip.Addr) string {
	name, err := dns.ReverseAddr(a.Unmap().WithZone("").String())
	if err != nil {
		return "" // of an address that is none
	}
	return name
}
