package h1

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"fetchscope/httpclient"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

func TestHead(t *testing.T) {
	for _, tt := range []struct {
		name string
		req  httpclient.Request
		want string
	}{
		{"bare", httpclient.Request{Method: "GET", Target: "/"}, "GET / HTTP/1.1\r\n\r\n"},
		{"order and case are kept", httpclient.Request{Method: "get", Target: "*", Header: httpclient.Fields{{Name: "hOST", Value: "a"}, {Name: "X", Value: "1"}, {Name: "Host", Value: "b"}}}, "get * HTTP/1.1\r\nhOST: a\r\nX: 1\r\nHost: b\r\n\r\n"},
		{"empty value", httpclient.Request{Method: "GET", Target: "/", Header: httpclient.Fields{{Name: "X"}}}, "GET / HTTP/1.1\r\nX:\r\n\r\n"},
		{"the body is not the head's", httpclient.Request{Method: "POST", Target: "/a?b", Body: []byte("x")}, "POST /a?b HTTP/1.1\r\n\r\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(Head(&tt.req))); diff != "" {
				t.Errorf("%+v (-want +got):\n%s", tt.req, diff)
			}
		})
	}
}

// post is a request with a body of that size.
func post(size int) *httpclient.Request {
	req := request("POST")
	req.Body = bytes.Repeat([]byte("b"), size)
	req.Header = append(req.Header, httpclient.Field{Name: "Content-Length", Value: fmt.Sprint(size)})
	return req
}

// eventsOf returns the events of that kind.
func eventsOf[E trace.Event](events []trace.Event) []E {
	var out []E
	for _, e := range events {
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

func TestARequestIsSentWhole(t *testing.T) {
	head := len(Head(post(1)))
	for _, size := range []int{0, 1, oneWrite - head - 10, oneWrite, pieceSize, 3*pieceSize + 1} {
		req := post(size)
		conn := newScriptConn([]byte(five))
		conn.answerAfter = len(Head(req)) + size
		got := fetch(t, conn, req, 4096)
		if want := append(Head(req), req.Body...); !bytes.Equal(conn.written.Bytes(), want) {
			t.Errorf("body of %d: %d bytes sent, want %d", size, conn.written.Len(), len(want))
		}
		n := int64(len(Head(req)) + size)
		want := []trace.RequestEnded{{Bytes: n, BodyBytes: int64(size), Offset: n}}
		if diff := cmp.Diff(want, eventsOf[trace.RequestEnded](got.Events)); diff != "" {
			t.Errorf("body of %d (-want +got):\n%s", size, diff)
		}
		if got.Verdict != (verdict{}) || !got.Persistent {
			t.Errorf("body of %d: %+v, persistent %t", size, got.Verdict, got.Persistent)
		}
	}
}

// The peer takes a little of the request and answers: the rest is not sent, and the
// sender has ended when the body has, or when the exchange has failed.
func TestAnEarlyResponseStopsTheRequest(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		fails     bool
	}{
		{"with a body", "HTTP/1.1 413 Too much\r\nContent-Length: 2\r\n\r\nno", false},
		{"without a body", "HTTP/1.1 413 Too much\r\nContent-Length: 0\r\n\r\n", false},
		{"in chunks", "HTTP/1.1 413 Too much\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", false},
		{"until the close", "HTTP/1.1 413 Too much\r\n\r\nno", false},
		{"cut short", "HTTP/1.1 413 Too much\r\nContent-Length: 3\r\n\r\nno", true},
		{"malformed", "HTTP/1.1 4\r\n\r\n", true},
		{"none", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := newScriptConn([]byte(tt.raw))
			conn.takes, conn.answerAfter = 1000, 1000
			got := fetch(t, conn, post(10*pieceSize), 4096)
			if failed := got.Verdict != (verdict{}); failed != tt.fails || got.Verdict.Phase == trace.Request {
				t.Errorf("%q: %+v", tt.raw, got.Verdict)
			}
			if conn.stops != 1 || conn.resumed != 1 || conn.written.Len() != 1000 || got.Persistent {
				t.Errorf("%q: stopped %d times, resumed %d, %d bytes sent, persistent %t", tt.raw, conn.stops, conn.resumed, conn.written.Len(), got.Persistent)
			}
			if !conn.idle() {
				t.Errorf("%q: a write has not been waited for", tt.raw)
			}
			if ended := eventsOf[trace.RequestEnded](got.Events); len(ended) != 0 {
				t.Errorf("%q: %+v recorded", tt.raw, ended)
			}
		})
	}
}

