package resolver

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// A streamServer is a scripted server on loopback of one connection-bound protocol.
type streamServer struct {
	Server
	mu    sync.Mutex
	conns int
}

// A script serves the nth connection, from 1; it ends when the script returns.
type script func(n int, c net.Conn)

// serveStream starts a server; with a certificate it speaks TLS.
func serveStream(t *testing.T, cert *tls.Certificate, serve script) *streamServer {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &streamServer{Server: Server{Addr: l.Addr().(*net.TCPAddr).AddrPort(), Protocol: TCP}}
	if cert != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*cert}, NextProtos: []string{"dot"}})
		s.Protocol = TLS
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns++
			n := s.conns
			s.mu.Unlock()
			running.Go(func() {
				defer c.Close()
				serve(n, c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return s
}

// opened is how many connections there were.
func (s *streamServer) opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// next reads a query; nil at the end of the connection.
func next(c net.Conn) *dns.Msg {
	b, err := readFrame(c)
	q := new(dns.Msg)
	if err != nil || q.Unpack(b) != nil {
		return nil
	}
	return q
}

// answerTo is a reply with an address made of the first label's digits, or without data.
func answerTo(q *dns.Msg) []byte {
	var n int
	name := q.Question[0].Name
	fmt.Sscanf(name, "n%d.", &n)
	if q.Question[0].Qtype != dns.TypeA {
		return wire(replyTo(q, dns.RcodeSuccess))
	}
	return wire(replyTo(q, dns.RcodeSuccess, fmt.Sprintf("%s 60 IN A 192.0.2.%d", name, n)))
}

// honest answers whatever comes.
func honest(_ int, c net.Conn) {
	for q := next(c); q != nil; q = next(c) {
		frames(c, answerTo(q))
	}
}

// overStreams is a resolver of the server, closed at the end of the test, before the
// server's end is waited for.
func overStreams(t *testing.T, s *streamServer) *Resolver {
	t.Helper()
	r := fresh(Config{HostsFile: file(t, ""), Servers: []Server{s.Server}, Dialer: plainTLS{}})
	t.Cleanup(func() { r.Close() })
	return r
}

// plainTLS connects by crypto/tls without looking at certificates, which are not the
// matter here.
type plainTLS struct{}

func (plainTLS) DialTLS(ctx context.Context, addr netip.AddrPort, _ string) (Stream, error) {
	d := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"dot"}}}
	conn, err := d.DialContext(ctx, "tcp", addr.String())
	return tcpStream{conn}, err
}

func (plainTLS) DialHTTPS(context.Context, netip.AddrPort, string) (HTTPConn, error) {
	return nil, errors.New("not here")
}

// selfSigned is a certificate of anybody.
func selfSigned(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// bothKinds runs a test over TCP and over TLS.
func bothKinds(t *testing.T, run func(t *testing.T, cert *tls.Certificate)) {
	t.Run("tcp", func(t *testing.T) { run(t, nil) })
	t.Run("tls", func(t *testing.T) { run(t, selfSigned(t)) })
}

// askAll asks for n names at once and checks each answer.
func askAll(t *testing.T, r *Resolver, n int) []trace.Record {
	t.Helper()
	rec := trace.NewRecorder(nil)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			q := question{fmt.Sprintf("n%d.test.", i), dns.TypeA}
			got := r.job(rec.Scope(0)).resolve(patience(t), q)
			want := fmt.Sprintf("192.0.2.%d", i)
			if got.err != nil || len(got.answers) != 1 || got.answers[0].Data != want {
				t.Errorf("%s is %v, %v; want %s", q.name, got.answers, got.err, want)
			}
		})
	}
	all.Wait()
	return rec.Records()
}

