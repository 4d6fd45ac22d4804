package tree

import (
	"strings"

	"fetchscope/internal/term"
)

const (
	// narrow is the width below which addresses are left out, and narrowest that below
	// which servers' names are too.
	narrow    = 72
	narrowest = 46
	// leastName, leastAddr and leastZone are how far columns are cut where all do not fit.
	leastName = 12
	leastAddr = 15
	leastZone = 14
)

// Columns are the widths of a table's, and what is between two of them; those that are
// zero are left out.
type columns struct{ zone, server, addr, proto, time, result, gap int }

// draw writes rows as a table as wide as they need, and no wider than the screen.
func (v *view) draw(rows []row) {
	c := v.fit(rows)
	for i := range rows {
		v.drawRow(&rows[i], c)
	}
}

// measure finds the widths that rows need.
func measure(rows []row) columns {
	c := columns{gap: 2}
	for _, r := range rows {
		c.zone = max(c.zone, term.Width(r.lead+r.zone))
		c.server, c.addr = max(c.server, term.Width(r.server)), max(c.addr, term.Width(r.addr))
		c.proto, c.time = max(c.proto, len(r.proto)), max(c.time, len(r.time))
		c.result = max(c.result, len(r.result))
	}
	return c
}

// fit finds the widths that there is room for.
func (v *view) fit(rows []row) columns {
	c := measure(rows)
	if v.columns < narrow {
		c.addr, c.proto = 0, 0
	}
	if v.columns < narrowest {
		c.server = 0
	}
	if c.width() > v.columns {
		c.gap = 1
	}
	over := c.width() - v.columns
	for _, cut := range []struct {
		width *int
		least int
	}{{&c.server, leastName}, {&c.addr, leastAddr}, {&c.zone, leastZone}} {
		if less := min(over, *cut.width-cut.least); less > 0 {
			*cut.width -= less
			over -= less
		}
	}
	return c
}

// width is that of the whole table, with the marks.
func (c columns) width() int {
	sum := markWidth
	for _, w := range []int{c.zone, c.server, c.addr, c.proto, c.time, c.result} {
		if w > 0 {
			sum += w + c.gap
		}
	}
	return sum
}

// drawRow writes a row. The mark stands at the end of the table.
func (v *view) drawRow(r *row, c columns) {
	s := v.zoneCell(r, c)
	if r.note != "" {
		v.drawNote(r, c, s)
		return
	}
	s += v.cell(r.server, c.server, c.gap) + v.cell(r.addr, c.addr, c.gap) + v.cell(r.proto, c.proto, c.gap)
	time := strings.Repeat(" ", max(c.time-len(r.time), 0)) + r.time
	s += v.cell(time, c.time, c.gap) + v.cell(r.result, c.result, c.gap)
	v.line(r.color, v.marked(s, r.mark, c))
}

// drawNote writes a row that has words in place of columns, on as many lines as it takes.
func (v *view) drawNote(r *row, c columns, head string) {
	room := max(v.columns-c.zone-c.gap-markWidth-1, leastText)
	mark := r.mark
	for _, l := range v.wrap(r.note, room) {
		v.line(r.color, v.marked(head+l, mark, c))
		head, mark = v.cell(r.beside, c.zone, c.gap), ""
	}
}

func (v *view) marked(s, mark string, c columns) string {
	s = term.Cut(strings.TrimRight(s, " "), v.columns-markWidth-1, v.pen.ellipsis)
	return term.Pad(s+" ", min(c.width(), v.columns)-markWidth) + mark
}

func (v *view) cell(s string, width, gap int) string {
	if width <= 0 {
		return ""
	}
	return term.Pad(term.Cut(s, width, v.pen.ellipsis), width+gap)
}

// zoneCell draws where in the tree a row is. Of a zone too deep for the screen the name
// matters more than the lines.
func (v *view) zoneCell(r *row, c columns) string {
	s := r.lead + r.zone
	switch {
	case term.Width(s) <= c.zone:
	case r.zone == "":
		s = ""
	default:
		s = v.pen.ellipsis + r.zone
	}
	return v.cell(s, c.zone, c.gap)
}
