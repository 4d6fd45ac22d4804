// Package tree draws the answer to one question of the DNS for people: the way down
// from the root as a tree of zones, or the servers that were asked; what validation
// makes of the answer, key by key; who says that there is nothing; and where the time
// went.
//
// It is a pure function of the resolve document. A sign at the end of a line carries
// its meaning, ✓ for a zone whose keys were validated, ! for a query that failed and ✗
// for a zone that is bogus; colour only repeats it. Queries that serve another purpose
// than the question, or that led only to the next, are summed up in a line below the
// zone that they served, so that the tree can be taken in at one look; failures are
// never left out. [Details] has every query by itself. Text of a peer passes term.Safe.
package tree

import (
	"fmt"
	"io"
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

// Write draws the document.
func Write(w io.Writer, d *trace.ResolveDocument, o Options) error {
	v := newView(d, o)
	v.title()
	v.source()
	v.queries()
	v.trust()
	v.denial()
	v.total()
	return v.flush(w)
}

// Denial writes who says that there are no such records, and nothing where there are
// any: what remains to be told where the tree is not wanted.
func Denial(w io.Writer, d *trace.ResolveDocument, o Options) error {
	v := newView(d, o)
	v.denial()
	return v.flush(w)
}

// A view is a drawing on its way.
type view struct {
	doc     *trace.ResolveDocument
	columns int
	pen     pen
	unit    unit
	// walked says that the servers of zones were asked, not one that looks things up.
	walked bool
	out    strings.Builder
}

func newView(d *trace.ResolveDocument, o Options) *view {
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	v := &view{doc: d, columns: o.Columns, pen: newPen(o), unit: unitFor(d.Queries)}
	for i := range d.Queries {
		v.walked = v.walked || d.Queries[i].Zone != ""
	}
	return v
}

func (v *view) flush(w io.Writer) error {
	_, err := io.WriteString(w, v.out.String())
	return err
}

// line writes a line, cut to the width, in a colour.
func (v *view) line(color, s string) {
	s = term.Cut(strings.TrimRight(s, " "), v.columns, v.pen.ellipsis)
	v.out.WriteString(v.pen.paint(color, s) + "\n")
}

// paragraph writes words below a label, which its lines do not go under.
func (v *view) paragraph(color, label, text string) {
	head := "  " + label + "  "
	for _, l := range v.wrap(text, v.columns-term.Width(head)) {
		v.line(color, head+l)
		head = strings.Repeat(" ", term.Width(head))
	}
}

// wrap breaks a text into lines. A figure keeps its unit, and a name that is longer than
// a line is broken too: one may want to copy it.
func (v *view) wrap(text string, room int) []string {
	room = max(room, leastText)
	var lines []string
	line := ""
	for _, w := range words(text) {
		if line != "" && term.Width(line)+1+term.Width(w) > room {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		for line += w; term.Width(line) > room; {
			part := term.Cut(line, room, "")
			lines, line = append(lines, part), line[len(part):]
		}
	}
	return append(lines, line)
}

// words are what a text can be broken between.
func words(text string) []string {
	var out []string
	for w := range strings.FieldsSeq(text) {
		switch strings.Trim(w, ",:;.)") {
		case "ms", "s", "B":
			if n := len(out); n > 0 && term.Width(out[n-1]) < leastText/2 {
				out[n-1] += " " + w
				continue
			}
		}
		out = append(out, w)
	}
	return out
}

// leastText is the width of a paragraph on the narrowest of screens.
const leastText = 20

// title is the question, how it was asked, and what came of it. A name that differs from
// what was typed stands beside that, or where there is no room below.
func (v *view) title() {
	q := v.doc.Question
	name, qtype := bare(v.pen.text(q.Name)), " "+v.pen.text(q.Type)
	right := v.result()
	room := max(v.columns-term.Width(right)-2, leastText)
	asked, below := name, ""
	if q.Typed != "" {
		asked = v.pen.text(q.Typed) + " = " + name
	}
	left := "resolve " + asked + qtype
	if over := term.Width(left) - room; over > 0 {
		if below = name; q.Typed != "" {
			asked = v.pen.text(q.Typed)
		}
		left = "resolve " + term.Cut(asked, max(room-len("resolve ")-term.Width(qtype), 1), v.pen.ellipsis) + qtype
	}
	for i, flag := range v.flags() {
		if flag = strings.Repeat(" ", max(3-2*i, 1)) + flag; term.Width(left+flag) <= room {
			left += flag
		}
	}
	v.line(boldface, term.Pad(term.Cut(left, room, v.pen.ellipsis), room)+"  "+right)
	if below != "" {
		v.paragraph("", "=", below)
	}
}

// result is the rcode, and the security where that was found out.
func (v *view) result() string {
	switch {
	case v.doc.Rcode == "":
		return "no answer"
	case v.judged():
		return v.pen.text(v.doc.Rcode) + "  " + v.pen.text(v.doc.Security)
	}
	return v.pen.text(v.doc.Rcode)
}

// validated says that validation was asked for.
func (v *view) validated() bool { return v.doc.Security != "" && v.doc.Security != "unchecked" }

// judged says that validation came to an end: a resolution that was stopped, or that
// found nothing to judge, proves nothing of anybody's keys.
func (v *view) judged() bool {
	d := v.doc
	return v.validated() && d.Rcode != "" && (d.Security != "indeterminate" || d.Reason != nil)
}

// flags are the options by which one would ask in this way again.
func (v *view) flags() []string {
	var out []string
	if v.walked {
		out = append(out, "--iterate")
	}
	if v.validated() {
		out = append(out, "--dnssec")
	}
	if port := v.port(); v.walked && port != "53" && port != "" {
		out = append(out, "--port "+port)
	}
	return out
}

// port is the one that all servers of a walk have; empty if they differ.
func (v *view) port() string {
	port := ""
	for i := range v.doc.Queries {
		_, p := cutPort(v.doc.Queries[i].Server)
		if i > 0 && p != port {
			return ""
		}
		port = p
	}
	return v.pen.text(port)
}

// source says where an answer comes from that nobody was asked for.
func (v *view) source() {
	d := v.doc
	switch {
	case d.Source == "hosts":
		v.line("", "  from the hosts file: no server was asked")
	case d.Source == "localhost":
		v.line("", "  this machine (RFC 6761): no server was asked")
	case len(d.Queries) > 0:
	case d.Source == "dns" && decides(d.Rcode):
		v.line("", "  known from an earlier question: no server was asked")
	default:
		v.line("", "  no server was asked")
	}
}

// queries draws who was asked.
func (v *view) queries() {
	if v.walked {
		v.tree()
		return
	}
	v.asked()
}

// total says how many queries there were, how long they took, and what for.
func (v *view) total() {
	n := len(v.doc.Queries)
	if n == 0 {
		return
	}
	s := spent(v.doc.Queries)
	text := count(n, "query", "queries") + ", " + v.time(s.whole)
	var parts []string
	for _, p := range s.parts {
		if figure := v.unit.number(p.time); p.time > 0 && strings.Trim(figure, "0.") != "" {
			parts = append(parts, p.what+" "+figure)
		}
	}
	if len(parts) > 1 {
		text += ": " + strings.Join(parts, ", ")
	}
	v.paragraph("", "total", text)
}

// A part of the time is what was spent for one purpose.
type part struct {
	what string
	time trace.Time
}

// A spending is the time of all queries, by purposes.
type spending struct {
	whole trace.Time
	parts []part
}

// What time is spent for.
const (
	onAnswer = iota
	onServers
	onKeys
	onConnections
	onFailures
	here
)

// spent adds up the time from the first query, or its connection, to the last reply.
// What none of them took is ours: reading, judging, verifying.
func spent(queries []trace.Query) spending {
	s := spending{parts: []part{{what: "answer"}, {what: "servers"}, {what: "keys"}, {what: "connections"}, {what: "failures"}, {what: "here"}}}
	first, last := begin(&queries[0]), end(&queries[0])
	var sum trace.Time
	for i := range queries {
		q := &queries[i]
		first, last = min(first, begin(q)), max(last, end(q))
		s.parts[purpose(q)].time += took(q)
		s.parts[onConnections].time += q.Start - begin(q)
		sum += end(q) - begin(q)
	}
	s.whole = last - first
	s.parts[here].time = max(s.whole-sum, 0)
	return s
}

// purpose is the part of the time that a query belongs to.
func purpose(q *trace.Query) int {
	switch {
	case failed(q):
		return onFailures
	case q.For == forKeys, q.For == forDS:
		return onKeys
	case q.For != "":
		return onServers
	}
	return onAnswer
}

// begin is the moment at which a query was begun: its connection, where it needed one.
func begin(q *trace.Query) trace.Time {
	if q.Connect == nil {
		return q.Start
	}
	return q.Start - *q.Connect
}

func took(q *trace.Query) trace.Time {
	if q.Duration == nil {
		return 0
	}
	return *q.Duration
}

func end(q *trace.Query) trace.Time { return q.Start + took(q) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
