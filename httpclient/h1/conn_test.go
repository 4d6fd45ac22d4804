package h1

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"testing"

	"fetchscope/httpclient"
	"fetchscope/trace"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A scriptConn is a Conn whose peer says the portions, one to each Read at the most,
// and then ends with the error.
type scriptConn struct {
	portions [][]byte
	end      error // nil is io.EOF
	reads    int
	bulk     []bool

	// takes is how many bytes the peer takes before a write fails with refusal or,
	// without one, waits until it is stopped; -1 is all.
	takes   int
	refusal error
	// answerAfter holds the answer back until so many bytes have been written.
	answerAfter int

	mu      sync.Mutex
	wrote   sync.Cond
	written bytes.Buffer
	writing int // writes that have not returned
	stopped bool
	stops   int
	resumed int
}

func newScriptConn(portions ...[]byte) *scriptConn {
	c := &scriptConn{portions: slices.Clone(portions), takes: -1}
	c.wrote.L = &c.mu
	return c
}

func (c *scriptConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.written.Len() < c.answerAfter {
		c.wrote.Wait()
	}
	c.reads++
	if len(c.portions) == 0 {
		if c.end == nil {
			return 0, io.EOF
		}
		return 0, c.end
	}
	n := copy(p, c.portions[0])
	if c.portions[0] = c.portions[0][n:]; len(c.portions[0]) == 0 {
		c.portions = c.portions[1:]
	}
	return n, nil
}

func (c *scriptConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing++
	defer func() { c.writing-- }()
	n := len(p)
	if c.takes >= 0 {
		n = min(n, c.takes-c.written.Len())
	}
	c.written.Write(p[:n])
	c.wrote.Broadcast()
	if n == len(p) {
		return n, nil
	}
	if c.refusal != nil {
		return n, c.refusal
	}
	for !c.stopped {
		c.wrote.Wait()
	}
	return n, os.ErrDeadlineExceeded
}

// idle says that no write waits any more.
func (c *scriptConn) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writing == 0
}

func (c *scriptConn) StopWriting() func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	c.stops++
	c.wrote.Broadcast()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopped = false
		c.resumed++
	}
}

func (c *scriptConn) Came() int64           { return 0 }
func (c *scriptConn) Arrived() trace.Moment { return trace.Moment{At: trace.Time(c.reads)} }
func (c *scriptConn) Began() trace.Moment   { return trace.Moment{} }
func (c *scriptConn) Bulk(on bool)          { c.bulk = append(c.bulk, on) }

func (c *scriptConn) Sent() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(c.written.Len())
}

// A verdict is what programs see of an error.
type verdict struct {
	Phase   trace.Phase
	Code    trace.Code
	Section string
	Cause   string // where there is no code
}

func verdictOf(t testing.TB, err error) verdict {
	t.Helper()
	if err == nil {
		return verdict{}
	}
	var e *httpclient.Error
	if !errors.As(err, &e) {
		return verdict{Cause: err.Error()}
	}
	if e.Err == nil {
		t.Fatalf("an error without a cause: %#v", e)
	}
	v := verdict{Phase: e.Phase, Code: e.Code, Section: e.Section}
	if e.Code == "" {
		v.Cause = e.Err.Error()
	}
	return v
}

// An outcome is all that can be seen of an exchange, besides times.
type outcome struct {
	Version, Reason string
	Status          int
	Header          httpclient.Fields
	HasBody         bool
	Length          int64
	Body            []byte
	Verdict         verdict
	Persistent      bool
	Heads           []string
	Events          []trace.Event
}

// fetch does the exchange over conn and reads the body with a buffer of that size.
func fetch(t testing.TB, conn *scriptConn, req *httpclient.Request, size int) outcome {
	t.Helper()
	rec := trace.NewRecorder(nil)
	var o outcome
	resp, err := Exchange(context.Background(), rec.Scope(0), conn, req, func(raw []byte) error {
		o.Heads = append(o.Heads, string(raw))
		return nil
	})
	if err == nil {
		o.Version, o.Reason, o.Status, o.Header = resp.Version, resp.Reason, resp.Status, resp.Header
		o.HasBody, o.Length = resp.HasBody, resp.Length
		o.Body, err = readAll(t, resp.Body, size)
		o.Persistent = resp.Persistent()
		_ = resp.Body.Close()
	}
	o.Verdict = verdictOf(t, err)
	for _, r := range rec.Records() {
		o.Events = append(o.Events, r.Event)
	}
	return o
}

// readAll reads to the end, which must stay one.
func readAll(t testing.TB, r io.Reader, size int) ([]byte, error) {
	t.Helper()
	var out []byte
	p := make([]byte, size)
	for {
		n, err := r.Read(p)
		out = append(out, p[:n]...)
		if err == nil {
			continue
		}
		if m, again := r.Read(p); m != 0 || again != err {
			t.Errorf("after %v came %d bytes and %v", err, m, again)
		}
		if err == io.EOF {
			err = nil
		}
		return out, err
	}
}

// portionings are ways in which the same bytes can come.
func portionings(raw []byte) map[string][][]byte {
	out := map[string][][]byte{"whole": {raw}, "byte by byte": nil, "by threes": nil}
	for i := range raw {
		out["byte by byte"] = append(out["byte by byte"], raw[i:i+1])
	}
	for part := range slices.Chunk(raw, 3) {
		out["by threes"] = append(out["by threes"], part)
	}
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		out["head alone"] = [][]byte{raw[:i+4], raw[i+4:]}
		out["within the last CRLF"] = [][]byte{raw[:i+3], raw[i+3:]}
	}
	for _, d := range []int{1, 2, 3, 5} {
		if at := len(raw) - d; at > 0 {
			out["all but "+string('0'+rune(d))] = [][]byte{raw[:at], raw[at:]}
		}
		at := len(raw) * d / 6
		out["cut at sixths: "+string('0'+rune(d))] = [][]byte{raw[:at], raw[at:]}
	}
	for name, portions := range out {
		out[name] = slices.DeleteFunc(portions, func(p []byte) bool { return len(p) == 0 })
	}
	return out
}

// excess is the note of bytes behind the end: it depends on what had come by then.
var excess = trace.LenientlyRead{What: "bytes behind the end of the response", Section: "RFC 9112, section 6.3"}

// withoutExcess takes out what may depend on the portions: whether bytes behind the end
// had come when it was seen.
func withoutExcess(o outcome) outcome {
	o.Persistent = false
	o.Events = slices.Clone(o.Events)
	o.Events = slices.DeleteFunc(o.Events, func(e trace.Event) bool { return e == trace.Event(excess) })
	for i, e := range o.Events {
		if e, ok := e.(trace.ResponseEnded); ok {
			e.Persistent = false
			o.Events[i] = e
		}
	}
	return o
}

// sameInAnyPortions fetches raw in all portionings and holds them against want.
func sameInAnyPortions(t *testing.T, method, raw string, end error, want outcome, clean func(outcome) outcome) {
	t.Helper()
	for name, portions := range portionings([]byte(raw)) {
		for _, size := range []int{1, 4096} {
			conn := newScriptConn(portions...)
			conn.end = end
			got := fetch(t, conn, request(method), size)
			if diff := gocmp.Diff(clean(want), clean(got), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%q, %s, read by %d: differs from delivered whole (-whole +got):\n%s", short(raw), name, size, diff)
			}
		}
	}
}

func request(method string) *httpclient.Request {
	return &httpclient.Request{Method: cmp.Or(method, "GET"), Target: "/", Header: httpclient.Fields{{Name: "Host", Value: "example.test"}}}
}

func short(s string) string { return s[:min(len(s), 300)] }
