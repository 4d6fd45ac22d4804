package layout

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/style"
)

// table makes the boxes of a table.
func (b *builder) table(n *html.Node, s *style.Style) {
	b.tableBox(s, func() {
		b.rows(n, s, box{kind: rowBox})
		t := b.tree.at(b.parent)
		t.data = t.data || has(n, "border") && attr(n, "border") != "0"
		switch attr(n, "role") {
		case "presentation", "none":
			t.data, t.arranges = false, true
		}
	})
}

// tableBox makes the box of a table and has it filled.
func (b *builder) tableBox(s *style.Style, fill func()) {
	outer := b.block
	b.flush()
	b.block = s
	if p := b.enclosing; p != 0 {
		b.tree.at(p).arranges = true
	}
	in := b.enclosing
	b.within(box{kind: tableBox}, func() {
		b.enclosing = b.parent
		fill()
		b.footLast(b.parent)
	})
	b.enclosing = in
	b.block = outer
}

// stray makes a table of elements that are parts of one without being in any (CSS 2.2,
// section 17.2.1), from k on. It returns the last of them.
func (b *builder) stray(k *html.Node) *html.Node {
	last := k
	b.tableBox(b.block, func() {
		g := group{builder: b, row: box{kind: rowBox}, style: b.block}
		for ; k != nil; k = k.NextSibling {
			if k.Type == html.ElementNode {
				if d := b.styles.Peek().Display; !d.InTable() && d != style.None {
					break
				}
				last = k
				g.element(k, b.styles.Next())
			} else if k.Type == html.TextNode && strings.Trim(k.Data, " \t\r\n\f") != "" {
				break
			} else if k.Type == html.TextNode && k.NextSibling == nil {
				last = k
			}
		}
		g.shut()
	})
	return last
}

// rows makes the rows of a table or of a group of rows.
func (b *builder) rows(n *html.Node, s *style.Style, row box) {
	g := group{builder: b, row: row, style: s}
	g.children(n, g.element)
	g.shut()
}

// cells makes the cells of a row. One that has nothing but heads is a header.
func (b *builder) cells(n *html.Node, s *style.Style) {
	row := b.parent
	g := group{builder: b, style: s, inRow: true}
	g.children(n, g.element)
	g.shut()
	r := b.tree.at(row)
	r.header = r.header || g.heads > 0 && g.others == 0
	if g.heads > 0 {
		b.tree.at(b.enclosing).data = true
	}
}

// A group makes what is in a table, in rows or in one row. What should not be there gets
// a cell of its own, and that a row (CSS 2.2, section 17.2.1).
type group struct {
	*builder
	row           box // what rows are made as
	style         *style.Style
	inRow         bool // the children of a row
	rowed, celled bool // a row, and a cell in it, are open that no element has
	openRow       opened
	openCell      opened
	heads, others int
}

// children makes the boxes of what is in an element, and lets go of it.
func (g *group) children(n *html.Node, element func(*html.Node, *style.Style)) {
	g.counters.enter()
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch k.Type {
		case html.ElementNode:
			element(k, g.styles.Next())
		case html.TextNode:
			if strings.Trim(k.Data, " \t\r\n\f") != "" {
				g.anonymous()
			}
			if g.celled {
				g.node(k, g.style)
			}
		}
	}
	g.counters.leave()
	n.FirstChild, n.LastChild = nil, nil
}

// anonymous opens a cell, and a row, for what is in none.
func (g *group) anonymous() {
	g.ownRow()
	if !g.celled {
		g.openCell = g.open(box{kind: cellBox, cols: 1, rows: 1})
		g.openCell.emptiable = true
		g.celled = true
	}
}

// ownRow opens a row for cells that are in none.
func (g *group) ownRow() {
	if !g.inRow && !g.rowed {
		g.openRow = g.open(g.row)
		g.openRow.emptiable = true
		g.rowed = true
	}
}

func (g *group) shutCell() {
	if g.celled {
		g.close(g.openCell)
		g.celled = false
	}
}

func (g *group) shut() {
	g.shutCell()
	if g.rowed {
		g.close(g.openRow)
		g.rowed = false
	}
}

// element makes one child.
func (g *group) element(k *html.Node, c *style.Style) {
	switch {
	case c.Display == style.None:
	case c.Display == style.Cell:
		g.shutCell()
		g.ownRow()
		g.counters.apply(c)
		g.note(k)
		g.cell(k, c)
	case g.inRow || !c.Display.InTable():
		g.anonymous()
		g.builder.element(k, c)
	default:
		g.shut()
		g.counters.apply(c)
		g.part(k, c)
	}
}

// note counts the heads among cells; one over all columns is a title.
func (g *group) note(k *html.Node) {
	switch {
	case k.DataAtom != atom.Th:
		g.others++
	case attr(k, "colspan") == "":
		g.heads++
	}
}

