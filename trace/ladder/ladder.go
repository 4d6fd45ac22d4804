// Package ladder draws a connection as the two ends saw it: their TCP states side by
// side (RFC 9293, section 3.3.2), and between them what went over the wire, with the
// moments of both handshakes.
//
// It is a pure function of the trace document. Without captured packets the arrows are
// drawn from the states and the kernel's stamps, and the last line says so; an asterisk
// marks what was inferred.
package ladder

import (
	"fmt"
	"io"
	"sort"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Options say what can be shown.
type Options struct {
	Columns int
	Color   bool
	UTF8    bool
}

// Write draws a ladder for each connection of the document.
func Write(w io.Writer, d *trace.Document, o Options) error {
	var b strings.Builder
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		if x.Connection == nil {
			continue
		}
		if o.Columns > 0 && o.Columns < columns {
			fmt.Fprintf(&b, "\n  The ladder needs %d columns.\n", columns)
			continue
		}
		l := &ladder{x: x, glyphs: glyphsFor(o.UTF8)}
		l.draw()
		for _, line := range l.lines {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Glyphs are what the ladder is made of.
type glyphs struct{ rail, cut, line, right, left, pm string }

func glyphsFor(utf8 bool) glyphs {
	if utf8 {
		return glyphs{rail: "│", cut: "┆", line: "─", right: "▶", left: "◀", pm: "±"}
	}
	return glyphs{rail: "|", cut: ":", line: "-", right: ">", left: "<", pm: "+-"}
}

// Widths of the columns: state, moment, what lies between the rails.
const (
	stateWidth  = 14
	momentWidth = 10
	middle      = 31
	headWidth   = 34 // of each end's name
)

type ladder struct {
	x *trace.Exchange
	glyphs
	rungs []rung
	lines []string
}

// A rung is a line of the ladder, or two where the server's moment goes below.
type rung struct {
	at          trace.Time
	order       int
	left, right string
	moment      string
	arrow       string // drawn between the rails
	cut         bool   // rails are cut: time was left out
	below       string
}

// columns is how wide a ladder is.
const columns = 66

func (l *ladder) draw() {
	c := l.x.Connection
	l.say("")
	l.say("  client " + term.Pad(c.Local, headWidth) + "server " + c.Remote)
	if len(c.States) == 0 {
		l.say("  The states of this connection could not be observed" + reason(c) + ".")
		return
	}
	l.say(fmt.Sprintf("%*s", stateWidth+momentWidth, "ms") + strings.Repeat(" ", middle+4) + "(* = inferred)")
	l.collect()
	sort.SliceStable(l.rungs, func(i, j int) bool {
		a, b := l.rungs[i], l.rungs[j]
		return a.at < b.at || a.at == b.at && a.order < b.order
	})
	for _, r := range l.rungs {
		l.rung(r)
	}
	l.evidence()
}

func reason(c *trace.Connection) string {
	if len(c.NotObservable) == 0 {
		return ""
	}
	return ": " + term.Safe(c.NotObservable[0].Why)
}

func (l *ladder) say(s string) { l.lines = append(l.lines, s) }

func (l *ladder) rung(r rung) {
	rail := l.rail
	if r.cut {
		rail = l.cut
	}
	left := fmt.Sprintf("  %-*s%*s  ", stateWidth, r.left, momentWidth-2, r.moment)
	l.say(left + rail + term.Pad(r.arrow, middle) + rail + " " + r.right)
	if r.below != "" {
		l.say(strings.Repeat(" ", 2+stateWidth+momentWidth) + rail + strings.Repeat(" ", middle) + rail + "   " + r.below)
	}
}

// arrows draw a segment to the right or to the left.
func (l *ladder) toRight(label string) string {
	return strings.Repeat(l.line, 2) + label + strings.Repeat(l.line, max(middle-3-term.Width(label), 1)) + l.right
}

func (l *ladder) toLeft(label string) string {
	return l.left + l.line + label + strings.Repeat(l.line, max(middle-2-term.Width(label), 1))
}

// collect makes the rungs of all that is known.
func (l *ladder) collect() {
	for _, s := range l.x.Connection.States {
		if s.Side == trace.Server {
			l.server(s)
		} else {
			l.client(s)
		}
	}
	l.between()
}

// segments are what leads the client into each state, and what it answers.
var segments = map[trace.State]struct {
	in, out string
	first   bool // what it sends makes the state
}{
	trace.SynSent:     {out: "SYN", first: true},
	trace.Established: {in: "SYN,ACK", out: "ACK"},
	trace.FinWait1:    {out: "FIN,ACK", first: true},
	trace.FinWait2:    {in: "ACK"},
	trace.CloseWait:   {in: "FIN,ACK", out: "ACK"},
	trace.LastAck:     {out: "FIN,ACK", first: true},
	trace.Closing:     {in: "FIN,ACK", out: "ACK"},
	trace.TimeWait:    {in: "FIN,ACK", out: "ACK"},
	trace.Closed:      {in: "ACK"},
}

func (l *ladder) client(s trace.StateTime) {
	g := segments[s.State]
	in := g.in
	merged := l.x.Close != nil && l.x.Close.Segments != nil && *l.x.Close.Segments == 3
	switch {
	case s.State == trace.Closed && s.Evidence == trace.Inferred:
		l.add(rung{at: s.Start, left: "CLOSED*", moment: "later", cut: true, arrow: " 2 MSL have passed"})
		return
	case s.State == trace.Closed && l.x.Close != nil && l.x.Close.Reset == trace.Server:
		in = "RST"
	case s.State == trace.Closed && l.x.Close != nil && l.x.Close.Reset == trace.Client:
		l.add(rung{at: s.Start, left: name(s), moment: ms(s.Start), arrow: l.toRight("RST")})
		return
	case s.State == trace.FinWait2 && merged:
		in = ""
	case s.State == trace.TimeWait && merged:
		in = "FIN,ACK (2nd + 3rd in one)"
	}
	r := rung{at: s.Start, left: name(s), moment: ms(s.Start)}
	switch {
	case g.first:
		r.arrow = l.toRight(g.out)
	case in != "":
		r.arrow = l.toLeft(in)
	}
	l.add(r)
	if g.out != "" && !g.first {
		l.add(rung{at: s.Start, order: 1, arrow: l.toRight(g.out)})
	}
}

func (l *ladder) server(s trace.StateTime) {
	l.add(rung{at: s.Start, order: 2, right: name(s), below: fmt.Sprintf("%s %s%s", ms(s.Start), l.pm, ms(s.Uncertainty))})
}

// between tells what the connection carried.
func (l *ladder) between() {
	if p := l.x.Phase(trace.TLS); p.Duration != nil {
		text := " TLS handshake, " + ms(*p.Duration) + " ms"
		if l.x.TLS != nil && l.x.TLS.Version != "" {
			text = " " + l.x.TLS.Version + ", " + ms(*p.Duration) + " ms"
		}
		l.add(rung{at: *p.Start, order: 3, cut: true, arrow: text, moment: ms(*p.Start)})
	}
	if p := l.x.Phase(trace.Request); p.Start != nil && l.x.Request != nil {
		l.add(rung{at: *p.Start, order: 3, cut: true, moment: ms(*p.Start), arrow: l.toRight(fmt.Sprintf("request %d B", l.x.Request.Bytes))})
	}
	if p := l.x.Phase(trace.Receive); p.Start != nil && l.x.Response != nil {
		size := int64(l.x.Response.HeaderBytes) + l.x.Response.BodyBytes
		l.add(rung{at: *p.Start, order: 3, cut: true, moment: ms(*p.Start), arrow: l.toLeft(fmt.Sprintf("response %d B", size))})
	}
	if c := l.x.Close; c != nil {
		if c.CloseNotifySent != nil {
			l.add(rung{at: *c.CloseNotifySent, order: -1, moment: ms(*c.CloseNotifySent), arrow: l.toRight("close_notify")})
		}
		if c.CloseNotifyCame != nil {
			l.add(rung{at: *c.CloseNotifyCame, order: -1, moment: ms(*c.CloseNotifyCame), arrow: l.toLeft("close_notify")})
		}
	}
}

func (l *ladder) add(r rung) { l.rungs = append(l.rungs, r) }

// evidence says what all this rests on.
func (l *ladder) evidence() {
	if c := l.x.Close; c != nil && c.TimeWaitLeft != nil {
		l.say(fmt.Sprintf("  TIME_WAIT: the kernel's timer had %.1f s left (sock_diag)", float64(*c.TimeWaitLeft)/1e9))
	}
	kinds := map[trace.Evidence]bool{}
	var widest trace.Time
	for _, s := range l.x.Connection.States {
		if s.Evidence != trace.Inferred {
			kinds[s.Evidence] = true
			widest = max(widest, s.Uncertainty)
		}
	}
	var names []string
	for _, k := range []trace.Evidence{trace.Packet, trace.TCPInfo, trace.SockDiag, trace.Syscall} {
		if kinds[k] {
			names = append(names, string(k))
		}
	}
	l.say(fmt.Sprintf("  evidence: %s, at most %s%s ms", strings.Join(names, ", "), l.pm, ms(widest)))
	l.say("  The arrows are drawn from the states and the kernel's stamps: no packets")
	l.say("  were captured.")
}

// name marks a state that was inferred.
func name(s trace.StateTime) string {
	if s.Evidence == trace.Inferred {
		return string(s.State) + "*"
	}
	return string(s.State)
}

// ms writes a time in milliseconds to the microsecond.
func ms(t trace.Time) string { return fmt.Sprintf("%.3f", float64(t)/1e6) }