// Requirement 3.
func TestQueriesShareAConnectionInAnyOrder(t *testing.T) {
	const n = 20
	bothKinds(t, func(t *testing.T, cert *tls.Certificate) {
		s := serveStream(t, cert, func(_ int, c net.Conn) {
			var replies [][]byte
			for range n {
				q := next(c)
				if q == nil {
					return
				}
				replies = append(replies, answerTo(q))
			}
			slices.Reverse(replies)
			frames(c, replies...)
			next(c)
		})
		records := askAll(t, overStreams(t, s), n)
		if s.opened() != 1 {
			t.Errorf("%d connections, want one for all", s.opened())
		}
		reused := 0
		for _, e := range of[trace.QueryConnected](records) {
			if e.Server != s.Addr.String() {
				t.Errorf("connected to %s, want %s", e.Server, s.Addr)
			}
			if e.Reused {
				reused++
			}
		}
		if c := of[trace.QueryConnecting](records); len(c) != 1 || reused != n-1 {
			t.Errorf("%d queries connected and %d found a connection, want 1 and %d", len(c), reused, n-1)
		}
	})
}

func TestLaterQueriesFindTheConnection(t *testing.T) {
	bothKinds(t, func(t *testing.T, cert *tls.Certificate) {
		s := serveStream(t, cert, honest)
		r := overStreams(t, s)
		for n := range 3 {
			if _, _, err := runQuery(t, r, fmt.Sprintf("n%d.test", n), "A"); err != nil {
				t.Error(err)
			}
		}
		if s.opened() != 1 {
			t.Errorf("%d connections, want 1", s.opened())
		}
	})
}

// Servers may close when they like; some do after each reply.
func TestConnectionsClosedBetweenQueriesAreOpenedAnewOnce(t *testing.T) {
	tests := []struct {
		name  string
		serve script
		conns int
		fails int // of three queries in turn
	}{
		{"closed after each reply", func(_ int, c net.Conn) {
			if q := next(c); q != nil {
				frames(c, answerTo(q))
			}
		}, 3, 0},
		{"closed on the second query", func(_ int, c net.Conn) {
			if q := next(c); q != nil {
				frames(c, answerTo(q))
				next(c)
			}
		}, 3, 0},
		{"closed on every query but the first", func(n int, c net.Conn) {
			if q := next(c); n == 1 && q != nil {
				frames(c, answerTo(q))
				next(c)
			}
		}, 3, 2}, // the second query has the second chance, the third none to have
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serveStream(t, nil, tt.serve)
			r := overStreams(t, s)
			fails := 0
			for i := range 3 {
				_, records, err := runQuery(t, r, fmt.Sprintf("n%d.test", i), "A")
				if err != nil {
					fails++
					wantCode(t, err, BadReply)
				}
				checkTold(t, records, err)
			}
			if s.opened() != tt.conns || fails != tt.fails {
				t.Errorf("%d connections and %d failures, want %d and %d", s.opened(), fails, tt.conns, tt.fails)
			}
		})
	}
}

// checkTold holds that each query is told once, with one outcome.
func checkTold(t *testing.T, records []trace.Record, err error) {
	t.Helper()
	outcomes := map[int]int{}
	for _, e := range of[trace.QuerySent](records) {
		outcomes[e.ID] += 10
	}
	answered := of[trace.QueryAnswered](records)
	for _, e := range answered {
		outcomes[e.ID]++
	}
	for _, e := range of[trace.QueryFailed](records) {
		outcomes[e.ID]++
	}
	for id, n := range outcomes {
		if n != 11 {
			t.Errorf("query %d was sent %d times with %d outcomes", id, n/10, n%10)
		}
	}
	if (len(answered) == 1) != (err == nil) {
		t.Errorf("%d answers beside %v", len(answered), err)
	}
}

