package transport

import "net"

// zoneID finds the number of an IPv6 zone, which is a number or an interface's name
// (RFC 4007, section 11.2).
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	var n uint32
	for _, c := range []byte(zone) {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}
