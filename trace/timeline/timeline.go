// Package timeline draws a trace document for people: where the time went, phase by
// phase on one axis, what happened in each, and where one failed why and what to try.
//
// It is a pure function of the document. A glyph carries the meaning, █ where someone
// works and ░ where the network is waited for; colour only repeats it, in tones that
// the colour-blind tell apart (Okabe and Ito). Text of a peer passes term.Safe.
package timeline

import (
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Options say what can be shown.
type Options struct {
	// Columns is the width; below narrow the bars are left out.
	Columns int
	Color   bool
	UTF8    bool
}

// narrow is the width from which there is room for bars.
const narrow = 72

// Write draws the document.
func Write(w io.Writer, d *trace.Document, o Options) error {
	if o.Columns <= 0 {
		o.Columns = term.DefaultColumns
	}
	v := &view{doc: d, o: o, pen: newPen(o)}
	v.axis()
	switch {
	case len(d.Exchanges) == 0:
		v.failedEarly()
	case d.Error != nil:
		v.failure()
	default:
		v.success()
	}
	_, err := io.WriteString(w, v.out.String())
	return err
}

// A view is a drawing on its way.
type view struct {
	doc *trace.Document
	o   Options
	pen pen
	out strings.Builder
	end trace.Time // of the axis
	// doubt is how far that end may be off.
	doubt *trace.Time
	unit  unit
}

// axis finds how long the axis is, and the unit in which all times are written.
func (v *view) axis() {
	var longest, shortest trace.Time
	for i := range v.doc.Exchanges {
		for _, p := range v.doc.Exchanges[i].Phases {
			if end, ok := p.End(); ok {
				if end >= v.end {
					v.end, v.doubt = end, p.Uncertainty
				}
				longest = max(longest, *p.Duration)
				if shortest == 0 || *p.Duration > 0 && *p.Duration < shortest {
					shortest = *p.Duration
				}
			}
		}
	}
	v.unit = unitFor(v.end, longest, shortest)
}

// line writes a line, cut to the width.
func (v *view) line(s string) {
	v.out.WriteString(strings.TrimRight(s, " "))
	v.out.WriteByte('\n')
}

// success draws a fetch that came to its end.
func (v *view) success() {
	x := v.doc.Last()
	v.title(x)
	v.ends(x)
	v.line("")
	v.header()
	v.hops()
	for i := range x.Phases {
		v.row(x, &x.Phases[i], i > 0 && x.Phases[i-1].Step == x.Phases[i].Step)
		if x.Phases[i].Name == trace.Connect {
			v.layers(x)
		}
	}
	v.states(x)
	v.total()
	v.verdict(x)
}

// title is the request and what came of it.
func (v *view) title(x *trace.Exchange) {
	right := ""
	if r := x.Response; r != nil && r.Status != 0 {
		right = strings.Join([]string{strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, term.Safe(r.Reason))), r.Version, v.pen.bytes(r.BodyBytes)}, "   ")
		right = term.Cut(right, v.o.Columns/2, v.pen.ellipsis)
	}
	method := "GET"
	if x.Request != nil {
		method = term.Safe(x.Request.Method)
	}
	room := v.o.Columns - term.Width(right) - 2
	left := method + " " + v.address(x.URL, room-term.Width(method)-1)
	v.line(v.pen.bold(term.Pad(left, room)) + "  " + right)
}

// ends names both ends of the connection and how far apart they are.
func (v *view) ends(x *trace.Exchange) {
	v.upgrades()
	c := x.Connection
	if c == nil || c.Remote == "" {
		return
	}
	parts := []string{c.Local + v.pen.arrow + c.Remote}
	if c.Local == "" {
		parts[0] = "unix socket " + v.pen.text(c.Remote)
	}
	if c.Opened != nil && c.Opened.RTT != nil {
		parts = append(parts, "RTT "+v.unit.withName(trace.Time(*c.Opened.RTT), v.pen))
	}
	if c.Proxy != nil {
		parts = append(parts, "proxy "+v.pen.text(c.Proxy.Address)+" ("+v.pen.text(c.Proxy.Via)+")")
	}
	if w := won(c); w != nil && acrossFamilies(c, w) {
		parts = append(parts, family(w.Address, false)+" won")
	}
	v.line(term.Cut(strings.Join(parts, "   "), v.o.Columns, v.pen.ellipsis))
}

// upgrades names the URLs that became https before anything was sent.
func (v *view) upgrades() {
	for i := range v.doc.Exchanges {
		if from := v.doc.Exchanges[i].UpgradedFrom; from != "" {
			v.line(term.Cut("https by HSTS, asked for "+v.address(from, v.o.Columns), v.o.Columns, v.pen.ellipsis))
		}
	}
}

// hops draws a line for each exchange that led to the last one.
func (v *view) hops() {
	for i := range len(v.doc.Exchanges) - 1 {
		x := &v.doc.Exchanges[i]
		start, end, doubt, ok := extent(x)
		status := ""
		if x.Response != nil {
			status = fmt.Sprintf("%d ", x.Response.Status)
		}
		if ok {
			label := " " + v.pen.hop + " hop " + fmt.Sprint(i+1)
			url := v.address(x.URL, v.textWidth()-term.Width(status))
			v.drawRow(label, v.figure(end-start, doubt), v.bar(span{start, end, work}), status+url, false)
		}
	}
}

// extent is from the start of the first to the end of the last phase, and how far the
// latter may be off.
func extent(x *trace.Exchange) (start, end trace.Time, doubt *trace.Time, ok bool) {
	for i := range x.Phases {
		p := &x.Phases[i]
		e, done := p.End()
		if !done {
			continue
		}
		if !ok || *p.Start < start {
			start = *p.Start
		}
		if e >= end {
			end, doubt = e, p.Uncertainty
		}
		ok = true
	}
	return start, end, doubt, ok
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
