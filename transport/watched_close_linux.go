package transport

import (
	"context"
	"time"
	"unsafe"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// bulk keeps the watcher from competing with a large body.
func (s *watchedSocket) bulk(on bool) {
	s.bulky.Store(on)
	s.watcher.Pause(on)
}

// hurry makes the watcher look as often as a close deserves.
func (s *watchedSocket) hurry() {
	s.watcher.Pause(false)
	s.watcher.Hurry()
}

// hold keeps what is written from now on until our FIN, which takes it along
// (tcp(7), TCP_CORK).
func (s *watchedSocket) hold() { _ = unix.SetsockoptInt(s.fd, unix.IPPROTO_TCP, unix.TCP_CORK, 1) }

// shutdown sends our FIN, with the clock read right before and after the call.
func (s *watchedSocket) shutdown() {
	s.atFIN, _ = tcpstate.Read(s.fd)
	s.watcher.Act(func() (before, after trace.Time, err error) {
		return s.around(func() error { return unix.Shutdown(s.fd, unix.SHUT_WR) })
	})
}

// abort sends a reset, with the clock read right before and after the call: a connection
// that is dissolved while it is open is reset (RFC 9293, section 3.10.5), and our end of it
// can still be asked for. TLS ends with it.
func (s *watchedSocket) abort() {
	s.atFIN, _ = tcpstate.Read(s.fd)
	s.watcher.Abort(func() (before, after trace.Time, err error) {
		return s.around(func() error { return dissolve(s.fd) })
	})
	s.aborted = true
	s.sc.Emit(trace.ResetSeen{Side: trace.Client})
}

// dissolve takes a socket's peer away (connect(2), AF_UNSPEC).
func dissolve(fd int) error {
	none := unix.RawSockaddr{Family: unix.AF_UNSPEC}
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&none)), unsafe.Sizeof(none))
	if errno != 0 {
		return errno
	}
	return nil
}

// outwait watches TIME_WAIT to its end and tells what is left of its timer.
func (s *watchedSocket) outwait(ctx context.Context, tell func(left time.Duration)) {
	s.watcher.Outwait(ctx, tell)
}

// serverSettles is how long a server on this host is watched when we are done, unless it
// is asked to be longer: our last acknowledgement is on its way to it.
const serverSettles = 5 * time.Millisecond

// settle waits for the last state that can be seen, at both ends.
func (s *watchedSocket) settle(ctx context.Context, settles time.Duration) {
	select {
	case <-s.client.Final():
	case <-ctx.Done():
		return
	}
	server := s.watcher.ServerFinal()
	if server == nil {
		return
	}
	limit := time.NewTimer(max(settles, serverSettles))
	defer limit.Stop()
	select {
	case <-server:
	case <-limit.C:
	case <-ctx.Done():
	}
}

// observed says how a close ended that was not cut short.
func (s *watchedSocket) observed() string { return endComplete }

// report tells what is known at the end.
func (s *watchedSocket) report() {
	s.collect()
	info, err := tcpstate.Read(s.fd)
	switch {
	case s.aborted && s.atFIN != nil: // the kernel has forgotten it all
		s.sc.Emit(tcpstate.Report("closed", s.atFIN))
	case err == nil && !s.aborted:
		s.sc.Emit(tcpstate.Report("closed", info))
		s.countClose(info)
	}
	if s.reset.Load() {
		s.sc.Emit(trace.ResetSeen{Side: trace.Server})
	}
	if left, at, ok := s.watcher.Timer(); ok {
		m := trace.Moment{At: at, From: trace.SockDiag}
		s.sc.EmitAt(m, trace.TimeWaitRead{Left: left})
	}
}

// countClose tells three segments from four where the client closed first: how many
// came from the server after our FIN. One must have held both its acknowledgement and
// its FIN; two held one each where neither of them was data, nor acknowledged any (a
// close_notify, say).
func (s *watchedSocket) countClose(now *tcpstate.Info) {
	then := s.atFIN
	if then == nil || s.client.State() != trace.TimeWait || now.Total_retrans != then.Total_retrans {
		return
	}
	m := trace.Moment{At: s.sc.Now(), From: trace.TCPInfo}
	came := now.Segs_in - then.Segs_in
	switch {
	case came == 1:
		s.sc.EmitAt(m, trace.CloseSegments{Count: 3})
	case came == 2 && then.Unacked == 0 && now.Data_segs_in == then.Data_segs_in:
		s.sc.EmitAt(m, trace.CloseSegments{Count: 4})
	}
}

// release gives the socket back. Where more comes, or something that came was not read,
// the connection is reset: the kernel would do so at the next segment, or at once.
func (s *watchedSocket) release(flooded bool) {
	s.watcher.Stop()
	unread, _ := unix.IoctlGetInt(s.fd, unix.SIOCINQ)
	state := s.client.State()
	reset := (flooded || unread > 0) && state != trace.TimeWait && state != trace.Closed
	if reset {
		_ = unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	}
	before, after, _ := s.around(s.file.Close)
	if reset {
		s.client.Gone(true, before, after, trace.Syscall)
		s.sc.Emit(trace.ResetSeen{Side: trace.Client})
	}
}
