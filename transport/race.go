package transport

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/trace"
)

// Bounds of a race: how many addresses there are is up to whoever runs the name's zone.
const (
	// maxFlying is how many attempts wait for an answer at a time; browsers go no
	// further, and a server's SYNs are not to be a flood.
	maxFlying = 8
	// maxTried is how many addresses are tried at all; beyond as many of a name's,
	// another one is not going to be different.
	maxTried = 64
	// attemptLimit is how long one address may keep those behind it waiting, where there
	// are more than can be tried at a time. A SYN that gets no answer is sent again after
	// 1 and 3 seconds (RFC 6298, section 2): two of three have then had their chance.
	attemptLimit = 5 * time.Second
)

var (
	// errAttemptTooLong ends an attempt that keeps other addresses waiting.
	errAttemptTooLong = errors.New("no answer, and other addresses were waiting")
	// errLost ends the attempts that are left when one has connected.
	errLost = errors.New("another address was first")
)

// A race is one on its way. The goroutine that runs it starts all others, and alone uses
// what is not marked otherwise.
type race struct {
	Race
	sc     *trace.Scope
	before int

	outer  context.Context
	ctx    context.Context // of the attempts
	cancel context.CancelCauseFunc
	going  sync.WaitGroup
	won    atomic.Bool // of all goroutines: the first to set it has won
	ended  chan ending
	more   chan []netip.AddrPort // nil where nothing is to come

	waiting []netip.AddrPort // not tried yet, the next one first
	last    netip.AddrPort   // tried
	tried   int
	flying  int
	due     bool // the next may begin
	timer   <-chan time.Time
	worst   *Error // the failure that tells most so far
}

// An ending is what became of an attempt that did not lose: a connection or a failure.
type ending struct {
	conn    *Conn
	failure *Error
}

func newRace(ctx context.Context, r Race, sc *trace.Scope, before int) *race {
	run := &race{Race: r, sc: sc, before: before, outer: ctx, due: true, ended: make(chan ending, maxFlying)}
	run.ctx, run.cancel = context.WithCancelCause(ctx)
	if run.after == nil {
		run.after = time.After
	}
	if run.connect == nil {
		run.connect = connector(r.From, r.Far)
	}
	run.admit(r.Addrs)
	return run
}

// end stops whatever is still going on and waits for it.
func (r *race) end() {
	r.cancel(errLost)
	r.going.Wait()
}

// run starts attempts as their time comes until one has connected, or all have failed.
func (r *race) run() (*Conn, error) {
	r.askForMore()
	for {
		for r.mayStart() {
			r.start()
		}
		if r.flying == 0 && (r.outer.Err() != nil || len(r.waiting) == 0 && r.more == nil) {
			return nil, r.failure()
		}
		select {
		case e := <-r.ended:
			r.flying--
			if e.conn != nil {
				return e.conn, nil
			}
			r.note(e.failure)
			r.due = true // RFC 8305, section 5: one that failed is not waited for
		case <-r.timer:
			r.timer, r.due = nil, true
		case found := <-r.more:
			r.more = nil
			r.admit(found)
		case <-r.over():
		}
	}
}

// mayStart says whether the next attempt may begin. Where there is no time to begin with,
// the first is still told of.
func (r *race) mayStart() bool {
	return r.due && len(r.waiting) > 0 && r.flying < maxFlying && (r.outer.Err() == nil || r.tried == 0)
}

// over is closed when nothing but its context ends the waiting for more.
func (r *race) over() <-chan struct{} {
	if r.flying > 0 {
		return nil // the attempts end by it too
	}
	return r.outer.Done()
}

// askForMore waits for further addresses beside the attempts.
func (r *race) askForMore() {
	if r.More == nil {
		return
	}
	more := make(chan []netip.AddrPort, 1)
	r.more = more
	r.going.Go(func() { more <- r.More(r.ctx) })
}

// admit adds addresses to those that are waiting, each once.
func (r *race) admit(addrs []netip.AddrPort) {
	for _, a := range addrs {
		a = unmapped(a)
		if r.tried+len(r.waiting) < maxTried && !slices.Contains(r.waiting, a) {
			r.waiting = append(r.waiting, a)
		}
	}
	r.waiting = interleaved(r.waiting, r.last)
}

