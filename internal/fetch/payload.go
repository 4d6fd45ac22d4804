package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
	"fetchscope/trace"
)

// A Payload is what requests carry.
type Payload struct {
	httpclient.Content
	// Type is its media type, "" for none.
	Type string
	// Put stores it at the URL (-T), where it would be posted else.
	Put bool
	// Part is the part of the whole that it is, as behind bytes in Content-Range; "" for all
	// of it.
	Part string
}

// method is that of a request with this payload.
func (p *Payload) method() string {
	switch {
	case p == nil:
		return "GET"
	case p.Put:
		return "PUT"
	}
	return "POST"
}

// expectFrom is the size above which a body waits for leave, as with curl: below it, what
// is sent in vain costs less than the wait.
const expectFrom = 1 << 20

// payloadFields adds those that are about the payload, in curl's order. chunked says that its
// end is told by chunks.
func (h *hop) payloadFields(add func(name, value string), chunked bool) {
	if h.payload == nil {
		return
	}
	size := h.size()
	if size >= 0 && !chunked {
		add("Content-Length", strconv.FormatInt(size, 10))
	}
	add("Content-Type", h.payload.Type)
	if !h.unexpecting && !h.http10() && (size > expectFrom || size < 0) {
		add("Expect", "100-continue")
	}
}

// chunked says whether the payload goes out in chunks (RFC 9112, section 7.1): because
// its size is not known, or because -H says so.
func (h *hop) chunked() (chunked, ours bool) {
	if h.payload == nil {
		return false, false
	}
	for _, o := range h.f.o.Header {
		if strings.EqualFold(o.Name, "Transfer-Encoding") {
			return strings.EqualFold(o.Value, "chunked"), false
		}
	}
	ours = h.size() < 0
	return ours, ours
}

// size is that of what is sent, -1 where only its end tells.
func (h *hop) size() int64 {
	if h.telling.probing {
		return 0
	}
	return h.payload.Size()
}

// http10 says that the request is one of HTTP/1.0: because that is asked for, or because the
// server speaks no other, as it has shown before the redirect or on the same connection.
func (h *hop) http10() bool { return h.f.o.HTTP10 || h.outdated || h.kept != nil && h.kept.outdated }

// prepare makes what is sent besides the URL.
func (h *hop) prepare() error {
	if err := h.authorize(); err != nil {
		return err
	}
	return h.load()
}

// load opens the payload, before a connection is made that would serve nothing.
func (h *hop) load() error {
	h.body, h.stream = nil, nil
	if h.payload == nil {
		return nil
	}
	if chunked, _ := h.chunked(); chunked && h.http10() {
		return &Failure{Phase: trace.Request, Code: CodeUpload, Err: errors.New("a body of unknown size takes chunks, which HTTP/1.0 has not")}
	}
	if h.telling.probing {
		return nil
	}
	if b, ok := h.payload.Content.(payload.Bytes); ok && h.f.o.LimitRate == 0 {
		h.body = b
		return nil
	}
	stream, err := h.payload.Open()
	if err != nil {
		return unreadable(err)
	}
	h.stream = stream
	return nil
}

// unload closes what load opened.
func (h *hop) unload() {
	if h.stream != nil {
		h.stream.Close()
	}
}

// unreadable is the failure of a payload that cannot be read.
func unreadable(err error) *Failure {
	code := CodeRead
	if errors.Is(err, payload.ErrSpent) {
		code = CodeUpload
	}
	return &Failure{Phase: trace.Request, Code: code, Err: err}
}

// An upload is a payload that is being read. An error of reading ends the exchange: the
// server would wait for the rest, and we for its answer.
type upload struct {
	io.ReadCloser
	watch *watch
	pace  *pace
	ctx   context.Context
	// closed says that nobody wants the rest: the server has answered without it.
	closed atomic.Bool
}

// Close ends the reading, which may be under way.
func (u *upload) Close() error {
	u.closed.Store(true)
	return u.ReadCloser.Close()
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(u.pace.portion(p))
	u.watch.moved(n)
	u.pace.wait(u.ctx, n)
	if err != nil && err != io.EOF && !u.closed.Load() {
		u.watch.fail(unreadable(fmt.Errorf("what is to be sent cannot be read: %w", err)))
	}
	return n, err
}

// declined says that the server refuses the expectation, which is then left out
// (RFC 9110, section 15.5.18).
func (h *hop) declined(resp *httpclient.Response) bool {
	return resp.Status == 417 && h.payload != nil && h.request().Header.Has("Expect")
}

// onward is where a response leads: to the same request with an answer to a challenge, or
// without the expectation, to another URL, or nowhere.
func (h *hop) onward(resp *httpclient.Response) (*hop, error) {
	if h.challenged {
		return h.answering(resp.Version), nil
	}
	if !h.declined(resp) {
		return h.redirected(resp)
	}
	next := h.again()
	next.unexpecting = true
	return next, nil
}

// onwardWhy is why a response that leads on is not rendered.
func onwardWhy(next *hop) string {
	if next == nil {
		return "redirect"
	}
	return next.why
}
