package capture

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// A program is one for the kernel's packet filter (the classic BPF of linux/filter.h).
// It sees packets from their IP header on, and answers with how many bytes of one are to
// be had. Each part either answers or falls through to the next.
type program []unix.SockFilter

// maxFiltered bounds the addresses that a filter knows one by one; with more it knows
// their port alone.
const maxFiltered = 32

// Loads and tests that the filter is made of.
const (
	loadWord  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	loadHalf  = unix.BPF_LD | unix.BPF_H | unix.BPF_ABS
	loadByte  = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS
	loadHalfX = unix.BPF_LD | unix.BPF_H | unix.BPF_IND
	loadByteX = unix.BPF_LD | unix.BPF_B | unix.BPF_IND
	testEqual = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	testBits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
)

// opening are the control bits of the segments that open, close or reset a connection:
// FIN, SYN and RST (RFC 9293, section 3.1).
const opening = 0x07

func load(code uint16, at uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: at} }

func answer(bytes int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: uint32(bytes)}
}

// when runs a part where a test of what was loaded is met.
func when(test uint16, k uint32, then program) program {
	return append(program{
		{Code: test, Jt: 1, K: k},
		{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(len(then))},
	}, then...)
}

// unless runs a part where it is not.
func unless(test uint16, k uint32, then program) program {
	return append(program{
		{Code: test, Jf: 1, K: k},
		{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(len(then))},
	}, then...)
}

// filter makes the program.
func filter(a admission) []unix.SockFilter {
	version := program{load(loadByte, 0), {Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0xf0}}
	return slices.Concat(version,
		when(testEqual, 4<<4, a.ipv4()),
		when(testEqual, 6<<4, a.ipv6()),
		program{answer(0)})
}

// ipv4 finds the transport's header behind the options.
func (a admission) ipv4() program {
	const fragmentAt, protocolAt = 6, 9
	return slices.Concat(
		program{load(loadHalf, fragmentAt)}, when(testBits, 0x1fff, program{answer(0)}),
		program{{Code: unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH, K: 0}, load(loadByte, protocolAt)},
		when(testEqual, protocolUDP, a.datagrams()),
		unless(testEqual, protocolTCP, program{answer(0)}),
		a.segments(netip.Addr.Is4, 12, 16),
		program{answer(0)})
}

// ipv6 looks at packets without extension headers; of those with some it lets all in
// that are to or from an address, for no program can follow a chain.
func (a admission) ipv6() program {
	const nextAt = 6
	other := program{answer(0)}
	for _, known := range []uint32{protocolTCP, protocolHopByHop, protocolRouting, protocolFragment, protocolDestination} {
		other = unless(testEqual, known, other)
	}
	return slices.Concat(
		program{{Code: unix.BPF_LDX | unix.BPF_IMM, K: headerIPv6}, load(loadByte, nextAt)},
		when(testEqual, protocolUDP, a.datagrams()),
		other,
		when(testEqual, protocolTCP, append(a.segments(netip.Addr.Is6, 8, 24), answer(0))),
		a.chained(),
		program{answer(0)})
}

// chained lets all in that has extension headers and is to or from an address.
func (a admission) chained() program {
	var p program
	for _, c := range a.conns {
		p = append(p, c.addresses(a.snap, netip.Addr.Is6, 8, 24)...)
	}
	return p
}

// datagrams lets those of name servers in.
func (a admission) datagrams() program {
	var p program
	for _, at := range []uint32{0, 2} {
		p = append(p, load(loadHalfX, at))
		for _, port := range a.dns {
			p = append(p, when(testEqual, uint32(port), program{answer(a.snap)})...)
		}
	}
	return append(p, answer(0))
}

// segments lets those of each connection in, by the places of the addresses in the IP
// header.
func (a admission) segments(family func(netip.Addr) bool, source, target uint32) program {
	var p program
	for _, c := range a.conns {
		p = append(p, c.segments(c.addresses(a.snap, family, source, target))...)
	}
	return p
}

// segments runs a part for what has the ports, and the control bits.
func (c admitted) segments(then program) program {
	const source, target, bits = 0, 2, 13 // RFC 9293, section 3.1
	var p program
	if c.local == 0 {
		p = append(atPort(source, c.port, then), atPort(target, c.port, then)...)
	} else {
		p = append(atPort(source, c.local, atPort(target, c.port, then)), atPort(source, c.port, atPort(target, c.local, then))...)
	}
	if c.brief {
		p = append(program{load(loadByteX, bits)}, when(testBits, opening, p)...)
	}
	return p
}

// atPort runs a part where a port is this.
func atPort(at uint32, port uint16, then program) program {
	return append(program{load(loadHalfX, at)}, when(testEqual, uint32(port), then)...)
}

// addresses lets in what is from or to one of the addresses of a family.
func (c admitted) addresses(snap int, family func(netip.Addr) bool, source, target uint32) program {
	if len(c.remotes) > maxFiltered {
		return program{answer(snap)}
	}
	var p program
	for _, at := range []uint32{source, target} {
		for _, addr := range c.remotes {
			if family(addr) {
				p = append(p, equal(addr.AsSlice(), at, program{answer(snap)})...)
			}
		}
	}
	return p
}

// equal runs a part where the bytes from at on are these.
func equal(b []byte, at uint32, then program) program {
	for i := len(b) - 4; i >= 0; i -= 4 {
		then = append(program{load(loadWord, at+uint32(i))}, when(testEqual, binary.BigEndian.Uint32(b[i:]), then)...)
	}
	return then
}
