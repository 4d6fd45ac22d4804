package demo

import "net/netip"

// A Place is where the demo's servers are. The zero value is loopback, with ports of the
// system's choice, as many may run beside one another.
type Place struct {
	// Origin is the origin's address.
	Origin netip.Addr
	// Origin6 is its address of IPv6, where it has one.
	Origin6 netip.Addr
	// Names are the addresses of the name servers, 256 of IPv4: those on loopback have the
	// same last byte.
	Names netip.Prefix
}

// Ports that services are known by (IANA, Service Name and Port Number Registry).
const (
	PortHTTP  = 80
	PortHTTPS = 443
	portDNS   = 53
	portDoT   = 853
)

func (p Place) onLoopback() bool { return !p.Origin.IsValid() }

// of is where what has an address on loopback is.
func (p Place) of(loopback netip.Addr) netip.Addr {
	if p.onLoopback() || !loopback.Is4() || !loopback.IsLoopback() {
		return loopback
	}
	b := loopback.As4()
	if b[1] == 0 {
		return p.Origin
	}
	// The third byte tells servers apart that have the last one in common.
	const apart = 100
	out := p.Names.Addr().As4()
	out[3] = b[2]%2*apart + b[3]
	return netip.AddrFrom4(out)
}

// origin6 is the origin's address of IPv6.
func (p Place) origin6() netip.Addr {
	if p.onLoopback() {
		return netip.IPv6Loopback()
	}
	return p.Origin6
}

// port is the one to listen at: 0, for any, on loopback.
func (p Place) port(known uint16) uint16 {
	if p.onLoopback() {
		return 0
	}
	return known
}
