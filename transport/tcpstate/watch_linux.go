package tcpstate

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// How often a Watcher asks. Round a close every query counts: the time between two is
// the uncertainty of what is seen. Through the rest of a fetch the data path itself
// tells that the state still holds; a server that closes first does so in between, and
// its FIN is then as uncertain as half of this.
const (
	paceCalm  = 600 * time.Microsecond
	paceClose = 20 * time.Microsecond
	// After this long the close waits for the peer, not for the network nearby.
	paceSlower  = 200 * time.Microsecond
	slowerFrom  = 50 * time.Millisecond
	slowestFrom = 500 * time.Millisecond
)

// A Watcher asks the kernel for the states of a connection from beside the data path.
// Round a close it waits in the kernel, so that the runtime's timers do not delay it.
type Watcher struct {
	fd            int
	local, remote netip.AddrPort
	sc            *trace.Scope
	client        *Tracker
	also          func()

	hurried atomic.Int64 // the moment of Hurry, 0 before
	paused  atomic.Bool
	stop    atomic.Bool
	wake    chan struct{} // ends a calm pause
	done    sync.WaitGroup

	// far asks where the other end is in another network namespace; nil unless we were
	// given a way there.
	far *Diag

	mu     sync.Mutex // guards what follows
	server *Tracker   // nil unless the other end is on this host
	diag   *Diag
	read   readEnd
	timer  time.Duration
	at     trace.Time // of timer
	over   bool
}

// A readEnd is how reading found the stream to end.
type readEnd int

const (
	unread readEnd = iota
	readFIN
	readReset
)

// Watch begins to watch the connection of a socket of ours. It calls also, now and then
// until Hurry, unless paused.
func Watch(sc *trace.Scope, fd int, local, remote netip.AddrPort, client *Tracker, also func()) *Watcher {
	w := &Watcher{fd: fd, local: local, remote: remote, sc: sc, client: client, also: also, wake: make(chan struct{}, 1)}
	w.done.Add(1)
	go w.run()
	return w
}

// FindServer looks for the other end in this network namespace and watches it too
// from now on; synSent is the earliest moment it may have left LISTEN.
func (w *Watcher) FindServer(synSent trace.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.earliest()
	s, err := w.find(w.remote, w.local)
	if err != nil || s.State == trace.Listen {
		return false
	}
	w.server = NewTracker(w.sc, trace.Server, trace.Listen, synSent)
	w.server.Observe(s.State, before, w.latest(), trace.SockDiag)
	return true
}

// FollowServer watches the other end too, by far, which asks in its network namespace and
// stays the caller's. It is called before there is an answer to our SYN, which left no
// sooner than synSent.
func (w *Watcher) FollowServer(far *Diag, synSent trace.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.far = far
	w.server = NewTracker(w.sc, trace.Server, trace.Listen, synSent)
}

// Hurry makes it ask as often as a close deserves.
func (w *Watcher) Hurry() {
	w.hurried.CompareAndSwap(0, int64(max(w.sc.Now(), 1)))
	w.rouse()
}

func (w *Watcher) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Pause keeps it from asking while a large body comes in, which needs the processor
// and proves by each byte that the state holds.
func (w *Watcher) Pause(on bool) {
	w.paused.Store(on)
	if !on {
		w.rouse()
	}
}

// Stop ends the watching and waits until it has ended. Looks do nothing from then on.
func (w *Watcher) Stop() {
	w.stop.Store(true)
	w.rouse()
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.diag != nil {
		_ = w.diag.Close()
		w.diag = nil
	}
}

// ServerFinal is closed when the last state of the other end was seen; nil where that
// is not on this host.
func (w *Watcher) ServerFinal() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server == nil {
		return nil
	}
	return w.server.Final()
}

// Timer returns what was left of TIME_WAIT at a moment, where that could be read. It is
// read again, for a FIN that came again has started it anew (RFC 9293, section 3.10.7.4).
func (w *Watcher) Timer() (left time.Duration, at trace.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer > 0 && !w.over {
		asked := w.sc.Now()
		if s, err := w.find(w.local, w.remote); err == nil && s.Timer > 0 {
			w.timer, w.at = s.Timer, asked
		}
	}
	return w.timer, w.at, w.timer > 0
}

func (w *Watcher) run() {
	defer w.done.Done()
	w.runCalmly()
	if !w.goOn() {
		return
	}
	for w.goOn() {
		w.Look()
		pause(w.pace())
	}
}

// pause waits with the kernel's own precision: a timer of the runtime's is late by up
// to a millisecond. The thread's timer slack, usually 50 µs, is its own; holding on to a
// thread to set it once would cost two more.
func pause(d time.Duration) {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	t := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &t, nil)
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) // the default again
}

// runCalmly asks until Hurry.
func (w *Watcher) runCalmly() {
	tick := time.NewTicker(paceCalm)
	defer tick.Stop()
	for w.hurried.Load() == 0 && w.goOn() {
		select {
		case <-w.wake:
			tick.Reset(paceCalm)
		case <-tick.C:
			if w.paused.Load() {
				tick.Stop() // until it is roused
				continue
			}
			w.Look()
			w.also()
		}
	}
}

// goOn says whether there is more to see.
func (w *Watcher) goOn() bool {
	if w.stop.Load() || !final(w.client.State()) {
		return !w.stop.Load()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server != nil && !final(w.server.State())
}

func (w *Watcher) pace() time.Duration {
	since := w.sc.Now().Sub(trace.Time(w.hurried.Load()))
	switch {
	case since > slowestFrom:
		return paceCalm
	case since > slowerFrom:
		return paceSlower
	}
	return paceClose
}

// earliest and latest read the clock before and after something, as other clocks may have
// it.
func (w *Watcher) earliest() trace.Time { return w.sc.Now().Add(-ClockJoin) }
func (w *Watcher) latest() trace.Time   { return w.sc.Now().Add(ClockJoin) }

// Look asks once, at both ends.
func (w *Watcher) Look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
}

