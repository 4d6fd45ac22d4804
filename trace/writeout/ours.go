package writeout

import (
	"strings"
	"time"

	"fetchscope/trace"
)

// ours are the variables that curl does not have. Phases are not counted from the start:
// each is the time that it took, added up over the exchanges. What was not observed in
// one that had it is not known of the whole.
func ours() table {
	t := table{
		"fs_attempts": func(v *view) value { return number(v.attempts()) },
		"fs_close_by": func(v *view) value {
			return v.closed(func(c *trace.CloseInfo) value { return optional(string(c.Initiator)) })
		},
		"fs_close_end":     func(v *view) value { return v.closed(func(c *trace.CloseInfo) value { return optional(c.End) }) },
		"fs_dns_queries":   func(v *view) value { return number(v.queries()) },
		"fs_dns_security":  func(v *view) value { return v.security() },
		"fs_error":         func(v *view) value { return v.failure(func(e *trace.Error) string { return string(e.Code) }) },
		"fs_error_phase":   func(v *view) value { return v.failure(func(e *trace.Error) string { return string(e.Phase) }) },
		"fs_exchanges":     func(v *view) value { return number(int64(len(v.exchanges))) },
		"fs_retransmits":   func(v *view) value { return v.retransmits() },
		"fs_rtt":           func(v *view) value { return v.roundTrip() },
		"fs_server_states": func(v *view) value { return v.states(trace.Server) },
		"fs_states":        func(v *view) value { return v.states(trace.Client) },
		"fs_tls_alpn":      func(v *view) value { return v.secured(func(t *trace.TLSInfo) string { return t.ALPN }) },
		"fs_tls_cipher":    func(v *view) value { return v.secured(func(t *trace.TLSInfo) string { return t.Cipher }) },
		"fs_tls_group":     func(v *view) value { return v.secured(func(t *trace.TLSInfo) string { return t.Group }) },
		"fs_tls_version":   func(v *view) value { return v.secured(func(t *trace.TLSInfo) string { return t.Version }) },
		"fs_wait_network":  func(v *view) value { return v.waits(func(r *trace.ResponseInfo) *trace.Time { return r.WaitNetwork }) },
		"fs_wait_server":   func(v *view) value { return v.waits(func(r *trace.ResponseInfo) *trace.Time { return r.WaitServer }) },
	}
	for _, p := range trace.Phases() {
		t["fs_"+string(p)] = func(v *view) value { return v.phase(p) }
	}
	return t
}

// phase adds up what a phase took.
func (v *view) phase(p trace.Phase) value {
	sum, observed := trace.Time(0), false
	for i := range v.exchanges {
		t := v.exchanges[i].Phase(p)
		switch {
		case t.Duration != nil:
			sum, observed = sum+*t.Duration, true
		case t.Status == trace.Done || t.Status == trace.FailedHere:
			return null
		}
	}
	return observedTime(sum, observed)
}

// waits adds up a part of the waiting.
func (v *view) waits(of func(*trace.ResponseInfo) *trace.Time) value {
	sum, observed := trace.Time(0), false
	for i := range v.exchanges {
		r := v.exchanges[i].Response
		if r == nil {
			continue
		}
		part := of(r)
		if part == nil {
			return null
		}
		sum, observed = sum+*part, true
	}
	return observedTime(sum, observed)
}

func observedTime(t trace.Time, observed bool) value {
	if !observed {
		return null
	}
	return seconds(t)
}

// queries counts what was asked of name servers; where an address was given, nothing.
func (v *view) queries() int64 {
	n := 0
	for i := range v.exchanges {
		if r := v.exchanges[i].Resolve; r != nil {
			n += len(r.Queries)
		}
	}
	return int64(n)
}

// security is what DNSSEC makes of the last name that was looked up.
func (v *view) security() value {
	if r := v.last.Resolve; r != nil {
		return optional(r.Security)
	}
	return null
}

// attempts counts the addresses that connections were tried to.
func (v *view) attempts() int64 {
	n := 0
	for i := range v.exchanges {
		if c := v.exchanges[i].Connection; c != nil {
			n += len(c.Attempts)
		}
	}
	return int64(n)
}

// states lists those of one end of the last connection, in order.
func (v *view) states(side trace.Side) value {
	if v.last.Connection == nil {
		return null
	}
	var names []string
	for _, s := range v.last.Connection.States {
		if s.Side == side {
			names = append(names, string(s.State))
		}
	}
	return optional(strings.Join(names, ","))
}

// readings are what the kernel said of the last connection, newest first.
func (v *view) readings() []*trace.SocketRead {
	c := v.last.Connection
	if c == nil {
		return nil
	}
	var out []*trace.SocketRead
	for _, r := range []*trace.SocketRead{c.Closed, c.Opened} {
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

// roundTrip is the least that the kernel measured on the last connection.
func (v *view) roundTrip() value {
	for _, r := range v.readings() {
		for _, rtt := range []*time.Duration{r.MinRTT, r.RTT} {
			if rtt != nil {
				return seconds(trace.Time(*rtt))
			}
		}
	}
	return null
}

func (v *view) retransmits() value {
	for _, r := range v.readings() {
		if r.Retransmits != nil {
			return number(*r.Retransmits)
		}
	}
	return null
}

func (v *view) secured(of func(*trace.TLSInfo) string) value {
	if v.last.TLS == nil {
		return null
	}
	return optional(of(v.last.TLS))
}

func (v *view) closed(of func(*trace.CloseInfo) value) value {
	if v.last.Close == nil {
		return null
	}
	return of(v.last.Close)
}

func (v *view) failure(of func(*trace.Error) string) value {
	if v.d.Error == nil {
		return null
	}
	return optional(of(v.d.Error))
}