// What ends a connection is told to all that wait on it.
// Requirement 3.
func TestEndsOfConnections(t *testing.T) {
	tests := []struct {
		name, says string
		answer     func(c net.Conn, q *dns.Msg)
	}{
		{"in mid-message", "closed after 8 of 50 octets", func(c net.Conn, q *dns.Msg) {
			b, _ := framed(answerTo(q))
			c.Write(b[:10])
		}},
		{"in mid-length", "closed after 1 of 2 octets", func(c net.Conn, q *dns.Msg) { c.Write([]byte{0}) }},
		{"before a reply", "closed without a reply", func(net.Conn, *dns.Msg) {}},
		{"a thousand messages of others", "another ID", func(c net.Conn, q *dns.Msg) {
			q.Id ^= 1 << 15
			b, _ := framed(answerTo(q))
			c.Write(bytes.Repeat(b, 1000))
		}},
		{"a thousand empty messages", "shorter than a header", func(c net.Conn, q *dns.Msg) { c.Write(make([]byte, 2000)) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bothKinds(t, func(t *testing.T, cert *tls.Certificate) {
				s := serveStream(t, cert, func(n int, c net.Conn) {
					one := next(c)
					// The query that found the connection has a second chance, by its own.
					if one == nil || n == 1 && next(c) == nil {
						return
					}
					one.Question[0].Name, one.Question[0].Qtype = "zoo.test.", dns.TypeA
					tt.answer(c, one)
				})
				r := overStreams(t, s)
				rec := trace.NewRecorder(nil)
				all := r.job(rec.Scope(0)).gather(patience(t), "zoo.test.", []uint16{dns.TypeA, dns.TypeAAAA}).rest()
				for _, one := range all {
					if one.err == nil || !strings.Contains(one.err.Error(), tt.says) {
						t.Errorf("%v, want %q", one.err, tt.says)
					}
				}
				if n := len(of[trace.DatagramDropped](rec.Records())); n > 2*maxStrays {
					t.Errorf("%d messages were told, want no more than %d for each", n, maxStrays)
				}
			})
		})
	}
}

func TestStalledServerEndsWithTheContext(t *testing.T) {
	bothKinds(t, func(t *testing.T, cert *tls.Certificate) {
		asked := make(chan bool)
		s := serveStream(t, cert, func(_ int, c net.Conn) {
			next(c)
			asked <- true
			next(c)
		})
		r := overStreams(t, s)
		ctx, cancel := context.WithCancel(patience(t))
		go func() { <-asked; cancel() }()
		wantCode(t, r.Query(ctx, nil, "zoo.test", "A"), Cancelled)
	})
}

// A connection may have been forgotten by something on the way: after a time-out without
// a sign of life another one is tried.
func TestSilentConnectionIsNotAskedAgain(t *testing.T) {
	s := serveStream(t, nil, func(n int, c net.Conn) {
		if n > 1 {
			honest(n, c)
		}
		next(c)
		next(c) // the end
	})
	r := overStreams(t, s).with(func(c *conf) { c.timeout = 50 * time.Millisecond; c.attempts = 5 })
	if _, _, err := runQuery(t, r, "n1.test", "A"); err != nil {
		t.Fatal(err)
	}
	if s.opened() != 2 {
		t.Errorf("%d connections, want the silent one and another", s.opened())
	}
}

func TestLateReplyIsNotForTheNextQuery(t *testing.T) {
	asked := make(chan bool)
	s := serveStream(t, nil, func(_ int, c net.Conn) {
		one := next(c)
		asked <- true
		two := next(c)
		if one != nil && two != nil {
			frames(c, answerTo(one), answerTo(two))
			next(c)
		}
	})
	r := overStreams(t, s)
	ctx, cancel := context.WithCancel(patience(t))
	go func() { <-asked; cancel() }()
	wantCode(t, r.Query(ctx, nil, "n1.test", "A"), Cancelled)
	answered, records, err := runQuery(t, r, "n2.test", "A")
	if err != nil || answered.Answers[0].Data != "192.0.2.2" {
		t.Errorf("%+v, %v", answered, err)
	}
	if n := len(of[trace.DatagramDropped](records)); n != 0 || s.opened() != 1 {
		t.Errorf("%d dropped on %d connections, want none on one", n, s.opened())
	}
}

func TestCloseEndsConnections(t *testing.T) {
	bothKinds(t, func(t *testing.T, cert *tls.Certificate) {
		ended := make(chan bool, 1)
		s := serveStream(t, cert, func(n int, c net.Conn) {
			honest(n, c)
			ended <- true
		})
		r := overStreams(t, s)
		askAll(t, r, 1)
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		select {
		case <-ended:
		case <-patience(t).Done():
			t.Error("the connection is still open")
		}
	})
}

