package layout

// Limits of a table. What goes beyond is laid out row by row as text.
const (
	// maxColumns is more than any width has room for; each row costs as much time.
	maxColumns = 256
	// maxColspan and maxRowspan are HTML's own (section 4.9.11).
	maxColspan = 1000
	maxRowspan = 65534
)

// A grid is the columns of a table (HTML, section 4.9.12) and what its cells need.
type grid struct {
	cols   []column
	spans  []span
	rows   int
	broken bool // more columns than can be drawn
	sep    int  // columns between two
}

// A column is the extent of its cells and the width it got.
type column struct {
	extent
	width int
}

// A span is a cell over several columns, which shares out its needs when those of
// the others are known.
type span struct {
	extent
	col, n int
}

// newGrid finds the columns of a table.
func newGrid(t *tree, b *box) *grid {
	g := &grid{sep: 2}
	if b.data {
		g.sep = 3
	}
	var p placer
	for k := b.first; k != 0; k = t.at(k).next {
		row := t.at(k)
		if row.kind != rowBox {
			continue
		}
		p.row(g.rows)
		g.rows++
		for c := row.first; c != 0; c = t.at(c).next {
			cell := t.at(c)
			at := p.place(int(cell.cols), int(cell.rows))
			if at < 0 {
				g.broken = true
				g.add(0, 1, t.measure(cell))
				continue
			}
			g.add(at, int(cell.cols), t.measure(cell))
		}
	}
	for _, s := range g.spans {
		g.share(s)
	}
	return g
}

// add enters the needs of a cell.
func (g *grid) add(col, n int, e extent) {
	for len(g.cols) < col+n && len(g.cols) < maxColumns {
		g.cols = append(g.cols, column{})
	}
	if n > 1 {
		if e.most > 0 {
			g.spans = append(g.spans, span{e, col, n})
		}
		return
	}
	g.cols[col].extent = g.cols[col].union(e)
}

// share gives the columns under a span what they lack for it: those that hold
// anything in equal parts, else the first all of it.
func (g *grid) share(s span) {
	cols := g.cols[s.col:min(s.col+s.n, len(g.cols))]
	var have extent
	live := 0
	for _, c := range cols {
		if c.most > 0 {
			have = extent{have.least + c.least, have.most + c.most}
			live++
		}
	}
	if live == 0 {
		cols[0].extent = s.extent
		return
	}
	have = have.plus((live - 1) * g.sep)
	lack := extent{max(0, s.least-have.least), max(0, s.most-have.most)}
	for i := range cols {
		if cols[i].most > 0 {
			add := extent{lack.least / live, lack.most / live}
			cols[i].least += add.least
			cols[i].most += add.most
			lack.least -= add.least
			lack.most -= add.most
			live--
		}
	}
}

// live counts the columns that hold anything; the others are not drawn.
func (g *grid) live() int {
	n := 0
	for _, c := range g.cols {
		if c.most > 0 {
			n++
		}
	}
	return n
}

// extent returns that of the whole grid.
func (g *grid) extent() extent {
	e := extent{}
	for _, c := range g.cols {
		e.least += c.least
		e.most += c.most
	}
	return e.plus(max(0, g.live()-1) * g.sep)
}

// A placer finds the column of each cell.
type placer struct {
	until []int // the row from which a column is free again
	now   int
	next  int
}

// row starts a row; rows count from 0.
func (p *placer) row(n int) { p.now, p.next = n, 0 }

// place returns the first column of the next cell, or -1 where there is none left.
func (p *placer) place(cols, rows int) int {
	for p.next < len(p.until) && p.until[p.next] > p.now {
		p.next++
	}
	at := p.next
	if at >= maxColumns {
		return -1
	}
	p.next = min(at+cols, maxColumns)
	for len(p.until) < p.next {
		p.until = append(p.until, 0)
	}
	for c := at; c < p.next; c++ {
		p.until[c] = p.now + rows
	}
	return at
}

// fit gives the columns their widths within avail columns, and reports whether they
// fit without breaking words.
func (g *grid) fit(avail int) bool {
	avail -= max(0, g.live()-1) * g.sep
	e := g.extent().plus(-max(0, g.live()-1) * g.sep)
	switch {
	case e.most <= avail:
		g.level(avail, func(c column) (int, int) { return c.most, c.most })
	case e.least <= avail:
		g.level(avail, func(c column) (int, int) { return c.least, c.most })
	default:
		g.level(avail, func(c column) (int, int) { return min(c.most, 1), max(c.least, 1) })
		return false
	}
	return true
}

// level shares out avail columns so that each column has at least its low and at
// most its high, and the narrow ones are served first: what is wanted beyond a
// common level is cut.
func (g *grid) level(avail int, want func(column) (low, high int)) {
	at := func(level int) int {
		sum := 0
		for i := range g.cols {
			if c := &g.cols[i]; c.most > 0 {
				low, high := want(*c)
				c.width = min(high, max(low, level))
				sum += c.width
			}
		}
		return sum
	}
	lo, hi := 0, max(avail, 1)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if at(mid) <= avail {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	rest := avail - at(lo)
	for i := range g.cols {
		c := &g.cols[i]
		if _, high := want(*c); rest > 0 && c.most > 0 && c.width < high && c.width == lo {
			c.width++
			rest--
		}
	}
}

// over returns the width of a cell of n columns.
func (g *grid) over(col, n int) int {
	w, live := 0, 0
	for _, c := range g.cols[col:min(col+n, len(g.cols))] {
		if c.most > 0 {
			w += c.width
			live++
		}
	}
	return w + max(0, live-1)*g.sep
}
