package timeline

import (
	"fmt"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// row draws a phase; second is for one that shares its step with the one above.
func (v *view) row(x *trace.Exchange, p *trace.PhaseTime, second bool) {
	label := fmt.Sprintf(" %d %s", p.Step, p.Name)
	if second {
		label = "   " + string(p.Name)
	}
	if p.Duration == nil {
		text := strings.ReplaceAll(string(p.Status), "_", " ")
		if p.Why != "" {
			text += ": " + p.Why
		}
		v.drawEmpty(label, v.pen.text(text))
		return
	}
	v.drawRow(label, v.figure(*p.Duration, p.Uncertainty), v.bar(v.spans(x, p)...), v.happened(x, p), v.longest(x) == p.Name)
}

// spans says who is waited for in a phase.
func (v *view) spans(x *trace.Exchange, p *trace.PhaseTime) []span {
	start := *p.Start
	end := start + *p.Duration
	if p.Status == trace.FailedHere {
		return []span{{start, end, broken}}
	}
	switch p.Name {
	case trace.Connect:
		if held := max(v.held(x), v.unheard(x)); held >= atOnce {
			return []span{{start, start + held, broken}, {start + held, end, network}}
		}
		return []span{{start, end, network}}
	case trace.Wait:
		if x.Response != nil && x.Response.WaitNetwork != nil {
			return cutAt(start, start+*x.Response.WaitNetwork, end)
		}
		return []span{{start, end, network}}
	case trace.TLS, trace.Close:
		return v.trips(x, p.Name, start, end)
	}
	return []span{{start, end, work}}
}

// trips cuts a phase that waits for the peer into the network's part, its round trips,
// and what is left, in which somebody works. Without a round-trip time all of it counts
// as the network's.
func (v *view) trips(x *trace.Exchange, p trace.Phase, start, end trace.Time) []span {
	rtt, known := roundTrip(x)
	if !known {
		return []span{{start, end, network}}
	}
	if p == trace.TLS && x.TLS != nil {
		rtt *= trace.Time(roundTrips(x.TLS))
	}
	return cutAt(start, start+rtt, end)
}

// roundTrip is the time of one to the peer and back, the least that was measured when the
// connection was up.
func roundTrip(x *trace.Exchange) (trace.Time, bool) {
	c := x.Connection
	if c == nil || c.Opened == nil || c.Opened.RTT == nil {
		return 0, false
	}
	rtt := trace.Time(*c.Opened.RTT)
	if c.Opened.MinRTT != nil {
		rtt = min(rtt, trace.Time(*c.Opened.MinRTT))
	}
	return rtt, true
}

// cutAt is the network's time up to cut, and somebody's work from there.
func cutAt(start, cut, end trace.Time) []span {
	if cut < end {
		return []span{{start, cut, network}, {cut, end, work}}
	}
	return []span{{start, end, network}}
}

// longest is the phase that took the most time.
func (v *view) longest(x *trace.Exchange) trace.Phase {
	var name trace.Phase
	var most trace.Time = -1
	for _, p := range x.Phases {
		if p.Duration != nil && *p.Duration > most {
			name, most = p.Name, *p.Duration
		}
	}
	return name
}

// happened says in a few words what a phase brought.
func (v *view) happened(x *trace.Exchange, p *trace.PhaseTime) string {
	if e := v.doc.Error; e != nil && p.Status == trace.FailedHere {
		return strings.ReplaceAll(string(e.Code), "_", " ")
	}
	switch p.Name {
	case trace.Resolve:
		return v.resolved(x.Resolve)
	case trace.Connect:
		return v.connected(x)
	case trace.TLS:
		return v.secured(x, p)
	case trace.Request:
		return v.requested(x.Request)
	case trace.Wait:
		return v.waited(x.Response)
	case trace.Receive:
		return v.received(x.Response, p)
	case trace.Render:
		return rendered(x.Render)
	}
	return v.closed(x)
}

func (v *view) resolved(r *trace.Resolution) string {
	if r == nil {
		return ""
	}
	first := "no address"
	if len(r.Addresses) > 0 {
		first = v.pen.text(r.Addresses[0])
	}
	if n := len(r.Addresses) - 1; n > 0 {
		first += fmt.Sprintf(" +%d", n)
	}
	switch r.Source {
	case "dns":
		out := first + ", " + count(len(r.Queries), "query", "queries")
		if r.Security != "" {
			out += ", " + r.Security
		}
		return out
	case "flag":
		return first + ", --resolve"
	case "":
		return first
	}
	return first + ", " + r.Source
}

func (v *view) connected(x *trace.Exchange) string {
	if lost := v.raced(x.Connection); lost != "" {
		return lost
	}
	if t := v.unheard(x); t >= atOnce {
		return "SYN again after " + v.unit.withName(t, v.pen)
	}
	var states []string
	for _, s := range x.Connection.States {
		if s.Side == trace.Client && (s.State == trace.SynSent || s.State == trace.Established) {
			states = append(states, v.state(s))
		}
	}
	if x.Connection.Local == "" && x.Connection.Remote != "" {
		return "Unix domain socket"
	}
	if len(states) == 0 {
		return "states: not observable here"
	}
	return strings.Join(states, v.pen.arrow)
}

// state is a state's name; * marks what was inferred.
func (v *view) state(s trace.StateTime) string {
	if s.Evidence == trace.Inferred {
		return string(s.State) + "*"
	}
	return string(s.State)
}

// inTrips counts a time in round trips, where that says something.
func (v *view) inTrips(x *trace.Exchange, d trace.Time) string {
	c := x.Connection
	if c == nil || c.Opened == nil || c.Opened.RTT == nil || *c.Opened.RTT < minTrip {
		return ""
	}
	return fmt.Sprintf(", %.1f RTT", float64(d)/float64(*c.Opened.RTT))
}

// minTrip is the round-trip time below which computing, not distance, decides.
const minTrip = 1e6

func (v *view) requested(r *trace.RequestInfo) string {
	if r == nil {
		return ""
	}
	out := v.pen.bytes(r.Bytes) + " sent"
	if r.BodyBytes > 0 {
		out += ", " + v.pen.bytes(r.BodyBytes) + " of body"
	}
	if r.Cut {
		out += ", not all of it"
	}
	return out
}

func (v *view) waited(r *trace.ResponseInfo) string {
	if r == nil {
		return ""
	}
	out := ""
	if r.WaitNetwork != nil {
		doubt := waitDoubt(r)
		if uncertain(*r.WaitNetwork, &doubt) {
			out = doubtful
		}
		out += v.unit.number(*r.WaitNetwork) + " network + " + v.unit.number(*r.WaitServer) + " server"
	}
	if n := len(r.Interim); n > 0 {
		out = count(n, "interim response", "interim responses")
	}
	return out
}

// waitDoubt is how far the cut through the phase wait may be off, where it is by a round
// trip of another time.
func waitDoubt(r *trace.ResponseInfo) trace.Time {
	var doubt trace.Time
	if r.WaitFrom == trace.WaitByAck {
		return 0
	}
	for _, bound := range []*trace.Time{r.WaitLow, r.WaitHigh} {
		if bound != nil {
			doubt = max(doubt, *bound-*r.WaitNetwork, *r.WaitNetwork-*bound)
		}
	}
	return doubt
}

func (v *view) received(r *trace.ResponseInfo, p *trace.PhaseTime) string {
	if r == nil {
		return ""
	}
	atOnce := *p.Duration == 0
	out := v.pen.bytes(r.BodyBytes)
	if len(r.Progress) > 0 && !atOnce && !uncertain(*p.Duration, p.Uncertainty) {
		out += ", " + v.pen.bytes(int64(float64(r.BodyBytes)/(float64(*p.Duration)/1e9))) + "/s"
	}
	if r.DecodedBytes != nil {
		out += " " + v.pen.text(strings.Join(r.Codings, "+")) + v.pen.arrow + v.pen.bytes(*r.DecodedBytes)
	}
	if atOnce && r.BodyBytes > 0 {
		out += ", all at once"
	}
	if r.Framing == "chunked" {
		out += ", chunked"
	}
	if !r.Complete {
		out += ", CUT SHORT"
	}
	return out
}

func rendered(r *trace.RenderInfo) string {
	if r == nil {
		return ""
	}
	return count(r.Lines, "line", "lines") + ", " + count(r.Links, "link", "links")
}

// closed says who closed, and how.
func (v *view) closed(x *trace.Exchange) string {
	c := x.Close
	if c == nil {
		return ""
	}
	who := map[trace.Side]string{
		trace.Client: "we closed first", trace.Server: "server closed first", trace.Both: "both closed at once",
	}[c.Initiator]
	switch {
	case c.Reset != "":
		return "reset by the " + string(c.Reset)
	case c.End == "timeout":
		return "server keeps its side open"
	case c.End == "interrupted":
		return "interrupted"
	case c.Segments != nil:
		return fmt.Sprintf("%s, %d segments", who, *c.Segments)
	}
	return who
}

// states is a line with both ends' states of the close.
func (v *view) states(x *trace.Exchange) {
	if x.Connection == nil {
		return
	}
	client := v.closing(x.Connection, trace.Client)
	server := v.closing(x.Connection, trace.Server)
	indent := strings.Repeat(" ", nameAt+2)
	if client == "" {
		return
	}
	if term.Width(indent+"client "+client) > v.o.Columns {
		indent = ""
	}
	if server == "" {
		v.line(term.Cut(indent+"client "+client, v.o.Columns, v.pen.ellipsis))
		return
	}
	both := indent + "client " + client + "  server " + server
	if term.Width(both) <= v.o.Columns {
		v.line(both)
		return
	}
	v.line(term.Cut(indent+"client "+client, v.o.Columns, v.pen.ellipsis))
	v.line(term.Cut(indent+"server "+server, v.o.Columns, v.pen.ellipsis))
}

// closing lists the states of one end after ESTABLISHED, up to TIME_WAIT.
func (v *view) closing(c *trace.Connection, side trace.Side) string {
	var out []string
	past := c.Reused
	for _, s := range c.States {
		if s.Side != side {
			continue
		}
		if past {
			out = append(out, v.state(s))
		}
		if s.State == trace.TimeWait {
			break
		}
		past = past || s.State == trace.Established
	}
	return strings.Join(out, v.pen.to)
}
