package weburl

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// endsInNumber is the ends in a number checker: such a host is an IPv4 address
// or nothing, so that "example.1" cannot reach a resolver that would guess.
func endsInNumber(s string) bool {
	s = strings.TrimSuffix(s, ".")
	last := s[strings.LastIndexByte(s, '.')+1:]
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4 is the IPv4 parser. One to four numbers, of which the last fills
// what the others leave.
func parseIPv4(s string) (host, string) {
	parts := strings.SplitN(strings.TrimSuffix(s, "."), ".", 5)
	if len(parts) > 4 {
		return host{}, reasonIPv4
	}
	var ip uint64
	for i, part := range parts {
		n, ok := parseIPv4Number(part)
		if !ok {
			return host{}, reasonIPv4
		}
		limit, shift := uint64(1)<<8, 8*(3-i)
		if i == len(parts)-1 {
			limit, shift = uint64(1)<<(8*(4-i)), 0
		}
		if n >= limit {
			return host{}, reasonIPv4
		}
		ip += n << shift
	}
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(ip))
	addr := netip.AddrFrom4(b)
	return host{text: addr.String(), addr: addr}, ""
}

// parseIPv4Number is the IPv4 number parser: decimal, octal after "0", or
// hexadecimal after "0x", where nothing after the prefix is zero. A number that
// would not fit an address comes back as some number too great for one.
func parseIPv4Number(s string) (n uint64, ok bool) {
	if s == "" {
		return 0, false
	}
	radix := uint64(10)
	switch {
	case len(s) >= 2 && s[0] == '0' && s[1]|0x20 == 'x':
		s, radix = s[2:], 16
	case len(s) >= 2 && s[0] == '0':
		s, radix = s[1:], 8
	}
	for i := range len(s) {
		if !isHex(s[i]) || uint64(hexValue(s[i])) >= radix {
			return 0, false
		}
		n = min(n*radix+uint64(hexValue(s[i])), 1<<32)
	}
	return n, true
}

// parseIPv6 is the IPv6 parser, for what is between the brackets. netip accepts
// the same texts but for a zone, and for IPv4 alone.
func parseIPv6(s string) (host, string) {
	addr, err := netip.ParseAddr(s)
	if err != nil || !addr.Is6() || addr.Zone() != "" {
		return host{}, reasonIPv6
	}
	return host{text: "[" + formatIPv6(addr) + "]", addr: addr}, ""
}

// formatIPv6 is the IPv6 serializer. It differs from netip's for an IPv4-mapped
// address, whose last pieces stay hexadecimal.
func formatIPv6(addr netip.Addr) string {
	if !addr.Is4In6() {
		return addr.String()
	}
	b := addr.As16()
	return fmt.Sprintf("::ffff:%x:%x", binary.BigEndian.Uint16(b[12:]), binary.BigEndian.Uint16(b[14:]))
}
