package transport

import (
	"context"
	"net/netip"
	"sync/atomic"
	"time"

	"fetchscope/trace"
)

// A socket is one connection, of one of three kinds: the watched one, where the system lets
// a program see what the kernel does of TCP; the plain one elsewhere, and where nobody is to
// be told (the Scope is nil); and that of a Unix domain socket, which is no TCP. One goroutine may read while another writes.
type socket interface {
	layer
	base() *link

	// idle says that nothing has come that was not read, no end either.
	idle() bool
	// carry records what the kernel says of the connection between two exchanges.
	carry(when string)
	// bulk keeps any watching from competing with a large body.
	bulk(on bool)
	// hold keeps what is written from now on until our FIN, which takes it along.
	hold()
	// hurry makes any watching as close as a close deserves.
	hurry()
	// shutdown sends our FIN.
	shutdown()
	// abort sends a reset instead.
	abort()
	// outwait watches TIME_WAIT to its end and tells what is left of its timer.
	outwait(ctx context.Context, tell func(left time.Duration))
	// settle waits for the last state that can be seen, at both ends; for the server's so
	// long.
	settle(context.Context, time.Duration)
	// observed says how a close ended that was not cut short.
	observed() string
	// report tells what is known at the end.
	report()
	// release gives the socket back; flooded says that more comes than anybody reads.
	release(flooded bool)
}

// A link is what all kinds of socket keep.
type link struct {
	sc            *trace.Scope
	local, remote netip.AddrPort
	path          string // of a Unix domain socket, which has no addresses
	established   trace.Moment
	arrived       trace.Moment // from when what was read last could be read
	count         atomic.Int64 // bytes written on the wire
	came          int64        // bytes read off it
	eof           bool
	reset         atomic.Bool
	// early says that nothing has been sent yet: the first write is to take the SYN along,
	// and calls opened when the connection stands.
	early  bool
	opened func()
	stopper
}

func (l *link) base() *link { return l }

// peer is the other end: an address or a path.
func (l *link) peer() string {
	if l.path != "" {
		return l.path
	}
	return l.remote.String()
}

// self is our end; a Unix domain socket's has no name.
func (l *link) self() string {
	if l.path != "" {
		return ""
	}
	return l.local.String()
}

// gone says that nothing more can come: the peer's FIN or a reset came.
func (l *link) gone() bool { return l.eof || l.reset.Load() }

// Sent counts the bytes written so far.
func (l *link) Sent() int64 { return l.count.Load() }

// Came counts the bytes read so far.
func (l *link) Came() int64 { return l.came }

// Arrived is the moment from which what the last Read returned could be read.
func (l *link) Arrived() trace.Moment { return l.arrived }
