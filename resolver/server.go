package resolver

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// The protocols a Server is asked by.
const (
	UDP   = "udp"   // TCP where a reply is truncated (RFC 7766, section 5)
	TCP   = "tcp"   // RFC 7766
	TLS   = "tls"   // RFC 7858
	HTTPS = "https" // RFC 8484
)

// portOf is the port of a protocol: RFC 1035, section 4.2; RFC 7858, section 3.1; RFC 9110,
// section 4.2.2.
func portOf(protocol string) uint16 {
	switch protocol {
	case UDP, TCP:
		return dnsPort
	case TLS:
		return 853
	case HTTPS:
		return 443
	}
	return 0
}

const dnsPort = 53

// A Server is a name server and the protocol it is asked by. One that is asked by TLS or
// HTTPS proves by a certificate who it is: for Name or, without one, for its address
// (RFC 8310, section 8.1). That is never left out, and such a server is never asked in
// clear.
type Server struct {
	// Addr is where it is asked; of a server with a Name only the port counts.
	Addr     netip.AddrPort
	Protocol string // UDP, TCP, TLS or HTTPS
	// Name is a host name without final dot, whose addresses are sought by the system's
	// own name servers; empty where the address is known.
	Name string
	// Path is what HTTPS requests are for, with a query component where it has one.
	Path string
	// Get puts queries into the URL; they are sent in the body of a POST otherwise.
	Get bool
}

// Encrypted reports whether others see nothing of what the server is asked.
func (s Server) Encrypted() bool { return s.Protocol == TLS || s.Protocol == HTTPS }

// at says where the server is: its address and port, or its name while only that is
// known.
func (s Server) at() string {
	if s.Addr.Addr().IsValid() {
		return s.Addr.String()
	}
	return s.host() + ":" + strconv.Itoa(int(s.Addr.Port()))
}

// host is the server as it was named, as it stands in a URL.
func (s Server) host() string {
	switch addr := s.Addr.Addr(); {
	case s.Name != "":
		return s.Name
	case addr.Is6():
		return "[" + addr.String() + "]"
	default:
		return addr.String()
	}
}

// subject is what the server's certificate must be for. A zone is this machine's own
// word and stands in no certificate.
func (s Server) subject() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Addr.Addr().Unmap().WithZone("").String()
}

// String writes the server as [ParseServer] reads it.
func (s Server) String() string {
	out := s.Protocol + "://" + s.host() + ":" + strconv.Itoa(int(s.Addr.Port())) + s.Path
	switch {
	case !s.Get:
		return out
	case strings.Contains(s.Path, "?"):
		return out + templateMore
	}
	return out + templateFirst
}

// ParseServer reads a server. After udp:// (the default) or tcp:// stands an address,
// with or without a port (then an IPv6 address is in brackets). After tls:// or https://
// it may be a host name, and after https:// and that a path, /dns-query if there is none;
// {?dns} behind the path, as URI templates for this have it (RFC 8484, section 4.1),
// stands for GET.
func ParseServer(s string) (Server, error) {
	protocol, rest, found := strings.Cut(s, "://")
	if !found {
		protocol, rest = UDP, s
	}
	out, err := parseServer(strings.ToLower(protocol), rest)
	if err != nil {
		return Server{}, fmt.Errorf("server %q: %w", s, err)
	}
	return out, nil
}

func parseServer(protocol, rest string) (s Server, err error) {
	s.Protocol = protocol
	switch protocol {
	case UDP, TCP:
		s.Addr, err = addressPort(rest, portOf(protocol))
	case TLS:
		err = s.parseHost(rest)
	case HTTPS:
		at := strings.IndexAny(rest, "/?#{")
		if at < 0 {
			at = len(rest)
		}
		if err = s.parseHost(rest[:at]); err == nil {
			err = s.parsePath(rest[at:])
		}
	case "quic":
		err = errors.New("quic:// is not in this release; tls:// and https:// are")
	default:
		err = fmt.Errorf("%q is no protocol for name servers", protocol)
	}
	return s, err
}

// parseHost reads an address or a name, with an optional port.
func (s *Server) parseHost(text string) error {
	port := portOf(s.Protocol)
	addr, err := addressPort(text, port)
	if err == nil {
		s.Addr = addr
		return nil
	}
	if errors.Is(err, errPortZero) {
		return err
	}
	host, digits, found := strings.Cut(text, ":")
	if found {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("%q is not a port", digits)
		}
		port = uint16(n)
	}
	s.Name, err = serverName(host)
	s.Addr = netip.AddrPortFrom(netip.Addr{}, port)
	return err
}

// serverName reads the name of a server: one that a certificate can be for and that
// stands in a request as it is.
func serverName(s string) (string, error) {
	name, err := typedName(s)
	if err != nil {
		return "", err
	}
	name = lower(relative(name))
	for i := range len(name) {
		if c := name[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return "", errors.New("wanted a host name or an address")
		}
	}
	// RFC 1123, section 2.1: what ends in a number is an address, and this is none.
	if last := name[strings.LastIndexByte(name, '.')+1:]; last == "" || strings.Trim(last, "0123456789") == "" {
		return "", errors.New("wanted a host name or an address")
	}
	return name, nil
}

var errPortZero = errors.New("port 0 cannot be asked")

// addressPort reads an address with an optional port.
func addressPort(s string, port uint16) (netip.AddrPort, error) {
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if addr, err := netip.ParseAddr(bare); err == nil && (bare == s || addr.Is6()) {
		return netip.AddrPortFrom(addr, port), nil
	}
	addr, err := netip.ParseAddrPort(s)
	if err != nil {
		return addr, fmt.Errorf("wanted an address, or address:port")
	}
	if addr.Port() == 0 {
		return addr, errPortZero
	}
	return addr, nil
}