// Ended says that reading found the end of the stream, by a FIN or by a reset.
func (w *Watcher) Ended(reset bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read = readFIN
	if reset {
		w.read = readReset
	}
	w.look()
}

// Act makes a system call of ours that sends a FIN, between two looks; act returns the
// readings of the clock round it.
func (w *Watcher) Act(act func() (before, after trace.Time, err error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	w.client.Act(act, w.present)
	w.look()
}

// Abort makes a system call of ours that resets the connection, between two looks.
func (w *Watcher) Abort(act func() (before, after trace.Time, err error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.look()
	if before, after, err := act(); err == nil {
		w.client.Gone(true, before, after, trace.Syscall)
	}
	w.look()
}

// How often TIME_WAIT is looked at: its end cannot be missed by more, and comes only when
// the timer has run out.
const (
	paceTimeWait = 200 * time.Millisecond
	paceItsEnd   = 5 * time.Millisecond
	itsEnd       = time.Second
)

// Outwait watches TIME_WAIT to its end, the last change of state there is, and tells what is
// left of its timer. Where our end is not in it, or sock_diag cannot be asked, it returns at
// once.
func (w *Watcher) Outwait(ctx context.Context, tell func(left time.Duration)) {
	still := w.client.SinceStill()
	for w.client.State() == trace.TimeWait && ctx.Err() == nil {
		before := w.earliest()
		s, err := w.ask()
		if err == ErrNoSuchConnection {
			w.client.Expired(trace.Between(still, w.latest(), trace.SockDiag))
			return
		}
		if err != nil || s.State != trace.TimeWait {
			return
		}
		still = before
		tell(s.Timer)
		pace := paceTimeWait
		if s.Timer < itsEnd {
			pace = paceItsEnd
		}
		rest(ctx, pace)
	}
}

// ask asks sock_diag for our end.
func (w *Watcher) ask() (Socket, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.find(w.local, w.remote)
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// present tells the state of our end, also one that CLOSED hides.
func (w *Watcher) present() (trace.State, trace.Time) {
	state := StateOf(w.fd)
	if state == trace.Closed {
		s, err := w.find(w.local, w.remote)
		switch {
		case err == nil:
			state = s.State
		case err != ErrNoSuchConnection:
			state = ""
		}
	}
	return state, w.latest()
}

func (w *Watcher) look() {
	if w.over {
		return
	}
	before := w.earliest()
	state := StateOf(w.fd)
	after := w.latest()
	if state != trace.SynSent && w.client.State() == trace.SynSent {
		return // the one who connects knows best what came of it
	}
	switch state {
	case "":
	case trace.Closed:
		w.lookClosed(before, after)
	default:
		w.client.Observe(state, before, after, trace.TCPInfo)
	}
	if w.server != nil {
		w.lookServer()
	}
}

// lookClosed finds out what lies behind a socket that says CLOSED: TIME_WAIT is kept
// apart from the socket. A close in good order ends in TIME_WAIT or comes from
// LAST_ACK; any other is a reset.
func (w *Watcher) lookClosed(before, after trace.Time) {
	was := w.client.State()
	if final(was) {
		return
	}
	asked := w.sc.Now()
	s, err := w.find(w.local, w.remote)
	switch {
	case err == nil && s.State == trace.TimeWait:
		w.timer, w.at = s.Timer, asked
		w.client.Observe(trace.TimeWait, before, after, trace.SockDiag)
	case err == ErrNoSuchConnection, was == trace.LastAck, was == trace.Established, was == trace.CloseWait, w.read == readReset:
		w.client.Gone(was != trace.LastAck, before, after, trace.TCPInfo)
	case w.read == readFIN:
		// sock_diag cannot be asked here; the diagram leaves only this.
		w.client.Observe(trace.TimeWait, before, after, trace.Inferred)
	}
}

func (w *Watcher) lookServer() {
	if final(w.server.State()) {
		return
	}
	before := w.earliest()
	s, err := w.findServer()
	after := w.latest()
	switch {
	case w.server.State() == trace.Listen && (err == ErrNoSuchConnection || err == nil && s.State == trace.Listen):
		w.server.Observe(trace.Listen, before, after, trace.SockDiag) // our SYN is on its way
	case err == nil && s.State != trace.Listen:
		w.server.Observe(s.State, before, after, trace.SockDiag)
	case err == ErrNoSuchConnection || err == nil:
		w.server.Gone(w.serverReset(), before, after, trace.SockDiag)
	}
}

// serverReset says whether one of us has reset the connection, now that the server has
// none. In good order it was in LAST_ACK, and our end has its FIN and is in TIME_WAIT;
// its states up to there went by unseen.
func (w *Watcher) serverReset() bool {
	state := w.client.State()
	if state != trace.TimeWait {
		state, _ = w.present()
	}
	return state != trace.TimeWait
}

// findServer asks for the other end, wherever that is.
func (w *Watcher) findServer() (Socket, error) {
	if w.far != nil {
		return w.far.Find(w.remote, w.local)
	}
	return w.find(w.remote, w.local)
}

// find asks sock_diag; the socket for that is opened when first needed.
func (w *Watcher) find(local, remote netip.AddrPort) (Socket, error) {
	if w.diag == nil {
		d, err := OpenDiag()
		if err != nil {
			return Socket{}, err
		}
		w.diag = d
	}
	return w.diag.Find(local, remote)
}
