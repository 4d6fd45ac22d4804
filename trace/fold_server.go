package trace

import "slices"

// An inference finds the bounds of a change at the server's end from what was seen at ours;
// false where there is no bound on one side.
type inference struct {
	state    State
	from, to bound
}

// An inferences is what can be known of a server by how the connection went.
type inferences struct{ opening, first, second, both []inference }

// knowable is what can be known of a server that nothing but its segments is seen of: it
// cannot answer what it has not got, nor can what came have been sent later (RFC 9293,
// figures 6, 12 and 13). Its last state, which nothing comes of, has no upper bound.
func knowable() inferences {
	return inferences{
		opening: []inference{
			{SynReceived, clientState(SynSent), clientState(Established)},
			{Established, clientState(Established), heardOf},
		},
		first: []inference{ // we close first
			{CloseWait, clientState(FinWait1), seenState(FinWait2)},
			{CloseWait, clientState(FinWait1), clientState(TimeWait)},
			{LastAck, clientState(FinWait1), clientState(TimeWait)},
		},
		second: []inference{
			{FinWait1, requestLeft, clientState(CloseWait)},
			{FinWait2, clientState(CloseWait), seenState(Closed)},
			{TimeWait, clientState(LastAck), seenState(Closed)},
		},
		both: []inference{
			{FinWait1, requestLeft, clientState(Closing)},
			{Closing, clientState(FinWait1), clientState(TimeWait)},
		},
	}
}

// server infers the states of the other end where none was seen.
func (f *exchangeFold) server() []StateTime {
	if f.sawServer() {
		return nil
	}
	rules := knowable()
	out := f.infer(rules.opening)
	if f.wasReset() {
		return out
	}
	switch {
	case f.sawState(Closing):
		return append(out, f.infer(rules.both)...)
	case f.sawState(FinWait1) && f.sawState(TimeWait) && !f.sawState(FinWait2):
		return out // they crossed, or not
	case f.sawState(FinWait1):
		return append(out, f.infer(rules.first)...)
	case f.sawState(LastAck) || f.sawState(CloseWait):
		return append(out, f.infer(rules.second)...)
	}
	return out
}

// infer applies the first of the rules for each state that has both bounds.
func (f *exchangeFold) infer(rules []inference) []StateTime {
	var out []StateTime
	for _, r := range rules {
		from, begun := r.from(f)
		to, ended := r.to(f)
		known := slices.ContainsFunc(out, func(s StateTime) bool { return s.State == r.state })
		if known || !begun || !ended || to.Latest() < from.Earliest() {
			continue
		}
		m := Between(from.Earliest(), to.Latest(), Inferred)
		out = append(out, StateTime{State: r.state, Side: Server, Start: m.At, Uncertainty: Time(m.Within), Evidence: m.From})
	}
	return out
}

func (f *exchangeFold) sawState(s State) bool {
	_, ok := clientState(s)(f)
	return ok
}

// wasReset says that somebody broke the connection, of which the states above tell nothing.
func (f *exchangeFold) wasReset() bool {
	_, reset := f.first(kindOf[ResetSeen]())
	return reset
}

// seenState is a state of ours that was not itself inferred: the server's doing.
func seenState(s State) bound {
	return func(f *exchangeFold) (Record, bool) {
		r, ok := clientState(s)(f)
		return r, ok && r.From != Inferred
	}
}

// heardOf is the first that came of what we sent: the acknowledgement of data, or data.
func heardOf(f *exchangeFold) (Record, bool) {
	first, ok := f.first(kindOf[BytesAcked]())
	for _, find := range []bound{firstOf[FirstByte], lastOf[TLSEnded]} {
		if r, found := find(f); found && (!ok || r.Latest() < first.Latest()) {
			first, ok = r, true
		}
	}
	return first, ok
}
