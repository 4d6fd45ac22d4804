package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"fetchscope/trace"
	"fetchscope/transport"
)

// A Source is where connections come from. Its zero value leaves that to the system. It is
// comparable.
type Source struct {
	// Device is the name of an interface, Host an address or a name that has one; Either is
	// one of both, whatever there is.
	Device, Host, Either string
	Ports                transport.Ports
	NoKeepAlive          bool
	// FastOpen sends the first data with the SYN where that can be done.
	FastOpen bool
}

// maxInterface is how long the argument of --interface may be, as with curl.
const maxInterface = 255

// SetInterface reads the argument of --interface: a name or address, if!NAME, host!HOST or
// ifhost!NAME!HOST.
func (s *Source) SetInterface(arg string) error {
	s.Device, s.Host, s.Either = "", "", ""
	form, rest, ok := strings.Cut(arg, "!")
	switch {
	case len(arg) > maxInterface:
		return fmt.Errorf("wanted %d bytes at most", maxInterface)
	case !ok:
		s.Either = arg
	case form == "if":
		s.Device = rest
	case form == "host":
		s.Host = rest
	case form == "ifhost":
		s.Device, s.Host, ok = strings.Cut(rest, "!")
	default:
		s.Either = arg
	}
	if form != arg && (!ok || rest == "") {
		return errors.New("wanted an interface, an address or a host, if!NAME, host!HOST or ifhost!NAME!HOST")
	}
	return nil
}

// local finds the addresses of the source. The names in it are resolved without a trace:
// they are no part of the fetch.
func (h *hop) local(ctx context.Context) (transport.Local, error) {
	s := h.via.From
	out := transport.Local{Device: s.Device, Ports: s.Ports, NoKeepAlive: s.NoKeepAlive, FastOpen: s.FastOpen}
	host := s.Host
	if s.Either != "" {
		if _, err := net.InterfaceByName(s.Either); err == nil {
			out.Device = s.Either
			return out, nil
		}
		host = s.Either
	}
	if host == "" {
		return out, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		out.Addrs = []netip.Addr{addr}
		return out, nil
	}
	answer, err := h.f.resolver.Lookup(ctx, nil, host, 0)
	if err != nil {
		return out, &Failure{Phase: trace.Connect, Code: transport.CodeInterface, Err: fmt.Errorf("--interface %s is no interface, and no host with an address: %w", host, err)}
	}
	out.Addrs = answer.Addrs
	if answer.Late != nil {
		out.Addrs = append(out.Addrs, answer.Late.Wait(ctx)...)
	}
	answer.Late.Stop()
	return out, nil
}
