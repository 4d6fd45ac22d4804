package timeline

import (
	"fmt"
	"strings"
	"time"

	"fetchscope/trace"
)

// sockets says in a few lines what the kernel told of the connection, and what the
// network's part of the waiting rests on.
func (v *view) sockets(x *trace.Exchange) {
	lines := []string{v.cut(x.Response)}
	if c := x.Connection; c != nil {
		last := c.Closed
		if last == nil {
			last = c.Opened
		}
		lines = append(lines, agreed(c), fastOpen(c.FastOpen), v.paths(last), v.losses(last))
	}
	first := true
	for _, l := range lines {
		if l == "" {
			continue
		}
		if first {
			v.line("")
			first = false
		}
		v.line("* " + l)
	}
}

// cut says what the phase wait is cut in two by.
func (v *view) cut(r *trace.ResponseInfo) string {
	if r == nil || r.WaitNetwork == nil {
		return ""
	}
	by := map[string]string{
		trace.WaitByAck:       "the request's acknowledgement",
		trace.WaitByMinRTT:    "the smallest round trip",
		trace.WaitByHandshake: "the handshake's round trip",
	}[r.WaitFrom]
	out := "wait     " + v.unit.withName(*r.WaitNetwork, v.pen) + " of network by " + by
	if r.WaitLow != nil && r.WaitHigh != nil && *r.WaitLow < *r.WaitHigh {
		out += fmt.Sprintf(" (%s to %s)", v.unit.number(*r.WaitLow), v.unit.number(*r.WaitHigh))
	}
	return out
}

// agreed lists the options of the connection.
func agreed(c *trace.Connection) string {
	if c.Opened == nil || c.Opened.Options == nil {
		return ""
	}
	o := c.Opened.Options
	var parts []string
	for _, option := range []struct {
		name string
		is   bool
	}{{"timestamps", o.Timestamps}, {"SACK", o.SACK}, {"ECN", o.ECN}, {"Fast Open", o.FastOpen}} {
		if option.is {
			parts = append(parts, option.name)
		}
	}
	if o.SendScale != nil && o.ReceiveScale != nil {
		parts = append(parts, fmt.Sprintf("windows scaled by 2^%d (theirs) and 2^%d", *o.SendScale, *o.ReceiveScale))
	}
	if len(parts) == 0 {
		parts = append(parts, "none")
	}
	return "options  " + strings.Join(parts, ", ")
}

// fastOpen says what became of TCP Fast Open, where that was wanted.
func fastOpen(f *trace.FastOpenInfo) string {
	switch {
	case f == nil:
		return ""
	case f.Cookie == trace.CookieAsked:
		return "fast     the SYN asked for a cookie"
	case f.Cookie == trace.CookieRefusedHere:
		return "fast     the system does not let us: " + f.Why
	}
	out := fmt.Sprintf("fast     %d bytes went with the SYN", f.Bytes)
	if f.Taken == nil {
		return out
	}
	return out + map[bool]string{true: ", and were taken", false: ", and had to be sent again"}[*f.Taken]
}

// paths says what the way to the peer is like.
func (v *view) paths(s *trace.SocketRead) string {
	if s == nil {
		return ""
	}
	var parts []string
	if s.RTT != nil && s.MinRTT != nil {
		parts = append(parts, fmt.Sprintf("RTT %s, %s at least", v.unit.withName(trace.Time(*s.RTT), v.pen), v.unit.number(trace.Time(*s.MinRTT))))
	}
	for _, size := range []struct {
		name  string
		value *int64
	}{{"MTU", s.PathMTU}, {"MSS", s.SendMSS}, {"congestion window", s.Cwnd}} {
		if size.value != nil {
			parts = append(parts, fmt.Sprintf("%s %d", size.name, *size.value))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "path     " + strings.Join(parts, ", ")
}

// losses says what went wrong on the way, and what sending had to wait for.
func (v *view) losses(s *trace.SocketRead) string {
	if s == nil {
		return ""
	}
	var parts []string
	for _, trouble := range []struct {
		name  string
		count *int64
	}{
		{"sent again", s.Retransmits},
		{"marked for congestion", s.DeliveredCE},
		{"times reordered on their way", s.Reordered},
		{"came out of order", s.OutOfOrder},
	} {
		if trouble.count != nil && *trouble.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", *trouble.count, trouble.name))
		}
	}
	for _, limit := range []struct {
		name string
		time *time.Duration
	}{{"the peer's window", s.WindowLimited}, {"our send buffer", s.BufferLimited}} {
		if limit.time != nil && *limit.time > 0 {
			parts = append(parts, v.unit.withName(trace.Time(*limit.time), v.pen)+" waited for "+limit.name)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "segments " + strings.Join(parts, ", ")
}
