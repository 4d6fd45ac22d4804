package transport

import (
	"context"
	"errors"
	"io"
	"time"

	"fetchscope/trace"
)

// CloseOptions say how a connection is to be ended. The zero value ends it in good order.
type CloseOptions struct {
	Mode CloseMode
	// ServerFirst waits a little for the server's FIN, which it has announced.
	ServerFirst bool
	// Timeout bounds the waiting for the server's FIN, and all that comes of ours; 0 means
	// CloseTimeout, and ServerSettles beside.
	Timeout time.Duration
	// TimeWait follows TIME_WAIT to its end, and is told now and then how much of its timer
	// is left; nil leaves it to the kernel.
	TimeWait func(left time.Duration)
	// ServerSettles is how long the server's end, where that can be seen, is watched when
	// ours is over; 0 means a moment, for our last acknowledgement to reach it.
	ServerSettles time.Duration
}

// A CloseMode is how a connection is ended, and by whom.
type CloseMode int

// The ways to end a connection.
const (
	// CloseGraceful sends our FIN, or answers the server's (RFC 9293, section 3.6).
	CloseGraceful CloseMode = iota
	// CloseServer waits for the server's FIN before ours, to the time-out.
	CloseServer
	// CloseReset breaks it off by a RST (RFC 9293, section 3.10.5).
	CloseReset
)

// CloseTimeout is how long a close is watched by default. A lost FIN is sent again
// after some 200 ms and a round trip (RFC 6298 with Linux's minimum), its repeat after
// twice that.
const CloseTimeout = 2 * time.Second

// serverFirstGrace is how long a FIN that was announced is waited for: it comes right
// behind the last byte, but for a loss.
const serverFirstGrace = 300 * time.Millisecond

// maxLingering bounds what is read and dropped after the response.
const maxLingering = 1 << 20

// Close ends the connection: close_notify under TLS, our FIN, reading to the server's.
// It watches the states to the last that can be seen and gives the socket back. What
// it saw is recorded; it cannot fail. ctx ends the waiting early. Where nobody is to be
// told, the kernel is left to end it by itself. A second call does nothing.
func (c *Conn) Close(ctx context.Context, o CloseOptions) {
	if c.closed {
		return
	}
	c.closed = true
	if o.Timeout == 0 {
		o.Timeout = CloseTimeout + o.ServerSettles
	}
	d := drain{conn: c, buf: make([]byte, drainBuffer)}
	if c.sc == nil {
		c.part(ctx, o, &d)
		return
	}
	c.sock.hurry()
	c.awaitServer(ctx, o, &d)
	limited, cancel := context.WithTimeoutCause(ctx, o.Timeout, errCloseTimeout)
	defer cancel()
	defer c.Bind(limited)()
	c.sc.Emit(trace.CloseStarted{})
	why := c.end(limited, o, &d)
	if o.TimeWait != nil && why == endComplete {
		c.sock.outwait(ctx, o.TimeWait)
	}
	c.sock.report()
	c.sock.release(why == endFlooded)
	c.sc.Emit(trace.CloseEnded{Why: why, Lingering: d.dropped})
}

// end sends our FIN, or a reset, and waits for what comes of it.
func (c *Conn) end(ctx context.Context, o CloseOptions, d *drain) (why string) {
	if o.Mode == CloseReset && !c.link.gone() {
		c.sock.abort()
		c.sock.settle(ctx, o.ServerSettles)
		return c.sock.observed()
	}
	c.sayGoodbye()
	c.sock.shutdown()
	if d.run() {
		c.sock.settle(ctx, o.ServerSettles)
	}
	return d.why(ctx)
}

// part closes without looking back.
func (c *Conn) part(ctx context.Context, o CloseOptions, d *drain) {
	if o.Mode == CloseServer {
		c.awaitServer(ctx, o, d)
	}
	if o.Mode == CloseReset && !c.link.gone() {
		c.sock.abort()
	} else {
		c.sayGoodbye()
	}
	c.sock.release(false)
}

// sayGoodbye ends TLS.
func (c *Conn) sayGoodbye() {
	if c.tls != nil && !c.link.gone() {
		// It goes out with the FIN: a server that answers it at once would close first.
		c.sock.hold()
		c.tls.notify()
	}
}

// awaitServer reads until the server's FIN: where it was announced for a little while, and
// to the time-out where it is wanted.
func (c *Conn) awaitServer(ctx context.Context, o CloseOptions, d *drain) {
	most := min(serverFirstGrace, o.Timeout)
	switch {
	case o.Mode == CloseServer:
		most = o.Timeout
	case !o.ServerFirst || o.Mode == CloseReset:
		return
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	defer c.link.guard(ctx)()
	d.run()
}

// errCloseTimeout is the cause of a close that was watched long enough.
var errCloseTimeout = errors.New("the close took too long")

// How a close can end.
const (
	endComplete     = "complete"
	endTimeout      = "timeout"
	endInterrupted  = "interrupted"
	endFlooded      = "flooded"
	endUnobservable = "unobservable"
)

const drainBuffer = 16 << 10

// A drain reads what comes after the response, to the end of the stream, and drops it.
type drain struct {
	conn    *Conn
	buf     []byte
	read    int64 // all that came
	dropped int64 // what came before the server ended TLS, where there is TLS
	ended   bool
}

// run reads to the end; false where it was cut short.
func (d *drain) run() bool {
	for d.read <= maxLingering && !d.ended {
		if err := d.next(); err != nil {
			d.ended = !cut(err)
			return d.ended
		}
	}
	return d.ended
}

// next reads through TLS until its close_notify, then below it.
func (d *drain) next() error {
	c := d.conn
	if c.tls == nil || c.tls.notified || c.tls.broken {
		n, err := c.sock.Read(d.buf)
		d.read += int64(n)
		if c.tls == nil {
			d.dropped += int64(n)
		}
		return err
	}
	n, err := c.tls.Read(d.buf)
	d.read += int64(n)
	d.dropped += int64(n)
	if err != nil && !c.link.gone() && !cut(err) {
		// close_notify, or records that make no sense: go on to the FIN.
		c.tls.broken = err != io.EOF
		err = nil
	}
	return err
}

func (d *drain) why(ctx context.Context) string {
	switch {
	case d.read > maxLingering:
		return endFlooded
	case d.ended && ctx.Err() == nil:
		return d.conn.sock.observed()
	case context.Cause(ctx) == errCloseTimeout:
		return endTimeout
	}
	return endInterrupted
}
