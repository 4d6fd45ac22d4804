// Package h1 speaks HTTP/1.0 and HTTP/1.1 as a client (RFC 9112).
//
// [Exchange] writes a request and reads the head of its response; the body then comes
// through a reader that follows the framing of section 6.3. Parsers are incremental:
// they take bytes as they come, in whatever portions, and give the same verdict for
// every portioning. They are strict where leniency lets two readers disagree on where
// a message ends; every leniency that is left is recorded with its section. All that
// a peer controls is bounded by a named limit.
//
// Left out: pipelining. Transfer codings other than chunked are taken where the request
// asked for them (TE), and left to the package coding to undo.
package h1

import (
	"context"
	"errors"
	"io"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// A Conn is what an exchange needs of a connection.
type Conn interface {
	io.ReadWriter
	// Arrived is the moment from which what the last Read returned could be read.
	Arrived() trace.Moment
	// Began is the moment from which the first byte of that could be read: under TLS of
	// the record that holds it.
	Began() trace.Moment
	// Came counts the bytes that came so far, as the wire has them, through what the
	// last Read returned; 0 where that is not known.
	Came() int64
	// Sent counts the bytes written so far, as the wire has them.
	Sent() int64
	// Bulk says that much is coming in.
	Bulk(on bool)
	// StopWriting makes a write that waits return, until resume is called.
	StopWriting() (resume func())
}

// firstRead is the room for the first read of a response: most heads, and many whole
// responses, fit.
const firstRead = 16 << 10

// Exchange sends the request and reads the head of the final response. Interim
// responses are recorded and passed over (RFC 9110, section 15.2). onHead, which may be
// nil, gets every head as it came. What is left to send of a large request goes out
// until the body has ended or is closed. The error is an *httpclient.Error, or a
// *HeadError of onHead's.
func Exchange(ctx context.Context, sc *trace.Scope, conn Conn, req *httpclient.Request, onHead func([]byte) error) (*httpclient.Response, error) {
	send := startSending(sc, conn, req)
	r := &reader{sc: sc, conn: conn, buf: make([]byte, firstRead), onHead: onHead, sending: send}
	resp, err := r.final(req)
	if err != nil {
		if sendErr := send.stop(); sendErr != nil && !r.began && ctx.Err() == nil {
			err = &httpclient.Error{Phase: trace.Request, Err: sendErr}
		}
		return nil, err
	}
	body := newBody(sc, conn, r, resp, send)
	if body.complete() { // before a byte of it
		body.end(io.EOF)
	}
	resp.Body = body
	resp.Persistent, resp.Trailers = body.persistent, body.chunks.fields
	return &resp.Response, nil
}

// A HeadError is one of the function that was given a head.
type HeadError struct{ Err error }

func (e *HeadError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *HeadError) Unwrap() error { return e.Err }

// A reader reads heads off a connection.
type reader struct {
	sc     *trace.Scope
	conn   Conn
	buf    []byte
	begin  int
	end    int
	began  bool // a byte has come
	onHead func([]byte) error

	sending *sending
}

// A response is a head with its framing.
type response struct {
	httpclient.Response
	framing framing
	keeps   bool // both sides leave the connection open
}

// final reads heads up to that of the final response.
func (r *reader) final(req *httpclient.Request) (*response, error) {
	var p headParser
	for interim := 0; ; interim++ {
		h, err := r.head(&p)
		if headless(err) {
			return r.withoutHead(req, &p, err, interim > 0)
		}
		if err != nil {
			return nil, r.cut(p.text, err)
		}
		f, err := h.framing(req)
		if err != nil {
			return nil, r.cut(p.text[:p.section.spans[h.refused].name.begin], err)
		}
		if r.onHead != nil {
			if err := r.onHead(p.text); err != nil {
				return nil, &HeadError{err}
			}
		}
		if h.status >= 200 {
			return r.accept(req, h, f), nil
		}
		if h.status == 100 {
			r.sending.allow()
		}
		if h.status == 101 {
			return nil, malformed(httpclient.CodeUpgraded, "RFC 9110, section 15.2.2", "the server switched protocols unasked")
		}
		if interim == maxInterim {
			return nil, malformed(httpclient.CodeHeadTooBig, "", "more than %d interim responses", maxInterim)
		}
		r.sc.EmitAt(r.conn.Arrived(), trace.InterimReceived{
			Version: h.version, Status: h.status, Reason: h.reason, Headers: h.fields.Trace(), Bytes: h.size,
		})
		h.notes.emit(r.sc)
		p.reset(p.spent + h.size)
	}
}

// cut shows the lines of a head that came before what is wrong with it: they may say why.
func (r *reader) cut(text []byte, cause error) error {
	if r.onHead != nil && len(text) > 0 {
		_ = r.onHead(text) // there is an error already
	}
	return cause
}

// accept makes the response of its head.
func (r *reader) accept(req *httpclient.Request, h *head, f framing) *response {
	r.sc.EmitAt(r.conn.Arrived(), trace.HeadReceived{
		Version: h.version, Status: h.status, Reason: h.reason, Headers: h.fields.Trace(),
		Bytes: h.size, Framing: f.kind, Length: f.length,
	})
	h.notes.emit(r.sc)
	length := int64(-1)
	if f.kind == framedByLength {
		length = f.length
	}
	// A client that said close sends nothing more (RFC 9112, section 9.6).
	keeps := h.keepsOpen() && !hasOption(req.Header, "close") && req.Version != "HTTP/1.0"
	return &response{framing: f, keeps: keeps, Response: httpclient.Response{
		Version: h.version, Status: h.status, Reason: h.reason, Header: h.fields,
		HasBody: f.kind != framedEmpty, Length: length, TransferCodings: f.codings,
	}}
}

// head reads one head.
func (r *reader) head(p *headParser) (*head, error) {
	starts := true
	for {
		for r.begin == r.end {
			if err := r.fill(p); err != nil {
				return nil, err
			}
		}
		if starts {
			starts = false
			r.sc.EmitAt(r.conn.Arrived(), trace.HeadStarted{})
		}
		n, done, err := p.feed(r.buf[r.begin:r.end])
		r.begin += n
		if err != nil {
			return nil, err
		}
		if done {
			return p.take(), nil
		}
	}
}

// fill reads more of a head; the end of the stream is an error here.
func (r *reader) fill(p *headParser) error {
	n, err := r.conn.Read(r.buf)
	r.begin, r.end = 0, n
	if n > 0 && !r.began {
		r.began = true
		r.sc.EmitAt(r.conn.Arrived(), trace.FirstByte{Offset: r.conn.Came(), Since: r.conn.Began().Earliest()})
	}
	if n > 0 || err == nil {
		return nil
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.ended(p)
	}
	phase := trace.Wait
	if r.began {
		phase = trace.Receive
	}
	return &httpclient.Error{Phase: phase, Err: err}
}

func (r *reader) ended(p *headParser) error {
	if !r.began {
		return &httpclient.Error{
			Phase: trace.Wait, Code: httpclient.CodeEmpty,
			Err: errors.New("the server closed the connection without a response"),
		}
	}
	if p.started() {
		return incomplete()
	}
	return malformed(httpclient.CodeMalformed, "RFC 9110, section 15.2", "no final response followed the interim ones")
}
