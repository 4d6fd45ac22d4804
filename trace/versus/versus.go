// Package versus sets two trace documents side by side: what each phase took in both, by
// how much they differ, and what else is not the same.
//
// It is a function of the two documents. A phase counts all exchanges of a fetch together.
// A difference that is within what both times may be off by is marked, since it need not be
// one. Two fetches are no measurement: how often it is so, many rounds would have to tell.
package versus

import (
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A Side is one of the two documents, with the name that it goes by.
type Side struct {
	Name     string
	Document *trace.Document
}

// Options say what can be shown.
type Options struct {
	// Columns is the width; below narrow there is no room for what else differs.
	Columns int
	Color   bool
	UTF8    bool
}

// Columns of the table: the phase, the time of each side, and the difference.
const (
	nameWidth  = 12
	timeWidth  = 13
	deltaWidth = 11
	narrow     = 72
)

// Write draws both.
func Write(w io.Writer, sides [2]Side, o Options) error {
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	v := &view{o: o, sides: sides}
	for i := range sides {
		v.sums[i] = sum(sides[i].Document)
	}
	v.unit = unitFor(max(v.sums[0].total.took, v.sums[1].total.took))
	v.heads()
	v.table()
	v.others()
	_, err := io.WriteString(w, v.out.String())
	return err
}

// A view is a drawing on its way.
type view struct {
	o     Options
	sides [2]Side
	sums  [2]sums
	unit  unit
	out   strings.Builder
}

// letters are what the two sides are called in the table.
var letters = [2]string{"a", "b"}

func (v *view) line(s string) {
	v.out.WriteString(strings.TrimRight(term.Cut(s, v.o.Columns, v.ellipsis()), " "))
	v.out.WriteByte('\n')
}

func (v *view) ellipsis() string {
	if v.o.UTF8 {
		return "…"
	}
	return "..."
}

// text makes what a peer or a document says fit to be shown.
func (v *view) text(s string) string {
	s = term.Safe(s)
	if v.o.UTF8 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, s)
}

// paint colours a line where there is colour, which only repeats what it says.
func (v *view) paint(code, s string) string {
	if !v.o.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// heads name the two fetches.
func (v *view) heads() {
	for i, s := range v.sides {
		left := letters[i] + "  " + term.Pad(v.text(s.Name), 16)
		v.line(left + "  " + v.text(method(s.Document)) + " " + v.text(s.Document.URL))
		v.line(strings.Repeat(" ", 3) + v.text(day(s.Document)) + "  " + v.text(outcome(s.Document)))
	}
	v.line("")
}

func method(d *trace.Document) string {
	if x := d.Last(); x != nil && x.Request != nil {
		return x.Request.Method
	}
	return "GET"
}

// day is when a fetch began, to the second.
func day(d *trace.Document) string {
	date, clock, ok := strings.Cut(d.Started, "T")
	if !ok || len(clock) < 8 {
		return d.Started
	}
	return date + " " + clock[:8] + " UTC"
}

// outcome is what came of a fetch.
func outcome(d *trace.Document) string {
	x := d.Last()
	switch {
	case d.Error != nil:
		return fmt.Sprintf("failed in %s (exit %d): %s", d.Error.Phase, d.ExitCode, d.Error.Message)
	case x == nil || x.Response == nil:
		return "nothing was fetched"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Response.Status, x.Response.Reason))
}

// table draws a row for each phase.
func (v *view) table() {
	v.line(row("   phase", "a", "b", "b - a", v.notesHead()))
	step := 0
	for i, p := range trace.Phases() {
		label := "   " + string(p)
		if p.Step() != step {
			step = p.Step()
			label = fmt.Sprintf(" %d %s", step, p)
		}
		v.row(label, v.sums[0].phases[i], v.sums[1].phases[i], v.differing(p))
		if p == trace.Wait {
			v.parts()
		}
	}
	v.row("   total", v.sums[0].total, v.sums[1].total, "")
}

// parts cuts the phase wait in two where that is known of one side.
func (v *view) parts() {
	for i, name := range []string{"network", "server"} {
		a, b := v.sums[0].wait[i], v.sums[1].wait[i]
		if a.known || b.known {
			v.row("     "+name, a, b, "")
		}
	}
}

func (v *view) notesHead() string {
	if v.o.Columns < narrow {
		return ""
	}
	return "what differs"
}

func (v *view) row(label string, a, b figure, note string) {
	delta, sign := v.delta(a, b)
	if v.o.Columns < narrow {
		note = ""
	}
	s := row(label, v.time(a), v.time(b), delta, v.text(note))
	s = term.Cut(s, v.o.Columns, v.ellipsis())
	switch sign { // as in the timeline: vermillion where it got worse, blue where better
	case slower:
		s = v.paint("38;5;166", s)
	case faster:
		s = v.paint("38;5;25", s)
	}
	v.out.WriteString(strings.TrimRight(s, " "))
	v.out.WriteByte('\n')
}

// row lays a row out, the times flush with their right ends.
func row(label, a, b, delta, note string) string {
	return term.Pad(label, nameWidth) + flush(a, timeWidth) + flush(b, timeWidth) + flush(delta, deltaWidth) + "  " + note
}

func flush(s string, columns int) string {
	return strings.Repeat(" ", max(columns-term.Width(s), 0)) + s
}
