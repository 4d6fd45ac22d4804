package transport

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// patience bounds what would otherwise hang when something is broken; nothing that
// works waits for it.
const patience = 30 * time.Second

// serve listens on loopback and runs the script for every connection. It waits for the
// scripts at the end of the test.
func serve(t testing.TB, script func(c *net.TCPConn)) netip.AddrPort {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, ln, script)
}

func serveOn(t testing.TB, ln net.Listener, script func(c *net.TCPConn)) netip.AddrPort {
	var scripts sync.WaitGroup
	scripts.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(patience))
			scripts.Go(func() {
				defer c.Close()
				script(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		scripts.Wait()
	})
	return ln.Addr().(*net.TCPAddr).AddrPort()
}

// drained reads to the end of the stream, then closes.
func drained(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }

// A journal is a recorder whose events can be waited for.
type journal struct {
	t testing.TB
	*trace.Recorder

	mu   sync.Mutex
	seen []trace.Record
	more chan struct{}
}

func newJournal(t testing.TB) *journal {
	j := &journal{t: t, more: make(chan struct{})}
	j.Recorder = trace.NewRecorder(j)
	return j
}

// Put takes a record.
func (j *journal) Put(r trace.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seen = append(j.seen, r)
	close(j.more)
	j.more = make(chan struct{})
}

// await returns the first record of e, once it is there.
func (j *journal) await(e trace.Event) trace.Record {
	limit := time.After(patience)
	for {
		j.mu.Lock()
		seen, more := j.seen, j.more
		j.mu.Unlock()
		for _, r := range seen {
			if r.Event == e {
				return r
			}
		}
		select {
		case <-more:
		case <-limit:
			j.t.Errorf("%#v was not recorded", e)
			return trace.Record{}
		}
	}
}

func (j *journal) now() trace.Time { return j.Scope(0).Now() }

func (j *journal) dial(addr netip.AddrPort) *Conn {
	j.t.Helper()
	conn, err := Dial(context.Background(), j.Scope(0), 0, []netip.AddrPort{addr})
	if err != nil {
		j.t.Fatal(err)
	}
	return conn
}

// of returns the events of one type in the order of recording.
func of[E trace.Event](j *journal) []E {
	var out []E
	for _, r := range j.Records() {
		if e, ok := r.Event.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// one returns the only event of its type.
func one[E trace.Event](j *journal) E {
	j.t.Helper()
	all := of[E](j)
	if len(all) != 1 {
		var none E
		j.t.Errorf("%d events %T, want one: %+v", len(all), none, all)
		return none
	}
	return all[0]
}

// holds checks that a moment's bracket can hold something that happened in [lo, hi].
func (j *journal) holds(what string, m trace.Moment, lo, hi trace.Time) {
	j.t.Helper()
	if m.Latest() < lo || m.Earliest() > hi {
		j.t.Errorf("%s: moment [%d, %d] by %s misses [%d, %d]", what, m.Earliest(), m.Latest(), m.From, lo, hi)
	}
}

// within checks that a moment's whole bracket lies in [lo, hi], but for what clocks may be
// apart.
func (j *journal) within(what string, m trace.Moment, lo, hi trace.Time) {
	j.t.Helper()
	if m.Earliest() < lo.Add(-tcpstate.ClockJoin) || m.Latest() > hi.Add(tcpstate.ClockJoin) {
		j.t.Errorf("%s: moment [%d, %d] by %s is not within [%d, %d]", what, m.Earliest(), m.Latest(), m.From, lo, hi)
	}
}

func BenchmarkConnectClose(b *testing.B) {
	addr := serve(b, drained)
	for b.Loop() {
		r := trace.NewRecorder(nil)
		conn, err := Dial(b.Context(), r.Scope(0), 0, []netip.AddrPort{addr})
		if err != nil {
			b.Fatal(err)
		}
		conn.Close(b.Context(), CloseOptions{})
	}
}
