package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fetchscope/httpclient"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"

	"github.com/google/go-cmp/cmp"
)

// answer is a hop that was answered so.
func answered(status int, fields ...httpclient.Field) *hop {
	return &hop{answered: &httpclient.Response{Status: status, Header: fields}}
}

func TestWhatIsTriedAgain(t *testing.T) {
	all, refused := RetryPolicy{AllErrors: true}, RetryPolicy{Refused: true}
	fails := func(phase trace.Phase, code trace.Code) error { return &Failure{Phase: phase, Code: code} }
	for _, tt := range []struct {
		name   string
		policy RetryPolicy
		hop    *hop
		err    error
		want   bool
	}{
		{"fine", all, answered(200), nil, false},
		{"unavailable", RetryPolicy{}, answered(503), nil, true},
		{"too many requests, under -f", RetryPolicy{}, answered(429), fails(trace.Receive, CodeHTTPError), true},
		{"not found, under -f", RetryPolicy{}, answered(404), fails(trace.Receive, CodeHTTPError), false},
		{"not found, under -f, all errors", all, answered(404), fails(trace.Receive, CodeHTTPError), true},
		{"not found", all, answered(404), nil, false},
		{"time-out", RetryPolicy{}, &hop{}, fails(trace.Wait, transport.CodeTimeout), true},
		{"name not resolved", RetryPolicy{}, &hop{}, &Failure{Phase: trace.Resolve, Code: resolver.NameNotFound, Err: &resolver.Error{}}, true},
		{"refused", RetryPolicy{}, &hop{}, fails(trace.Connect, transport.CodeRefused), false},
		{"refused, which counts", refused, &hop{}, fails(trace.Connect, transport.CodeRefused), true},
		{"cut short", RetryPolicy{}, answered(200), fails(trace.Receive, httpclient.CodeTruncated), false},
		{"cut short, all errors", all, answered(200), fails(trace.Receive, httpclient.CodeTruncated), true},
		{"unavailable, and cut short", RetryPolicy{}, answered(503), fails(trace.Receive, httpclient.CodeTruncated), false},
		{"interrupted, all errors", all, &hop{}, fails(trace.Wait, transport.CodeInterrupted), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.policy.Max = 1
			if _, got := newRetries(tt.policy).next(tt.hop, tt.err); got != tt.want {
				t.Errorf("tried again: %v, want %v", got, tt.want)
			}
		})
	}
}

// The clock is synctest's, and begins in the year 2000.
func TestHowLongARetryWaits(t *testing.T) {
	after := func(v string) *hop { return answered(503, httpclient.Field{Name: "Retry-After", Value: v}) }
	for _, tt := range []struct {
		name   string
		policy RetryPolicy
		hop    *hop
		want   []time.Duration // until there is no more
	}{
		{"doubles", RetryPolicy{Max: 4}, answered(503), []time.Duration{1, 2, 4, 8}},
		{"up to ten minutes", RetryPolicy{Max: 12}, answered(503), []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600}},
		{"as was said", RetryPolicy{Max: 2, Delay: 3 * time.Second}, answered(503), []time.Duration{3, 3}},
		{"as the server says", RetryPolicy{Max: 2}, after("7"), []time.Duration{7, 7}},
		{"at the moment that the server says", RetryPolicy{Max: 2}, after("Sat, 01 Jan 2000 00:00:09 GMT"), []time.Duration{9, 2}},
		{"not as a server says that is out of its mind", RetryPolicy{Max: 1}, after("99999999999"), []time.Duration{6 * 3600}},
		{"not as what is no time says", RetryPolicy{Max: 1}, after("soon"), []time.Duration{1}},
		{"not as it says in the past", RetryPolicy{Max: 1}, after("Fri, 31 Dec 1999 23:59:59 GMT"), []time.Duration{1}},
		{"no more when the time is over", RetryPolicy{Max: 9, MaxTime: 4 * time.Second}, answered(503), []time.Duration{1, 2, 4}},
		{"not where the server's time is beyond it", RetryPolicy{Max: 9, MaxTime: 4 * time.Second}, after("5"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []time.Duration
				for r := newRetries(tt.policy); ; {
					next, ok := r.next(tt.hop, nil)
					if !ok {
						break
					}
					got = append(got, next.Wait/time.Second)
					time.Sleep(next.Wait)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		})
	}
}

