package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"fetchscope/trace"
)

// A Local says where a connection comes from, and how it is kept. Its zero value leaves all
// of it to the system, with probes that find out whether an idle peer is still there.
type Local struct {
	// Device is the interface that the connection is to leave by: bound to where the system
	// lets us, else by having its address.
	Device string
	// Addrs are addresses to come from, of which the first of the peer's family counts.
	Addrs []netip.Addr
	// Ports to come from, tried in order until one is free.
	Ports Ports
	// NoKeepAlive leaves those probes out (RFC 9293, section 3.8.4).
	NoKeepAlive bool
	// FastOpen lets the first data go with the SYN, where system and server know how
	// (RFC 7413).
	FastOpen bool
}

// Ports is a range of ports, both ends included; the zero value is any.
type Ports struct{ First, Last uint16 }

// The probes of an idle connection are those of curl, of which ours is to have the meaning.
const (
	keepIdle     = 60 * time.Second
	keepInterval = 60 * time.Second
	keepCount    = 9
)

// A localError is what kept a connection from coming from where it was to.
type localError struct {
	code trace.Code
	err  error
}

func (e *localError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *localError) Unwrap() error { return e.err }

func notFrom(format string, args ...any) error {
	return &localError{code: CodeInterface, err: fmt.Errorf(format, args...)}
}

// anywhere says that it is left to the system where a connection comes from.
func (from Local) anywhere() bool {
	return from.Device == "" && len(from.Addrs) == 0 && from.Ports.First == 0
}

// address is the address to come from to get to a peer; bound says that the socket is bound
// to the device, which then has no say in the address any more.
func (from Local) address(to netip.Addr, bound bool) (netip.Addr, error) {
	any := netip.IPv6Unspecified()
	family := "IPv6"
	if to.Is4() {
		any, family = netip.IPv4Unspecified(), "IPv4"
	}
	if len(from.Addrs) > 0 {
		for _, a := range from.Addrs {
			if a = a.Unmap(); a.Is4() == to.Is4() {
				return a, nil
			}
		}
		return any, notFrom("what the connection is to come from has no %s address", family)
	}
	if from.Device == "" || bound {
		return any, nil
	}
	return addressOf(from.Device, to, family)
}

// addressOf finds the address of an interface by which a peer can be got at: one of its
// family and, of IPv6, of its scope (RFC 4007, section 6).
func addressOf(device string, to netip.Addr, family string) (netip.Addr, error) {
	i, err := net.InterfaceByName(device)
	if err != nil {
		return netip.Addr{}, notFrom("there is no interface %q", device)
	}
	addrs, err := i.Addrs()
	if err != nil {
		return netip.Addr{}, notFrom("addresses of the interface %q: %w", device, err)
	}
	for _, a := range addrs {
		network, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		addr, _ := netip.AddrFromSlice(network.IP)
		if addr = addr.Unmap(); addr.Is4() != to.Is4() || addr.Is6() && addr.IsLinkLocalUnicast() != to.IsLinkLocalUnicast() {
			continue
		}
		if addr.IsLinkLocalUnicast() && addr.Is6() {
			addr = addr.WithZone(device)
		}
		return addr, nil
	}
	return netip.Addr{}, notFrom("the interface %q has no %s address to get there", device, family)
}

// each tries the ports in order, until one can be bound to or it fails of something else.
func (p Ports) each(bind func(port uint16) error) error {
	for port := p.First; ; port++ {
		err := bind(port)
		var taken *localError
		if err == nil || !errors.As(err, &taken) || taken.code != CodeLocalPort || port >= p.Last {
			return err
		}
	}
}

// notBound makes an error of a bind() that was refused.
func notBound(addr netip.AddrPort, err error) error {
	e := &localError{code: CodeInterface, err: fmt.Errorf("come from %v: %w", addr, err)}
	if addr.Port() != 0 {
		e.code = CodeLocalPort
	}
	return e
}

// dial has the net package open a connection.
func (from Local) dial(ctx context.Context, d net.Dialer, to netip.AddrPort) (conn net.Conn, err error) {
	if from.anywhere() {
		from.fastOpening(&d)
		return d.DialContext(ctx, "tcp", to.String())
	}
	bound := from.prepare(&d)
	from.fastOpening(&d)
	addr, err := from.address(to.Addr(), bound)
	if err != nil {
		return nil, err
	}
	err = from.Ports.each(func(port uint16) error {
		local := netip.AddrPortFrom(addr, port)
		d.LocalAddr = net.TCPAddrFromAddrPort(local)
		conn, err = d.DialContext(ctx, "tcp", to.String())
		if bindRefused(err) {
			return notBound(local, short(unwrapped(err)))
		}
		return err
	})
	return conn, err
}

// bindRefused says whether it was bind() that an error of the net package's is of.
func bindRefused(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && call.Syscall == "bind"
}
