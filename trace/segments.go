package trace

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

func newSegment(m Moment, e SegmentSeen) Segment {
	return Segment{
		At: m.At, From: e.From, Flags: e.Flags, Seq: e.Seq, Ack: e.Ack, Len: e.Len, Win: e.Win,
		Options: e.Options, Uncertainty: Time(m.Within),
	}
}

// Has says whether a control bit is set.
func (s *Segment) Has(flag string) bool { return has(s.Flags, flag) }

// Has says whether a control bit is set.
func (s *SegmentSeen) Has(flag string) bool { return has(s.Flags, flag) }

func has(flags, flag string) bool {
	for name := range strings.SplitSeq(flags, ",") {
		if name == flag {
			return true
		}
	}
	return false
}

// moment is when the segment passed.
func (s *Segment) moment() Moment {
	return Moment{At: s.At, Within: Time(s.Uncertainty).Sub(0), From: Packet}
}

// size is how much of the sequence space it takes: SYN and FIN count as a byte each
// (RFC 9293, section 3.4).
func (s *Segment) size() int64 {
	n := int64(s.Len)
	for _, flag := range []string{"SYN", "FIN"} {
		if s.Has(flag) {
			n++
		}
	}
	return n
}

// A stretch is a part of the sequence space of one direction, counted from its SYN; last
// is behind it.
type stretch struct{ first, last int64 }

// A numbering counts one direction's sequence numbers from its SYN, beyond 32 bits.
type numbering struct {
	known   bool // the SYN was seen
	initial uint32
	highest int64
	seen    []stretch // in order, apart from one another
}

// number returns how far a sequence number is from the SYN: of those that it may be, the
// one nearest to the highest (RFC 9293, section 3.4).
func (n *numbering) number(seq uint32) int64 {
	return n.highest + int64(int32(seq-n.initial-uint32(n.highest)))
}

// begin takes the numbers of the first segment seen.
func (n *numbering) begin(s *Segment) {
	n.initial, n.known = s.Seq, s.Has("SYN")
	if !n.known {
		n.initial-- // as if the SYN had been right before
		n.seen = []stretch{{0, 1}}
		n.highest = 1
	}
}

// add takes a segment's stretch, and says whether any of it had been seen before, and
// whether something behind it had.
func (n *numbering) add(p stretch) (again, behind bool) {
	if p.first >= p.last {
		return false, false
	}
	behind = p.first < n.highest
	n.highest = max(n.highest, p.last)
	from, _ := slices.BinarySearchFunc(n.seen, p.first, func(s stretch, first int64) int { return cmp.Compare(s.last, first) })
	to := from
	for to < len(n.seen) && n.seen[to].first <= p.last {
		again = again || n.seen[to].first < p.last && p.first < n.seen[to].last
		p.first, p.last = min(p.first, n.seen[to].first), max(p.last, n.seen[to].last)
		to++
	}
	n.seen = slices.Replace(n.seen, from, to, p)
	return again, behind && !again
}

// reached is the number up to which all has been seen.
func (n *numbering) reached() int64 {
	if len(n.seen) == 0 {
		return 0
	}
	return n.seen[0].last
}

// A passage is a segment with its numbers counted from the SYN.
type passage struct {
	*Segment
	stretch
	acks     int64 // what it acknowledges, 0 for nothing
	complete int64 // up to where its direction has been seen without a gap
}

// Packets are the segments of a connection in the order in which they passed, and what
// they say of its states.
type packets struct {
	passed []passage
	// local says that both ends are on this host: the server's packets are then seen
	// when they leave and arrive there, too.
	local bool
	// carried says that the connection was opened before the first of them.
	carried bool
	ways    map[Side]*numbering
}

// follow counts the segments' numbers from the SYNs, and marks those that came again.
// ways has the numbering so far of a connection that was used before; nil of a new one.
func follow(c *Connection, ways map[Side]*numbering) packets {
	slices.SortStableFunc(c.Segments, func(a, b Segment) int { return cmp.Compare(a.At, b.At) })
	p := packets{local: sameHost(c.Local, c.Remote), carried: c.Reused, ways: map[Side]*numbering{}}
	maps.Copy(p.ways, ways)
	for i := range c.Segments {
		s := &c.Segments[i]
		own, other := p.ways[s.From], p.ways[s.From.other()]
		if own == nil {
			own = &numbering{}
			own.begin(s)
			p.ways[s.From] = own
		}
		p.passed = append(p.passed, own.pass(s, other))
	}
	p.unanswered()
	return p
}

// pass counts a segment's numbers.
func (n *numbering) pass(s *Segment, other *numbering) passage {
	p := passage{Segment: s}
	p.first = n.number(s.Seq)
	p.last = p.first + s.size()
	s.Again, s.Late = n.add(p.stretch)
	p.complete = n.reached()
	if n.known {
		s.RelativeSeq = counted(p.first)
	}
	if other != nil && s.Has("ACK") {
		p.acks = other.number(s.Ack)
		if other.known {
			s.RelativeAck = counted(p.acks)
		}
	}
	return p
}

func counted(n int64) *int64 { return &n }

func (s Side) other() Side {
	if s == Client {
		return Server
	}
	return Client
}
