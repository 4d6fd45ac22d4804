package pcapng

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"fetchscope/trace"
)

// Annotate says of each packet what it is to the fetches that the documents tell of.
// DNS messages of other programs are left out: those about what was not asked, or not of
// that server.
func Annotate(packets []Packet, documents []*trace.Document) []Packet {
	comments, asked := map[int64]string{}, map[question]bool{}
	for _, d := range documents {
		for i := range d.Exchanges {
			about(&d.Exchanges[i], d.StartedUnix, comments)
			ask(&d.Exchanges[i], asked)
		}
	}
	var out []Packet
	for _, p := range packets {
		if p.Server.IsValid() {
			if !asked[question{p.Server, p.Name}] {
				continue
			}
			p.Comment = message(&p)
		} else {
			p.Comment = comments[p.Unix]
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Packet) int { return int(a.Unix - b.Unix) })
	return out
}

// A question is what was asked of a name server.
type question struct {
	server netip.AddrPort
	name   string
}

// ask notes the questions of an exchange.
func ask(x *trace.Exchange, asked map[question]bool) {
	if x.Resolve == nil {
		return
	}
	for _, q := range x.Resolve.Queries {
		if server, err := netip.ParseAddrPort(q.Server); err == nil {
			asked[question{server, strings.ToLower(q.Name)}] = true
		}
	}
}

func message(p *Packet) string {
	what := "answer"
	if p.Outgoing {
		what = "query"
	}
	return fmt.Sprintf("step 1: %s, %s", what, p.Name)
}

// about comments on the segments of a connection, by when they passed.
func about(x *trace.Exchange, started int64, comments map[int64]string) {
	c := x.Connection
	if c == nil {
		return
	}
	states := map[trace.Time][]string{}
	for _, s := range c.States {
		if s.Evidence != trace.Packet && s.State != trace.FinWait2 {
			continue
		}
		name := string(s.State)
		if s.Side == trace.Server {
			name = "server " + name
		}
		states[s.Start] = append(states[s.Start], name)
	}
	for i := range c.Segments {
		s := &c.Segments[i]
		parts := append([]string{kind(s)}, states[s.At]...)
		if s.Again {
			parts = append(parts, "again")
		}
		for _, at := range stamps(s) {
			comments[started+int64(at)] = fmt.Sprintf("step %d: %s", step(x, s), strings.Join(parts, ", "))
		}
	}
}

// stamps are those that the packet of a segment may have. Where the moment has bounds, the
// stamp is the upper one, for it was made when the packet was read; halves of nanoseconds
// were rounded up.
func stamps(s *trace.Segment) []trace.Time {
	if s.Uncertainty == 0 {
		return []trace.Time{s.At}
	}
	upper := s.At + s.Uncertainty
	return []trace.Time{s.At, upper - 1, upper}
}

// kind is what a segment is for.
func kind(s *trace.Segment) string {
	switch {
	case s.Has("SYN") && s.Has("ACK"):
		return "SYN,ACK"
	case s.Has("SYN"):
		return "SYN"
	case s.Has("RST"):
		return "RST"
	case s.Has("FIN"):
		return "FIN"
	case s.Len > 0:
		return fmt.Sprintf("%d bytes", s.Len)
	}
	return "ACK"
}

// step is the one that a segment belongs to: the last that had begun.
func step(x *trace.Exchange, s *trace.Segment) int {
	n := 2
	for _, name := range []trace.Phase{trace.TLS, trace.Request, trace.Wait, trace.Close} {
		p := x.Phase(name)
		if p.Start == nil || s.At < *p.Start {
			continue
		}
		// The phase wait begins with the request's last byte, which is the request's.
		if name == trace.Wait && s.At == *p.Start {
			continue
		}
		n = p.Step
	}
	return n
}
