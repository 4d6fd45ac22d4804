package capture

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// Protocol numbers (IANA, Protocol Numbers) that are read here.
const (
	protocolHopByHop    = 0
	protocolTCP         = 6
	protocolUDP         = 17
	protocolRouting     = 43
	protocolFragment    = 44
	protocolDestination = 60
)

// Sizes of headers (RFC 791, section 3.1; RFC 8200, section 3; RFC 768).
const (
	headerIPv4 = 20
	headerIPv6 = 40
	headerUDP  = 8
)

// maxExtensions bounds the extension headers that are read of a packet: RFC 8200,
// section 4.1, knows six kinds, one of which may come twice.
const maxExtensions = 7

// errMalformed is a packet that does not fit its own lengths, or is none of IP.
var errMalformed = errors.New("malformed IP packet")

// An ipPacket is an IP packet without its headers.
type ipPacket struct {
	source, target netip.Addr
	protocol       uint8
	// payload is what was captured of it, size how long it was.
	payload []byte
	size    int
	length  int // of the packet with its headers
}

// parseIP reads a packet, of which the end may be cut off.
func parseIP(b []byte) (ipPacket, error) {
	if len(b) == 0 {
		return ipPacket{}, errMalformed
	}
	switch b[0] >> 4 {
	case 4:
		return parseIPv4(b)
	case 6:
		return parseIPv6(b)
	}
	return ipPacket{}, errMalformed
}

func parseIPv4(b []byte) (ipPacket, error) {
	if len(b) < headerIPv4 {
		return ipPacket{}, errMalformed
	}
	header, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if header < headerIPv4 || header > len(b) || total < header {
		return ipPacket{}, errMalformed
	}
	if binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
		return ipPacket{}, errMalformed // a fragment without the header that matters
	}
	return ipPacket{
		source: netip.AddrFrom4([4]byte(b[12:])), target: netip.AddrFrom4([4]byte(b[16:])),
		protocol: b[9], payload: b[header:min(len(b), total)], size: total - header, length: total,
	}, nil
}

func parseIPv6(b []byte) (ipPacket, error) {
	if len(b) < headerIPv6 {
		return ipPacket{}, errMalformed
	}
	size := int(binary.BigEndian.Uint16(b[4:]))
	p := ipPacket{
		source: netip.AddrFrom16([16]byte(b[8:])), target: netip.AddrFrom16([16]byte(b[24:])),
		protocol: b[6], payload: b[headerIPv6:min(len(b), headerIPv6+size)], size: size, length: headerIPv6 + size,
	}
	for range maxExtensions {
		n, ok := p.extension()
		if !ok {
			return p, nil
		}
		if n > len(p.payload) {
			return ipPacket{}, errMalformed
		}
		p.protocol = p.payload[0]
		p.payload, p.size = p.payload[n:], p.size-n
	}
	return ipPacket{}, errMalformed
}

// extension returns the length of the extension header that the packet begins with; more
// than there is where it is cut off or of no use (RFC 8200, section 4).
func (p *ipPacket) extension() (n int, ok bool) {
	const beyond = 1 << 16
	switch p.protocol {
	case protocolFragment:
		if len(p.payload) < 8 || binary.BigEndian.Uint16(p.payload[2:])&^7 != 0 {
			return beyond, true
		}
		return 8, true
	case protocolHopByHop, protocolRouting, protocolDestination:
		if len(p.payload) < 2 {
			return beyond, true
		}
		return (int(p.payload[1]) + 1) * 8, true
	}
	return 0, false
}

// parseUDP reads a datagram (RFC 768).
func parseUDP(ip ipPacket) (from, to netip.AddrPort, message []byte, ok bool) {
	b := ip.payload
	if len(b) < headerUDP {
		return from, to, nil, false
	}
	from, to = ends(ip)
	return from, to, b[headerUDP:], true
}

// ends reads the ports, which TCP and UDP have at the same place.
func ends(ip ipPacket) (from, to netip.AddrPort) {
	return netip.AddrPortFrom(ip.source, binary.BigEndian.Uint16(ip.payload)),
		netip.AddrPortFrom(ip.target, binary.BigEndian.Uint16(ip.payload[2:]))
}
