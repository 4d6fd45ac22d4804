package resolver

import (
	"context"
	"net/netip"
	"sync"

	"fetchscope/trace"
)

// maxSessions bounds the sessions that are kept for further queries. A stub has one to
// each server; a walk from the root that is answered by TCP alone meets some dozens.
const maxSessions = 32

// A pool holds the sessions of a run, one for each server, for queries to share (RFC 7766,
// section 6.2.1), and the connections for HTTPS. It is safe for concurrent use.
type pool struct {
	running sync.WaitGroup // those who read

	mu       sync.Mutex
	sessions map[Server]*session
	all      map[*session]bool
	// turns are held by those who open, so that queries made at the same time find the
	// first one's session.
	turns map[Server]chan struct{}
	idle  map[Server][]idleConn
}

func newPool() *pool {
	return &pool{
		sessions: map[Server]*session{}, all: map[*session]bool{},
		turns: map[Server]chan struct{}{}, idle: map[Server][]idleConn{},
	}
}

// Close ends the connections to name servers that are kept open, and waits until that
// is done. A Resolver that keeps none needs no Close; it is of no use afterwards.
func (r *Resolver) Close() error {
	r.pool.close()
	return nil
}

func (p *pool) close() {
	p.mu.Lock()
	sessions, idle := p.all, p.idle
	p.sessions, p.all, p.idle = map[Server]*session{}, map[*session]bool{}, map[Server][]idleConn{}
	p.mu.Unlock()
	for s := range sessions {
		s.end(errRetired)
	}
	for _, conns := range idle {
		for _, c := range conns {
			c.Close()
		}
	}
	p.running.Wait()
}

// An opening makes the connection for a session, and tells which address it is to.
type opening func() (Stream, netip.AddrPort, error)

// join finds a session for the query, or opens one. With fresh it opens one in any case,
// as a server that closes after each reply leaves nothing to share.
func (p *pool) join(ctx context.Context, sc *trace.Scope, q *query, fresh bool, open opening) (s *session, w *waiter, opened bool, err error) {
	if !fresh {
		turn := p.turn(q.key())
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return nil, nil, false, context.Cause(ctx)
		}
		if s, w := p.shared(q, sc); w != nil {
			return s, w, false, nil
		}
	}
	conn, at, err := open()
	if err != nil {
		return nil, nil, false, err
	}
	s = &session{conn: conn, addr: at, turn: make(chan struct{}, 1)}
	w = s.join(q, sc) // before others find it
	p.keep(q.key(), s)
	return s, w, true, nil
}

func (p *pool) turn(server Server) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[server] == nil {
		p.turns[server] = make(chan struct{}, 1)
	}
	return p.turns[server]
}

// shared joins the session with the server, if there is one that takes the query.
func (p *pool) shared(q *query, sc *trace.Scope) (*session, *waiter) {
	p.mu.Lock()
	s := p.sessions[q.key()]
	p.mu.Unlock()
	if s == nil {
		return nil, nil
	}
	return s, s.join(q, sc)
}

// keep makes a session that has just been opened the one to its server, unless there is
// one by now or too many are kept: then it serves the one query.
func (p *pool) keep(server Server, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.retire = func() { p.drop(server, s) }
	p.all[s] = true
	if old := p.sessions[server]; old != nil && old.usable() || old == nil && len(p.sessions) >= maxSessions {
		s.retired = true
	} else {
		p.sessions[server] = s
	}
	p.running.Go(func() {
		s.read()
		p.forget(s)
	})
}

// usable reports whether the session takes further queries.
func (s *session) usable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.ended && !s.retired && len(s.waiting) < maxOutstanding
}

func (p *pool) drop(server Server, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sessions[server] == s {
		delete(p.sessions, server)
	}
}

func (p *pool) forget(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, s)
}
