package resolver

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

const good, evil = "zoo.test. 60 IN A 192.0.2.1", "zoo.test. 60 IN A 6.6.6.6"

// flip changes bytes of a reply that would else be taken.
func flip(q *dns.Msg, change func(b []byte) []byte) []byte {
	return change(wire(replyTo(q, dns.RcodeSuccess, evil)))
}

// Requirement 1 (and 4, 7 and 8).
func TestDatagramsThatAreNotTheReplyAreWaitedPast(t *testing.T) {
	tests := []struct {
		name string
		make func(q *dns.Msg) []byte
		why  string
	}{
		{"empty", func(*dns.Msg) []byte { return nil }, "malformed: shorter than a header"},
		{"another ID", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[0] ^= 1; return b })
		}, "another ID"},
		{"query", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[2] &^= 0x80; return b })
		}, "a query, not a reply"},
		{"opcode", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[2] |= 0x10; return b })
		}, "another opcode"},
		{"no question", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[5] = 0; return b })
		}, "not exactly one question"},
		{"two questions", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[5] = 2; return b })
		}, "not exactly one question"},
		{"another name", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[13] = 'y'; return b })
		}, "another name in the question"},
		{"another type", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[23] = 28; return b })
		}, "another type in the question"},
		{"another class", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[25] = 3; return b })
		}, "another class in the question"},
		{"header alone", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { return b[:12] })
		}, "malformed: the question is cut off"},
		{"garbage under the right ID", func(q *dns.Msg) []byte {
			return append([]byte{byte(q.Id >> 8), byte(q.Id)}, strings.Repeat("\xff", 90)...)
		}, "another opcode"},
		{"record cut off", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { return b[:len(b)-2] })
		}, "malformed: "},
		{"fewer records than announced", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[7] = 9; return b })
		}, "malformed: fewer records than announced"},
		{"wrong length of data", func(q *dns.Msg) []byte {
			return flip(q, func(b []byte) []byte { b[len(b)-5] = 5; return append(b, 6) })
		}, "malformed: bad rdlength"},
		{"two OPT records", func(q *dns.Msg) []byte {
			m := replyTo(q, dns.RcodeSuccess, evil)
			m.SetEdns0(512, false)
			m.Extra = append(m.Extra, m.Extra[0])
			return wire(m)
		}, "malformed: two OPT records"},
		{"OPT of a name", func(q *dns.Msg) []byte {
			m := replyTo(q, dns.RcodeSuccess, evil)
			m.SetEdns0(512, false)
			m.Extra[0].Header().Name = "zoo.test."
			return wire(m)
		}, "malformed: an OPT record not of the root"},
		{"another's cookie", func(q *dns.Msg) []byte {
			m := replyTo(q, dns.RcodeSuccess, evil)
			m.SetEdns0(512, false).IsEdns0().Option = []dns.EDNS0{
				&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "00000000000000001111111111111111"},
			}
			return wire(m)
		}, "another's cookie"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(q *dns.Msg) [][]byte {
				return [][]byte{tt.make(q), wire(replyTo(q, dns.RcodeSuccess, good))}
			}, nil)
			answered, records, err := runQuery(t, asking(t, s), "zoo.test", "A")
			if err != nil {
				t.Fatal(err)
			}
			if answered.Answers[0].Data != "192.0.2.1" {
				t.Errorf("the answer is %v", answered.Answers)
			}
			dropped := of[trace.DatagramDropped](records)
			if len(dropped) != 1 || !strings.HasPrefix(dropped[0].Why, tt.why) {
				t.Errorf("dropped %+v, want one: %s", dropped, tt.why)
			}
		})
	}
}

// Requirement 2.
func TestCaseOfTheQuestionDoesNotMatter(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		m := replyTo(q, dns.RcodeSuccess, "zOO.TEST. 60 IN A 192.0.2.1")
		m.Question[0].Name = "ZOO.tesT."
		return [][]byte{wire(m)}
	}, nil)
	answered, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
	if err != nil || len(answered.Answers) != 1 {
		t.Errorf("got %+v, %v", answered, err)
	}
}

func TestFloodIsRecordedInBounds(t *testing.T) {
	const flood = 60 // what a socket can surely hold
	s := serve(t, func(q *dns.Msg) [][]byte {
		out := make([][]byte, flood, flood+1)
		for i := range out {
			out[i] = []byte(strings.Repeat("x", 100))
		}
		return append(out, wire(replyTo(q, dns.RcodeSuccess, good)))
	}, nil)
	_, records, err := runQuery(t, asking(t, s), "zoo.test", "A")
	if err != nil {
		t.Fatal(err)
	}
	dropped := of[trace.DatagramDropped](records)
	if len(dropped) != maxDropsTold+1 || !strings.HasSuffix(dropped[maxDropsTold].Why, " more") {
		t.Errorf("%d were recorded, the last %+v; want %d and a count", len(dropped), dropped[len(dropped)-1], maxDropsTold)
	}
}

