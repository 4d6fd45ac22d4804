package layout

import "bytes"

// An extent is how much width a box needs at least, so that no word sticks out, and
// how much it can make use of (CSS 2.2, section 17.5.2.2: minimum and maximum
// content width).
type extent struct{ least, most int }

func (e extent) union(o extent) extent {
	return extent{max(e.least, o.least), max(e.most, o.most)}
}

func (e extent) plus(n int) extent { return extent{e.least + n, e.most + n} }

// unmeasurable bounds an extent to what fits in a box; wider is no matter.
const unmeasurable = 1 << 30

// measure returns the extent of a box. Each box is measured once: tables in cells of
// tables ask again on every level, which would be exponential.
func (t *tree) measure(b *box) extent {
	if b.least > 0 {
		return extent{int(b.least) - 1, int(b.most) - 1}
	}
	var e extent
	switch b.kind {
	case textBox:
		e = t.measureText(b)
	case preBox:
		e = measurePre(t.slice(b))
	case tableBox:
		e = t.measureTable(b)
	case ruleBox:
		e = extent{1, 1}
	case itemBox:
		e = t.measureChildren(b).plus(textWidth(t.slice(b)))
	default:
		e = t.measureChildren(b).plus(int(b.indent))
		if b.bar {
			e = e.plus(2)
		}
	}
	b.least = int32(min(e.least, unmeasurable)) + 1
	b.most = int32(min(e.most, unmeasurable)) + 1
	return e
}

func (t *tree) measureChildren(b *box) extent {
	var e extent
	for k := b.first; k != 0; {
		c := t.at(k)
		e = e.union(t.measure(c))
		k = c.next
	}
	return e
}

// measureTable returns the extent of a table with columns. One that only arranges
// the page can do with less, since it may fall apart.
func (t *tree) measureTable(b *box) extent {
	g := newGrid(t, b)
	e := g.extent()
	if g.broken || !b.data {
		e.least = 0
		for _, c := range g.cols {
			e.least = max(e.least, c.least)
		}
	}
	return e
}

// measureText returns the extent of a paragraph.
func (t *tree) measureText(b *box) extent {
	var e extent
	line := 0
	for s := t.segmentsOf(b); ; {
		g := s.next()
		e.least = max(e.least, least(s.text[g.start:g.end], g.width))
		line += g.width
		e.most = max(e.most, line)
		line += g.spaces
		switch g.brk {
		case endBreak:
			return e
		case lineBreak:
			line = 0
		}
	}
}

// leastPhrase is how narrow text without spaces may become, which can end a line
// anywhere: below it, not even its words can be told apart.
const leastPhrase = 12

// least returns the least width of a segment. A URL may become as narrow as its parts.
func least(t []byte, width int) int {
	switch {
	case width <= leastPhrase:
	case breakable(t):
		return leastPhrase
	case bytes.IndexByte(t, '/') > 0:
		var s segments
		s.lines.Slashes = true
		s.reset(t, nil, 0)
		width = leastPhrase
		for g := (segment{brk: zeroBreak}); g.brk != endBreak; {
			g = s.next()
			width = max(width, g.width)
		}
	}
	return width
}
