package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"fetchscope/httpclient"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/transport"
)

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, s)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// inChunks puts a body in chunks of some bytes each.
func inChunks(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}

// A taker takes the content as one of the command line's ways does.
type taker struct {
	sink
	page, decode bool
	read         int64
}

func (s *taker) Body(_ context.Context, _ *trace.Scope, b *Body) error {
	open := func() (*Content, error) { return b.Content(s.decode) }
	if s.page {
		open = b.Page
	}
	c, err := open()
	if err != nil {
		return err
	}
	n, err := io.Copy(&s.body, c)
	s.read = n
	return err
}

// take fetches from a peer that says the text, and tells the code of what went wrong.
func take(t *testing.T, o Options, s *taker, answer func(string, net.Conn)) (code trace.Code, doc *trace.Document) {
	t.Helper()
	p := listen(t, answer)
	u, err := weburl.Parse(p.url("/"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rec := trace.NewRecorder(nil)
	err = f.Fetch(t.Context(), rec, u, s)
	if failure := (*Failure)(nil); errors.As(err, &failure) {
		code = failure.Code
	} else if err != nil {
		t.Fatal(err)
	}
	return code, trace.Fold(rec.Records(), trace.FoldOptions{URL: u.Href(), Started: rec.Started()})
}

func TestCodingsAreUndoneWhereAskedFor(t *testing.T) {
	const text = "six steps"
	const both = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nContent-Encoding: gzip\r\n\r\n"
	twice := inChunks(zipped(zipped(text)), 7)
	const plain = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
	once := inChunks(zipped(text), 7)
	for _, tt := range []struct {
		name     string
		transfer bool
		raw      bool
		decode   bool
		response string
		want     string
		codings  string // as the document has them
		code     trace.Code
	}{
		{"both", true, false, true, both + twice, text, "[gzip gzip]", ""},
		{"transfer alone", true, false, false, both + twice, zipped(text), "[gzip]", ""},
		{"transfer, which was not asked for", false, false, true, both + twice, "", "[]", httpclient.CodeBadTransfer},
		{"content alone", false, false, true, plain + once, text, "[gzip]", ""},
		{"none", false, false, false, plain + once, zipped(text), "[]", ""},
		{"raw", false, true, true, plain + once, once, "[]", ""},
		{"raw, with transfer codings asked for", true, true, true, both + twice, twice, "[]", ""},
		{"transfer, cut", true, false, false, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + zipped(text)[:20], "six steps"[:0], "[gzip]", httpclient.CodeCodingCut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &taker{decode: tt.decode}
			code, doc := take(t, Options{TransferCodings: tt.transfer, Raw: tt.raw}, s, say(tt.response))
			if code != tt.code || !strings.HasPrefix(s.body.String(), tt.want) || code == "" && s.body.String() != tt.want {
				t.Errorf("%q: %q and code %q, want %q and %q", tt.response, s.body.String(), code, tt.want, tt.code)
			}
			if resp := doc.Exchanges[0].Response; resp != nil && fmt.Sprint(resp.Codings) != tt.codings {
				t.Errorf("%q: codings %v in the document, want %v", tt.response, resp.Codings, tt.codings)
			}
		})
	}
}

// endless is a gzip body of zeros without end, in chunks.
func endless(_ string, c net.Conn) {
	member := zipped(string(make([]byte, 1<<20)))
	_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
	for err == nil {
		_, err = fmt.Fprintf(c, "%x\r\n%s\r\n", len(member), member)
	}
}

func TestBombsAreStopped(t *testing.T) {
	const limit = 3 << 20
	for _, tt := range []struct {
		name string
		o    Options
		page bool
		code trace.Code
		most int64
	}{
		{"by the size", Options{MaxFileSize: limit}, false, CodeTooLarge, limit},
		{"by the time", Options{MaxTime: 300 * time.Millisecond}, false, transport.CodeTimeout, 1 << 40},
		{"by the ratio, for rendering", Options{}, true, CodeBomb, 5 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &taker{page: tt.page, decode: true}
			out := &discarding{taker: s}
			code := takeInto(t, tt.o, out)
			if code != tt.code || out.read > tt.most || out.read == 0 {
				t.Errorf("%d bytes came out and code %q, want %q within %d", out.read, code, tt.code, tt.most)
			}
		})
	}
}

// A discarding keeps nothing of the content.
type discarding struct{ *taker }

func (d *discarding) Body(_ context.Context, _ *trace.Scope, b *Body) error {
	open := b.Page
	if !d.page {
		open = func() (*Content, error) { return b.Content(true) }
	}
	c, err := open()
	if err == nil {
		d.read, err = io.Copy(io.Discard, c)
	}
	return err
}

func takeInto(t *testing.T, o Options, out Output) trace.Code {
	t.Helper()
	u, err := weburl.Parse(listen(t, endless).url("/"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	failure := (*Failure)(nil)
	if err = f.Fetch(t.Context(), trace.NewRecorder(nil), u, out); !errors.As(err, &failure) {
		t.Fatalf("fetching a bomb: %v", err)
	}
	return failure.Code
}

// TE is named in Connection, which then comes last; a field of the user's stays.
func TestTransferCodingsAreAskedFor(t *testing.T) {
	const start = "User-Agent: fetchscope/\nAccept: */*\n"
	for _, tt := range []struct {
		name   string
		header []HeaderOption
		want   string
	}{
		{"alone", nil, start + "TE: gzip\nAccept-Encoding: deflate, gzip, br, zstd\nConnection: TE\n"},
		{"beside an option", []HeaderOption{{Name: "connection", Value: "close"}}, start + "TE: gzip\nAccept-Encoding: deflate, gzip, br, zstd\nconnection: close, TE\n"},
		{"Connection taken away", []HeaderOption{{Name: "Connection", Remove: true}}, start + "TE: gzip\nAccept-Encoding: deflate, gzip, br, zstd\nConnection: TE\n"},
		{"Connection empty", []HeaderOption{{Name: "Connection"}}, start + "TE: gzip\nAccept-Encoding: deflate, gzip, br, zstd\nConnection: TE\n"},
		{
			"two of them",
			[]HeaderOption{{Name: "Connection", Value: "this"}, {Name: "X", Value: "y"}, {Name: "Connection", Value: "that"}},
			start + "TE: gzip\nAccept-Encoding: deflate, gzip, br, zstd\nX: y\nConnection: this, TE\nConnection: that\n",
		},
		{"TE of the user's", []HeaderOption{{Name: "TE", Value: "trailers"}}, start + "Accept-Encoding: deflate, gzip, br, zstd\nTE: trailers\n"},
		{"TE taken away", []HeaderOption{{Name: "TE", Remove: true}}, start + "Accept-Encoding: deflate, gzip, br, zstd\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, err := weburl.Parse("http://example.test/")
			if err != nil {
				t.Fatal(err)
			}
			none := func(string) string { return "" }
			req, err := FirstRequest(Options{TransferCodings: true, Compressed: true, Header: tt.header, Getenv: none}, u, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, f := range req.Header[1:] {
				fmt.Fprintf(&got, "%s: %s\n", f.Name, f.Value)
			}
			if got.String() != tt.want {
				t.Errorf("%+v: got\n%swant\n%s", tt.header, got.String(), tt.want)
			}
		})
	}
}
