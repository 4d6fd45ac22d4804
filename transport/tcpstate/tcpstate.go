// Package tcpstate follows the TCP states of a connection from beside its data path.
//
// Input are observations: a state that the kernel named between two readings of the
// clock, a system call of our own, the stamp of a byte that came in. Output are
// trace.StateSeen events, each with a moment that certainly holds the kernel's change
// of state. A [Tracker] turns the one into the other for one end of a connection; a
// [Watcher] makes the observations by asking the kernel again and again, on Linux by
// TCP_INFO and sock_diag. Elsewhere states are not observable.
//
// States and their order are those of RFC 9293, section 3.3.2.
package tcpstate

import (
	"sync"
	"time"

	"fetchscope/trace"
)

// ClockJoin is how far a reading of the clock may be off other clocks: the document says when
// it began by the wall clock, which is read beside the monotonic one, and whoever compares it
// with the kernel's stamps joins clocks in the same way. In 11,000 changes of state the two
// were up to 3.5 µs apart.
const ClockJoin = 5 * time.Microsecond

// A Tracker knows the present state of one end and since when it may have changed.
// It is safe for concurrent use.
type Tracker struct {
	sc   *trace.Scope
	side trace.Side

	mu    sync.Mutex
	state trace.State
	// still is the latest moment at which the state was certainly the present one.
	still trace.Time
	over  bool
	final chan struct{}
}

// NewTracker returns a tracker of one end that is in the given state at the moment
// still. The state itself is not recorded.
func NewTracker(sc *trace.Scope, side trace.Side, state trace.State, still trace.Time) *Tracker {
	return &Tracker{sc: sc, side: side, state: state, still: still, final: make(chan struct{})}
}

// State returns the present state.
func (t *Tracker) State() trace.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// Final is closed when a state is reached that nothing more can be seen of: TIME_WAIT
// or CLOSED.
func (t *Tracker) Final() <-chan struct{} { return t.final }

// Received says that a byte of the peer's came at this moment, so that its FIN had not:
// proof that the state held where nothing of the peer's but that changes it. FIN_WAIT_1
// is left by an acknowledgement too, which may have come before.
func (t *Tracker) Received(at trace.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == trace.Established || t.state == trace.FinWait2 {
		t.raise(at)
	}
}

func (t *Tracker) raise(at trace.Time) {
	if at > t.still {
		t.still = at
	}
}

// Enter says that the state changed at a known moment.
func (t *Tracker) Enter(state trace.State, m trace.Moment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.enter(state, m)
}

func (t *Tracker) enter(state trace.State, m trace.Moment) {
	t.sc.EmitAt(m, trace.StateSeen{State: state, Side: t.side})
	t.state = state
	t.raise(m.Earliest())
	if final(state) && !t.over {
		t.over = true
		close(t.final)
	}
}

func final(s trace.State) bool { return s == trace.TimeWait || s == trace.Closed }

// Observe says that a query between the moments before and after found the state. An
// observation that is older than what is known already is ignored. States passed
// unseen on the way are recorded as inferred.
func (t *Tracker) Observe(state trace.State, before, after trace.Time, from trace.Evidence) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.observe(state, before, after, from)
}

func (t *Tracker) observe(state trace.State, before, after trace.Time, from trace.Evidence) {
	if state == t.state {
		t.raise(before)
		return
	}
	way, ok := path(t.state, state)
	if !ok || t.over {
		return
	}
	t.pass(way, state, trace.Between(t.still, after, from))
	t.raise(before)
}

// Gone says that a query between the moments before and after found no connection any
// more: it is closed, by a reset or in good order.
func (t *Tracker) Gone(reset bool, before, after trace.Time, from trace.Evidence) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return
	}
	var way []trace.State
	if !reset {
		way, _ = path(t.state, trace.Closed)
	}
	t.pass(way, trace.Closed, trace.Between(t.still, after, from))
}

// pass records the states of a way as inferred, and its end as seen.
func (t *Tracker) pass(way []trace.State, end trace.State, m trace.Moment) {
	for _, passed := range way {
		p := m
		p.From = trace.Inferred
		t.enter(passed, p)
	}
	t.enter(end, m)
}

// Expired says that TIME_WAIT was over at a known moment: nothing but the end of its timer
// ends it (RFC 9293, section 3.6.1).
func (t *Tracker) Expired(m trace.Moment) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state == trace.TimeWait {
		t.enter(trace.Closed, m)
	}
}

// Act runs a system call of ours that sends a FIN: act returns the readings of the
// clock round it, and an error where there was no connection any more. found is then
// asked what the state is, "" where that cannot be told. Nobody else observes meanwhile,
// so that the change is put down to the call.
func (t *Tracker) Act(act func() (before, after trace.Time, err error), found func() (trace.State, trace.Time)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, after, err := act()
	if err != nil {
		return
	}
	now, at := found()
	m := trace.Between(before, after, trace.Syscall)
	switch {
	case t.state == trace.CloseWait:
		t.enter(trace.LastAck, m)
	case t.state == trace.Established && (now == trace.LastAck || now == trace.Closed):
		// The peer's FIN came just before ours: only CLOSE_WAIT leads here so soon.
		t.enter(trace.CloseWait, trace.Between(t.still, after, trace.TCPInfo))
		t.enter(trace.LastAck, m)
	case t.state == trace.Established:
		t.enter(trace.FinWait1, m)
	default:
		return
	}
	// The last states are for the one who can ask on. The question came behind the call, but
	// by whose clock is not sure: the state is taken to have held before it, and no later.
	if now != "" && !final(now) {
		t.observe(now, before, at, trace.TCPInfo)
	}
}

// next lists where a state leads in good order (RFC 9293, section 3.3.2); a reset
// leads to CLOSED from everywhere. The first entry is the usual one.
func next(from trace.State) []trace.State {
	switch from {
	case trace.Listen:
		return []trace.State{trace.SynReceived}
	case trace.SynSent, trace.SynReceived:
		return []trace.State{trace.Established}
	case trace.Established:
		return []trace.State{trace.CloseWait, trace.FinWait1}
	case trace.FinWait1:
		return []trace.State{trace.FinWait2, trace.Closing}
	case trace.FinWait2, trace.Closing:
		return []trace.State{trace.TimeWait}
	case trace.CloseWait:
		return []trace.State{trace.LastAck}
	case trace.LastAck, trace.TimeWait:
		return []trace.State{trace.Closed}
	}
	return nil
}

// path returns the states between from and to by the usual way, both left out; false
// where no way leads.
func path(from, to trace.State) ([]trace.State, bool) {
	for _, n := range next(from) {
		if n == to {
			return nil, true
		}
	}
	// The diagram has no circles, so this ends.
	for _, n := range next(from) {
		if rest, ok := path(n, to); ok {
			return append([]trace.State{n}, rest...), true
		}
	}
	return nil, false
}

// SinceStill returns the latest moment at which the present state was certain.
func (t *Tracker) SinceStill() trace.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.still
}
