package trace

// maxRepeats bounds the repeats whose reason is looked for: nobody reads more of them, and
// each is held against all segments before it.
const maxRepeats = 64

// unanswered marks the segments that were lost, or whose answer was, as far as what came
// again tells: what they carry was sent again with no answer to it, or what they acknowledge
// came again from one who should have had that by then.
func (p *packets) unanswered() {
	limit, repeats := p.patience(), 0
	for i := range p.passed {
		again := &p.passed[i]
		if !again.Again {
			continue
		}
		if repeats++; repeats > maxRepeats {
			return
		}
		for j := range i {
			s := &p.passed[j]
			s.Unanswered = s.Unanswered || p.repeated(s, again) || limit > 0 && p.unheard(s, again, limit)
		}
	}
}

// patience is how long after our acknowledgement what it acknowledges may still be on its
// way again: the shortest round trip seen, and half of one for what varies. 0 where none
// was seen.
func (p *packets) patience() Time {
	var shortest Time
	var waiting []*passage // ours, in the order of their numbers
	for i := range p.passed {
		s := &p.passed[i]
		if s.From == Client {
			// Of what was sent twice it is not known what is answered (RFC 6298, section 3).
			if s.first < s.last && !s.Again && !s.Late {
				waiting = append(waiting, s)
			}
			continue
		}
		var answered *passage
		for len(waiting) > 0 && waiting[0].last <= s.acks {
			answered, waiting = waiting[0], waiting[1:]
		}
		if answered != nil && (shortest == 0 || s.At-answered.At < shortest) {
			shortest = s.At - answered.At
		}
	}
	return shortest * 3 / 2
}

// repeated says whether one of our segments was sent again, and nothing had told us that
// it had come.
func (p *packets) repeated(s, again *passage) bool {
	if s.From != Client || again.From != Client || s.first >= s.last || s.first < again.first || s.last > again.last {
		return false
	}
	for i := range p.passed {
		a := &p.passed[i]
		if a.From != Server {
			continue
		}
		if a.At < again.At && a.acks >= s.last || a.holds(s) {
			return false
		}
	}
	return true
}

// holds says whether a segment says that it has what another carries, apart from what it
// acknowledges: its sender got that out of order, or twice (RFC 2018, section 4; RFC 2883,
// section 4).
func (a *passage) holds(s *passage) bool {
	if a.Options == nil || s.Len == 0 {
		return false
	}
	for _, b := range a.Options.SACK {
		if int32(s.Seq-b[0]) >= 0 && int32(b[1]-s.Seq-uint32(s.Len)) >= 0 {
			return true
		}
	}
	return false
}

// unheard says whether what one of our segments acknowledges came again, so much later
// that it would not have if ours had been heard.
func (p *packets) unheard(s, again *passage, limit Time) bool {
	return s.From == Client && again.From == Server && s.acks >= again.last &&
		s.At < again.At-limit && (s.first == s.last || p.acked(s) == nil)
}
