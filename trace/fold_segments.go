package trace

import (
	"net/netip"
	"slices"
	"time"
)

// kernelLag is how far the kernel's change of state may lie from the packet that makes
// it, or that it makes: it sets FIN_WAIT_1 some 10 µs before the FIN passes, and acts on
// what came in 15 to 100 µs after it has passed, as was measured on a busy machine.
const kernelLag = 150 * time.Microsecond

// sameHost says whether both ends of a connection have this host's addresses.
func sameHost(local, remote string) bool {
	l, err := netip.ParseAddrPort(local)
	r, rerr := netip.ParseAddrPort(remote)
	if rerr != nil {
		return false
	}
	return r.Addr().IsLoopback() || err == nil && l.Addr().WithZone("") == r.Addr().WithZone("")
}

// A change is a state that an end reaches by a segment; no segment where none was seen.
type change struct {
	state State
	by    *passage
	// hidden says that the state was passed within the segment that led to the next one.
	hidden bool
}

// find returns the first segment of a side's from which on something is true.
func (p *packets) find(from Side, is func(*passage) bool) *passage {
	for i := range p.passed {
		if s := &p.passed[i]; s.From == from && is(s) {
			return s
		}
	}
	return nil
}

// syn is the first SYN of a side.
func (p *packets) syn(from Side) *passage {
	return p.find(from, func(s *passage) bool { return s.Has("SYN") })
}

// fin is the first FIN of a side, as it was sent.
func (p *packets) fin(from Side) *passage {
	return p.find(from, func(s *passage) bool { return s.Has("FIN") })
}

// arrived is the segment with which the FIN of a side's could be taken: the one that
// fills the last gap before it. Where segments were not captured, it is the FIN.
func (p *packets) arrived(fin *passage) *passage {
	if fin == nil {
		return nil
	}
	if s := p.find(fin.From, func(s *passage) bool { return s.complete >= fin.last }); s != nil {
		return s
	}
	return fin
}

// acked is the first segment that acknowledges all of one.
func (p *packets) acked(of *passage) *passage {
	if of == nil {
		return nil
	}
	return p.find(of.From.other(), func(s *passage) bool { return s.acks >= of.last })
}

// reset is the first reset that its receiver believes: it has the number that is expected
// next (RFC 9293, section 3.10.7.4), or answers the SYN.
func (p *packets) reset() *passage {
	var expected [2]int64 // by the side that sends: what the other has acknowledged
	for i := range p.passed {
		s := &p.passed[i]
		side, other := 0, 1
		if s.From == Server {
			side, other = 1, 0
		}
		if s.Has("RST") && (s.From == Client || expected[side] == 0 || s.first == expected[side] || s.first == s.complete) {
			return s
		}
		if s.Has("ACK") {
			expected[other] = max(expected[other], s.acks)
		}
	}
	return nil
}

// changes lists the states that an end goes through, by the segments (RFC 9293, section
// 3.3.2).
func (p *packets) changes(end Side) []change {
	if p.carried {
		return p.broken(p.closed(end), p.reset())
	}
	out := p.opened(end)
	if len(out) == 0 {
		return nil
	}
	if len(out) == 2 {
		out = append(out, p.closed(end)...)
	}
	reset := p.reset()
	if reset != nil && reset.At < out[0].by.At {
		reset = nil
	}
	return append(out[:1:1], p.broken(out[1:], reset)...)
}

// broken ends a list of changes where a reset does.
func (p *packets) broken(changes []change, reset *passage) []change {
	if reset == nil {
		return changes
	}
	for i, c := range changes {
		if c.by.At > reset.At {
			changes = changes[:i]
			break
		}
	}
	if n := len(changes); n > 0 && (changes[n-1].state == TimeWait || changes[n-1].state == Closed) {
		return changes
	}
	return append(changes, change{state: Closed, by: reset})
}

// opened lists the states up to ESTABLISHED.
func (p *packets) opened(end Side) []change {
	syn, answer := p.syn(Client), p.syn(Server)
	if syn == nil {
		return nil
	}
	if end == Client {
		out := []change{{state: SynSent, by: syn}}
		if answer != nil && answer.acks >= syn.last {
			out = append(out, change{state: Established, by: answer})
		}
		return out
	}
	if answer == nil {
		return nil
	}
	out := []change{{state: SynReceived, by: syn}}
	if ack := p.acked(answer); ack != nil {
		out = append(out, change{state: Established, by: ack})
	}
	return out
}