func TestClosingABodyStopsTheRequest(t *testing.T) {
	conn := newScriptConn([]byte(five))
	conn.takes, conn.answerAfter = 1000, 1000
	resp, err := Exchange(context.Background(), nil, conn, post(10*pieceSize), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || conn.stops != 1 || conn.resumed != 1 || !conn.idle() {
		t.Errorf("error %v, stopped %d times, resumed %d", err, conn.stops, conn.resumed)
	}
}

func TestARequestThatCannotBeSent(t *testing.T) {
	broken := errors.New("broken pipe")
	early := "HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno"
	for _, tt := range []struct {
		name  string
		body  int
		raw   string
		end   error
		takes int
		want  verdict
		reply string
	}{
		{"small, no answer", 1, "", nil, 0, verdict{Phase: trace.Request, Cause: broken.Error()}, ""},
		{"small, reset", 1, "", errReset, 5, verdict{Phase: trace.Request, Cause: broken.Error()}, ""},
		{"small, answered all the same", 1, early, nil, 5, verdict{}, "no"},
		{"large, answered all the same", 10 * pieceSize, early, nil, 5, verdict{}, "no"},
		{"small, answer begun", 1, "HTTP/1.1 4", errReset, 5, verdict{Phase: trace.Receive, Cause: errReset.Error()}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn := newScriptConn([]byte(tt.raw))
			conn.end, conn.takes, conn.refusal = tt.end, tt.takes, broken
			got := fetch(t, conn, post(tt.body), 4096)
			if got.Verdict != tt.want || string(got.Body) != tt.reply || got.Persistent {
				t.Errorf("%q: %+v, body %q, persistent %t, want %+v", tt.raw, got.Verdict, got.Body, got.Persistent, tt.want)
			}
		})
	}
}

// A context's end reaches the connection, whose error is then told as it is.
func TestTheCauseOfAnEndedContextIsPassedThrough(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		phase     trace.Phase
	}{
		{"before the response", "", trace.Wait},
		{"within the head", ok, trace.Receive},
		{"within the body", ok + "Content-Length: 9\r\n\r\nhello", trace.Receive},
		{"within a chunk", chunked + "9\r\nhello", trace.Receive},
		{"within a body until the close", ok + "\r\nhello", trace.Receive},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := errors.New("-m has passed")
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(limit)
			conn := newScriptConn([]byte(tt.raw))
			conn.end = fmt.Errorf("read: %w", context.Cause(ctx))
			conn.takes, conn.refusal = 10, os.ErrDeadlineExceeded
			resp, err := Exchange(ctx, nil, conn, post(1), nil)
			if err == nil {
				_, err = readAll(t, resp.Body, 4096)
			}
			if v := verdictOf(t, err); v.Phase != tt.phase || v.Code != "" || !errors.Is(err, limit) {
				t.Errorf("%q: %+v of %v, want phase %s and the cause", tt.raw, v, err, tt.phase)
			}
		})
	}
}

func TestErrorsQuoteLittle(t *testing.T) {
	for _, raw := range []string{"HTTX", ok + strings.Repeat("y", 9999) + "\r\n\r\n", ok + strings.Repeat("\x1b", 9999) + ":\r\n\r\n", "HTTP/1.1 " + strings.Repeat("z", 9999) + "\r\n\r\n", ok + "Content-Length: " + strings.Repeat("1", 9999) + "\r\n\r\n"} {
		_, err := Exchange(context.Background(), nil, newScriptConn([]byte(raw)), request("GET"), nil)
		if err == nil || len(err.Error()) > 400 || strings.ContainsFunc(err.Error(), control) {
			t.Errorf("%q: error %q", short(raw), err)
		}
	}
}

// Of a piece that was written in part, the content is counted that was written.
func TestContentOfAPartOfAPiece(t *testing.T) {
	for _, tt := range []struct {
		name            string
		chunked         bool
		n, of, contents int
	}{
		{"all by length", false, 100, 100, 100},
		{"a part by length", false, 30, 100, 30},
		{"nothing", true, 0, 100, 0},
		{"a part of the chunk's size", true, 2, 100, 0},
		{"a part of the chunk", true, 34, 100, 30}, // 64 CR LF
		{"all but the chunk's line end", true, 104, 100, 100},
		{"the last chunk alone", true, 5, 0, 0},
	} {
		p := &pieces{chunked: tt.chunked}
		if got := p.contentOf(tt.n, tt.of); got != tt.contents {
			t.Errorf("%s: %d bytes, want %d", tt.name, got, tt.contents)
		}
	}
}
