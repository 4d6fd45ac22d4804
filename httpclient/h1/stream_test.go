package h1

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// streamed is a request whose body is read from a stream.
func streamed(stream string, fields ...httpclient.Field) *httpclient.Request {
	req := request("POST")
	req.Header = append(req.Header, fields...)
	req.Stream = io.NopCloser(strings.NewReader(stream))
	return req
}

var inChunks = httpclient.Field{Name: "Transfer-Encoding", Value: "Chunked"}

// What goes out is as the fields say, the same by Exchange and by Raw, and is counted.
func TestStreams(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 4096+1)
	inMemory := post(3)
	inMemory.Header = append(inMemory.Header, inChunks)
	for _, tt := range []struct {
		name    string
		req     func() *httpclient.Request
		body    string
		content int64
	}{
		{"by length", func() *httpclient.Request {
			return streamed("hello", httpclient.Field{Name: "Content-Length", Value: "5"})
		}, "hello", 5},
		{"in chunks", func() *httpclient.Request { return streamed("hello", inChunks) }, "5\r\nhello\r\n0\r\n\r\n", 5},
		{"in several chunks", func() *httpclient.Request { return streamed(long, inChunks) }, "10000\r\n" + long[:1<<16] + "\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n", 1<<16 + 16},
		{"nothing in chunks", func() *httpclient.Request { return streamed("", inChunks) }, "0\r\n\r\n", 0},
		{"nothing by length", func() *httpclient.Request { return streamed("") }, "", 0},
		{"from memory in chunks", func() *httpclient.Request { return inMemory }, "3\r\nbbb\r\n0\r\n\r\n", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := string(Head(tt.req())) + tt.body
			raw, err := Raw(tt.req())
			if string(raw) != want || err != nil {
				t.Errorf("raw %q, %v; want %q", short(string(raw)), err, short(want))
			}
			client, server := net.Pipe()
			var got []byte
			var serving sync.WaitGroup
			serving.Go(func() {
				got = make([]byte, len(want))
				io.ReadFull(server, got)
				io.WriteString(server, five)
			})
			rec := trace.NewRecorder(nil)
			resp, err := Exchange(context.Background(), rec.Scope(0), &pipeConn{Conn: client}, tt.req(), nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			serving.Wait()
			client.Close()
			var events []trace.Event
			for _, r := range rec.Records() {
				events = append(events, r.Event)
			}
			ended := eventsOf[trace.RequestEnded](events)
			if string(got) != want || len(ended) != 1 || ended[0].BodyBytes != tt.content || ended[0].Bytes != int64(len(want)) {
				t.Errorf("sent %q, %+v; want %q with %d bytes of content", short(string(got)), ended, short(want), tt.content)
			}
		})
	}
}

func TestVersions(t *testing.T) {
	req := request("GET")
	req.Version = "HTTP/1.0"
	if head := string(Head(req)); !strings.HasPrefix(head, "GET / HTTP/1.0\r\n") {
		t.Errorf("head %q", head)
	}
	conn := newScriptConn([]byte(five))
	resp, err := Exchange(context.Background(), nil, conn, req, nil)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, resp.Body)
	if resp.Persistent() {
		t.Error("a client of HTTP/1.0 that has not said keep-alive sends nothing more")
	}
}

// An answer without a head is one of HTTP/0.9, where that is taken, in any portions.
func TestHTTP09(t *testing.T) {
	for _, tt := range []struct {
		name, method, raw string
		allow             bool
		body              string
		code              trace.Code
	}{
		{"taken", "GET", "<p>hello", true, "<p>hello", ""},
		{"one byte", "GET", "-", true, "-", ""},
		{"begins like a status line", "GET", "HTTQ", true, "HTTQ", ""},
		{"not asked for", "GET", "<p>hello", false, "", httpclient.CodeHTTP09},
		{"a head alone was asked for", "HEAD", "<p>hello", true, "", httpclient.CodeMalformed},
		{"behind an interim response", "GET", "HTTP/1.1 102 Wait\r\n\r\n<p>hello", true, "", httpclient.CodeMalformed},
		{"another version of HTTP", "GET", "HTTP/2.0 200 OK\r\n\r\n", true, "", httpclient.CodeBadStatus},
	} {
		for how, portions := range portionings([]byte(tt.raw)) {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				req := request(tt.method)
				req.AllowHTTP09 = tt.allow
				resp, err := Exchange(context.Background(), nil, newScriptConn(portions...), req, nil)
				var e *httpclient.Error
				if errors.As(err, &e) {
					if e.Code != tt.code {
						t.Errorf("%q: code %q, want %q", tt.raw, e.Code, tt.code)
					}
					return
				}
				b, err := io.ReadAll(resp.Body)
				if string(b) != tt.body || err != nil || tt.code != "" || resp.Version != "HTTP/0.9" {
					t.Errorf("%q: %s with %q, %v; want %q, code %q", tt.raw, resp.Version, b, err, tt.body, tt.code)
				}
			})
		}
	}
}

// A waiting is a stream that brings nothing until it is closed.
type waiting struct{ closed chan struct{} }

func (w waiting) Read([]byte) (int, error) { <-w.closed; return 0, os.ErrClosed }
func (w waiting) Close() error             { close(w.closed); return nil }

// A response may come while nothing has of the request's body: a refusal ends the
// sending, and the connection is not used again.
func TestARefusalEndsAStreamThatWaits(t *testing.T) {
	client, server := net.Pipe()
	req := streamed("", inChunks)
	req.Stream = waiting{make(chan struct{})}
	go func() {
		r := bufio.NewReader(server)
		for line := ""; line != "\r\n"; {
			line, _ = r.ReadString('\n')
		}
		io.WriteString(server, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
	}()
	resp, err := Exchange(context.Background(), nil, &pipeConn{Conn: client}, req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != 403 || resp.Persistent() {
		t.Errorf("status %d, persistent %v", resp.Status, resp.Persistent())
	}
	client.Close()
	server.Close()
}

// A yes that comes before the request's end does not cut that short, unless the server
// takes no more of it.
func TestAYesLetsTheRequestEnd(t *testing.T) {
	for _, tt := range []struct {
		name       string
		reads      bool
		persistent bool
	}{
		{"the server goes on reading", true, true},
		{"the server reads no more", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				req := streamed(strings.Repeat("b", 3*pieceSize), inChunks)
				rest := make(chan int64, 1)
				go func() {
					head := make([]byte, len(Head(req)))
					io.ReadFull(server, head)
					io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
					n := int64(0)
					if tt.reads {
						n, _ = io.CopyN(io.Discard, server, 3*(pieceSize+9)+5)
					}
					rest <- n
				}()
				resp, err := Exchange(context.Background(), nil, &pipeConn{Conn: client}, req, nil)
				if err != nil {
					t.Fatal(err)
				}
				<-rest
				if got := resp.Persistent(); got != tt.persistent {
					t.Errorf("persistent %v, want %v", got, tt.persistent)
				}
				client.Close()
				server.Close()
			})
		})
	}
}
