package transport

import (
	"context"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// bulk keeps the watcher from competing with a large body.
func (s *socket) bulk(on bool) { s.watcher.Pause(on) }

// hurry makes the watcher look as often as a close deserves.
func (s *socket) hurry() {
	s.watcher.Pause(false)
	s.watcher.Hurry()
}

// gone says that nothing more can come: the peer's FIN or a reset came.
func (s *socket) gone() bool { return s.eof || s.reset }

// segments counts the segments received so far.
func (s *socket) segments() uint32 {
	info, err := tcpstate.Read(s.fd)
	if err != nil {
		return 0
	}
	return info.Segs_in
}

// shutdown sends our FIN, with the clock read right before and after the call.
func (s *socket) shutdown() {
	s.watcher.Look()
	s.client.Act(func() (before, after trace.Time, err error) {
		before = s.sc.Now()
		err = unix.Shutdown(s.fd, unix.SHUT_WR)
		return before, s.sc.Now(), err
	}, func() (trace.State, trace.Time) {
		state := tcpstate.StateOf(s.fd)
		return state, s.sc.Now()
	})
}

// settle waits for the last state that can be seen.
func (s *socket) settle(ctx context.Context) {
	select {
	case <-s.client.Final():
	case <-ctx.Done():
	}
}

// observed says how a close ended that was not cut short.
func (s *socket) observed() string { return endComplete }

// report tells what is known at the end; before is the count of segments received
// before our FIN.
func (s *socket) report(before uint32) {
	s.collect()
	info, err := tcpstate.Read(s.fd)
	if err == nil {
		s.sc.Emit(tcpstate.Report("closed", info))
		s.countClose(info.Segs_in-before, info.Total_retrans)
	}
	if s.reset {
		s.sc.Emit(trace.ResetSeen{Side: trace.Server})
	}
	if left, at, ok := s.watcher.Timer(); ok {
		m := trace.Moment{At: at, From: trace.SockDiag}
		s.sc.EmitAt(m, trace.TimeWaitRead{Left: left})
	}
}

// countClose tells three segments from four where the client closed first: how many
// came from the server after our FIN. One must have held both its acknowledgement and
// its FIN; two, where we sent nothing else that was to be acknowledged, held one each.
func (s *socket) countClose(came, retransmits uint32) {
	if s.client.State() != trace.TimeWait || retransmits > 0 {
		return
	}
	m := trace.Moment{At: s.sc.Now(), From: trace.TCPInfo}
	switch came {
	case 1:
		s.sc.EmitAt(m, trace.CloseSegments{Count: 3})
	case 2:
		s.sc.EmitAt(m, trace.CloseSegments{Count: 4})
	}
}

// release gives the socket back. Where something came that was not read, the kernel
// sends a reset.
func (s *socket) release(unread bool) {
	s.watcher.Stop()
	before := s.sc.Now()
	_ = s.file.Close()
	if unread {
		s.client.Gone(true, before, s.sc.Now(), trace.Syscall)
		s.sc.Emit(trace.ResetSeen{Side: trace.Client})
	}
}
