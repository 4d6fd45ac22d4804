package h1

import (
	"errors"
	"io"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// chunkBuffer is the room for reading chunks off the connection. A body of known
// length is read straight into the caller's buffer.
const chunkBuffer = 64 << 10

// bulkFrom is the size from which a body is large: it then takes many round trips.
const bulkFrom = 1 << 20

// A body reads the content of a response as its framing says.
type body struct {
	sc   *trace.Scope
	conn Conn
	framing
	chunks chunkParser

	rest []byte // read already, not yet looked at
	buf  []byte
	got  int64
	last trace.Moment
	err  error // io.EOF once it has ended

	excess  bool
	bulk    bool
	sending *sending
}

func newBody(sc *trace.Scope, conn Conn, r *reader, f framing, s *sending) *body {
	b := &body{sc: sc, conn: conn, framing: f, rest: r.buf[r.begin:r.end], last: conn.Arrived(), sending: s}
	if f.kind == framedEmpty || f.kind == framedByLength && f.length == 0 {
		b.end(nil)
	}
	return b
}

// Read returns the next bytes of the content.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	n, err := b.read(p)
	b.got += int64(n)
	if !b.bulk && b.got > bulkFrom {
		b.bulk = true
		b.conn.Bulk(true)
	}
	if err == nil && b.complete() {
		err = io.EOF
	}
	if err != nil {
		b.end(err)
	}
	if n > 0 {
		return n, nil
	}
	return 0, b.err
}

func (b *body) complete() bool {
	return b.kind == framedByLength && b.got == b.length || b.kind == framedByChunks && b.chunks.state == chunksEnded
}

func (b *body) read(p []byte) (int, error) {
	if b.kind == framedByChunks {
		return b.readChunks(p)
	}
	if b.kind == framedByLength {
		p = p[:min(int64(len(p)), b.length-b.got)]
	}
	if len(b.rest) > 0 {
		n := copy(p, b.rest)
		b.rest = b.rest[n:]
		return n, nil
	}
	return b.fill(p)
}

// fill reads off the connection.
func (b *body) fill(p []byte) (int, error) {
	n, err := b.conn.Read(p)
	if n > 0 {
		b.last = b.conn.Arrived()
		return n, nil
	}
	return 0, err
}

func (b *body) readChunks(p []byte) (int, error) {
	for b.chunks.state != chunksEnded {
		if len(b.rest) == 0 {
			if b.buf == nil {
				b.buf = make([]byte, chunkBuffer)
			}
			n, err := b.fill(b.buf)
			if err != nil {
				return 0, err
			}
			b.rest = b.buf[:n]
		}
		// No more than fits p, so that data need not be kept.
		data, n, err := b.chunks.feed(b.rest[:min(len(b.rest), max(len(p), 1))])
		b.rest = b.rest[n:]
		if err != nil {
			return 0, err
		}
		if len(data) > 0 {
			return copy(p, data), b.endOfChunks()
		}
	}
	return 0, nil
}

// endOfChunks goes on over what has come already behind a piece of data, so that the
// end is seen with it.
func (b *body) endOfChunks() error {
	for len(b.rest) > 0 && b.chunks.state != inData && b.chunks.state != chunksEnded {
		_, n, err := b.chunks.feed(b.rest[:1])
		b.rest = b.rest[n:]
		if err != nil {
			return err
		}
	}
	return nil
}

// end notes how the body ended. A cause other than the framing's own end is turned
// into an error that says so.
func (b *body) end(cause error) {
	complete := cause == nil || cause == io.EOF && (b.kind == framedByClose || b.complete())
	b.err = io.EOF
	if !complete {
		b.err = b.broken(cause)
	}
	if b.bulk {
		b.conn.Bulk(false)
	}
	// A response that is complete before its request is no longer needs the rest of it
	// (RFC 9112, section 9.5).
	_ = b.sending.stop()
	b.excess = len(b.rest) > 0 && complete
	if b.excess && b.kind != framedByClose {
		b.sc.Emit(trace.LenientlyRead{What: "bytes behind the end of the response", Section: "RFC 9112, section 6.3"})
	}
	for _, n := range b.chunks.notes {
		b.sc.Emit(n)
	}
	b.sc.EmitAt(b.last, trace.ResponseEnded{
		BodyBytes: b.got, Trailers: b.chunks.trailers.Trace(), Complete: complete,
	})
}

// broken says how the body failed to end (RFC 9112, section 8).
func (b *body) broken(cause error) error {
	if cause != io.EOF && cause != io.ErrUnexpectedEOF {
		return &httpclient.Error{Phase: trace.Receive, Err: cause}
	}
	why := errors.New("the connection ended before the body did")
	switch {
	case b.kind == framedByLength:
		why = &shortBody{got: b.got, want: b.length}
	case b.kind == framedByChunks:
		why = errors.New("the connection ended before the last chunk")
	case cause == io.ErrUnexpectedEOF:
		why = errors.New("the connection ended without TLS's close_notify, so that the body may be cut short")
	}
	return &httpclient.Error{Phase: trace.Receive, Code: httpclient.CodeTruncated, Section: "RFC 9112, section 8", Err: why}
}

// persistent says whether the connection can be used again.
func (b *body) persistent(h *head) bool {
	return b.err == io.EOF && !b.excess && b.kind != framedByClose && h.keepsOpen() && b.sending.done()
}
