package transport

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// reads is what the reading side keeps.
type reads struct {
	stamped bool
	control []byte
	receive func(fd uintptr) bool // made once: a closure for each read would be garbage

	buf  []byte
	n    int
	oobn int
	err  error

	bulky    atomic.Bool   // a large body is coming: its pieces are not looked at singly
	received atomic.Int64  // bytes read
	empty    atomic.Int64  // a trace.Time at which the receive queue was empty
	dataSegs atomic.Uint32 // how many segments with data had come when it was
	cutOff   atomic.Bool   // the reset came before any FIN
}

// writes is what the writing side keeps.
type writes struct {
	mark []byte // asks for stamps of a send; nil where there are none

	pending    atomic.Int64 // marked sends whose last stamp is still to come
	collecting sync.Mutex
}

func (s *watchedSocket) prepare() {
	s.control = make([]byte, kstamp.ControlSize)
	s.receive = s.receiveOnce
	if s.stamped {
		s.mark = kstamp.MarkSend()
	}
}

// idle says that nothing has come that was not read.
func (s *watchedSocket) idle() bool { return nothingToRead(s.raw) }

// carry takes the stamps that there are, and what the kernel says.
func (s *watchedSocket) carry(when string) {
	s.collect()
	if info, err := tcpstate.Read(s.fd); err == nil {
		s.sc.Emit(tcpstate.Report(when, info))
	}
}

// Read reads what is there, waiting for something. The moment from which the bytes
// could be read is kept in arrived.
func (s *watchedSocket) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.buf = p
	err := s.await()
	s.buf = nil
	switch {
	case err != nil:
		return 0, err
	case s.err != nil:
		return 0, s.failed("read", s.err)
	case s.n == 0 && s.cutOff.Load():
		// The writing side was told; this is not the end of the stream.
		return 0, s.failed("read", unix.ECONNRESET)
	case s.n == 0:
		s.eof = true
		s.watcher.Ended(false)
		return 0, io.EOF
	}
	s.came += int64(s.n)
	return s.n, nil
}

// await receives when there is something. Go's poller gives a socket up that has stamps
// on its error queue and is neither readable nor writable, as in the middle of a large
// request; until that has passed the kernel is asked directly, a while at a time.
func (s *watchedSocket) await() error {
	for {
		err := s.raw.Read(s.receive)
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		var done bool
		err = s.raw.Control(func(fd uintptr) {
			_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, unpollableWait)
			done = s.receive(fd)
		})
		if err != nil || done {
			return err
		}
	}
}

// unpollableWait is, in milliseconds, how late the end of a context may be noticed.
const unpollableWait = 1

func (s *watchedSocket) receiveOnce(uintptr) bool {
	before := s.sc.Now()
	for {
		s.n, s.oobn, _, _, s.err = unix.Recvmsg(s.fd, s.buf, s.control, 0)
		if s.err != unix.EINTR {
			break
		}
	}
	switch {
	case s.err == unix.EAGAIN:
		s.empty.Store(int64(before))
		s.noteIdle()
	case s.err == nil && s.n > 0:
		s.date()
	}
	s.collect()
	return s.err != unix.EAGAIN
}

// date places the bytes just read on the clock. The kernel's stamp is that of the
// newest of them, also where segments were joined in the receive queue: the first byte
// may have come earlier unless one segment came, but not before the queue was empty.
func (s *watchedSocket) date() {
	read, idle := s.received.Add(int64(s.n)), trace.Time(s.empty.Load())
	stamp, ok := kstamp.Received(s.control[:s.oobn])
	if !ok {
		s.arrived = trace.Between(idle, s.sc.Now(), trace.Syscall)
		return
	}
	s.arrived = s.sc.Wall(stamp)
	s.client.Received(s.arrived.Earliest())
	if s.bulky.Load() {
		return
	}
	before := s.sc.Now()
	info, err := tcpstate.Read(s.fd)
	joined := err != nil || info.Data_segs_in-s.dataSegs.Load() != 1
	if joined && idle < s.arrived.At {
		// A burst is the rule, so the stamp is nearer to the truth than the middle.
		s.arrived.Within = max(s.arrived.Within, s.arrived.At.Sub(idle))
	}
	s.idleIf(info, read, before)
}

// noteIdle finds out whether all that came has been read.
func (s *watchedSocket) noteIdle() {
	if s.bulky.Load() {
		return
	}
	read, before := s.received.Load(), s.sc.Now()
	info, _ := tcpstate.Read(s.fd)
	s.idleIf(info, read, before)
}

// idleIf notes that the receive queue was empty at a moment, if it was: the kernel had
// received no more than was read by then.
func (s *watchedSocket) idleIf(info *tcpstate.Info, read int64, at trace.Time) {
	if info != nil && int64(info.Bytes_received) == read {
		s.empty.Store(int64(at))
		s.dataSegs.Store(info.Data_segs_in)
	}
}

// failed notes what an error of a call means for the connection.
func (s *watchedSocket) failed(call string, err error) error {
	if err == unix.ECONNRESET {
		s.cutOff.Store(true)
	}
	if err == unix.ECONNRESET || err == unix.EPIPE {
		s.reset.Store(true)
		s.watcher.Ended(true)
	}
	return os.NewSyscallError(call, err)
}

// Write writes all of p; each send is marked, so that the kernel tells when its last
// byte left and when it was acknowledged.
func (s *watchedSocket) Write(p []byte) (int, error) {
	_ = s.raw.Control(func(uintptr) { s.noteIdle() })
	sent := 0
	if s.early {
		var err error
		if sent, err = s.writeFirst(p); err != nil {
			return sent, err
		}
	}
	for sent < len(p) {
		n, err := s.send(p[sent:])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (s *watchedSocket) send(p []byte) (n int, err error) {
	werr := s.raw.Write(func(uintptr) bool {
		s.collect()
		n, err = s.sendOnce(p)
		return err != unix.EAGAIN
	})
	if werr != nil {
		return 0, werr
	}
	if err != nil {
		return 0, s.failed("write", err)
	}
	return n, nil
}

func (s *watchedSocket) sendOnce(p []byte) (n int, err error) {
	if s.mark != nil {
		s.pending.Add(1) // before: its stamps may be there when the call returns
	}
	for {
		n, err = unix.SendmsgN(s.fd, p, s.mark, nil, unix.MSG_NOSIGNAL)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil && s.mark != nil {
		s.pending.Add(-1)
	}
	s.count.Add(int64(n))
	return n, err
}

// collect takes the stamps that have been made off the error queue and records them.
func (s *watchedSocket) collect() {
	if s.pending.Load() == 0 {
		return
	}
	s.collecting.Lock()
	defer s.collecting.Unlock()
	for _, t := range kstamp.Transmitted(s.fd) {
		offset, m := offsetOf(s.count.Load(), t.ID), s.sc.Wall(t.Unix)
		switch t.What {
		case kstamp.Sent:
			s.sc.EmitAt(m, trace.BytesLeft{Offset: offset})
		case kstamp.Acked:
			s.pending.Add(-1)
			s.sc.EmitAt(m, trace.BytesAcked{Offset: offset})
		}
	}
}

// offsetOf restores a position in the stream from its low 32 bits: the one nearest to
// the count of bytes sent, which may lag behind or be ahead by what is in flight. The
// kernel numbers the last byte of a send, offsets count through it.
func offsetOf(sent int64, id uint32) int64 {
	return sent + int64(int32(id-uint32(sent-1)))
}
