package fetch

import (
	"context"
	"net/netip"

	"fetchscope/trace"
	"fetchscope/transport"
)

// dial opens the connection that all else goes through.
func (h *hop) dial(ctx context.Context, sc *trace.Scope, to way) (*transport.Conn, error) {
	if path := h.via.path(); path != "" {
		conn, err := transport.DialUnix(ctx, sc, h.f.run.number()-1, path)
		return conn, h.unreached(err)
	}
	race := to.race(h.f.o.AttemptDelay)
	var err error
	if race.From, err = h.local(ctx); err != nil {
		to.late.Stop()
		return nil, err
	}
	race.Far, race.Number = h.f.o.Far, h.f.run.number
	h.packets = h.f.o.Packets.Watch(sc, race.Addrs)
	if more := race.More; more != nil {
		race.More = func(ctx context.Context) []netip.AddrPort {
			late := more(ctx)
			h.packets.Add(late)
			return late
		}
	}
	conn, _, err := race.Dial(ctx, sc, 0)
	to.late.Stop()
	if err != nil {
		h.packets.Failed()
		return nil, h.unreached(err)
	}
	h.packets.Connected(conn.Scope(), conn.Local(), conn.Remote())
	return conn, nil
}

// unreached puts the error of a connection that did not come about in its phase.
func (h *hop) unreached(err error) error {
	if err == nil {
		return nil
	}
	return &Failure{Phase: trace.Connect, Err: err, proxy: h.via.proxied()}
}

// layer lays all over the connection that comes before the origin is spoken to, from the
// bottom: SOCKS, TLS with an https proxy, a tunnel, the PROXY protocol.
func (h *hop) layer(ctx context.Context, conn *transport.Conn) error {
	for _, l := range []struct {
		wanted bool
		lay    func(context.Context, *transport.Conn) error
	}{
		{h.via.Socks.Scheme != "", h.socks},
		{h.via.HTTP.Scheme == "https", h.secureProxy},
		{h.via.Tunnel, h.tunnel},
		{h.via.HAProxy.Send, h.announce},
	} {
		if !l.wanted {
			continue
		}
		if err := l.lay(ctx, conn); err != nil {
			return err
		}
	}
	return nil
}
