package h1

import (
	"errors"
	"fmt"
	"io"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// chunkBuffer is the room for reading chunks off the connection. A body of known
// length is read straight into the caller's buffer.
const chunkBuffer = 64 << 10

// bulkFrom is the size from which a body is large: it then takes many round trips.
const bulkFrom = 1 << 20

// errGivenUp is the error of a body that was closed before its end.
var errGivenUp = errors.New("the rest of the body was not wanted")

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
	came int64 // on the wire, through it
	err  error // io.EOF once it has ended

	progress httpclient.Progress

	keeps   bool // both sides leave the connection open
	wanted  bool // the request is, though it has been answered before its end
	excess  bool
	bulk    bool
	sending *sending
}

func newBody(sc *trace.Scope, conn Conn, r *reader, resp *response, s *sending) *body {
	return &body{
		sc: sc, conn: conn, framing: resp.framing, keeps: resp.keeps, wanted: resp.keeps && resp.Status < 300,
		rest: r.buf[r.begin:r.end], last: conn.Arrived(), came: conn.Came(), sending: s,
	}
}

// Read returns the next bytes of the content.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	n, err := b.read(p)
	b.got += int64(n)
	if n > 0 && b.sc != nil {
		b.progress.Came(b.last.At, b.got)
	}
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

// complete says whether all has come that the framing announced.
func (b *body) complete() bool {
	switch b.kind {
	case framedByLength:
		return b.got == b.length
	case framedByChunks:
		return b.chunks.state == chunksEnded
	}
	return b.kind == framedEmpty
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
		b.last, b.came = b.conn.Arrived(), b.conn.Came()
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
		if b.raw {
			return b.readRaw(p)
		}
		if err := b.between(); err != nil {
			return 0, err
		}
		if b.chunks.state == inData && len(b.rest) > 0 {
			n := copy(p, b.chunks.data(b.rest[:min(len(b.rest), len(p))]))
			b.rest = b.rest[n:]
			// What has come behind it already may be the end, which is then seen now.
			return n, b.between()
		}
	}
	return 0, nil
}

// readRaw passes on what has come of the chunks, framing and all, which is only looked
// at to find the end.
func (b *body) readRaw(p []byte) (int, error) {
	in := b.rest[:min(len(b.rest), len(p))]
	n := 0
	for n < len(in) && b.chunks.state != chunksEnded {
		if b.chunks.state == inData {
			n += len(b.chunks.data(in[n:]))
			continue
		}
		passed, err := b.chunks.between(in[n:])
		if n += passed; err != nil {
			return copy(p, in[:n]), err
		}
	}
	b.rest = b.rest[n:]
	return copy(p, in[:n]), nil
}

// between passes over what has come that is no data.
func (b *body) between() error {
	n, err := b.chunks.between(b.rest)
	b.rest = b.rest[n:]
	return err
}

// Close gives up what has not been read. The connection then has no further use.
func (b *body) Close() error {
	if b.err == nil {
		b.finish(errGivenUp)
	}
	return nil
}

// end finds out whether the body ended as its framing says.
func (b *body) end(cause error) {
	if cause == io.EOF && (b.kind == framedByClose || b.complete()) {
		b.finish(io.EOF)
		return
	}
	b.finish(b.broken(cause))
}

// finish notes how the body ended: err is io.EOF where it is complete.
func (b *body) finish(err error) {
	b.err = err
	if b.bulk {
		b.conn.Bulk(false)
	}
	if err == io.EOF && b.wanted {
		b.sending.finish()
	}
	// Any other response that is complete before its request is no longer needs the rest
	// of it (RFC 9112, section 9.5).
	_ = b.sending.stop()
	// Only what has come by now can be told; the rest is for the close to count.
	b.excess = len(b.rest) > 0 && err == io.EOF
	if b.excess {
		b.sc.Emit(trace.LenientlyRead{What: "bytes behind the end of the response", Section: "RFC 9112, section 6.3"})
	}
	b.chunks.notes.emit(b.sc)
	if points := b.progress.Points(); points != nil {
		b.sc.EmitAt(b.last, trace.BodyProgress{Points: points})
	}
	b.sc.EmitAt(b.last, trace.ResponseEnded{
		BodyBytes: b.got, Trailers: b.chunks.fields().Trace(), Complete: err == io.EOF, Persistent: b.persistent(),
		Offset: b.came,
	})
}

// broken says how the body failed to end (RFC 9112, section 8).
func (b *body) broken(cause error) error {
	var known *httpclient.Error
	if errors.As(cause, &known) {
		return cause
	}
	if cause != io.EOF && cause != io.ErrUnexpectedEOF {
		return &httpclient.Error{Phase: trace.Receive, Err: cause}
	}
	var why error
	switch b.kind {
	case framedByLength:
		why = &shortBody{got: b.got, want: b.length}
	case framedByChunks:
		why = errors.New("the connection ended before the last chunk")
	default:
		why = errors.New("the connection ended without TLS's close_notify, so that the body may be cut short")
	}
	return &httpclient.Error{Phase: trace.Receive, Code: httpclient.CodeTruncated, Section: "RFC 9112, section 8", Err: why}
}

// A shortBody is a body that ended before its Content-Length.
type shortBody struct{ got, want int64 }

func (s *shortBody) Error() string {
	return fmt.Sprintf("the connection ended after %d of %d bytes of the body", s.got, s.want)
}

// persistent says whether the connection can be used again.
func (b *body) persistent() bool {
	return b.err == io.EOF && !b.excess && b.kind != framedByClose && b.keeps && b.sending.done()
}
