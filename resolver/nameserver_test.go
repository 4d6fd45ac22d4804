package resolver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// A nameServer is a scripted server on loopback: UDP and TCP on one port.
type nameServer struct {
	addr netip.AddrPort
	mu   sync.Mutex
	seen []*dns.Msg
}

// A datagrams function makes what is sent back for a query, in order.
type datagrams func(q *dns.Msg) [][]byte

// A stream function serves a query that came over TCP.
type stream func(q *dns.Msg, c net.Conn)

// serve starts a server; stream may be nil, and then TCP is refused.
func serve(t *testing.T, udp datagrams, tcp stream) *nameServer {
	t.Helper()
	for range 20 { // the port must be free for both protocols
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		s := &nameServer{addr: u.LocalAddr().(*net.UDPAddr).AddrPort()}
		l, err := net.Listen("tcp4", s.addr.String())
		if err != nil {
			u.Close()
			continue
		}
		if tcp == nil {
			l.Close()
		}
		var running sync.WaitGroup
		running.Go(func() { s.datagrams(u, udp) })
		if tcp != nil {
			running.Go(func() { s.streams(l, tcp) })
		}
		t.Cleanup(func() { u.Close(); l.Close(); running.Wait() })
		return s
	}
	t.Fatal("no port is free for both protocols")
	return nil
}

func (s *nameServer) datagrams(u *net.UDPConn, answer datagrams) {
	b := make([]byte, 4096)
	for {
		n, from, err := u.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		if q := s.note(b[:n]); q != nil {
			for _, d := range answer(q) {
				u.WriteToUDPAddrPort(d, from)
			}
		}
	}
}

func (s *nameServer) streams(l net.Listener, answer stream) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		var length [2]byte
		io.ReadFull(c, length[:])
		b := make([]byte, binary.BigEndian.Uint16(length[:]))
		io.ReadFull(c, b)
		if q := s.note(b); q != nil {
			answer(q, c)
		}
		c.Close()
	}
}

func (s *nameServer) note(b []byte) *dns.Msg {
	q := new(dns.Msg)
	if q.Unpack(b) != nil || len(q.Question) != 1 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, q)
	return q
}

// queries returns the queries so far.
func (s *nameServer) queries() []*dns.Msg {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// asked lists what the server was asked: name and type, sorted, the name in lower case
// since ours comes in a case by chance.
func (s *nameServer) asked() []string {
	var out []string
	for _, q := range s.queries() {
		out = append(out, lower(q.Question[0].Name)+" "+dns.Type(q.Question[0].Qtype).String())
	}
	slices.Sort(out)
	return out
}

// rr reads a record in presentation form.
func rr(s string) dns.RR {
	r, err := dns.NewRR(s)
	if err != nil {
		panic(err)
	}
	return r
}

// replyTo makes the reply of a recursive server with these answers.
func replyTo(q *dns.Msg, rcode int, answers ...string) *dns.Msg {
	m := new(dns.Msg)
	m.SetRcode(q, rcode)
	m.RecursionAvailable = true
	for _, a := range answers {
		m.Answer = append(m.Answer, rr(a))
	}
	return m
}

func wire(m *dns.Msg) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// zone answers by "name type", with aliases left as they stand; a name that is not
// there at all does not exist.
func zone(records map[string][]string) datagrams {
	return func(q *dns.Msg) [][]byte {
		name := lower(q.Question[0].Name)
		key := name + " " + dns.Type(q.Question[0].Qtype).String()
		if answers, known := records[key]; known {
			return [][]byte{wire(replyTo(q, dns.RcodeSuccess, answers...))}
		}
		for _, other := range []string{" A", " AAAA", " TXT"} {
			if _, known := records[name+other]; known {
				return [][]byte{wire(replyTo(q, dns.RcodeSuccess))}
			}
		}
		return [][]byte{wire(replyTo(q, dns.RcodeNameError))}
	}
}

// always answers every question with an rcode.
func always(rcode int) datagrams {
	return func(q *dns.Msg) [][]byte { return [][]byte{wire(replyTo(q, rcode))} }
}

func silent(*dns.Msg) [][]byte { return nil }

// file writes a file of the test's own.
func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// asking is a resolver that asks the servers and has an empty hosts file.
func asking(t *testing.T, servers ...*nameServer) *Resolver {
	t.Helper()
	c := Config{HostsFile: file(t, "")}
	for _, s := range servers {
		c.Servers = append(c.Servers, Server{Addr: s.addr, Protocol: UDP})
	}
	return fresh(c)
}

// with changes what resolv.conf would say.
func (r *Resolver) with(change func(*conf)) *Resolver {
	c := r.conf()
	change(&c)
	r.conf = func() conf { return c }
	return r
}

// closedPort is an address nobody listens on.
func closedPort(t *testing.T) *nameServer {
	t.Helper()
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	return &nameServer{addr: u.LocalAddr().(*net.UDPAddr).AddrPort()}
}

// patience ends a test that hangs.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// runQuery runs Query and returns its Answered, all records and the error.
func runQuery(t *testing.T, r *Resolver, name, qtype string) (*trace.Answered, []trace.Record, error) {
	t.Helper()
	rec := trace.NewRecorder(nil)
	err := r.Query(patience(t), rec.Scope(0), name, qtype)
	var answered *trace.Answered
	for _, e := range of[trace.Answered](rec.Records()) {
		if answered != nil {
			t.Error("Answered was recorded twice")
		}
		answered = &e
	}
	return answered, rec.Records(), err
}

// of picks the events of one kind.
func of[E trace.Event](records []trace.Record) []E {
	var out []E
	for _, r := range records {
		if e, is := r.Event.(E); is {
			out = append(out, e)
		}
	}
	return out
}

// fresh is a resolver whose files can be used.
func fresh(c Config) *Resolver {
	r, err := New(c)
	if err != nil {
		panic(err)
	}
	return r
}
