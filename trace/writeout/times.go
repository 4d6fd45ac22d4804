package writeout

import "fetchscope/trace"

// times are curl's timings: seconds from the start of the transfer. Of a transfer with
// redirects each is the sum of those of its exchanges, each from its own start.
func times() table {
	return table{
		"time_appconnect":    func(v *view) value { return v.marks(over(trace.TLS)) },
		"time_connect":       func(v *view) value { return v.marks(over(trace.Connect)) },
		"time_namelookup":    func(v *view) value { return v.marks(over(trace.Resolve)) },
		"time_posttransfer":  func(v *view) value { return v.marks(over(trace.Request)) },
		"time_pretransfer":   func(v *view) value { return v.marks(begun(trace.Request)) },
		"time_queue":         func(v *view) value { return seconds(v.t.Queued) },
		"time_redirect":      func(v *view) value { return seconds(v.redirects()) },
		"time_starttransfer": func(v *view) value { return v.marks(over(trace.Wait)) },
		"time_total":         func(v *view) value { return seconds(v.total()) },
	}
}

// A mark finds a moment of an exchange; false where it did not come to that.
type mark func(*trace.Exchange) (trace.Time, bool)

// over is the end of a phase that was done.
func over(p trace.Phase) mark {
	return func(x *trace.Exchange) (trace.Time, bool) {
		t := x.Phase(p)
		at, ended := t.End()
		return at, ended && t.Status == trace.Done
	}
}

func begun(p trace.Phase) mark {
	return func(x *trace.Exchange) (trace.Time, bool) {
		if t := x.Phase(p); t.Start != nil {
			return *t.Start, true
		}
		return 0, false
	}
}

// marks adds up how long after the start of its exchange each mark was.
func (v *view) marks(m mark) value {
	sum := trace.Time(0)
	for i := range v.exchanges {
		if at, ok := m(&v.exchanges[i]); ok {
			sum += max(at-v.start(i), 0)
		}
	}
	return seconds(sum)
}

// start is that of an exchange: the clock's own of the first there is, and of others that
// of the phase that began first.
func (v *view) start(i int) trace.Time {
	if i+v.t.First == 0 {
		return 0
	}
	first, any := trace.Time(0), false
	for _, p := range v.exchanges[i].Phases {
		if p.Start != nil && (!any || *p.Start < first) {
			first, any = *p.Start, true
		}
	}
	return first
}

// redirects is when the last exchange began, where redirects led to it.
func (v *view) redirects() trace.Time {
	for i := range v.exchanges {
		if redirected(&v.exchanges[i]) {
			return v.start(len(v.exchanges)-1) - v.start(0)
		}
	}
	return 0
}

// total is when all was over that curl does too: rendering and the close are not its
// business.
func (v *view) total() trace.Time {
	if len(v.exchanges) == 0 {
		return 0
	}
	last := trace.Time(0)
	for i := range v.exchanges {
		for _, p := range v.exchanges[i].Phases {
			if p.Name == trace.Render || p.Name == trace.Close {
				continue
			}
			if at, ok := p.End(); ok {
				last = max(last, at)
			}
		}
	}
	return max(last-v.start(0), 0)
}
