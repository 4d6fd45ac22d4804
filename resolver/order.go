package resolver

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
)

// The order of addresses is that of RFC 6724, section 6, by the rules that can be
// told from here: 1 (a destination that has no route comes last), 2 (matching scope),
// 5 (matching label), 6 (precedence), 8 (smaller scope), 10 (as the server sent
// them). Rules 3, 4 and 7 ask for what a program cannot see of an interface, and 9
// (longest prefix) defeats the balancing of load by the order of records.

// maxProbed bounds the addresses that are put in order; what follows stays behind.
const maxProbed = 64

// A policy is a line of the table of RFC 6724, section 2.1.
type policy struct {
	prefix            netip.Prefix
	precedence, label int
}

// policies is that table, longest prefixes first.
func policies() []policy {
	return []policy{
		{netip.PrefixFrom(netip.IPv6Loopback(), 128), 50, 0},
		{netip.MustParsePrefix("::ffff:0:0/96"), 35, 4},
		{netip.MustParsePrefix("::/96"), 1, 3},
		{netip.MustParsePrefix("2001::/32"), 5, 5},
		{netip.MustParsePrefix("2002::/16"), 30, 2},
		{netip.MustParsePrefix("3ffe::/16"), 1, 12},
		{netip.MustParsePrefix("fec0::/10"), 1, 11},
		{netip.MustParsePrefix("fc00::/7"), 3, 13},
		{netip.MustParsePrefix("::/0"), 40, 1},
	}
}

// A candidate is a destination with what the rules compare.
type candidate struct {
	addr                   netip.Addr
	usable, scopes, labels bool // rules 1, 2 and 5
	precedence, scope      int  // rules 6 and 8
}

// sorted puts addresses into the order in which they are to be tried.
func sorted(addrs []netip.Addr) []netip.Addr {
	return sortedBy(addrs, localAddress)
}

// sortedBy does so for the local addresses that source gives.
func sortedBy(addrs []netip.Addr, source func(netip.Addr) (netip.Addr, bool)) []netip.Addr {
	if len(addrs) < 2 {
		return addrs
	}
	table := policies()
	var list []candidate
	for _, a := range addrs[:min(len(addrs), maxProbed)] {
		list = append(list, weigh(table, a, source))
	}
	slices.SortStableFunc(list, candidate.compare)
	out := make([]netip.Addr, 0, len(addrs))
	for _, c := range list {
		out = append(out, c.addr)
	}
	return append(out, addrs[len(list):]...)
}

func weigh(table []policy, a netip.Addr, source func(netip.Addr) (netip.Addr, bool)) candidate {
	p := lookUp(table, a)
	c := candidate{addr: a, precedence: p.precedence, scope: scope(a)}
	if local, ok := source(a); ok {
		c.usable = true
		c.scopes = scope(local) == c.scope
		c.labels = lookUp(table, local).label == p.label
	}
	return c
}

// compare is negative where c comes first.
func (c candidate) compare(d candidate) int {
	return cmp.Or(
		before(c.usable, d.usable),
		before(c.scopes, d.scopes),
		before(c.labels, d.labels),
		cmp.Compare(d.precedence, c.precedence),
		cmp.Compare(c.scope, d.scope),
	)
}

// before puts what is true first.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func lookUp(table []policy, a netip.Addr) policy {
	wide := netip.AddrFrom16(a.As16())
	for _, p := range table {
		if p.prefix.Contains(wide) {
			return p
		}
	}
	return policy{}
}

// Scopes by RFC 4291, section 2.7; RFC 6724, section 3.2, maps IPv4 to them.
const (
	linkLocal = 0x2
	siteLocal = 0x5
	global    = 0xe
)

func scope(a netip.Addr) int {
	switch a = a.Unmap().WithZone(""); {
	case a.IsLoopback(), a.IsLinkLocalUnicast():
		return linkLocal
	case a.Is6() && netip.MustParsePrefix("fec0::/10").Contains(a):
		return siteLocal
	}
	return global
}

// localAddress asks the routing table which address of this machine would be used to
// reach another: connecting a UDP socket does that and sends nothing.
func localAddress(a netip.Addr) (netip.Addr, bool) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, dnsPort)))
	if err != nil {
		return netip.Addr{}, false
	}
	defer conn.Close()
	local, ok := conn.LocalAddr().(*net.UDPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return local.AddrPort().Addr().Unmap(), true
}
