package trace

import (
	"cmp"
	"slices"
)

// causes lists what must come before what, as segments carry it from one end to the
// other (RFC 9293, figures 6, 12 and 13). An end changes its state no sooner than the
// other has made the change that led to it.
var causes = []struct {
	side   Side
	state  State
	effect State // at the other end
}{
	{Client, SynSent, SynReceived},
	{Server, SynReceived, Established},
	{Client, Established, Established},
	{Client, FinWait1, CloseWait},
	{Server, CloseWait, FinWait2},
	{Server, LastAck, TimeWait},
	{Client, TimeWait, Closed},
	{Server, FinWait1, CloseWait},
	{Client, CloseWait, FinWait2},
	{Client, LastAck, TimeWait},
	{Server, TimeWait, Closed},
}

// A bracketed is a state with the bounds of its moment.
type bracketed struct {
	*StateTime
	lo, hi Time
}

// orderStates narrows the bounds of each state by those of its causes and effects at
// the other end, where both were seen, and puts them in that order.
func orderStates(states []StateTime) {
	for _, c := range causes {
		cause, effect := causeAndEffect(states, c.side, c.state, c.effect)
		if cause == nil || effect == nil || cause.Evidence == Packet || effect.Evidence == Packet {
			continue // a packet is where it is, and its own cause
		}
		a := bracketed{cause, cause.Start - cause.Uncertainty, cause.Start + cause.Uncertainty}
		b := bracketed{effect, effect.Start - effect.Uncertainty, effect.Start + effect.Uncertainty}
		lo, hi := max(b.lo, a.lo), min(a.hi, b.hi)
		if lo > b.hi || hi < a.lo {
			continue // they contradict the rule: nothing is changed for its sake
		}
		a.hi, b.lo = hi, lo
		a.narrow()
		b.narrow()
		if b.Start <= a.Start && a.Start < b.hi {
			b.moveTo(a.Start + 1)
		}
	}
	sortStates(states)
}

func sortStates(states []StateTime) {
	slices.SortStableFunc(states, func(a, b StateTime) int { return cmp.Compare(a.Start, b.Start) })
}

// narrow puts the moment into the middle of its bounds.
func (b bracketed) narrow() {
	m := Between(b.lo, b.hi, b.Evidence)
	b.Start, b.Uncertainty = m.At, Time(m.Within)
}

// moveTo puts the moment elsewhere within its bounds.
func (b bracketed) moveTo(t Time) {
	b.Start, b.Uncertainty = t, max(t-b.lo, b.hi-t)
}

// causeAndEffect returns one end's state and its effect at the other end.
func causeAndEffect(states []StateTime, side Side, state, effect State) (a, b *StateTime) {
	for i := range states {
		s := &states[i]
		switch {
		case s.Side == side && s.State == state:
			a = s
		case s.Side != side && s.State == effect:
			b = s
		}
	}
	return a, b
}
