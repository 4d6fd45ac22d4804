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

// A plainSocket is a connection made by the net package, over TCP or to a Unix domain
// socket. Times are those of calls that returned, and states are not observable.
type plainSocket struct {
	link
	conn streamConn
}

// A streamConn is what connections over TCP and to Unix domain sockets have in common.
type streamConn interface {
	net.Conn
	syscall.Conn
	CloseWrite() error
}

// connectPlain opens a connection.
func connectPlain(ctx context.Context, sc *trace.Scope, addr netip.AddrPort, from Local) (socket, error) {
	d := net.Dialer{KeepAlive: -1}
	if !from.NoKeepAlive {
		d.KeepAliveConfig = net.KeepAliveConfig{Enable: true, Idle: keepIdle, Interval: keepInterval, Count: keepCount}
	}
	before := sc.Now()
	conn, err := from.dial(undated{ctx}, d, addr)
	if err != nil {
		return nil, unwrapped(err)
	}
	sc.Emit(trace.NotObservable{What: "states", Why: tcpstate.NotObservable})
	s := newPlain(sc, conn.(*net.TCPConn), before)
	s.remote = addr
	if local, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		s.local = unmapped(local.AddrPort())
	}
	return s, nil
}

// An undated is a context whose end a dialer learns of when it comes: by a timer of its own
// it could be told of too early for the context to say why.
type undated struct{ context.Context }

// Deadline tells of none.
func (undated) Deadline() (t time.Time, ok bool) { return t, false }

// newPlain is the socket of a connection that has come about since before.
func newPlain(sc *trace.Scope, conn streamConn, before trace.Time) *plainSocket {
	s := &plainSocket{link: link{sc: sc}, conn: conn}
	s.stopper.conn = conn
	s.established = trace.Between(before, sc.Now(), trace.Syscall)
	s.established.At = s.established.Latest()
	return s
}

// unwrapped takes the net package's wrapping off an error.
func unwrapped(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
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

// note remembers a reset.
func (s *plainSocket) note(err error) error {
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		s.reset.Store(true)
	}
	return unwrapped(err)
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
func (s *plainSocket) settle(context.Context, time.Duration) {}

// abort has release send a reset, where there is such a thing.
func (s *plainSocket) abort() {
	if conn, ok := s.conn.(*net.TCPConn); ok {
		_ = conn.SetLinger(0)
	}
}

func (s *plainSocket) outwait(context.Context, func(time.Duration)) {}

// observed says how a close ended that was not cut short.
func (s *plainSocket) observed() string { return endUnobservable }

func (s *plainSocket) report() {
	if s.reset.Load() {
		s.sc.Emit(trace.ResetSeen{Side: trace.Server})
	}
}

func (s *plainSocket) release(bool) { _ = s.conn.Close() }
