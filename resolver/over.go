package resolver

import (
	"context"
	"errors"
	"net/netip"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// over sends the query by its protocol and waits for the reply. Finding a server that was
// named does not count as waiting for it.
func (r *Resolver) over(ctx context.Context, sc *trace.Scope, q *query, wait time.Duration) (*dns.Msg, error) {
	addrs, err := r.locate(ctx, sc, q.server.Server)
	if err != nil {
		q.unsent(sc, err)
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, errTimeout)
	defer cancel()
	var m *dns.Msg
	switch q.protocol {
	case UDP:
		m, err = q.overUDP(ctx, sc)
	case HTTPS:
		m, err = r.overHTTPS(ctx, sc, q, addrs)
	default:
		m, err = r.overStream(ctx, sc, q, addrs)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return m, err
}

// key is what connections are kept under: the server as it was named, and the protocol.
func (q *query) key() Server {
	key := q.server.Server
	key.Protocol = q.protocol
	return key
}

// unsent tells of a query that never left, so that the server it was meant for is known.
func (q *query) unsent(sc *trace.Scope, err error) {
	d := q.departure(sc)
	_ = d.send(func() error { return err })
	d.tell(true)
}

// again ends a query whose connection was closed and makes another of it.
func (r *Resolver) again(sc *trace.Scope, q *query, why error) {
	sc.Emit(trace.QueryFailed{ID: q.number, Why: printable(why.Error())})
	q.number = int(r.queries.Add(1))
}

// overStream sends the query by TCP or TLS. A server may close a connection that has
// carried queries whenever it likes (RFC 7766, section 6.2.3): a query that was on its
// way then is sent once more, by a connection of its own, and told as another one.
func (r *Resolver) overStream(ctx context.Context, sc *trace.Scope, q *query, addrs []netip.AddrPort) (*dns.Msg, error) {
	m, worn, err := r.tryStream(ctx, sc, q, addrs, false)
	if err == nil || !worn || !gone(err) || ctx.Err() != nil {
		return m, err
	}
	r.again(sc, q, err)
	m, _, err = r.tryStream(ctx, sc, q, addrs, true)
	return m, err
}

// tryStream sends the query by one session. Worn says that this had carried queries.
func (r *Resolver) tryStream(ctx context.Context, sc *trace.Scope, q *query, addrs []netip.AddrPort, fresh bool) (m *dns.Msg, worn bool, err error) {
	s, w, opened, err := r.pool.join(ctx, sc, q, fresh, func() (conn Stream, at netip.AddrPort, err error) {
		at, err = q.reach(ctx, sc, addrs, func(ctx context.Context, addr netip.AddrPort) (err error) {
			conn, err = r.dialStream(ctx, q, addr)
			return err
		})
		return conn, at, err
	})
	if err != nil {
		q.unsent(sc, err)
		return nil, false, err
	}
	q.at = s.addr
	if !opened {
		sc.Emit(trace.QueryConnected{ID: q.number, Server: s.addr.String(), Reused: true})
	}
	m, err = s.exchange(ctx, w)
	return m, !opened || s.served(), err
}

func (r *Resolver) dialStream(ctx context.Context, q *query, addr netip.AddrPort) (Stream, error) {
	if q.protocol == TCP {
		return dialTCP(ctx, addr)
	}
	if r.dialer == nil {
		return nil, errNoDialer
	}
	return r.dialer.DialTLS(ctx, addr, q.server.subject())
}

// attemptLimit is how long one address of a server may keep the next one waiting. A SYN
// that gets no answer is sent again after a second (RFC 6298, section 2).
const attemptLimit = 1500 * time.Millisecond

var errAttemptTooLong = errors.New("no answer, and the server has other addresses")

// reach connects to the first of the server's addresses that answers.
func (q *query) reach(ctx context.Context, sc *trace.Scope, addrs []netip.AddrPort, dial func(context.Context, netip.AddrPort) error) (at netip.AddrPort, err error) {
	sc.Emit(trace.QueryConnecting{ID: q.number, Server: q.server.at()})
	for i, addr := range addrs {
		if err = attempt(ctx, addr, i == len(addrs)-1, dial); err == nil {
			q.at = addr
			sc.Emit(trace.QueryConnected{ID: q.number, Server: addr.String()})
			return addr, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	if secured := (*TLSError)(nil); errors.As(err, &secured) {
		return at, secured // even where the system has a word for it
	}
	return at, plain(err)
}

func attempt(ctx context.Context, addr netip.AddrPort, last bool, dial func(context.Context, netip.AddrPort) error) error {
	if !last {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, attemptLimit, errAttemptTooLong)
		defer cancel()
	}
	return dial(ctx, addr)
}

// gone reports whether a connection ended without anything of a reply.
func gone(err error) bool {
	var errno syscall.Errno
	return err == error(errClosed) || errors.Is(err, errStalled) || errors.As(err, &errno)
}
