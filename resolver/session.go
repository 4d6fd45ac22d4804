package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"sync"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

const (
	// maxStrays bounds the messages in a row on a connection that are no reply. Nobody
	// but the server can send them, so it takes few to see that something is wrong.
	maxStrays = 8
	// maxOutstanding bounds the queries on one connection that wait for their replies;
	// RFC 7766, section 6.2.1.1, has clients not burden a server. What is asked at the
	// same time here are a few types of a name.
	maxOutstanding = 64
)

// Causes of the end of a session.
var (
	errClosed  = &replyError{"the connection was closed without a reply"}
	errStalled = errors.New("the server takes no more queries")
	errRetired = errors.New("the connection is no longer used")
)

// A session is a connection to a name server on which messages follow one another, each
// behind its length (RFC 1035, section 4.2.2): TCP, or TLS upon it. Several queries may
// wait for their replies, which come in any order (RFC 7766, sections 6.2.1.1 and 7).
type session struct {
	conn Stream
	addr netip.AddrPort // that answered
	// retire takes the session out of the pool.
	retire func()
	// turn is held by the one who writes.
	turn chan struct{}

	mu      sync.Mutex
	waiting []*waiter // in the order in which they were sent
	replies int
	strays  int // since the last reply
	retired bool
	ended   bool
}

// A waiter is a query on a session.
type waiter struct {
	*query
	sc    *trace.Scope
	drops drops
	// heard is how many replies the session had brought when the query joined it.
	heard int
	// left says that nobody waits any more. The ID stays taken all the same, as the
	// reply may still come (RFC 7766, section 6.2.1).
	left  bool
	reply chan arrival
}

// An arrival is what a query on a session came to.
type arrival struct {
	at   trace.Moment
	m    *dns.Msg
	size int
	err  error
}

// join takes a query onto the session; nil where the session takes no more. Its ID becomes
// one that no other query on the session has.
func (s *session) join(q *query, sc *trace.Scope) *waiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.retired || len(s.waiting) >= maxOutstanding {
		return nil
	}
	for s.find(q.id) != nil {
		q.renumber()
	}
	w := &waiter{query: q, sc: sc, drops: drops{scope: sc, query: q.number}, heard: s.replies, reply: make(chan arrival, 1)}
	s.waiting = append(s.waiting, w)
	return w
}

func (s *session) find(id uint16) *waiter {
	for _, w := range s.waiting {
		if w.id == id {
			return w
		}
	}
	return nil
}

// exchange sends the query and waits for its reply.
func (s *session) exchange(ctx context.Context, w *waiter) (*dns.Msg, error) {
	defer s.leave(ctx, w)
	d := w.departure(w.sc)
	defer d.tell(true)
	frame, err := framed(w.wire)
	if err != nil {
		return nil, err
	}
	s.write(ctx, frame, &d)
	d.tell(true)
	select {
	case r := <-w.reply:
		if r.err == nil {
			w.answered(w.sc, r.at, r.m, r.size)
		}
		return r.m, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// write sends a frame as a whole, so that it leaves in one segment (RFC 7766, section 8).
// A write that its context cuts short leaves half a message behind, and with it a session
// that is of no more use. Where it fails, whoever waits for a reply is told.
func (s *session) write(ctx context.Context, frame []byte, d *departure) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		_ = d.send(ctx.Err)
		return
	}
	var resume func()
	stopped := make(chan struct{})
	undo := context.AfterFunc(ctx, func() {
		resume = s.conn.StopWriting()
		close(stopped)
	})
	err := d.send(func() error { _, err := s.conn.Write(frame); return err })
	if !undo() {
		<-stopped
		resume()
		if err != nil {
			err = errStalled
		}
	}
	if err != nil {
		s.end(plain(err))
	}
}

// read hands replies to those who wait for them, until the session ends.
func (s *session) read() {
	for {
		b, err := readFrame(s.conn)
		if err == nil {
			err = s.deliver(b)
		}
		if err != nil {
			s.end(err)
			return
		}
	}
}

// deliver gives a message to the query that it is the reply to. One that is no reply is
// told to the query that it has the ID of, else to the one that waits longest.
func (s *session) deliver(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return s.stray("a message that nobody asked for")
	}
	w := s.waiting[0]
	if len(b) >= headerSize {
		if same := s.find(binary.BigEndian.Uint16(b)); same != nil {
			w = same
		}
	}
	at := trace.Moment{At: w.sc.Now(), From: trace.Clock}
	m, why := w.accept(b)
	if why != "" {
		if !w.left {
			w.drops.add(at, why)
		}
		return s.stray(why)
	}
	s.replies++
	s.strays = 0
	s.remove(w)
	w.reply <- arrival{at: at, m: m, size: len(b)}
	return nil
}

func (s *session) stray(why string) error {
	if s.strays++; s.strays >= maxStrays {
		return &replyError{"no reply among the messages of the connection, but " + why}
	}
	return nil
}

func (s *session) remove(w *waiter) {
	for i, other := range s.waiting {
		if other == w {
			s.waiting = append(s.waiting[:i:i], s.waiting[i+1:]...)
			return
		}
	}
}

// leave ends a query's wait. A session that stayed silent until a query's time was over
// is not asked again: it may be one that a middlebox has forgotten.
func (s *session) leave(ctx context.Context, w *waiter) {
	s.mu.Lock()
	w.left = true
	w.drops.tellRest()
	silent := context.Cause(ctx) == errTimeout && s.replies == w.heard
	s.retired = s.retired || silent
	over := s.retired && !s.busy()
	s.mu.Unlock()
	if silent {
		s.retire()
	}
	if over {
		s.end(errRetired)
	}
}

// busy reports whether anybody still waits for a reply.
func (s *session) busy() bool {
	for _, w := range s.waiting {
		if !w.left {
			return true
		}
	}
	return false
}

// served reports whether the session has brought a reply.
func (s *session) served() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replies > 0
}

// end closes the session. Whoever waits for a reply is told why there is none.
func (s *session) end(why error) {
	s.mu.Lock()
	waiting, again := s.waiting, s.ended
	s.waiting, s.ended = nil, true
	s.mu.Unlock()
	for _, w := range waiting {
		w.reply <- arrival{err: why}
	}
	if !again {
		s.retire()
		s.conn.Close()
	}
}
