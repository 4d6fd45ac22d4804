package layout

import "bytes"

// A drawer draws the rows of a table that has columns.
type drawer struct {
	*flow
	*grid
	tight bool
	data  bool
	place placer
	open  []openCell // by column: the cells of this row and those that span into it
	row   int
}

// An openCell is a cell some lines of which are still to be drawn.
type openCell struct {
	col, n int
	end    int // the last row it stands in
	lines  lines
	next   int
}

// lines is a sink that keeps what it gets.
type lines struct {
	text   []byte
	ends   []int
	behind Sink
}

// Shows asks the sink to which the row will go.
func (l *lines) Shows(b []byte) bool { return l.behind.Shows(b) }

// Line keeps a line.
func (l *lines) Line(b []byte) {
	l.text = append(l.text, b...)
	l.ends = append(l.ends, len(l.text))
}

func (l *lines) at(i int) []byte {
	if i >= len(l.ends) {
		return nil
	}
	start := 0
	if i > 0 {
		start = l.ends[i-1]
	}
	return l.text[start:l.ends[i]]
}

// rows draws all rows.
func (d *drawer) rows(b *box) {
	apart := d.data && d.live() > 1 && d.crowded(b)
	header := false
	for k := b.first; k != 0; k = d.tree.at(k).next {
		r := d.tree.at(k)
		if r.kind != rowBox {
			continue
		}
		switch {
		case d.row == 0:
		case header && !r.header:
			d.divider(d.tree.signs.rule)
		case apart:
			d.divider(d.tree.signs.dotted)
		}
		header = r.header
		d.enter(r)
		d.draw()
		d.row++
	}
}

// crowded reports whether so many rows have more than one line that they must be
// told apart: more than half.
func (d *drawer) crowded(b *box) bool {
	wrapped := 0
	var p placer
	row := 0
	for k := b.first; k != 0; k = d.tree.at(k).next {
		r := d.tree.at(k)
		if r.kind != rowBox {
			continue
		}
		p.row(row)
		row++
		for c := r.first; c != 0; c = d.tree.at(c).next {
			cell := d.tree.at(c)
			at := p.place(int(cell.cols), int(cell.rows))
			if d.tree.measure(cell).most > d.over(at, int(cell.cols)) || cell.first != cell.last {
				wrapped++
				break
			}
		}
	}
	return wrapped*2 > d.grid.rows
}

// enter lays out the cells of a row and puts them among those that span into it.
func (d *drawer) enter(r *box) {
	keep := d.open[:0]
	for _, o := range d.open {
		if o.end >= d.row {
			keep = append(keep, o)
		}
	}
	d.open = keep
	d.place.row(d.row)
	for c := r.first; c != 0; c = d.tree.at(c).next {
		cell := d.tree.at(c)
		o := openCell{n: int(cell.cols), end: min(d.row+int(cell.rows), d.grid.rows) - 1}
		o.col = d.place.place(int(cell.cols), int(cell.rows))
		if d.over(o.col, o.n) > 0 {
			d.layOut(c, &o)
			d.insert(o)
		}
	}
}

// layOut lays out what is in a cell.
func (d *drawer) layOut(c ref, o *openCell) {
	if d.tree.at(c).first == 0 {
		return
	}
	o.lines.behind = d.to
	f := newFlow(d.tree, &o.lines, d.over(o.col, o.n))
	f.tight = d.tight || d.flow.tight
	f.children(c)
}

// insert keeps the open cells in the order of their columns.
func (d *drawer) insert(o openCell) {
	at := len(d.open)
	for at > 0 && d.open[at-1].col > o.col {
		at--
	}
	d.open = append(d.open, openCell{})
	copy(d.open[at+1:], d.open[at:])
	d.open[at] = o
}

// draw writes the lines of a row: as many as its cells need, of those that span
// further only as many as there are.
func (d *drawer) draw() {
	height := 0
	for i := range d.open {
		if o := &d.open[i]; o.end == d.row {
			height = max(height, len(o.lines.ends)-o.next)
		}
	}
	if height == 0 && d.spanning() {
		height = 1
	}
	for range height {
		d.flow.row = d.across(d.flow.row[:0])
		d.line(d.flow.row)
	}
}

// spanning reports whether a cell that goes on has something to show.
func (d *drawer) spanning() bool {
	for i := range d.open {
		if o := &d.open[i]; o.next < len(o.lines.ends) {
			return true
		}
	}
	return false
}

// across appends one line over all columns.
func (d *drawer) across(to []byte) []byte {
	x, used := 0, 0 // where the column starts, where the text ended
	next := 0
	for c := 0; c < len(d.cols); {
		n, text := 1, []byte(nil)
		if next < len(d.open) && d.open[next].col == c {
			o := &d.open[next]
			n, text = min(o.n, len(d.cols)-c), o.lines.at(o.next)
			o.next++
			next++
		}
		w := d.over(c, n)
		if c += n; w == 0 {
			continue
		}
		if x > 0 {
			to = d.separate(to, x-used)
			x += d.sep
		}
		to = append(to, text...)
		used = x + textWidth(text)
		x = max(x+w, used)
	}
	return to
}

// separate appends what stands between two columns, after pad spaces.
func (d *drawer) separate(to []byte, pad int) []byte {
	to = append(to, bytes.Repeat([]byte{' '}, pad)...)
	if d.data {
		return append(to, d.tree.signs.wall...)
	}
	return append(to, "  "...)
}

// divider draws a line between two rows, but not through the cells that stand in
// both.
func (d *drawer) divider(line string) {
	var t []byte
	next := 0
	for c := 0; c < len(d.cols); {
		for next < len(d.open) && d.open[next].col < c {
			next++
		}
		n, sign := 1, line
		if next < len(d.open) && d.open[next].col == c && d.open[next].end >= d.row {
			n, sign = min(d.open[next].n, len(d.cols)-c), " "
		}
		w := d.over(c, n)
		if c += n; w == 0 {
			continue
		}
		if len(t) > 0 {
			t = append(t, line+d.tree.signs.cross+line...)
		}
		t = append(t, across(sign, w)...)
	}
	d.line(t)
}
