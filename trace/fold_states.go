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

// crossed mends what was inferred of a close in which both FINs were on their way at once:
// both ends come to TIME_WAIT then, and each has passed CLOSING instead of FIN_WAIT_2
// (RFC 9293, figure 13).
func crossed(states []StateTime) {
	for _, side := range []Side{Client, Server} {
		if way := wayOf(states, side); !passes(way, FinWait1) || !passes(way, TimeWait) {
			return
		}
	}
	for i := range states {
		if s := &states[i]; s.State == FinWait2 && s.Evidence == Inferred {
			s.State = Closing
		}
	}
}

func passes(way []*StateTime, state State) bool {
	return slices.ContainsFunc(way, func(s *StateTime) bool { return s.State == state })
}

// placeInferred puts the inferred states of each end between those before and behind them,
// in whose bounds they lie too.
func placeInferred(states []StateTime) {
	for _, side := range []Side{Client, Server} {
		way := wayOf(states, side)
		for i := len(way) - 2; i >= 0; i-- {
			way[i].before(way[i+1])
		}
	}
	sortStates(states)
}

// wayOf are one end's states in the order in which they can only have been.
func wayOf(states []StateTime, side Side) []*StateTime {
	var way []*StateTime
	for i := range states {
		if states[i].Side == side {
			way = append(way, &states[i])
		}
	}
	slices.SortStableFunc(way, func(a, b *StateTime) int {
		return cmp.Compare(slices.Index(stateOrder, a.State), slices.Index(stateOrder, b.State))
	})
	return way
}

// before keeps an inferred state from being later than the next one.
func (s *StateTime) before(next *StateTime) {
	if s.Evidence != Inferred {
		return
	}
	b := bracketed{s, s.Start - s.Uncertainty, s.Start + s.Uncertainty}
	if hi := next.Start + next.Uncertainty; hi < b.hi && hi >= b.lo {
		b.hi = hi
		b.narrow()
	}
	if s.Start > next.Start && next.Start >= b.lo {
		b.moveTo(next.Start)
	}
}

func sortStates(states []StateTime) {
	slices.SortStableFunc(states, func(a, b StateTime) int {
		if a.Start == b.Start && a.Side == b.Side {
			return cmp.Compare(slices.Index(stateOrder, a.State), slices.Index(stateOrder, b.State))
		}
		return cmp.Compare(a.Start, b.Start)
	})
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
