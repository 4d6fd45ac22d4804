package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
	"fetchscope/trace"
	"fetchscope/transport"
)

const empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// codeIs says whether an error is a failure with that code, "" for no error.
func codeIs(err error, code trace.Code) bool {
	var f *Failure
	if !errors.As(err, &f) {
		return err == nil && code == ""
	}
	return f.Code == code
}

// file is a content on disk.
func file(t *testing.T, text string) (httpclient.Content, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := payload.File(name)
	if err != nil {
		t.Fatal(err)
	}
	return c, name
}

// A body that a redirect asks for again is read again, where that can be.
func TestRedirectsSendTheBodyAgain(t *testing.T) {
	onDisk, _ := file(t, "abc")
	for _, tt := range []struct {
		name    string
		status  string
		version string
		content httpclient.Content
		put     bool
		keep    KeepPost
		bodies  []string
		code    trace.Code
	}{
		{name: "307, a file", status: "307", content: onDisk, bodies: []string{"abc", "abc"}},
		{name: "301, a post", status: "301", content: onDisk, bodies: []string{"abc", ""}},
		{name: "301, a post that stays one", status: "301", content: onDisk, keep: KeepPost{After301: true}, bodies: []string{"abc", "abc"}},
		{name: "302, a post that stays one", status: "302", content: onDisk, keep: KeepPost{After302: true}, bodies: []string{"abc", "abc"}},
		{name: "303, a post that stays one", status: "303", content: onDisk, keep: KeepPost{After303: true}, bodies: []string{"abc", "abc"}},
		{name: "302, an upload", status: "302", content: onDisk, put: true, bodies: []string{"abc", "abc"}},
		{name: "303, an upload", status: "303", content: onDisk, put: true, keep: KeepPost{After303: true}, bodies: []string{"abc", ""}},
		{name: "307, a stream", status: "307", content: payload.Stream(io.NopCloser(strings.NewReader("abc"))), bodies: []string{"3\r\nabc\r\n0\r\n\r\n"}, code: CodeUpload},
		{name: "307 by HTTP/1.0, no size", status: "307", version: "HTTP/1.0", content: payload.Unsized(onDisk), bodies: []string{"3\r\nabc\r\n0\r\n\r\n"}, code: CodeUpload},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.version == "" {
				tt.version = "HTTP/1.1"
			}
			came := make(chan string, 2)
			p := listen(t, func(head string, c net.Conn) {
				came <- readBody(head, c)
				if strings.Contains(head, " /end ") {
					io.WriteString(c, empty)
					return
				}
				io.WriteString(c, tt.version+" "+tt.status+" X\r\nLocation: /end\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			})
			r := run(t, Options{
				Follow: true, MaxRedirects: 5, Keep: tt.keep, ExpectWait: 1,
				Payload: &Payload{Content: tt.content, Put: tt.put},
			}, p.url("/"))
			var bodies []string
			for range p.seen() {
				bodies = append(bodies, <-came)
			}
			if !codeIs(r.err, tt.code) || strings.Join(bodies, "|") != strings.Join(tt.bodies, "|") {
				t.Errorf("%q, %v; want %q, code %q", bodies, r.err, tt.bodies, tt.code)
			}
		})
	}
}

// readBody reads a small body as it came.
func readBody(head string, c net.Conn) string {
	var b strings.Builder
	if value(head, "Transfer-Encoding") == "chunked" {
		one := make([]byte, 1)
		for !strings.HasSuffix(b.String(), "0\r\n\r\n") {
			if _, err := c.Read(one); err != nil {
				break
			}
			b.Write(one)
		}
		return b.String()
	}
	if value(head, "Content-Length") == "3" {
		io.CopyN(&b, c, 3)
	}
	return b.String()
}

// A server that refuses the expectation gets the request once more without it.
func TestARefusedExpectation(t *testing.T) {
	big := payload.Bytes(strings.Repeat("x", expectFrom+1))
	counted := make(chan int64, 1)
	p := listen(t, func(head string, c net.Conn) {
		if value(head, "Expect") != "" {
			io.WriteString(c, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
			return
		}
		n, _ := io.CopyN(io.Discard, c, big.Size())
		counted <- n
		io.WriteString(c, empty)
	})
	r := run(t, Options{Payload: &Payload{Content: big}, ExpectWait: time.Minute, FailOnError: true}, p.url("/"))
	if r.err != nil {
		t.Fatal(r.err)
	}
	if got := <-counted; got != big.Size() || len(p.seen()) != 2 {
		t.Fatalf("%d bytes in %d requests", got, len(p.seen()))
	}
	first, last := r.doc.Exchanges[0], r.doc.Exchanges[1]
	if first.Request.BodyBytes != 0 || last.Why != "retry" || last.Request.BodyBytes != big.Size() {
		t.Errorf("sent %d bytes, then, as a %s, %d", first.Request.BodyBytes, last.Why, last.Request.BodyBytes)
	}
}

// A file that ends too early ends the fetch: the server would wait for the rest.
func TestABodyThatCannotBeRead(t *testing.T) {
	p := listen(t, func(_ string, c net.Conn) { io.Copy(io.Discard, c) })
	for _, tt := range []struct {
		name   string
		change func(name string) error
	}{
		{"shrunk", func(name string) error { return os.Truncate(name, 2) }},
		{"gone", os.Remove},
	} {
		content, name := file(t, "0123456789")
		if err := tt.change(name); err != nil {
			t.Fatal(err)
		}
		r := run(t, Options{Payload: &Payload{Content: content, Put: true}}, p.url("/"))
		if !codeIs(r.err, CodeRead) || r.doc.Error == nil || r.doc.Error.Phase != trace.Request {
			t.Errorf("%s: %v, %+v; want a failure to read in the request", tt.name, r.err, r.doc.Error)
		}
	}
}

// A server may refuse a large file while it comes. That is its answer, no failure of ours,
// and the trace says how much had been sent.
func TestAnUploadThatIsRefusedMeanwhile(t *testing.T) {
	const size = 64 << 20 // more than the buffers of both sides hold
	_, name := file(t, "")
	if err := os.Truncate(name, size); err != nil {
		t.Fatal(err)
	}
	content, err := payload.File(name)
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	p := listen(t, func(_ string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
		<-over
	})
	r := run(t, Options{Payload: &Payload{Content: content, Put: true}, Header: []HeaderOption{{Name: "Expect", Remove: true}}}, p.url("/"))
	close(over)
	if r.err != nil {
		t.Fatal(r.err)
	}
	x := r.doc.Last()
	if q := x.Request; x.Response.Status != 403 || !q.Cut || q.BodyBytes >= size || q.Bytes <= q.BodyBytes {
		t.Errorf("status %d, cut: %v, %d bytes sent, %d of the body", x.Response.Status, q.Cut, q.Bytes, q.BodyBytes)
	}
	if phase := x.Phase(trace.Request); phase.Status != trace.Done || phase.Duration == nil {
		t.Errorf("the request's phase is %+v", phase)
	}
}

// A large file goes out whole, counted as the server counts it.
func TestAnUploadIsCounted(t *testing.T) {
	const size = 5 << 20
	_, name := file(t, "")
	if err := os.Truncate(name, size); err != nil {
		t.Fatal(err)
	}
	content, err := payload.File(name)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan int64, 1)
	p := listen(t, func(head string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		n, _ := io.CopyN(io.Discard, bufio.NewReader(c), size)
		got <- n
		io.WriteString(c, empty)
	})
	r := run(t, Options{Payload: &Payload{Content: content, Put: true}, ExpectWait: time.Minute}, p.url("/"))
	if n := <-got; r.err != nil || n != size {
		t.Fatalf("%v, the server got %d bytes", r.err, n)
	}
	if x := r.doc.Last(); x.Request.Method != "PUT" || x.Request.BodyBytes != size {
		t.Errorf("%s of %d bytes, want PUT of %d", x.Request.Method, x.Request.BodyBytes, size)
	}
}

// Each way is held to the rate; the clock is synctest's.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		d := &download{
			ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", 5000))),
			pace:       newPace(1000), ctx: context.Background(),
		}
		if n, err := io.Copy(io.Discard, d); n != 5000 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		if took := time.Since(start).Round(time.Millisecond); took != 5*time.Second {
			t.Errorf("5000 bytes at 1000 a second took %v", took)
		}
	})
}

// A fetch that is too slow over the seconds that are looked back on ends as a time-out.
func TestSpeed(t *testing.T) {
	for _, tt := range []struct {
		name  string
		least int64
		moved []int // in the middle of each second
		ends  time.Duration
	}{
		{"nothing moves", 1, nil, 3 * time.Second},
		{"enough moves, then nothing", 10, []int{10, 10, 10, 10}, 5 * time.Second},
		{"a burst covers the seconds behind it", 10, []int{30}, 4 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hop{f: &Fetcher{o: Options{SpeedLimit: tt.least, SpeedTime: 3}}}
				ctx, w := h.watched(context.Background())
				defer w.end()
				start := time.Now()
				go func() {
					time.Sleep(time.Second / 2)
					for _, n := range tt.moved {
						w.moved(n)
						time.Sleep(time.Second)
					}
				}()
				<-ctx.Done()
				if took := time.Since(start); took != tt.ends || !codeIs(context.Cause(ctx), transport.CodeTimeout) {
					t.Errorf("ended after %v by %v, want %v", took, context.Cause(ctx), tt.ends)
				}
				time.Sleep(10 * time.Second) // the mover's
			})
		})
	}
}
