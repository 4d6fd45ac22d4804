package fetch

import (
	"context"
	"errors"
	"net/netip"

	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/socks"
)

// socks asks a SOCKS proxy for a connection to the target.
func (h *hop) socks(ctx context.Context, conn *transport.Conn) error {
	p, sc := &h.via.Socks, conn.Scope()
	defer conn.Bind(ctx)()
	sc.Emit(trace.LayerStarted{Layer: p.Scheme, Peer: p.Address(), Target: written(h.target)})
	bound, err := socks.Open(conn, socksVersion(p.Scheme), h.target, p.socksLogin())
	if err != nil {
		return &Failure{Phase: trace.Connect, Err: cutOff(err), layer: p.Scheme + " proxy " + p.Address()}
	}
	sc.EmitAt(conn.Arrived(), trace.LayerEnded{Layer: p.Scheme, Bound: bound})
	return nil
}

// cutOff tells a connection that the proxy breaks from one that the network does: in the
// middle of its answer the proxy it is.
func cutOff(err error) error {
	var broken *transport.Error
	if errors.As(err, &broken) && (broken.Code == transport.CodeReset || broken.Code == transport.CodeBroken) {
		return &socks.Error{Code: socks.CodeClosed, Message: "the proxy broke the connection: " + broken.Err.Error()}
	}
	return err
}

// written is a target as a host with its port.
func written(t socks.Target) string {
	host := t.Name
	if t.Addr.IsValid() {
		host = t.Addr.String()
	}
	return hostPort(host, t.Port)
}

// aim finds out what the SOCKS proxy is to be told of the target: a name where the proxy is
// to resolve it, else the first address of the order that the proxy can be told. looked says
// that a name was asked for.
func (h *hop) aim(ctx context.Context, sc *trace.Scope) (looked bool, err error) {
	p := &h.via.Socks
	if p.Scheme == "" {
		return false, nil
	}
	host, port := h.beyond()
	h.target = socks.Target{Name: host, Port: port}
	if addr, err := netip.ParseAddr(host); err == nil {
		h.target.Addr = addr
		return false, nil
	}
	version := socksVersion(p.Scheme)
	if version.Resolves() {
		return false, nil
	}
	answer, err := h.f.resolver.Lookup(ctx, sc, host, port)
	if err != nil {
		return true, &Failure{Phase: trace.Resolve, Err: err, beyond: true}
	}
	defer answer.Late.Stop()
	addrs := answer.Addrs
	if version == socks.V4 && !hasIPv4(addrs) && answer.Late != nil {
		addrs = append(addrs, answer.Late.Wait(ctx)...)
	}
	for _, a := range addrs {
		if version != socks.V4 || a.Unmap().Is4() {
			h.target.Addr = a
			return true, nil
		}
	}
	if len(addrs) > 0 {
		h.target.Addr = addrs[0] // which the proxy cannot be told: that is the error
	}
	return true, nil
}

func hasIPv4(addrs []netip.Addr) bool {
	for _, a := range addrs {
		if a.Unmap().Is4() {
			return true
		}
	}
	return false
}

// beyond is whom the SOCKS proxy is to connect to: the HTTP proxy, or the origin or what
// stands for it.
func (h *hop) beyond() (host string, port uint16) {
	if p := &h.via.HTTP; p.Scheme != "" {
		return p.Host, p.Port
	}
	return h.destination()
}
