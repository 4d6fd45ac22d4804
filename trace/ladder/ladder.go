// Package ladder draws a connection as the two ends saw it: their TCP states side by
// side (RFC 9293, section 3.3.2), and between them what went over the wire, with the
// moments of both handshakes.
//
// It is a pure function of the trace document. Without captured packets the arrows are
// drawn from the states and the kernel's stamps, and the last line says so; an asterisk
// marks what was inferred. Where there is little room the server's states stand between
// the rails (shape.go).
package ladder

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Options say what can be shown.
type Options struct {
	// Columns is the width; 0 stands for that of a usual terminal.
	Columns int
	Color   bool
	UTF8    bool
}

// Write draws a ladder for each connection of the document.
func Write(w io.Writer, d *trace.Document, o Options) error {
	var b strings.Builder
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		if x.Connection == nil {
			continue
		}
		l := &ladder{x: x, columns: o.Columns, glyphs: glyphsFor(o.UTF8)}
		l.draw()
		for _, line := range l.lines {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Glyphs are what the ladder is made of.
type glyphs struct{ rail, cut, line, head, tail, lost, pm, ellipsis string }

func glyphsFor(utf8 bool) glyphs {
	if utf8 {
		return glyphs{rail: "│", cut: "┆", line: "─", head: "▶", tail: "◀", lost: "x", pm: "±", ellipsis: "…"}
	}
	return glyphs{rail: "|", cut: ":", line: "-", head: ">", tail: "<", lost: "x", pm: "+-", ellipsis: "..."}
}

// clientWidth is where the server's address begins, beside the client's.
const clientWidth = 43

type ladder struct {
	x       *trace.Exchange
	columns int
	glyphs
	shape
	rungs []rung
	lines []string
	drawn map[trace.Time]*passage // the segments that are drawn one by one
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

func (l *ladder) draw() {
	c := l.x.Connection
	l.say("")
	l.ends(c)
	if len(c.States) == 0 && !c.Reused {
		l.note("The states of this connection could not be observed" + reason(c) + ".")
		return
	}
	var least int
	if l.shape, least = shapeFor(c, l.columns, l.pm); least > 0 {
		l.note(fmt.Sprintf("The ladder needs %d columns.", least))
		return
	}
	l.legend("(* = inferred)")
	l.collect()
	sort.SliceStable(l.rungs, func(i, j int) bool {
		a, b := l.rungs[i], l.rungs[j]
		return a.at < b.at || a.at == b.at && a.order < b.order
	})
	l.idle()
	for _, r := range l.rungs {
		l.rung(r)
	}
	l.evidence()
}

// legend heads the moments, and explains a sign above the server's states, or further left
// where that is too far.
func (l *ladder) legend(sign string) {
	at := l.left() + l.middle + 2
	if at+len(sign) > l.columns {
		at = l.left()
	}
	l.say(term.Pad(fmt.Sprintf("%*s", l.left()-l.gap, "ms"), at) + sign)
}

// ends names both ends, on two lines where one is too short.
func (l *ladder) ends(c *trace.Connection) {
	remote := c.Remote
	if n := len(c.Attempts); remote == "" && n > 0 {
		remote = c.Attempts[n-1].Address
	}
	client, server := "  client "+c.Local, "server "+remote
	both := term.Pad(client+" ", clientWidth) + server
	if term.Width(both) <= l.columns {
		l.say(both)
		return
	}
	l.say(term.Cut(client, l.columns, l.ellipsis))
	l.say(term.Cut("  "+server, l.columns, l.ellipsis))
}

// note writes sentences below or instead of the ladder.
func (l *ladder) note(text string) {
	for _, line := range term.Wrap(text, l.columns-2, l.ellipsis) {
		l.say("  " + line)
	}
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
	if l.inside && r.right != "" {
		r = l.moveIn(r)
	}
	left := fmt.Sprintf("%*s%-*s%*s%*s", l.indent, "", l.state, r.left, l.moment, r.moment, l.gap, "")
	l.say(left + rail + term.Pad(r.arrow, l.middle) + rail + " " + r.right)
	if r.below == "" {
		return
	}
	left = strings.Repeat(" ", l.left()) + rail
	if l.inside {
		l.say(left + l.toEdge(r.below) + rail)
		return
	}
	l.say(left + strings.Repeat(" ", l.middle) + rail + "   " + r.below)
}

// moveIn puts a state of the server's between the rails, at the right one, its moment
// where the client's are, and the bounds below.
func (l *ladder) moveIn(r rung) rung {
	r.arrow, r.right = l.toEdge(r.right), ""
	r.moment, r.below, _ = strings.Cut(r.below, " ")
	return r
}

func (l *ladder) toEdge(s string) string {
	return strings.Repeat(" ", max(l.middle-term.Width(s), 0)) + s
}

// toRight and toLeft draw a segment as an arrow, with the first of the labels that there
// is room for.
func (l *ladder) toRight(labels ...string) string {
	label := l.fitting(l.middle-3, labels)
	return strings.Repeat(l.line, 2) + label + strings.Repeat(l.line, l.middle-3-term.Width(label)) + l.head
}

func (l *ladder) toLeft(labels ...string) string {
	label := l.fitting(l.middle-2, labels)
	return l.tail + l.line + label + strings.Repeat(l.line, l.middle-2-term.Width(label))
}

// shortOf is how far from the other end what was lost is drawn to end.
const shortOf = 3

// toNobody draws a segment that did not come, or whose answer did not.
func (l *ladder) toNobody(labels ...string) string {
	room := l.middle - 3 - shortOf
	label := l.fitting(room, labels)
	return strings.Repeat(l.line, 2) + label + strings.Repeat(l.line, room-term.Width(label)) + l.lost
}

// fitting is the first of these texts that fits, or the last, cut.
func (l *ladder) fitting(room int, texts []string) string {
	for _, t := range texts {
		if term.Width(t) <= room {
			return t
		}
	}
	return term.Cut(texts[len(texts)-1], room, l.ellipsis)
}

// collect makes the rungs of all that is known.
func (l *ladder) collect() {
	l.segments()
	for _, s := range l.x.Connection.States {
		switch {
		case l.drawn[s.Start] != nil:
			l.atSegment(s)
		case s.Side == trace.Server:
			l.server(s)
		default:
			l.client(s)
		}
	}
	l.passed()
	l.between()
	l.kept()
}

// kept says where the connection came from, and where it went, that served more than one
// exchange.
func (l *ladder) kept() {
	if c := l.x.Connection; c.Reused && len(l.rungs) > 0 {
		text := []string{" open since the fetch before", " reused"}
		if c.OpenedIn != nil {
			text[0] = fmt.Sprintf(" open since exchange %d", *c.OpenedIn+1)
		}
		l.add(rung{at: l.earliest(), order: -2, left: string(trace.Established), cut: true, arrow: l.fitting(l.middle, text)})
	}
	if p := l.x.Phase(trace.Close); p.Status == trace.Skipped && len(l.rungs) > 0 {
		l.add(rung{at: l.latest(), order: 4, cut: true, arrow: l.fitting(l.middle, []string{" " + p.Why, " kept"})})
	}
}

// earliest and latest are the moments of the first and last rung.
func (l *ladder) earliest() trace.Time {
	return slices.MinFunc(l.rungs, func(a, b rung) int { return cmp.Compare(a.at, b.at) }).at
}

func (l *ladder) latest() trace.Time {
	return slices.MaxFunc(l.rungs, func(a, b rung) int { return cmp.Compare(a.at, b.at) }).at
}

// arrows are what leads the client into a state, and what it answers.
type arrows struct {
	in, out string
	first   bool // what it sends makes the state
}

func arrowsOf(s trace.State) arrows {
	switch s {
	case trace.SynSent:
		return arrows{out: "SYN", first: true}
	case trace.Established:
		return arrows{in: "SYN,ACK", out: "ACK"}
	case trace.FinWait1, trace.LastAck:
		return arrows{out: "FIN,ACK", first: true}
	case trace.CloseWait, trace.Closing, trace.TimeWait:
		return arrows{in: "FIN,ACK", out: "ACK"}
	case trace.FinWait2, trace.Closed:
		return arrows{in: "ACK"}
	}
	return arrows{}
}

// twoMSL says what ends TIME_WAIT (RFC 9293, section 3.6.1).
var twoMSL = []string{" 2 MSL have passed", " 2 MSL passed"}

// outwaited says that TIME_WAIT was followed to its end.
func (l *ladder) outwaited() bool { return l.x.Close != nil && l.x.Close.TimeWait != nil }

func (l *ladder) client(s trace.StateTime) {
	g := arrowsOf(s.State)
	if l.drawn != nil {
		g.in, g.out = "", "" // what is not drawn was not seen, or is not drawn one by one
	}
	if s.State == trace.TimeWait && l.crossed() {
		g.in, g.out = "ACK", "" // its FIN had come before
	}
	in, short := g.in, g.in
	merged := l.x.Close != nil && l.x.Close.Segments != nil && *l.x.Close.Segments == 3
	switch {
	case s.State == trace.Closed && l.outwaited():
		l.add(rung{at: s.Start, left: name(s), moment: ms(s.Start), cut: true, arrow: l.fitting(l.middle, twoMSL)})
		return
	case s.State == trace.Closed && s.Evidence == trace.Inferred:
		l.add(rung{at: s.Start, left: "CLOSED*", moment: "later", cut: true, arrow: l.fitting(l.middle, twoMSL)})
		return
	case s.State == trace.Closed && !l.opened():
		in = ""
		if l.refused() {
			in = "RST,ACK" // RFC 9293, section 3.10.7.1
		}
		short = in
	case s.State == trace.Closed && l.x.Close != nil && l.x.Close.Reset == trace.Server:
		in, short = "RST", "RST"
	case s.State == trace.Closed && l.x.Close != nil && l.x.Close.Reset == trace.Client:
		l.add(rung{at: s.Start, left: name(s), moment: ms(s.Start), arrow: l.toRight("RST")})
		return
	case s.State == trace.FinWait2 && merged, l.drawn != nil:
		in = ""
	case s.State == trace.TimeWait && merged:
		in, short = "FIN,ACK (2nd + 3rd in one)", "FIN,ACK (2+3)"
	}
	r := rung{at: s.Start, left: name(s), moment: ms(s.Start)}
	switch {
	case g.first && g.out != "":
		r.arrow = l.toRight(g.out)
	case in != "":
		r.arrow = l.toLeft(in, short)
	}
	l.add(r)
	if g.out != "" && !g.first {
		l.add(rung{at: s.Start, order: 1, arrow: l.toRight(g.out)})
	}
}

// crossed says that both ends closed at once.
func (l *ladder) crossed() bool {
	return slices.ContainsFunc(l.x.Connection.States, func(s trace.StateTime) bool {
		return s.Side == trace.Client && s.State == trace.Closing
	})
}

// opened says whether the handshake came to its end.
func (l *ladder) opened() bool {
	return l.x.Connection.Reused || slices.ContainsFunc(l.x.Connection.States, func(s trace.StateTime) bool { return s.State == trace.Established })
}

// refused says whether the other end refused the connection.
func (l *ladder) refused() bool {
	c := l.x.Connection
	return slices.ContainsFunc(c.Attempts, func(a trace.Attempt) bool {
		return a.Conn == c.ID && a.Why == "connection_refused"
	})
}

func (l *ladder) server(s trace.StateTime) {
	l.add(rung{at: s.Start, order: 2, right: name(s), below: below(s, l.pm)})
}

// between tells what the connection carried.
func (l *ladder) between() {
	l.layers()
	if p := l.x.Phase(trace.TLS); p.Duration != nil {
		text, short := " TLS handshake", " TLS"
		if l.x.TLS != nil && l.x.TLS.Version != "" {
			text = " " + term.Safe(l.x.TLS.Version)
			short = text
		}
		text = l.fitting(l.middle, []string{text + ", " + ms(*p.Duration) + " ms", short})
		l.add(rung{at: *p.Start, order: 3, cut: true, arrow: text, moment: ms(*p.Start)})
	}
	if p := l.x.Phase(trace.Request); p.Start != nil && l.x.Request != nil {
		l.add(rung{at: *p.Start, order: 3, cut: true, moment: ms(*p.Start), arrow: l.toRight(sized("request", l.x.Request.Bytes)...)})
	}
	if p := l.x.Phase(trace.Receive); p.Start != nil && l.x.Response != nil {
		size := int64(l.x.Response.HeaderBytes) + l.x.Response.BodyBytes
		l.add(rung{at: *p.Start, order: 3, cut: true, moment: ms(*p.Start), arrow: l.toLeft(sized("response", size)...)})
	}
	if c := l.x.Close; c != nil {
		if c.CloseNotifySent != nil {
			l.add(rung{at: *c.CloseNotifySent, order: -1, moment: ms(*c.CloseNotifySent), arrow: l.toRight("close_notify")})
		}
		if c.CloseNotifyCame != nil && l.drawn[*c.CloseNotifyCame] == nil {
			l.add(rung{at: *c.CloseNotifyCame, order: -1, moment: ms(*c.CloseNotifyCame), arrow: l.toLeft("close_notify")})
		}
	}
}

// sized are labels of a message with its size.
func sized(what string, n int64) []string {
	size := fmt.Sprintf("%d B", n)
	return []string{what + " " + size, size, what}
}

func (l *ladder) add(r rung) { l.rungs = append(l.rungs, r) }

// evidence says what all this rests on.
func (l *ladder) evidence() {
	if l.outwaited() {
		l.note(fmt.Sprintf("TIME_WAIT lasted %.1f s (sock_diag)", float64(*l.x.Close.TimeWait)/1e9))
	} else if c := l.x.Close; c != nil && c.TimeWaitLeft != nil {
		l.note(fmt.Sprintf("TIME_WAIT: the kernel's timer had %.1f s left (sock_diag)", float64(*c.TimeWaitLeft)/1e9))
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
	l.note(fmt.Sprintf("evidence: %s, at most %s%s ms", strings.Join(names, ", "), l.pm, ms(widest)))
	l.note(l.basis())
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