func TestQueryIsRecordedOnceWithItsMoments(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}}), nil)
	_, records, err := runQuery(t, asking(t, s), "zoo.test", "A")
	if err != nil {
		t.Fatal(err)
	}
	var sent, answered []trace.Record
	for _, r := range records {
		switch r.Event.(type) {
		case trace.QuerySent:
			sent = append(sent, r)
		case trace.QueryAnswered:
			answered = append(answered, r)
		}
	}
	if len(sent) != 1 || len(answered) != 1 {
		t.Fatalf("%d queries, %d replies; want one each", len(sent), len(answered))
	}
	if sent[0].Earliest() > answered[0].Latest() {
		t.Errorf("sent %+v after the answer %+v", sent[0].Moment, answered[0].Moment)
	}
	if runtime.GOOS == "linux" && (sent[0].From != trace.Timestamp || answered[0].From != trace.Timestamp) {
		t.Logf("no kernel stamps here: %s, %s", sent[0].From, answered[0].From)
	}
	got := sent[0].Event.(trace.QuerySent)
	want := trace.QuerySent{ID: 1, Server: s.addr.String(), Protocol: "udp", Name: "zoo.test.", Type: "A", Bytes: got.Bytes}
	if diff := cmp.Diff(want, got); diff != "" || got.Bytes < 40 {
		t.Errorf("%s, bytes %d", diff, got.Bytes)
	}
}

// Requirement 1.
func TestSocketPerQueryAndIDsDiffer(t *testing.T) {
	s := serve(t, always(dns.RcodeServerFailure), nil)
	r := asking(t, s)
	ids := map[uint16]bool{}
	for range 8 {
		runQuery(t, r, "zoo.test", "A")
	}
	for _, q := range s.queries() {
		ids[q.Id] = true
	}
	if len(ids) < 7 { // of 65,536, two may be the same once in 2,000 runs
		t.Errorf("8 queries had %d IDs", len(ids))
	}
}

// Requirement 6.
func TestUnreachableServerIsLeftAtOnce(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}}), nil)
	_, records, err := runQuery(t, asking(t, closedPort(t), s), "zoo.test", "A")
	if err != nil {
		t.Fatal(err)
	}
	failed := of[trace.QueryFailed](records)
	if len(failed) != 1 || failed[0].ID != 1 || !strings.Contains(failed[0].Why, "refused") {
		t.Errorf("failed: %+v, want the first, refused", failed)
	}
	_, _, err = runQuery(t, asking(t, closedPort(t)), "zoo.test", "A")
	wantCode(t, err, NoServer)
}

// Requirement 6.
func TestSilentServersAreAskedAgain(t *testing.T) {
	s := serve(t, silent, nil)
	r := asking(t, s).with(func(c *conf) { c.timeout = time.Millisecond })
	_, records, err := runQuery(t, r, "zoo.test", "A")
	wantCode(t, err, Timeout)
	if n := len(of[trace.QuerySent](records)); n != 2 {
		t.Errorf("%d queries, want 2", n)
	}
	if n := len(of[trace.QueryFailed](records)); n != 2 {
		t.Errorf("%d failed, want 2", n)
	}
	if n := len(of[trace.Answered](records)); n != 1 {
		t.Errorf("%d Answered, want 1", n)
	}
}

// Requirement 28.
func TestTheContextsCauseIsKept(t *testing.T) {
	cause := errors.New("somebody pressed a key")
	ctx, cancel := context.WithCancelCause(patience(t))
	defer cancel(nil)
	s := serve(t, func(*dns.Msg) [][]byte { cancel(cause); return nil }, nil)
	_, err := asking(t, s).Lookup(ctx, nil, "zoo.test", 80)
	wantCode(t, err, Cancelled)
	if !errors.Is(err, cause) {
		t.Errorf("%v does not hold the cause", err)
	}

	ctx, cancelLimit := context.WithTimeoutCause(patience(t), 1, cause)
	defer cancelLimit()
	<-ctx.Done()
	rec := trace.NewRecorder(nil)
	_, err = asking(t, s).Lookup(ctx, rec.Scope(0), "zoo.test", 80)
	wantCode(t, err, Timeout)
	if n := len(of[trace.QuerySent](rec.Records())); n != 0 || !errors.Is(err, cause) {
		t.Errorf("after the end %d queries left, and the error is %v", n, err)
	}
}

func wantCode(t *testing.T, err error, want trace.Code) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("error %v, want one with code %s", err, want)
	}
}

// FuzzAccept holds that a message that is accepted is one that answers the question,
// and that what is made of it has no control characters.
func FuzzAccept(f *testing.F) {
	qu := question{"zoo.test.", dns.TypeTXT}
	msg := new(dns.Msg).SetQuestion(qu.name, qu.qtype)
	msg.Id = 0x1234
	seed := replyTo(msg, dns.RcodeSuccess, `zoo.test. 60 IN TXT "a\027b"`, "zoo.test. 60 IN CNAME a.test.")
	f.Add(wire(seed))
	seed.SetEdns0(512, false)
	f.Add(wire(seed))
	seed.Truncated = true
	f.Add(wire(seed))
	f.Add([]byte("\x12\x34\x81\x80\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		q := &query{question: qu, id: 0x1234}
		m, why := q.accept(b)
		if (m == nil) == (why == "") {
			t.Fatalf("reply %v, and why not: %q", m, why)
		}
		if m == nil {
			return
		}
		if len(b) < headerSize || b[0] != 0x12 || b[1] != 0x34 || b[2]&0x80 == 0 || b[5] != 1 {
			t.Errorf("%x was accepted", b)
		}
		c := newChain(qu)
		a := &answer{q: qu, m: m}
		more, err := c.read(a)
		if more && err != nil || len(c.names) > maxAliases+1 {
			t.Errorf("chain %v, more %t, error %v", c.names, more, err)
		}
		out := newResult(qu.name)
		out.conclude(c, a)
		out.take(c)
		for _, r := range append(out.answers, out.authority...) {
			if printable(r.Name+r.Data) != r.Name+r.Data || r.TTL>>31 != 0 {
				t.Errorf("record %+v", r)
			}
		}
	})
}