// What is kept is bounded: a connection too many ends with its query.
func TestConnectionsKeptAreBounded(t *testing.T) {
	p := newPool()
	for i := range maxSessions {
		p.sessions[Server{Name: fmt.Sprint(i)}] = &session{}
	}
	ended := make(chan bool, 1)
	s := serveStream(t, nil, func(n int, c net.Conn) {
		honest(n, c)
		ended <- true
	})
	r := overStreams(t, s)
	r.pool.sessions = p.sessions
	askAll(t, r, 1)
	select {
	case <-ended:
	case <-patience(t).Done():
		t.Error("the connection is still open")
	}
	r.pool.sessions = map[Server]*session{}
}

func TestSessionTakesNoMoreThanItCanTellApart(t *testing.T) {
	s := &session{}
	seen := map[uint16]bool{}
	for range maxOutstanding {
		q := &query{question: question{"zoo.test.", dns.TypeA}}
		if err := q.pack(true, ""); err != nil {
			t.Fatal(err)
		}
		q.id, q.wire[0], q.wire[1] = 7, 0, 7
		if s.join(q, nil) == nil || seen[q.id] || uint16(q.wire[0])<<8|uint16(q.wire[1]) != q.id {
			t.Errorf("ID %d for a query that begins with % x", q.id, q.wire[:2])
		}
		seen[q.id] = true
	}
	if s.join(&query{}, nil) != nil {
		t.Error("one more than the limit was taken")
	}
}

// Over TLS nothing leads to a query in clear.
func TestNothingLeavesTLS(t *testing.T) {
	tests := []struct {
		name   string
		answer func(q *dns.Msg) *dns.Msg
		code   trace.Code
		edns   []bool // of the queries
	}{
		{"truncated", func(q *dns.Msg) *dns.Msg {
			m := replyTo(q, dns.RcodeSuccess)
			m.Truncated = true
			return m
		}, BadReply, []bool{true}},
		{"BADCOOKIE", func(q *dns.Msg) *dns.Msg {
			m := replyTo(q, dns.RcodeBadCookie)
			m.SetEdns0(1232, false)
			return m
		}, ServerFailure, []bool{true, true}},
		{"FORMERR", func(q *dns.Msg) *dns.Msg { return replyTo(q, dns.RcodeFormatError) }, ServerFailure, []bool{true, false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var edns []bool
			s := serveStream(t, selfSigned(t), func(_ int, c net.Conn) {
				for q := next(c); q != nil; q = next(c) {
					edns = append(edns, q.IsEdns0() != nil)
					frames(c, wire(tt.answer(q)))
				}
			})
			r := overStreams(t, s)
			_, records, err := runQuery(t, r, "zoo.test", "A")
			wantCode(t, err, tt.code)
			r.Close()
			for _, e := range of[trace.QuerySent](records) {
				if e.Protocol != TLS {
					t.Errorf("a query went by %s", e.Protocol)
				}
			}
			if !slices.Equal(edns, tt.edns) {
				t.Errorf("queries with EDNS: %v, want %v", edns, tt.edns)
			}
		})
	}
}

// FuzzReadFrame holds that messages come out as they went in, however they are cut, and
// that the end of the bytes is told for what it is.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{0, 3, 1, 2, 3})
	f.Add([]byte{0, 0, 0})
	f.Add([]byte{255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, cut := bytes.NewReader(b), iotest.OneByteReader(bytes.NewReader(b))
		for left := b; ; {
			got, err := readFrame(whole)
			again, cutErr := readFrame(cut)
			if !bytes.Equal(got, again) || fmt.Sprint(err) != fmt.Sprint(cutErr) {
				t.Fatalf("%x, %v at once, %x, %v byte by byte", got, err, again, cutErr)
			}
			if err != nil {
				if (err == error(errClosed)) != (len(left) == 0) {
					t.Errorf("%v with %d octets left", err, len(left))
				}
				return
			}
			if frame, err := framed(got); err != nil || !bytes.HasPrefix(left, frame) {
				t.Fatalf("%x is not what %x begins with", frame, left)
			}
			left = left[2+len(got):]
		}
	})
}
