package h1

import (
	"errors"
	"slices"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// headless says that an answer cannot have a head.
func headless(err error) bool {
	var e *httpclient.Error
	return errors.As(err, &e) && e.Code == httpclient.CodeHTTP09
}

// withoutHead makes a response of an answer that is all body, as of HTTP/0.9: the end of
// the connection alone ends it. A server that has shown that it speaks HTTP/1 is none of
// HTTP/0.9.
func (r *reader) withoutHead(req *httpclient.Request, p *headParser, cause error, shown bool) (*response, error) {
	var e *httpclient.Error
	errors.As(cause, &e)
	switch {
	case shown || req.Again:
		e.Code = httpclient.CodeMalformed
		return nil, e
	case !req.AllowHTTP09:
		return nil, e
	case req.Method == "HEAD":
		return nil, malformed(httpclient.CodeMalformed, "RFC 9110, section 9.3.2", "a body came where a head alone was asked for")
	}
	r.buf = slices.Concat(p.kept, r.buf[r.begin:r.end])
	r.begin, r.end = 0, len(r.buf)
	f := framing{kind: framedByClose, length: -1}
	r.sc.EmitAt(r.conn.Arrived(), trace.HeadReceived{Version: "HTTP/0.9", Status: 200, Framing: f.kind, Length: f.length})
	return &response{framing: f, Response: httpclient.Response{Version: "HTTP/0.9", Status: 200, HasBody: true, Length: -1}}, nil
}
