package lab

import (
	"runtime"
	"sync"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// A link carries packets between two TUN devices until it is closed.
type link struct {
	*judge
	stop    [2]int // a pipe: its end tells the wires
	running sync.WaitGroup
}

// A wire is one direction of a link.
type wire struct {
	judge    *judge
	from     trace.Side
	in, out  int
	stop     int
	delay    time.Duration
	queue    queue
	received []byte
}

// newLink begins to carry packets. The descriptors stay the caller's.
func newLink(o Options, client, server int) (*link, error) {
	l := &link{judge: newJudge(o)}
	if err := unix.Pipe2(l.stop[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	for _, w := range []*wire{
		{from: trace.Client, in: client, out: server},
		{from: trace.Server, in: server, out: client},
	} {
		w.judge, w.stop, w.delay, w.received = l.judge, l.stop[0], o.RTT/2, make([]byte, mtu)
		l.running.Go(w.run)
	}
	return l, nil
}

// close ends the carrying and waits for that; what is under way is gone.
func (l *link) close() {
	_ = unix.Close(l.stop[1])
	l.running.Wait()
	_ = unix.Close(l.stop[0])
}

// run carries until the pipe ends. The thread is its own: it waits in the kernel with a
// timer slack of 1 ns (prctl(2)), where others are woken up to 50 µs late, and ends with
// it, so that nobody else gets that.
func (w *wire) run() {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	fds := []unix.PollFd{{Fd: int32(w.in), Events: unix.POLLIN}, {Fd: int32(w.stop), Events: unix.POLLIN}}
	for {
		_, err := unix.Ppoll(fds, w.untilDue(), nil)
		if err != nil && err != unix.EINTR || fds[1].Revents != 0 {
			return
		}
		if !w.take() {
			return
		}
		w.send()
	}
}

// monotonic reads the clock that packets are due by.
func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// untilDue is the time until the next packet is due; nil where there is none.
func (w *wire) untilDue() *unix.Timespec {
	next := w.queue.next()
	if next == nil {
		return nil
	}
	t := unix.NsecToTimespec(max(int64(next.due-monotonic()), 0))
	return &t
}

// take takes in what has come, as much at a time as may be queued; false where the device
// is gone.
func (w *wire) take() bool {
	for range maxQueued {
		n, err := unix.Read(w.in, w.received)
		switch {
		case err == unix.EAGAIN:
			return true
		case err == unix.EINTR:
			continue
		case err != nil:
			return false
		}
		w.accept(w.received[:n], monotonic())
	}
	return true
}

func (w *wire) accept(packet []byte, now time.Duration) {
	if !carried(packet) || w.judge.lost(w.from, packet) {
		return
	}
	if !w.queue.push(packet, now+w.delay) {
		w.judge.noRoom(w.from, packet)
	}
}

// send hands over what is due. A device that takes nothing at the moment loses it, as a
// receiver without buffers would.
func (w *wire) send() {
	for next := w.queue.next(); next != nil && next.due <= monotonic(); next = w.queue.next() {
		if _, err := unix.Write(w.out, next.packet); err == unix.EAGAIN || err == unix.ENOBUFS {
			w.judge.noRoom(w.from, next.packet)
		}
		w.queue.drop()
	}
}