// A told sink counts what it is told of.
type told struct {
	sink
	retries []Retry
}

func (s *told) Retry(r Retry) error {
	s.retries = append(s.retries, r)
	s.body.Reset()
	return nil
}

// Each try is an exchange of its own, and what was got of the last alone counts.
func TestRetries(t *testing.T) {
	content, _ := file(t, "abc")
	var n atomic.Int32
	p := listen(t, func(head string, c net.Conn) {
		readBody(head, c)
		if n.Add(1) < 3 {
			io.WriteString(c, "HTTP/1.1 503 Not yet\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnot")
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes")
	})
	f, err := New(Options{Payload: &Payload{Content: content}, Retry: RetryPolicy{Max: 5, Delay: 1}, MaxTime: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rec := trace.NewRecorder(nil)
	var s told
	err = f.Fetch(context.Background(), rec, parse(t, p.url("/")), &s)
	doc := trace.Fold(rec.Records(), trace.FoldOptions{Started: rec.Started()})
	var whys []string
	for _, x := range doc.Exchanges {
		whys = append(whys, x.Why)
	}
	if err != nil || s.body.String() != "yes" || strings.Join(whys, " ") != "first retry retry" {
		t.Errorf("%q, %v, as %q", s.body.String(), err, whys)
	}
	if len(s.retries) != 2 || s.retries[1].Left != 3 || !strings.Contains(s.retries[1].Cause.Error(), "503") {
		t.Errorf("told of %+v", s.retries)
	}
}

// A retry goes over the connection of the try before it, where that is left open, and the
// connection is closed in order when there are no more.
func TestARetryReusesTheConnection(t *testing.T) {
	const later = "HTTP/1.1 503 Not yet\r\nContent-Length: 3\r\n\r\nnot"
	for _, tt := range []struct{ name, last string }{
		{"a retry that is answered", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"},
		{"a retry in vain", later},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := listen(t, func(_ string, c net.Conn) {
				io.WriteString(c, later)
				r := bufio.NewReader(c)
				for line := ""; line != "\r\n"; {
					var err error
					if line, err = r.ReadString('\n'); err != nil {
						return
					}
				}
				io.WriteString(c, tt.last)
				io.Copy(io.Discard, r)
			})
			r := run(t, Options{Retry: RetryPolicy{Max: 1, Delay: 1}}, p.url("/"))
			if r.err != nil || len(r.doc.Exchanges) != 2 {
				t.Fatalf("%v, %d exchanges", r.err, len(r.doc.Exchanges))
			}
			first, last := r.doc.Exchanges[0], r.doc.Exchanges[1]
			if !last.Connection.Reused || last.Connection.Local != first.Connection.Local {
				t.Errorf("the retry is on %s, reused: %v; the first was on %s", last.Connection.Local, last.Connection.Reused, first.Connection.Local)
			}
			if why := first.Phase(trace.Close).Why; why != "kept for the next retry" {
				t.Errorf("the first close was skipped because it was %q", why)
			}
			if last.Close == nil || last.Close.Initiator != trace.Client {
				t.Errorf("the close is %+v", last.Close)
			}
		})
	}
}

// The wait before a retry ends with the context.
func TestARetryIsInterrupted(t *testing.T) {
	p := listen(t, func(_ string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 503 Not yet\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	f, err := New(Options{Retry: RetryPolicy{Max: 5, Delay: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithCancel(context.Background())
	err = f.Fetch(ctx, nil, parse(t, p.url("/")), &interrupting{cancel: cancel})
	if !codeIs(err, transport.CodeInterrupted) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want an interruption", err)
	}
}

// An interrupting sink is impatient.
type interrupting struct {
	sink
	cancel context.CancelFunc
}

func (i *interrupting) Retry(Retry) error { i.cancel(); return nil }

func parse(t *testing.T, url string) *weburl.URL {
	t.Helper()
	u, err := weburl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
