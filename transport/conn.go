package transport

import (
	"context"
	"errors"
	"io"
	"net/netip"

	"fetchscope/trace"
)

// A layer of a connection: it reads and writes through the one below, and knows when
// what it last read could be read.
type layer interface {
	io.ReadWriter
	Arrived() trace.Moment
	Came() int64
}

// A Conn is a connection as the steps above see it. One goroutine may read while
// another writes.
type Conn struct {
	sock socket
	link *link // the socket's
	sc   *trace.Scope
	top  layer
	tls  *secured // nil without TLS

	closed bool
	// carried says that it has served more than the exchange that it was opened for, which
	// opened then is; nil where that was of an earlier fetch.
	carried bool
	opened  *int
	// rested says that what is known of the last exchange was recorded.
	rested bool
}

func newConn(s socket, sc *trace.Scope) *Conn {
	return &Conn{sock: s, link: s.base(), sc: sc, top: s}
}

// Bind makes the end of ctx end every waiting read and write, with its cause as their
// error. The returned function ends that.
func (c *Conn) Bind(ctx context.Context) (release func()) { return c.link.guard(ctx) }

// Read reads what has come. It returns io.EOF at the end of the stream and
// io.ErrUnexpectedEOF where TLS was not ended by a close_notify, which cannot be told
// from truncation (RFC 8446, section 6.1). Other errors are *Errors.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.top.Read(p)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		err = c.failed("read", err)
	}
	return n, err
}

// Write hands all of p to the kernel. Its error is an *Error.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.top.Write(p)
	if err != nil {
		err = c.failed("write", err)
	}
	return n, err
}

func (c *Conn) failed(op string, err error) error {
	var known *Error
	if errors.As(err, &known) {
		return err
	}
	code := codeOf(err, CodeBroken)
	if ctx := c.link.overBy(); ctx != nil && cut(err) {
		code, err = stopped(ctx)
	}
	return &Error{Op: op, Addr: c.link.remote.String(), Code: code, Err: short(err)}
}

// Arrived is the moment from which what the last Read returned could be read: under
// TLS the one at which the record that holds it was complete.
func (c *Conn) Arrived() trace.Moment { return c.top.Arrived() }

// Began is the moment from which the first byte of what Arrived tells of could be read:
// under TLS that of the record, which may have taken several segments.
func (c *Conn) Began() trace.Moment {
	if c.tls != nil {
		return c.tls.wire.begun
	}
	return c.top.Arrived()
}

// Came counts the bytes that came on the wire through what the last Read returned: under
// TLS through the record that held it.
func (c *Conn) Came() int64 { return c.top.Came() }

// Sent counts the bytes written on the wire so far, those of TLS included.
func (c *Conn) Sent() int64 { return c.link.Sent() }

// Bulk says that a large body is coming in, so that nothing competes with it.
func (c *Conn) Bulk(on bool) { c.sock.bulk(on) }

// Idle says that the connection could carry another request: the peer has neither ended it
// nor sent anything that nobody asked for.
func (c *Conn) Idle() bool { return !c.closed && !c.link.gone() && c.sock.idle() }

// Rest records what is known by now of an exchange behind which the connection is left open,
// as Carry would.
func (c *Conn) Rest() {
	if c.sc == nil {
		return
	}
	c.sock.carry("kept")
	c.rested = true
}

// Carry makes the connection serve another exchange: what is recorded from now on is of
// that one's scope. What is known of the one before is recorded first.
func (c *Conn) Carry(next *trace.Scope) {
	if c.sc == nil {
		return
	}
	if !c.rested {
		c.sock.carry("kept")
	}
	c.rested = false
	before, same := c.sc.Continue(next)
	switch {
	case !same:
		c.opened = nil
	case !c.carried:
		c.opened = &before
	}
	c.carried = true
	c.sc.Emit(trace.ConnectionReused{Local: c.link.local.String(), Remote: c.link.remote.String(), Exchange: c.opened})
	c.sock.carry("reused")
}

// Scope is the scope of the connection.
func (c *Conn) Scope() *trace.Scope { return c.sc }

// Local is our end.
func (c *Conn) Local() netip.AddrPort { return c.link.local }

// Remote is the peer's end: the proxy's, where there is one.
func (c *Conn) Remote() netip.AddrPort { return c.link.remote }

// StopWriting makes a write that waits for the peer return; resume lets writes go on.
func (c *Conn) StopWriting() (resume func()) { return c.link.stopWriting() }
