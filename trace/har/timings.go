package har

import (
	"strconv"
	"strings"

	"fetchscope/trace"
)

// Millis is a time in nanoseconds, written as milliseconds with all its digits. Below zero
// it stands for what does not apply, which HAR writes as -1.
type millis trace.Time

const notApplicable millis = -1

// MarshalJSON writes the milliseconds. Each figure is exact, so that sums of them are.
func (m millis) MarshalJSON() ([]byte, error) {
	if m < 0 {
		return []byte("-1"), nil
	}
	const perMilli = 1_000_000
	whole := strconv.AppendInt(nil, int64(m)/perMilli, 10)
	part := int64(m) % perMilli
	if part == 0 {
		return whole, nil
	}
	digits := strconv.FormatInt(perMilli+part, 10)[1:]
	return append(append(whole, '.'), strings.TrimRight(digits, "0")...), nil
}

// Timings are the phases that HAR has: connect includes ssl.
type timings struct {
	Blocked millis `json:"blocked"`
	DNS     millis `json:"dns"`
	Connect millis `json:"connect"`
	SSL     millis `json:"ssl"`
	Send    millis `json:"send"`
	Wait    millis `json:"wait"`
	Receive millis `json:"receive"`
	// Proxy is the part of Blocked that went to proxies: Chrome draws it by itself.
	Proxy millis `json:"_blocked_proxy,omitzero"`
}

// total is the entry's time: everything but ssl, which connect includes.
func (t *timings) total() (sum millis) {
	for _, m := range []millis{t.Blocked, t.DNS, t.Connect, t.Send, t.Wait, t.Receive} {
		sum += max(m, 0)
	}
	return sum
}

// timed are the phases that count for HAR, in their order.
var timed = [...]trace.Phase{trace.Resolve, trace.Connect, trace.TLS, trace.Request, trace.Wait, trace.Receive}

// start is when the first phase of the exchange began. Where none did, it is the end of
// the one before.
func start(d *trace.Document, i int) trace.Time {
	for ; i >= 0; i-- {
		x := &d.Exchanges[i]
		for _, name := range timed {
			if p := x.Phase(name); p.Start != nil {
				return *p.Start
			}
		}
	}
	return 0
}

// newTimings lays the phases of an exchange end to end from its start. Where two overlap
// the later one gets what is left, and what lies between two is blocked: so they add up to
// the time from the first to the last moment.
func newTimings(x *trace.Exchange, from trace.Time) timings {
	var took [len(timed)]millis
	gap := trace.Time(0)
	at := from
	for i, name := range timed {
		p := x.Phase(name)
		end, ok := p.End()
		if !ok {
			took[i] = notApplicable
			continue
		}
		begin := max(*p.Start, at)
		end = max(end, begin)
		gap += begin - at
		took[i] = millis(end - begin)
		at = end
	}
	t := timings{
		Blocked: millis(gap), DNS: took[0], Connect: took[1], SSL: took[2],
		Send: max(took[3], 0), Wait: max(took[4], 0), Receive: max(took[5], 0),
	}
	if t.SSL >= 0 {
		t.Connect = max(t.Connect, 0) + t.SSL
	}
	t.Proxy = min(proxied(x), t.Blocked)
	return t
}

// proxied is how long proxies took to be spoken to.
func proxied(x *trace.Exchange) (sum millis) {
	for _, l := range x.Connection.Middle() {
		if l.Duration != nil {
			sum += millis(max(*l.Duration, 0))
		}
	}
	return sum
}

// lasted is the duration of a phase that is no part of an entry's time.
func lasted(x *trace.Exchange, name trace.Phase) *millis {
	p := x.Phase(name)
	if _, ok := p.End(); !ok {
		return nil
	}
	m := millis(max(*p.Duration, 0))
	return &m
}
