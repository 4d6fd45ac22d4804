package capture

import (
	"fmt"
	"net/netip"
	"testing"

	"golang.org/x/net/bpf"
)

// machine runs a filter as the kernel does.
func machine(t *testing.T, a admission) *bpf.VM {
	t.Helper()
	var program []bpf.Instruction
	for _, i := range filter(a) {
		program = append(program, bpf.RawInstruction{Op: i.Code, Jt: i.Jt, Jf: i.Jf, K: i.K}.Disassemble())
	}
	// The kernel takes no more (BPF_MAXINSNS).
	if len(program) > 4096 {
		t.Fatalf("%d instructions", len(program))
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

func TestFilter(t *testing.T) {
	port := func(a netip.AddrPort, p uint16) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), p) }
	other4, other6 := netip.MustParseAddrPort("203.0.113.8:443"), netip.MustParseAddrPort("[2001:db8::8]:443")
	segment := func(from, to netip.AddrPort, bits byte) []byte {
		s := tcp(from, to, 1, 2, bits, nil, nil)
		if from.Addr().Is4() {
			return ipv4(from, to, 6, s)
		}
		return ipv6(from, to, 6, s)
	}
	optional := ipv4(here4, there4, 6, append([]byte{1, 1, 1, 0}, tcp(here4, there4, 1, 2, bitACK, nil, nil)...))
	optional[0] = 0x46
	fragment := segment(here4, there4, bitACK)
	fragment[7] = 3
	extended := ipv6(here6, there6, 0, with(6, tcp(here6, there6, 1, 2, bitACK, nil, nil)))
	query := ipv4(here4, other4, 17, udp(here4, port(other4, 53), []byte("question")))
	of := func(conns ...admitted) admission { return admission{conns: conns, snap: 100} }
	before := of(admitted{remotes: []netip.Addr{there4.Addr(), there6.Addr()}, port: 443})
	one := admitted{remotes: []netip.Addr{there4.Addr()}, port: 443, local: here4.Port()}
	ours := of(one)
	closing := one
	closing.brief = true
	brief := of(closing)
	two := of(closing, admitted{remotes: []netip.Addr{other6.Addr()}, port: 80})
	names := admission{dns: []uint16{5353, 53}, snap: 100}
	addresses := admitted{port: 443}
	for i := range maxFiltered {
		addresses.remotes = append(addresses.remotes, netip.MustParseAddr(fmt.Sprintf("2001:db8:1::%x", i)))
	}
	many := of(addresses)
	addresses.remotes = append(addresses.remotes, there4.Addr())
	beyond := of(addresses)
	for _, c := range []struct {
		name   string
		a      admission
		packet []byte
		want   bool
	}{
		{"out", before, segment(here4, there4, bitACK), true},
		{"in", before, segment(there4, here4, bitACK), true},
		{"out, IPv6", before, segment(here6, there6, bitACK), true},
		{"in, IPv6", before, segment(there6, here6, bitACK), true},
		{"another address", before, segment(here4, other4, bitACK), false},
		{"another address, IPv6", before, segment(here6, other6, bitACK), false},
		{"another port", before, segment(here4, port(there4, 80), bitACK), false},
		{"with options of IP", before, optional, true},
		{"a later fragment", before, fragment, false},
		{"with an extension header", before, extended, true},
		{"with an extension header, to others", ours, extended, false},
		{"a datagram", before, query, false},
		{"our port, out", ours, segment(here4, there4, bitACK), true},
		{"our port, in", ours, segment(there4, here4, bitACK), true},
		{"another one's port", ours, segment(port(here4, 4000), there4, bitACK), false},
		{"another one's port, in", ours, segment(there4, port(here4, 4000), bitACK), false},
		{"data, when brief", brief, segment(there4, here4, bitACK|bitPSH), false},
		{"FIN, when brief", brief, segment(there4, here4, bitACK|bitFIN), true},
		{"RST, when brief", brief, segment(there4, here4, bitRST), true},
		{"SYN, when brief", brief, segment(here4, there4, bitSYN), true},
		{"of two, the first's FIN", two, segment(there4, here4, bitACK|bitFIN), true},
		{"of two, the first's data", two, segment(there4, here4, bitACK), false},
		{"of two, the second's data", two, segment(port(other6, 80), here6, bitACK), true},
		{"of two, the second's at the first's port", two, segment(other6, here6, bitACK), false},
		{"a query", names, query, true},
		{"its answer", names, ipv4(other4, here4, 17, udp(port(other4, 53), here4, nil)), true},
		{"over IPv6", names, ipv6(here6, other6, 17, udp(here6, port(other6, 5353), nil)), true},
		{"another datagram", names, ipv4(here4, other4, 17, udp(here4, port(other4, 123), nil)), false},
		{"a segment, of names alone", names, segment(here4, there4, bitACK), false},
		{"the last of many", many, segment(here6, netip.MustParseAddrPort("[2001:db8:1::1f]:443"), bitACK), true},
		{"none of many", many, segment(here6, netip.MustParseAddrPort("[2001:db8:1::ff]:443"), bitACK), false},
		{"too many to be told apart", beyond, segment(here6, other6, bitACK), true},
		{"neither 4 nor 6", before, []byte{0x50, 0, 0, 0}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := machine(t, c.a).Run(c.packet)
			if err != nil {
				t.Fatal(err)
			}
			if got := n > 0; got != c.want {
				t.Errorf("let in: %v, want %v", got, c.want)
			}
		})
	}
}