// part makes a row, a group of rows or a caption.
func (g *group) part(k *html.Node, c *style.Style) {
	row := g.row
	switch c.Display {
	case style.Row:
		g.within(row, func() { g.cells(k, c) })
		return
	case style.Caption:
		g.tree.at(g.enclosing).data = true
		g.block = c
		g.within(box{kind: captionBox}, func() { g.builder.children(k, c) })
		g.block = g.style
		return
	case style.HeaderGroup:
		row.header = true
	case style.FooterGroup:
		row.foot = true
	}
	g.rows(k, c, row)
}

// cell makes one cell.
func (b *builder) cell(n *html.Node, s *style.Style) {
	outer := b.block
	x := box{kind: cellBox, cols: 1, rows: 1}
	if v, ok := integer(attr(n, "colspan")); ok && v > 0 {
		x.cols = uint16(min(v, maxColspan))
	}
	if v, ok := integer(attr(n, "rowspan")); ok && v >= 0 {
		x.rows = uint16(min(v, maxRowspan))
		if v == 0 {
			x.rows = maxRowspan // to the end of the group
		}
	}
	b.block = s
	b.within(x, func() {
		if s.Replaced || s.Display != style.Cell {
			b.element(n, s)
			return
		}
		b.children(n, s)
	})
	b.block = outer
}

// footLast moves the rows of the foot to the end of their table, where they are
// shown wherever they were written.
func (b *builder) footLast(t ref) {
	var body, foot chain
	for k := b.tree.at(t).first; k != 0; {
		x := b.tree.at(k)
		next := x.next
		x.next = 0
		if x.foot {
			foot.add(&b.tree, k)
		} else {
			body.add(&b.tree, k)
		}
		k = next
	}
	x := b.tree.at(t)
	switch {
	case body.first == 0:
		x.first, x.last = foot.first, foot.last
	case foot.first == 0:
		x.first, x.last = body.first, body.last
	default:
		b.tree.at(body.last).next = foot.first
		x.first, x.last = body.first, foot.last
	}
}

// A chain is siblings in order.
type chain struct{ first, last ref }

func (c *chain) add(t *tree, k ref) {
	if c.last == 0 {
		c.first = k
	} else {
		t.at(c.last).next = k
	}
	c.last = k
}

// table lays out a table: in columns where they fit, else row by row.
func (f *flow) table(i ref, b *box) {
	g := newGrid(f.tree, b)
	fits := g.fit(f.avail())
	if !f.inColumns(g, b, fits) {
		f.fallApart(i, b)
		return
	}
	apart := g.rows > 1 && g.live() > 1
	if apart {
		f.gap(1)
	}
	f.captions(b)
	d := drawer{flow: f, grid: g, tight: !fits, data: b.data}
	d.rows(b)
	if apart {
		f.gap(1)
	}
}

// leastColumn is the narrowest column worth drawing where words must be broken.
const leastColumn = 4

// inColumns decides whether a table is drawn as one. Tables that only arrange the
// page are read more easily one cell below the other unless nothing has to wrap.
func (f *flow) inColumns(g *grid, b *box, fits bool) bool {
	n := g.live()
	switch {
	case g.broken || n == 0:
		return false
	case n == 1 && !b.data:
		return false
	case fits && g.extent().most <= f.avail():
		return true
	case b.arranges, g.rows == 1:
		return false
	}
	return fits || (f.avail()-(n-1)*g.sep)/n >= leastColumn
}

func (f *flow) captions(b *box) {
	for k := b.first; k != 0; k = f.tree.at(k).next {
		if f.tree.at(k).kind == captionBox {
			f.children(k)
		}
	}
}

// fallApart lays out a table without columns.
func (f *flow) fallApart(i ref, b *box) {
	f.captions(b)
	for k := b.first; k != 0; k = f.tree.at(k).next {
		switch {
		case f.tree.at(k).kind != rowBox:
		case f.plainRow(k):
			f.oneLine(k)
		default:
			for c := f.tree.at(k).first; c != 0; c = f.tree.at(c).next {
				f.children(c)
			}
		}
	}
}

// plainRow reports whether all cells of a row are short text, as those of a table of
// figures or of a bar of links are.
func (f *flow) plainRow(row ref) bool {
	n := 0
	for c := f.tree.at(row).first; c != 0; c = f.tree.at(c).next {
		cell := f.tree.at(c)
		if cell.first != cell.last || cell.first != 0 && f.tree.at(cell.first).kind != textBox {
			return false
		}
		if f.tree.measure(cell).most > f.avail()/2 {
			return false
		}
		n++
	}
	return n > 1
}

// oneLine writes the cells of a row one after the other.
func (f *flow) oneLine(row ref) {
	var t []byte
	for c := f.tree.at(row).first; c != 0; c = f.tree.at(c).next {
		k := f.tree.at(c).first
		if k == 0 {
			continue
		}
		if len(t) > 0 {
			t = append(t, f.tree.signs.wall...)
		}
		t = append(t, bytes.ReplaceAll(f.tree.slice(f.tree.at(k)), []byte{'\n'}, []byte{' '})...)
	}
	f.tree.cut.reset(t, nil, 0)
	f.fill(&f.tree.cut, style.Start)
}
