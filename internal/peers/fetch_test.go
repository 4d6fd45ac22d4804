package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"fetchscope/internal/cli"
	"fetchscope/trace"
)

// A fetched is what one command did, and what the server's log says of it.
type fetched struct {
	status int
	docs   []*trace.Document
	// exchanges are those of all documents, and entries what the server noted of each.
	exchanges []*trace.Exchange
	entries   []Entry
	body      []byte
	stderr    string
	sent      []byte // what was uploaded
}

// sizes is what is asked of -w: curl's own counts, for each URL a line on stderr.
const sizes = `%{stderr}sizes %{size_request} %{size_upload} %{size_header} %{size_download}\n`

// fetch runs the command and waits for the server's log. The body goes to a file. A word
// that begins with a slash and is no file is a path of the server's.
func (s *Server) fetch(t *testing.T, base, file string, stdin io.Reader, words ...string) *fetched {
	t.Helper()
	args := []string{"-s", "-S", "--cacert", s.Site.Authority, "--format", "json", "-w", sizes, "-o", file}
	for i, w := range words {
		if strings.HasPrefix(w, "/") && (i == 0 || !takesFile[words[i-1]]) {
			w = base + w
		}
		args = append(args, w)
	}
	f := run(t, args, stdin)
	if f.status != 0 {
		t.Fatalf("%q: exit %d: %s", args, f.status, f.stderr)
	}
	f.body, _ = os.ReadFile(file) // there is none where no body came
	f.entries = s.Logged(t, len(f.exchanges))
	f.compareConnections(t, s)
	f.compareSizes(t)
	return f
}

// takesFile are the flags whose arguments are files, which begin with a slash too.
var takesFile = map[string]bool{"-T": true, "-o": true, "--etag-save": true, "--etag-compare": true}

// run runs the command, which is to write a document for each URL.
func run(t *testing.T, args []string, stdin io.Reader) *fetched {
	t.Helper()
	var out, errs bytes.Buffer
	f := &fetched{status: cli.Run(context.Background(), args, stdin, &out, &errs), stderr: errs.String()}
	for decoder := json.NewDecoder(&out); decoder.More(); {
		d := &trace.Document{}
		if err := decoder.Decode(d); err != nil {
			t.Fatalf("%q: %v: %s", args, err, f.stderr)
		}
		f.docs = append(f.docs, d)
		for i := range d.Exchanges {
			f.exchanges = append(f.exchanges, &d.Exchanges[i])
		}
	}
	return f
}

// compareConnections holds what was told of each exchange and each connection against the
// log.
func (f *fetched) compareConnections(t *testing.T, s *Server) {
	t.Helper()
	all := connections(t, f.exchanges, f.entries)
	if s.Whole {
		for _, e := range s.Carried(t, len(all)) {
			for _, c := range all {
				if c.port == e.Port {
					c.whole = &e
				}
			}
		}
	}
	for _, c := range all {
		for i, x := range c.exchanges {
			s.forgive(&c.entries[i], x)
			compareExchange(t, x, &c.entries[i])
		}
		c.compare(t)
	}
}

// forgive takes out of an entry what the server is known not to count rightly.
func (s *Server) forgive(e *Entry, x *trace.Exchange) {
	switch n := x.Request.Bytes; {
	case e.Request == nil:
	case s.Unread && x.Request.BodyBytes > 0 && x.Response.Status >= 300:
		e.Request = nil
	case s.Peeks && x.Connection.Reused && *e.Request == n+1:
		e.Request = &n
	}
}

func compareExchange(t *testing.T, x *trace.Exchange, e *Entry) {
	t.Helper()
	if x.Request.Method != e.Method || x.Request.Target != e.Target || x.Response.Status != e.Status {
		t.Errorf("%s %s, status %d; the log says %s %s, %d", x.Request.Method, x.Request.Target, x.Response.Status, e.Method, e.Target, e.Status)
	}
	version := ""
	if x.TLS != nil {
		version = strings.Replace(x.TLS.Version, " ", "v", 1)
	}
	if said := strings.TrimPrefix(e.TLS, "-"); said != version && x.Connection.Proxy == nil {
		t.Errorf("TLS is %q, the log says %q", version, said)
	}
	r := x.Response
	final := int64(r.HeaderBytes) + r.BodyBytes
	equal(t, "bytes of the request", x.Request.Bytes, e.Request)
	equal(t, "bytes of the body", r.BodyBytes, e.Body)
	if r.Framing != "chunked" { // what framing takes is in the count of the connection
		equal(t, "bytes of the response", final, e.Final)
		equal(t, "bytes of all responses", interimBytes(x)+final, e.Answer)
	}
}

func equal(t *testing.T, what string, got int64, logged *int64) {
	t.Helper()
	if logged != nil && got != *logged {
		t.Errorf("%s: %d, the log says %d", what, got, *logged)
	}
}

// interimBytes is how long the interim heads were.
func interimBytes(x *trace.Exchange) (n int64) {
	for _, i := range x.Response.Interim {
		n += int64(len(fmt.Sprintf("%s %d %s\r\n\r\n", i.Version, i.Status, i.Reason)))
		for _, f := range i.Headers {
			n += int64(len(f[0] + ": " + f[1] + "\r\n"))
		}
	}
	return n
}

// compareSizes holds -w against the documents, which hold against the log.
func (f *fetched) compareSizes(t *testing.T) {
	t.Helper()
	var want strings.Builder
	for _, d := range f.docs {
		var request, header int64
		for i := range d.Exchanges {
			x := &d.Exchanges[i]
			request += x.Request.Bytes
			header += interimBytes(x) + int64(x.Response.HeaderBytes)
		}
		last := d.Last()
		fmt.Fprintf(&want, "sizes %d %d %d %d\n", request, last.Request.BodyBytes, header, last.Response.BodyBytes)
	}
	if f.stderr != want.String() {
		t.Errorf("-w says\n%sthe documents say\n%s", f.stderr, want.String())
	}
}

func (f *fetched) last() *trace.Exchange { return f.exchanges[len(f.exchanges)-1] }

// field is the value of a field of the last response.
func (f *fetched) field(name string) string {
	for _, h := range f.last().Response.Headers {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}
