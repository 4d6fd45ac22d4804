package tcpstate

import (
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// How often a Watcher asks. Round a close every query counts: the time between two is
// the uncertainty of what is seen. Through the rest of a fetch the data path itself
// tells that the state still holds.
const (
	paceCalm  = time.Millisecond
	paceClose = 50 * time.Microsecond
	// After this long the close waits for the peer, not for the network nearby.
	paceSlower = 200 * time.Microsecond
	slowerFrom = 50 * time.Millisecond
)

// A Watcher asks the kernel for the states of a connection from a thread of its own,
// so that neither the scheduler nor the data path delays it.
type Watcher struct {
	fd            int
	local, remote netip.AddrPort
	sc            *trace.Scope
	client        *Tracker
	server        *Tracker // nil unless the other end is on this host

	hurried atomic.Int64 // the moment of Hurry, 0 before
	paused  atomic.Bool
	stop    atomic.Bool
	done    sync.WaitGroup

	mu    sync.Mutex // guards what follows
	diag  *Diag
	timer time.Duration
	at    trace.Time // of timer
}

// Watch begins to watch the connection of a socket of ours.
func Watch(sc *trace.Scope, fd int, local, remote netip.AddrPort, client *Tracker) *Watcher {
	w := &Watcher{fd: fd, local: local, remote: remote, sc: sc, client: client}
	w.done.Add(1)
	go w.run()
	return w
}

// FindServer looks for the other end in this network namespace and watches it too
// from now on; synSent is the earliest moment it may have left LISTEN.
func (w *Watcher) FindServer(synSent trace.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.sc.Now()
	s, err := w.find(w.remote, w.local)
	if err != nil || s.State == trace.Listen {
		return false
	}
	w.server = NewTracker(w.sc, trace.Server, trace.Listen, synSent)
	w.server.Observe(s.State, before, w.sc.Now(), trace.SockDiag)
	return true
}

// Hurry makes it ask as often as a close deserves.
func (w *Watcher) Hurry() { w.hurried.CompareAndSwap(0, int64(w.sc.Now())) }

// Pause keeps it from asking while a large body comes in, which needs the processor
// and proves by each byte that the state holds.
func (w *Watcher) Pause(on bool) { w.paused.Store(on) }

// Stop ends the watching and waits until it has ended.
func (w *Watcher) Stop() {
	w.stop.Store(true)
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.diag != nil {
		_ = w.diag.Close()
		w.diag = nil
	}
}

// Timer returns what was left of TIME_WAIT at a moment, where that could be read.
func (w *Watcher) Timer() (left time.Duration, at trace.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.timer, w.at, w.timer > 0
}

func (w *Watcher) run() {
	defer w.done.Done()
	// The thread is not given back: its timer slack, 1 ns instead of 50 µs, ends with it.
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	for !w.stop.Load() && !w.over() {
		if !w.paused.Load() {
			w.Look()
		}
		pause := unix.NsecToTimespec(int64(w.pace()))
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &pause, nil)
	}
}

func (w *Watcher) over() bool {
	if !final(w.client.State()) {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server == nil || final(w.server.State())
}

func (w *Watcher) pace() time.Duration {
	since := trace.Time(w.hurried.Load())
	switch {
	case since == 0:
		return paceCalm
	case w.sc.Now().Sub(since) > slowerFrom:
		return paceSlower
	}
	return paceClose
}

// Look asks once, at both ends.
func (w *Watcher) Look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.sc.Now()
	state := StateOf(w.fd)
	after := w.sc.Now()
	switch state {
	case "":
	case trace.Closed:
		w.lookClosed(before, after)
	case trace.Established:
		if w.client.State() == trace.SynSent {
			break // the one who connects knows better when that was
		}
		fallthrough
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
	if final(w.client.State()) {
		return
	}
	asked := w.sc.Now()
	s, err := w.find(w.local, w.remote)
	switch {
	case err == nil && s.State == trace.TimeWait:
		w.timer, w.at = s.Timer, asked
		w.client.Observe(trace.TimeWait, before, after, trace.SockDiag)
	case err == ErrNoSuchConnection || pendingReset(w.fd):
		w.client.Gone(w.client.State() != trace.LastAck, before, after, trace.TCPInfo)
	case w.client.State() == trace.LastAck:
		w.client.Gone(false, before, after, trace.TCPInfo)
	default:
		// sock_diag cannot be asked here; the diagram leaves only this.
		w.client.Observe(trace.TimeWait, before, after, trace.Inferred)
	}
}

// pendingReset reads the socket's pending error.
func pendingReset(fd int) bool {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	return err == nil && (unix.Errno(errno) == unix.ECONNRESET || unix.Errno(errno) == unix.EPIPE)
}

func (w *Watcher) lookServer() {
	if final(w.server.State()) {
		return
	}
	before := w.sc.Now()
	s, err := w.find(w.remote, w.local)
	after := w.sc.Now()
	switch {
	case err == nil && s.State != trace.Listen:
		w.server.Observe(s.State, before, after, trace.SockDiag)
	case err == ErrNoSuchConnection || err == nil:
		// It went through its states unseen, unless one of us reset the connection:
		// then the client has no TIME_WAIT and did not answer a FIN either.
		c := w.client.State()
		w.server.Gone(c == trace.Closed || c == trace.Established, before, after, trace.SockDiag)
	}
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
