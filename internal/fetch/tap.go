package fetch

import (
	"fetchscope/httpclient/h1"
	"fetchscope/transport"
)

// A Wire is told what goes over in one exchange, above TLS, as HTTP/1 has it: heads and
// bodies in the pieces in which they are handed to the connection and come from it. It
// must not keep the bytes. Its methods may be called at the same time.
type Wire interface {
	Sent(p []byte)
	Received(p []byte)
	// Ended says that no more is to come, or can.
	Ended()
}

// A tapped is a connection whose bytes are told to a Wire.
type tapped struct {
	h1.Conn
	wire Wire
}

// tapped is the connection as an exchange is to have it. Where nobody listens, it is the
// connection itself.
func (f *Fetcher) tapped(conn *transport.Conn) h1.Conn {
	if f.o.Tap == nil {
		return conn
	}
	return &tapped{Conn: conn, wire: f.o.Tap()}
}

// Write tells what has been handed over, once it has been.
func (t *tapped) Write(p []byte) (int, error) {
	n, err := t.Conn.Write(p)
	t.wire.Sent(p[:n])
	return n, err
}

// Read tells what has come.
func (t *tapped) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.wire.Received(p[:n])
	if err != nil {
		t.wire.Ended()
	}
	return n, err
}