// closed lists the states from the first FIN on. Who closes first is told by what the
// FINs acknowledge, not by which passed first: they may cross.
func (p *packets) closed(end Side) []change {
	ours, theirs := p.fin(end), p.arrived(p.fin(end.other()))
	last := p.fin(end.other())
	acked := p.acked(ours)
	switch {
	case ours == nil && theirs == nil:
		return nil
	case ours == nil:
		return []change{{state: CloseWait, by: theirs}}
	case theirs != nil && ours.acks >= last.last:
		return append([]change{{state: CloseWait, by: theirs}}, ended(change{state: LastAck, by: ours}, change{state: Closed, by: acked})...)
	case acked != nil && (theirs == nil || acked.At <= theirs.At):
		two := change{state: FinWait2, by: acked, hidden: acked == theirs}
		return append([]change{{state: FinWait1, by: ours}}, ended(two, change{state: TimeWait, by: theirs})...)
	}
	return ended(change{state: FinWait1, by: ours}, change{state: Closing, by: theirs}, change{state: TimeWait, by: acked})
}

// ended lists the changes up to the first whose segment was not seen.
func ended(changes ...change) []change {
	for i, c := range changes {
		if c.by == nil {
			return changes[:i]
		}
	}
	return changes
}

// segments counts those of a close in good order; nil where not all were seen.
func (p *packets) segments() *int {
	ours, theirs := p.fin(Client), p.fin(Server)
	one, other := p.acked(ours), p.acked(theirs)
	if one == nil || other == nil || p.reset() != nil {
		return nil
	}
	n := 4
	if one.Has("FIN") || other.Has("FIN") {
		n = 3
	}
	return &n
}

// replace puts what the packets say in the place of what was asked of the kernel. Of an
// end that was followed to its last state, nothing else is left.
func (p *packets) replace(states []StateTime) []StateTime {
	var out []StateTime
	for _, end := range []Side{Client, Server} {
		changes := p.changes(end)
		known := slices.DeleteFunc(slices.Clone(states), func(s StateTime) bool { return s.Side != end })
		if n := len(changes); n > 0 && (changes[n-1].state == Closed || changes[n-1].state == TimeWait) {
			outwaited := changes[n-1].state == TimeWait && slices.ContainsFunc(known, StateTime.expiry)
			known = slices.DeleteFunc(known, func(s StateTime) bool {
				return !slices.ContainsFunc(changes, func(c change) bool { return c.state == s.State }) && !(outwaited && s.expiry())
			})
		}
		for _, c := range changes {
			i := slices.IndexFunc(known, func(s StateTime) bool { return s.State == c.state })
			if s, ok := p.place(end, c, known, i); ok {
				out = append(out, s)
				known = slices.DeleteFunc(known, func(k StateTime) bool { return k.State == c.state })
			}
		}
		out = append(out, known...)
	}
	if out == nil {
		return states
	}
	return out
}

// expiry says that a state is the end of TIME_WAIT, which no packet tells of.
func (s StateTime) expiry() bool { return s.State == Closed && s.Evidence == SockDiag }

// place puts a state at the moment of its packet; of a server elsewhere only bounds are
// known, unless its own kernel was asked.
func (p *packets) place(end Side, c change, known []StateTime, i int) (StateTime, bool) {
	if end == Server && !p.local {
		m, ok := p.elsewhere(c)
		if i >= 0 && (known[i].Evidence != Inferred || !ok || known[i].Uncertainty <= Time(m.Within)) {
			return known[i], true
		}
		return StateTime{State: c.state, Side: end, Start: m.At, Uncertainty: Time(m.Within), Evidence: Inferred}, ok
	}
	s := StateTime{State: c.state, Side: end, Start: c.by.At, Uncertainty: Time(kernelLag) + c.by.Uncertainty, Evidence: Packet}
	if i >= 0 && known[i].Evidence != Inferred {
		s.Uncertainty = known[i].around(s.Start, s.Uncertainty)
	}
	if c.hidden {
		s.Evidence = Inferred
	}
	return s, true
}

// around is how far from a moment the change may be that lies within a state's bounds:
// no further than the packet says, unless the kernel contradicts it.
func (s *StateTime) around(at, lag Time) Time {
	lo, hi := s.Start-s.Uncertainty, s.Start+s.Uncertainty
	bound := max(at-lo, hi-at)
	if lo > at+lag || hi < at-lag {
		return bound
	}
	return min(lag, bound)
}

// elsewhere finds the bounds of a change at the other end: it cannot answer what it has
// not got, nor can what it sent have come before.
func (p *packets) elsewhere(c change) (Moment, bool) {
	if c.by.From == Server {
		cause := p.find(Client, func(s *passage) bool { return c.by.acks > 0 && s.last >= c.by.acks })
		if cause == nil || cause.At > c.by.At {
			return Moment{}, false
		}
		return Between(cause.At, c.by.At, Inferred), true
	}
	answer := p.find(Server, func(s *passage) bool {
		switch c.state {
		case SynReceived:
			return s.Has("SYN") && s.acks > 0
		case Established:
			return s.At > c.by.At && (s.Len > 0 || s.acks > c.by.first)
		case FinWait2:
			fin := p.fin(Client)
			return fin != nil && s.acks >= fin.last
		case Closed:
			return false // nothing comes of it
		}
		return s.acks >= c.by.last
	})
	if answer == nil || answer.At < c.by.At {
		return Moment{}, false
	}
	return Between(c.by.At, answer.At, Inferred), true
}
