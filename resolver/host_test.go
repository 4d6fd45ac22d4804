package resolver

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/miekg/dns"
)

// A behaviour is what a server makes of the reply that it should give: what it sends, in
// order. The message may be changed.
type behaviour func(q, honest *dns.Msg, overTCP bool) []*dns.Msg

// A host is a name server of a test's.
type host struct {
	zones  []*served
	mu     sync.Mutex // guards the rest
	behave behaviour
	seen   []*dns.Msg
}

// does changes what the server does from now on.
func (h *host) does(b behaviour) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behave = b
}

func honestly(_, honest *dns.Msg, _ bool) []*dns.Msg { return []*dns.Msg{honest} }

// sockets are those of hosts.
type sockets struct {
	open    []io.Closer
	serving []func()
}

func (s *sockets) add(h *host, at netip.AddrPort) error {
	u, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return err
	}
	s.open = append(s.open, u)
	l, err := net.Listen("tcp4", at.String())
	if err != nil {
		return err
	}
	s.open = append(s.open, l)
	s.serving = append(s.serving, func() { h.datagrams(u) }, func() { h.streams(l) })
	return nil
}

func (s *sockets) close() {
	for _, c := range s.open {
		c.Close()
	}
}

// serve begins to serve; stop ends it.
func (s *sockets) serve() (stop func()) {
	var running sync.WaitGroup
	for _, f := range s.serving {
		running.Go(f)
	}
	return func() { s.close(); running.Wait() }
}

func (h *host) datagrams(u *net.UDPConn) {
	b := make([]byte, 4096)
	for {
		n, from, err := u.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		for _, m := range h.replies(b[:n], false) {
			u.WriteToUDPAddrPort(wire(m), from)
		}
	}
}

// streams serves connections until the listener is closed, and then ends them: clients
// keep them open.
func (h *host) streams(l net.Listener) {
	var running sync.WaitGroup
	var open []net.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			break
		}
		open = append(open, c)
		running.Go(func() { h.stream(c) })
	}
	for _, c := range open {
		c.Close()
	}
	running.Wait()
}

func (h *host) stream(c net.Conn) {
	defer c.Close()
	for {
		b, err := readFrame(c)
		if err != nil {
			return
		}
		for _, m := range h.replies(b, true) {
			out := wire(m)
			c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
		}
	}
}

// replies notes a query and makes what is sent for it.
func (h *host) replies(b []byte, overTCP bool) []*dns.Msg {
	q := new(dns.Msg)
	if q.Unpack(b) != nil || len(q.Question) != 1 {
		return nil
	}
	h.mu.Lock()
	h.seen = append(h.seen, q)
	behave := h.behave
	h.mu.Unlock()
	m := h.honest(q).Copy() // of the zone's records, which packing writes to
	if !overTCP && m.Len() > udpSize {
		m = &dns.Msg{MsgHdr: m.MsgHdr, Question: m.Question}
		m.Truncated = true
	}
	return behave(q, m, overTCP)
}

// honest answers from the deepest zone here that the question is in. A DS record is of
// the zone above, where the host has that too.
func (h *host) honest(q *dns.Msg) *dns.Msg {
	var best *served
	name := q.Question[0].Name
	for _, z := range h.zones {
		child := q.Question[0].Qtype == dns.TypeDS && sameName(z.origin, name) && z.origin != "."
		if isUnder(name, z.origin) && (best == nil || len(z.origin) > len(best.origin) && !child) {
			best = z
		}
	}
	if best == nil {
		return new(dns.Msg).SetRcode(q, dns.RcodeRefused)
	}
	return best.reply(q)
}

// queries returns those so far.
func (h *host) queries() []*dns.Msg {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.seen)
}
