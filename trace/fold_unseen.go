package trace

import "slices"

// passedUnseen settles what our end went through between two answers of the kernel, where
// neither packets nor the other end tell it. An end that sent its FIN comes to what follows
// by FIN_WAIT_2, as a rule; two cases are not the rule.
func (f *exchangeFold) passedUnseen() {
	c := f.x.Connection
	if len(c.Segments) > 0 {
		return
	}
	if f.crossingUnknown() {
		c.States = slices.DeleteFunc(c.States, func(s StateTime) bool {
			return s.Side == Client && s.State == FinWait2
		})
	}
	if end, ok := f.ackedByReset(); ok {
		end.State, end.Evidence = FinWait2, Inferred
		c.States = append(c.States, end)
	}
}

// crossingUnknown says that two segments took us from FIN_WAIT_1 to TIME_WAIT between two
// answers of the kernel: the acknowledgement of our FIN and the server's FIN. Which of them
// came first decides between FIN_WAIT_2 and CLOSING (RFC 9293, figures 12 and 13), and
// nothing tells that; both are left out. One segment that is both leads by FIN_WAIT_2.
func (f *exchangeFold) crossingUnknown() bool {
	r, counted := f.first(kindOf[CloseSegments]())
	if !counted || r.Event.(CloseSegments).Count != 4 || f.sawServer() {
		return false
	}
	two, passed := clientState(FinWait2)(f)
	return passed && two.From == Inferred && f.sawState(TimeWait)
}

// ackedByReset finds the reset that ended our FIN_WAIT_1, where it came so long after our
// FIN that it was sent with that in hand, and acknowledges it: a FIN_WAIT_2 passed within
// one segment. A reset that is the answer to the FIN itself comes after one round trip and
// may acknowledge nothing (RFC 9293, section 3.5.2); one after two is not that. With
// anything sent again, what a reset answers is not known.
func (f *exchangeFold) ackedByReset() (StateTime, bool) {
	end := f.x.Connection.of(Client)[Closed]
	read := f.x.Connection.Closed
	sent, finished := clientState(FinWait1)(f)
	ended, closed := clientState(Closed)(f)
	switch {
	case !f.resetBy(Server) || !finished || !closed:
		return end, false
	case f.sawState(FinWait2) || f.sawState(Closing) || f.sawState(TimeWait):
		return end, false
	case read == nil || read.RTT == nil || read.Retransmits == nil || *read.Retransmits > 0:
		return end, false
	}
	return end, ended.Earliest().Sub(sent.Latest()) > 2**read.RTT
}

func (f *exchangeFold) resetBy(side Side) bool {
	r, reset := f.last(kindOf[ResetSeen]())
	return reset && r.Event.(ResetSeen).Side == side
}

// sawServer says whether the server's own kernel was asked.
func (f *exchangeFold) sawServer() bool {
	return slices.ContainsFunc(f.x.Connection.States, func(s StateTime) bool { return s.Side == Server })
}