// interleaved lets the families take turns, beginning with that of the first address or,
// where one was tried already, with the other (RFC 8305, section 4). Within a family
// the order stays.
func interleaved(addrs []netip.AddrPort, last netip.AddrPort) []netip.AddrPort {
	if len(addrs) == 0 {
		return nil
	}
	first := addrs[0].Addr().Is4()
	if last.IsValid() {
		first = !last.Addr().Is4()
	}
	var turns [2][]netip.AddrPort
	for _, a := range addrs {
		if a.Addr().Is4() == first {
			turns[0] = append(turns[0], a)
		} else {
			turns[1] = append(turns[1], a)
		}
	}
	out := make([]netip.AddrPort, 0, len(addrs))
	for i := range addrs {
		for _, family := range turns {
			if i < len(family) {
				out = append(out, family[i])
			}
		}
	}
	return out
}

// start begins the next attempt.
func (r *race) start() {
	addr := r.waiting[0]
	r.waiting = r.waiting[1:]
	r.tried++
	r.flying++
	r.last = addr
	ctx, stop := r.ctx, context.CancelFunc(func() {})
	if r.flying+len(r.waiting) > maxFlying {
		ctx, stop = context.WithTimeoutCause(ctx, attemptLimit, errAttemptTooLong)
	}
	sc := r.sc.OnConn(r.number())
	sc.Emit(trace.AttemptStarted{Address: addr.String()})
	attempt := func() {
		defer stop()
		r.attempt(ctx, sc, addr)
	}
	if r.due = r.Delay <= 0; r.alone() {
		attempt() // a goroutine would cost a thread, and a stack of its own
		return
	}
	r.going.Go(attempt)
	if r.timer = nil; !r.due {
		r.timer = r.after(r.Delay)
	}
}

// alone says whether the attempt that begins has nobody to race against.
func (r *race) alone() bool { return r.flying == 1 && len(r.waiting) == 0 && r.more == nil }

// number numbers the attempt that has just been counted.
func (r *race) number() int {
	if r.Number != nil {
		return r.Number()
	}
	return r.before + r.tried
}

// attempt tries one address and says what became of it, unless it has lost.
func (r *race) attempt(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) {
	var s socket
	err := ctx.Err()
	if err == nil {
		s, err = r.connect(ctx, sc, addr)
	}
	switch {
	case err == nil && r.won.CompareAndSwap(false, true):
		r.cancel(errLost)
		r.ended <- ending{conn: connected(s, sc)}
	case err == nil:
		outrun(s, sc)
	case r.won.Load() && cut(err):
		sc.Emit(trace.AttemptEnded{Address: addr.String(), Outcome: trace.AttemptAbandoned, Why: trace.LostUnanswered})
	default:
		e := connectError(ctx, addr.String(), err)
		sc.Emit(trace.AttemptEnded{Address: addr.String(), Outcome: trace.AttemptFailed, Why: e.Code})
		r.ended <- ending{failure: e}
	}
}

// connected tells of the connection that is used.
func connected(s socket, sc *trace.Scope) *Conn {
	l := s.base()
	l.opened = func() {
		sc.EmitAt(l.established, trace.AttemptEnded{Address: l.peer(), Outcome: trace.AttemptConnected})
		sc.EmitAt(l.established, trace.Connected{Local: l.self(), Remote: l.peer()})
	}
	if !l.early {
		l.opened()
	}
	return newConn(s, sc)
}

// outrun closes a connection that came about when another was up already. Nothing was
// sent on it: our FIN ends it in good order, and the kernel sees to the rest.
func outrun(s socket, sc *trace.Scope) {
	l := s.base()
	sc.EmitAt(l.established, trace.AttemptEnded{Address: l.remote.String(), Outcome: trace.AttemptAbandoned, Why: trace.LostConnected})
	s.shutdown()
	s.release(false)
}

// note keeps the failure that tells most, of equals the first: it is of the address that
// was preferred.
func (r *race) note(e *Error) {
	if r.worst == nil || telling(e.Code) > telling(r.worst.Code) {
		r.worst = e
	}
}

// telling ranks failures by how much they say of the server: that this machine has no
// way to an address says nothing, that a SYN was answered by a reset says most.
func telling(code trace.Code) int {
	return slices.Index([]trace.Code{
		CodeInterface, CodeLocalPort, CodeUnreachable, CodeDenied, CodeOther, CodeHostDown, CodeTimeout, CodeReset, CodeRefused,
	}, code)
}

// failure is the error of a race that nobody won.
func (r *race) failure() *Error {
	switch {
	case r.outer.Err() != nil:
		code, cause := stopped(r.outer)
		e := &Error{Op: "connect", Code: code, Err: cause}
		if r.tried == 1 {
			e.Op, e.Addr = "connect to", r.last.String()
		}
		return e
	case r.worst != nil:
		return r.worst
	}
	return &Error{Op: "connect", Code: CodeNoAddress, Err: errors.New("no address to connect to")}
}
