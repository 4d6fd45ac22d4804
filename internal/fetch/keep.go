package fetch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"fetchscope/httpclient"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/capture"
)

// A kept is a connection that has served one exchange and waits for the next.
type kept struct {
	conn    *transport.Conn
	packets *capture.Watch
	reach   reach
	// outdated says that the server has answered by HTTP/1.0 on it.
	outdated bool
}

// A reach is what two exchanges have in common that may go over one connection
// (RFC 9110, section 7.3): whose server it leads to, by which scheme, and by which route.
// With equal names it may still be another server's: of --connect-to, or by another resolver.
type reach struct {
	scheme, host string
	port         uint16
	instead      string // of --connect-to
	insteadPort  uint16
	route        Route // with the credentials for proxies
	trust        *trust
	resolver     *resolver.Resolver
}

func (h *hop) reach() reach {
	r := reach{
		scheme: h.url.Scheme(), host: bare(h.url.Hostname()), port: h.url.EffectivePort(), route: h.via,
		trust: h.f.trust, resolver: h.f.resolver,
	}
	r.instead, r.insteadPort = h.destination()
	if h.via.forwards() {
		r.host, r.port, r.instead, r.insteadPort = "", 0, "", 0 // the proxy reaches them all
	}
	return r
}

// connection takes the connection over that the exchange before has left, or opens one.
func (h *hop) connection(ctx context.Context, sc *trace.Scope) (*transport.Conn, error) {
	if h.kept == nil {
		return h.open(ctx, sc)
	}
	if h.url.Scheme() == "http" {
		sc.Emit(trace.PhaseSkipped{Phase: trace.TLS, Why: "http"})
	}
	h.packets = h.kept.packets
	h.packets.Carry()
	h.kept.conn.Carry(sc)
	return h.kept.conn, nil
}

// keep leaves the connection to the next hop, to a retry, or to the first hop of the next
// fetch, where that can go over it.
func (h *hop) keep(sc *trace.Scope, conn *transport.Conn, next *hop) bool {
	to, whose := next, "exchange"
	switch {
	case next != nil:
	case h.retries != nil && h.retries.due(h):
		to, whose = h.f.first(h.origin, h.payload), "retry"
	default:
		to, whose = h.f.line.following(), "fetch"
	}
	if to == nil {
		return false
	}
	var err error
	if to.via, err = to.route(); err != nil {
		return false // which the next exchange fails of
	}
	if to.reach() != h.reach() || !conn.Idle() {
		return false
	}
	sc.Emit(trace.PhaseSkipped{Phase: trace.Close, Why: "kept for the next " + whose})
	left := &kept{conn, h.packets, h.reach(), h.answered.Version == "HTTP/1.0"}
	if next == nil {
		// Its document is made before the next fetch begins.
		left.packets.Carry()
		left.conn.Rest()
		h.f.line.left = left
	} else {
		next.kept = left
	}
	return true
}

// takeLeft takes the connection that the fetch before has left, or closes it.
func (h *hop) takeLeft(ctx context.Context) {
	line := h.f.line
	if left := line.left; left != nil && left.reach == h.reach() && left.conn.Idle() {
		h.kept, line.left = left, nil
		return
	}
	line.drop(ctx)
}

// drop closes the connection that the fetch before has left.
func (l *Line) drop(ctx context.Context) {
	if left := l.left; left != nil {
		l.left = nil
		left.packets.Closing()
		left.conn.Close(ctx, transport.CloseOptions{Timeout: closeAfterFailure})
		left.packets.End()
	}
}

// idempotent are the methods whose requests may be sent again (RFC 9110, section 9.2.2).
var idempotent = []string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}

// abandoned says that a server had given up a kept connection when the request came: a
// server may do that at any time (RFC 9112, section 9.5).
func (h *hop) abandoned(err error, came int64, conn *transport.Conn) bool {
	var f *Failure
	return h.kept != nil && conn.Came() == came && slices.Contains(idempotent, h.method) && errors.As(err, &f) &&
		slices.Contains([]trace.Code{transport.CodeReset, transport.CodeBroken, httpclient.CodeEmpty}, f.Code)
}

// again is the hop once more, over a connection of its own.
func (h *hop) again() *hop {
	next := *h
	next.kept, next.stale, next.why, next.answered, next.challenged = nil, false, "retry", nil, false
	return &next
}

// Partings are connections that are closed beside the exchanges that follow.
type partings struct {
	going  sync.WaitGroup
	room   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
}

// maxPartings is how many connections are closed at a time: a chain of redirects could
// lead to as many servers, none of which ends its side.
const maxPartings = 4

func newPartings(ctx context.Context) *partings {
	p := &partings{room: make(chan struct{}, maxPartings)}
	p.ctx, p.cancel = context.WithCancel(ctx)
	return p
}

// begin closes a connection beside what follows, as soon as there is room.
func (p *partings) begin(closing func(context.Context)) {
	p.room <- struct{}{}
	p.going.Go(func() {
		closing(p.ctx)
		<-p.room
	})
}

// end waits until all are over, for no longer than this where it is not 0.
func (p *partings) end(most time.Duration) {
	if most > 0 {
		defer time.AfterFunc(most, p.cancel).Stop()
	}
	p.going.Wait()
	p.cancel()
}
