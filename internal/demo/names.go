package demo

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"

	"github.com/miekg/dns"
)

// startNames brings up the name servers and the resolver.
func (n *Internet) startNames(f *Fault) error {
	p, err := newPlan(f, n.place)
	if err != nil {
		return err
	}
	if err := n.serveZones(p); err != nil {
		return err
	}
	n.recursor = newRecursor(p)
	n.Resolver, err = n.serveAnywhere(n.place.of(resolverAddr), n.recursor)
	return err
}

// serveZones brings up the name servers on one port, each at its own address, so that
// anybody can walk from one to the next. That needs all of 127/8, as Linux and Windows
// have it; elsewhere they share an address and the resolver alone knows their ports.
func (n *Internet) serveZones(p *plan) error {
	if !n.narrow {
		for range portTries {
			if port, err := n.serveTogether(p.servers); err == nil {
				n.NamePort = port
				return n.writeNames(p)
			}
		}
	}
	for _, s := range p.servers {
		var err error
		if s.at, err = n.serveAnywhere(n.place.of(localhost), s); err != nil {
			return err
		}
	}
	return n.writeNames(p)
}

// writeNames writes what a walk begins with.
func (n *Internet) writeNames(p *plan) error {
	n.AnchorFile = filepath.Join(n.dir, "anchor.zone")
	if err := os.WriteFile(n.AnchorFile, []byte(p.trust()), 0o644); err != nil || n.NamePort == 0 {
		return err
	}
	n.HintsFile = filepath.Join(n.dir, "hints.zone")
	return os.WriteFile(n.HintsFile, []byte(p.hints()), 0o644)
}

// localhost is the address that every system has.
var localhost = netip.MustParseAddr(originAddress)

// portTries is how often a port is sought that is free wherever it is needed.
const portTries = 8

// serveTogether opens a port that all servers have in common.
func (n *Internet) serveTogether(servers []*nameServer) (uint16, error) {
	var opened []*sockets
	port := n.place.port(portDNS)
	for _, s := range servers {
		one, err := openSockets(n.place.of(s.glue), port)
		if err != nil {
			for _, o := range opened {
				o.close()
			}
			return 0, err
		}
		opened = append(opened, one)
		port = one.at.Port()
	}
	for i, s := range servers {
		s.at = opened[i].at
		if s.glue == rootAddr {
			n.Root = s.at
		}
		n.serve(opened[i], s)
	}
	return port, nil
}

// serveAnywhere serves at an address or, where it cannot be had, at the origin's.
func (n *Internet) serveAnywhere(addr netip.Addr, h dns.Handler) (netip.AddrPort, error) {
	var lastErr error
	for range portTries {
		for _, a := range []netip.Addr{addr, n.place.of(localhost)} {
			s, err := openSockets(a, n.place.port(portDNS))
			if err == nil {
				n.serve(s, h)
				return s.at, nil
			}
			lastErr = err
		}
	}
	return netip.AddrPort{}, lastErr
}

// Sockets are a port by UDP and TCP.
type sockets struct {
	at       netip.AddrPort
	packets  net.PacketConn
	listener net.Listener
}

// openSockets opens a port for both; 0 stands for any.
func openSockets(addr netip.Addr, port uint16) (*sockets, error) {
	packets, err := net.ListenPacket("udp", netip.AddrPortFrom(addr, port).String())
	if err != nil {
		return nil, err
	}
	port = uint16(packets.LocalAddr().(*net.UDPAddr).Port)
	listener, err := net.Listen("tcp", net.JoinHostPort(addr.String(), strconv.Itoa(int(port))))
	if err != nil {
		packets.Close()
		return nil, err
	}
	return &sockets{netip.AddrPortFrom(addr, port), packets, listener}, nil
}

func (s *sockets) close() {
	s.packets.Close()
	s.listener.Close()
}

// serve answers on the sockets until the internet is closed.
func (n *Internet) serve(s *sockets, h dns.Handler) {
	for _, server := range []*dns.Server{{PacketConn: s.packets, Handler: h}, {Listener: s.listener, Handler: h}} {
		ready := make(chan struct{})
		server.NotifyStartedFunc = func() { close(ready) }
		n.running.Go(func() { _ = server.ActivateAndServe() })
		<-ready
		n.closers = append(n.closers, server.Shutdown)
	}
}
