package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"syscall"
	"time"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// A plainSocket is a TCP connection made by the net package. Times are those of calls
// that returned, and states are not observable.
type plainSocket struct {
	link
	conn *net.TCPConn
}

// connectPlain opens a connection.
func connectPlain(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
	d := net.Dialer{KeepAlive: -1} // a fetch does not idle
	before := sc.Now()
	conn, err := d.DialContext(ctx, "tcp", addr.String())
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return nil, err
	}
	sc.Emit(trace.NotObservable{What: "states", Why: tcpstate.NotObservable})
	s := &plainSocket{link: link{sc: sc, remote: addr}, conn: conn.(*net.TCPConn)}
	s.stopper.conn = s.conn
	s.established = trace.Between(before, sc.Now(), trace.Syscall)
	s.established.At = s.established.Latest()
	if local, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		s.local = unmapped(local.AddrPort())
	}
	return s, nil
}

// Read reads what is there, waiting for something.
func (s *plainSocket) Read(p []byte) (int, error) {
	n, err := s.conn.Read(p)
	s.came += int64(n)
	s.arrived = trace.Moment{At: s.sc.Now(), From: trace.Clock}
	if err == io.EOF {
		s.eof = true
	}
	return n, s.note(err)
}

// Write hands all of p to the kernel.
func (s *plainSocket) Write(p []byte) (int, error) {
	n, err := s.conn.Write(p)
	s.count.Add(int64(n))
	return n, s.note(err)
}

// note remembers a reset, and takes the net package's wrapping off.
func (s *plainSocket) note(err error) error {
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		s.reset.Store(true)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// idle says that nothing has come that was not read.
func (s *plainSocket) idle() bool {
	raw, err := s.conn.SyscallConn()
	return err == nil && nothingToRead(raw)
}

func (s *plainSocket) carry(string)                          {}
func (s *plainSocket) bulk(bool)                             {}
func (s *plainSocket) hold()                                 {}
func (s *plainSocket) hurry()                                {}
func (s *plainSocket) shutdown()                             { _ = s.conn.CloseWrite() }
func (s *plainSocket) abort()                                { _ = s.conn.SetLinger(0) } // release sends it
func (s *plainSocket) settle(context.Context, time.Duration) {}

func (s *plainSocket) outwait(context.Context, func(time.Duration)) {}

// observed says how a close ended that was not cut short.
func (s *plainSocket) observed() string { return endUnobservable }

func (s *plainSocket) report() {
	if s.reset.Load() {
		s.sc.Emit(trace.ResetSeen{Side: trace.Server})
	}
}

func (s *plainSocket) release(bool) { _ = s.conn.Close() }
