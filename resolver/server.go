package resolver

import (
	"fmt"
	"net/netip"
	"strings"
)

// The protocols a Server is asked by.
const (
	UDP = "udp" // TCP where a reply is truncated (RFC 7766, section 5)
	TCP = "tcp"
)

const dnsPort = 53 // RFC 1035, section 4.2

// A Server is a name server and the protocol it is asked by.
type Server struct {
	Addr     netip.AddrPort
	Protocol string // UDP or TCP
}

// String writes the server as [ParseServer] reads it.
func (s Server) String() string { return s.Protocol + "://" + s.Addr.String() }

// ParseServer reads a server: an address with or without a port (then an IPv6 address
// is in brackets), after udp:// (the default) or tcp://. Names are not accepted, as
// there would be nobody to ask for them.
func ParseServer(s string) (Server, error) {
	protocol, rest, found := strings.Cut(s, "://")
	if !found {
		protocol, rest = UDP, s
	}
	switch protocol = strings.ToLower(protocol); protocol {
	case UDP, TCP:
	case "tls", "https", "quic":
		return Server{}, fmt.Errorf("server %q: %s:// is not supported yet", s, protocol)
	default:
		return Server{}, fmt.Errorf("server %q: %q is no protocol for name servers", s, protocol)
	}
	addr, err := addressPort(rest)
	if err != nil {
		return Server{}, fmt.Errorf("server %q: %w", s, err)
	}
	return Server{addr, protocol}, nil
}

// addressPort reads an address with an optional port, dnsPort if there is none.
func addressPort(s string) (netip.AddrPort, error) {
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if addr, err := netip.ParseAddr(bare); err == nil && (bare == s || addr.Is6()) {
		return netip.AddrPortFrom(addr, dnsPort), nil
	}
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return addr, fmt.Errorf("wanted an address, or address:port")
	}
	if addr.Port() == 0 {
		return addr, fmt.Errorf("port 0 cannot be asked")
	}
	return addr, nil
}
