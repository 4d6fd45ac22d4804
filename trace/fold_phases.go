package trace

import "reflect"

// A bound finds the record at one end of a phase; it may have come surer in another.
type bound func(*exchangeFold) (Record, bool)

// boundsOf is the table of the phases: each from its first to its last event. The first
// bound that is found counts.
func boundsOf(phase Phase) (first, last []bound) {
	switch phase {
	case Resolve:
		return []bound{asked, firstOf[ResolveStarted]},
			[]bound{answer, lastOf[Resolved]}
	case Connect:
		return []bound{attempted, byPacket(synLeft), clientState(SynSent), firstOf[AttemptStarted]},
			[]bound{byPacket(synAnswered), clientState(Established), lastOf[Connected]}
	case TLS:
		return []bound{byPacket(helloLeft), firstOf[TLSStarted]},
			[]bound{byPacket(finishedLeft), handshakeLeft, lastOf[TLSEnded]}
	case Request:
		return []bound{firstOf[RequestStarted]},
			[]bound{byPacket(lastByteLeft), requestLeft, lastOf[RequestEnded], lastOf[RequestCut]}
	case Wait:
		return []bound{byPacket(lastByteLeft), requestLeft, lastOf[RequestEnded], lastOf[RequestCut]},
			[]bound{byPacket(firstByteCame), firstOf[FirstByte]}
	case Receive:
		return []bound{byPacket(firstByteCame), firstOf[FirstByte]},
			[]bound{byPacket(lastByteCame), lastOf[ResponseEnded]}
	case Render:
		return []bound{firstOf[RenderStarted]},
			[]bound{lastOf[RenderEnded]}
	case Close:
		return []bound{byPacket(partedFirst), closeBegun, firstOf[CloseStarted]},
			[]bound{byPacket(partedLast), closeOver, lastOf[CloseEnded]}
	}
	return nil, nil
}

func firstOf[E Event](f *exchangeFold) (Record, bool) { return f.first(reflect.TypeFor[E]()) }

func lastOf[E Event](f *exchangeFold) (Record, bool) { return f.last(reflect.TypeFor[E]()) }

// asked is the beginning of the first query: where a name server has to be connected
// to, that is the beginning of the connection.
func asked(f *exchangeFold) (Record, bool) {
	sent, ok := f.first(kindOf[QuerySent]())
	connecting, connects := f.first(kindOf[QueryConnecting]())
	if connects && (!ok || connecting.At < sent.At) {
		return connecting, true
	}
	return sent, ok
}

// answer is the last answer of a resolution, where its addresses were handed on with it.
// Where they were not, a query was still being waited for, or had been in vain.
func answer(f *exchangeFold) (Record, bool) {
	resolved, ok := f.last(kindOf[Resolved]())
	if !ok {
		return Record{}, false
	}
	last, answered := Record{}, false
	for _, q := range f.x.Resolve.Queries {
		switch {
		case q.Start > resolved.At: // it is for something else
		case q.Duration == nil || q.ended.At > resolved.At:
			return Record{}, false
		case q.ended.At >= last.At:
			last, answered = q.ended, q.Failure == ""
		}
	}
	return last, answered
}

// attempted is the first SYN to any address, or the first attempt where that got no
// further. The winner's own is surer as a state: its bounds have been narrowed.
func attempted(f *exchangeFold) (Record, bool) {
	if f.x.Connection == nil || len(f.x.Connection.Attempts) == 0 {
		return Record{}, false
	}
	first := f.x.Connection.Attempts[0]
	syn, sent := f.syns[first.Conn]
	switch {
	case first.Conn == f.winner:
		return Record{}, false
	case sent:
		return syn, true
	}
	return Record{Moment: Moment{At: first.Start, From: Clock}}, true
}

func clientState(s State) bound {
	return func(f *exchangeFold) (Record, bool) {
		if f.x.Connection == nil {
			return Record{}, false
		}
		for _, st := range f.x.Connection.States {
			if st.Side == Client && st.State == s {
				return st.record(), true
			}
		}
		return Record{}, false
	}
}

func (s StateTime) record() Record {
	return Record{Moment: Moment{At: s.Start, Within: Time(s.Uncertainty).Sub(0), From: s.Evidence}}
}

// requestLeft is the kernel's stamp of the request's last byte.
func requestLeft(f *exchangeFold) (Record, bool) {
	r, ok := f.last(kindOf[RequestEnded]())
	if !ok {
		return Record{}, false
	}
	left, ok := f.left[r.Event.(RequestEnded).Offset]
	return left, ok
}

// handshakeLeft is the kernel's stamp of the last byte of the handshake, where that is
// ours.
func handshakeLeft(f *exchangeFold) (Record, bool) {
	r, ok := f.last(kindOf[TLSEnded]())
	if !ok || !r.Event.(TLSEnded).OursLast {
		return Record{}, false
	}
	left, ok := f.left[r.Event.(TLSEnded).Offset]
	return left, ok
}

// established says that the connection was seen to be, in this exchange or before.
func (f *exchangeFold) established() bool {
	_, opened := clientState(Established)(f)
	return opened || f.reused != nil && f.x.Connection != nil
}

// closeBegun is the first state of the client's that belongs to the close.
func closeBegun(f *exchangeFold) (Record, bool) {
	if !f.established() {
		return Record{}, false
	}
	for _, s := range f.x.Connection.States {
		if s.Side != Client {
			continue
		}
		switch s.State {
		case FinWait1, CloseWait, Closed:
			return s.record(), true
		}
	}
	return Record{}, false
}

// closeOver is the last state of the client's that was seen. That is TIME_WAIT too where
// its end was waited for: nothing more passes between the two ends.
func closeOver(f *exchangeFold) (Record, bool) {
	if !f.established() {
		return Record{}, false
	}
	var out Record
	found := false
	for _, s := range f.x.Connection.States {
		if s.Side != Client || s.Evidence == Inferred && s.State == Closed {
			continue
		}
		switch s.State {
		case TimeWait:
			return s.record(), true
		case Closed:
			out, found = s.record(), true
		}
	}
	return out, found
}

func find(f *exchangeFold, bounds []bound) (Record, bool) {
	for _, b := range bounds {
		if r, ok := b(f); ok {
			return r, true
		}
	}
	return Record{}, false
}

// phases makes the list of all eight.
func (f *exchangeFold) phases() []PhaseTime {
	out := make([]PhaseTime, 0, len(steps))
	for _, p := range Phases() {
		t := PhaseTime{Name: p, Step: p.Step(), Status: NotReached}
		why, skipped := f.skips[p]
		switch {
		case skipped:
			t.Status, t.Why = Skipped, why
		case f.saved(p):
			t.Status = Reused
		default:
			f.time(&t)
		}
		out = append(out, t)
	}
	return out
}

// time fills in a phase that was not skipped.
func (f *exchangeFold) time(t *PhaseTime) {
	from, to := boundsOf(t.Name)
	first, began := find(f, from)
	last, ended := find(f, to)
	failed := f.failure != nil && f.failure.Phase == t.Name
	if failed {
		t.Status = FailedHere
		// It went on until it failed, whatever had ended before.
		if r, ok := f.last(kindOf[Failed]()); ok && (!ended || r.At > last.At) {
			last, ended = r, true
		}
	}
	if !began {
		return
	}
	t.Start, t.StartFrom = &first.At, first.From
	if !ended {
		return
	}
	if !failed {
		t.Status = Done
	}
	duration := max(last.At-first.At, 0)
	uncertainty := Time(first.Within + last.Within)
	t.Duration, t.EndFrom, t.Uncertainty = &duration, last.From, &uncertainty
}
