//go:build !linux

package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// A socket is a TCP connection made by the net package. Times are those of calls that
// returned, and states are not observable.
type socket struct {
	sc            *trace.Scope
	conn          *net.TCPConn
	local, remote netip.AddrPort
	established   trace.Moment

	stopper
	arrived trace.Moment
	count   atomic.Int64
	eof     bool
	reset   atomic.Bool
}

// connect opens a connection.
func connect(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (*socket, error) {
	var d net.Dialer
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
	s := &socket{sc: sc, conn: conn.(*net.TCPConn), remote: addr}
	s.stopper.conn = s.conn
	s.established = trace.Between(before, sc.Now(), trace.Syscall)
	s.established.At = s.established.Latest()
	if local, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		s.local = unmapped(local.AddrPort())
	}
	return s, nil
}

// Read reads what is there, waiting for something.
func (s *socket) Read(p []byte) (int, error) {
	n, err := s.conn.Read(p)
	s.arrived = trace.Moment{At: s.sc.Now(), From: trace.Clock}
	if err == io.EOF {
		s.eof = true
	}
	return n, s.note(err)
}

// Write hands all of p to the kernel.
func (s *socket) Write(p []byte) (int, error) {
	n, err := s.conn.Write(p)
	s.count.Add(int64(n))
	return n, s.note(err)
}

// note remembers a reset, and takes the net package's wrapping off.
func (s *socket) note(err error) error {
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		s.reset.Store(true)
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// Sent counts the bytes written so far.
func (s *socket) Sent() int64 { return s.count.Load() }

// Arrived is the moment at which the last Read returned.
func (s *socket) Arrived() trace.Moment { return s.arrived }

func (s *socket) bulk(bool)              {}
func (s *socket) hold()                  {}
func (s *socket) hurry()                 {}
func (s *socket) gone() bool             { return s.eof || s.reset.Load() }
func (s *socket) shutdown()              { _ = s.conn.CloseWrite() }
func (s *socket) settle(context.Context) {}

// observed says how a close ended that was not cut short.
func (s *socket) observed() string { return endUnobservable }

func (s *socket) report() {
	if s.reset.Load() {
		s.sc.Emit(trace.ResetSeen{Side: trace.Server})
	}
}

func (s *socket) release(bool) { _ = s.conn.Close() }
