package layout

import (
	"bytes"
	"unicode/utf8"

	"fetchscope/render/style"
)

// fill breaks text into lines.
func (f *flow) fill(s *segments, a style.Align) {
	p := wrapper{flow: f, align: a, avail: f.avail()}
	f.row = f.row[:0]
	for {
		g := s.next()
		p.segment(s.text[g.start:g.end], g)
		switch g.brk {
		case endBreak:
			p.end()
			return
		case lineBreak:
			p.put()
		}
	}
}

// A wrapper fills lines with the segments of a paragraph.
type wrapper struct {
	*flow
	align  style.Align
	avail  int
	used   int  // columns of the line
	spaces int  // that come before the next segment
	hyphen bool // the segment before ends with a soft hyphen
	open   directions
}

// segment places a segment, in pieces where it is wider than a line: those between the
// opportunities that its white-space withholds, or its slashes, then those between its
// no-break spaces.
func (p *wrapper) segment(t []byte, g segment) {
	if g.width <= p.avail {
		p.place(t, g)
		return
	}
	var inner segments
	inner.lines.Slashes = true
	inner.reset(t, nil, 0)
	for {
		k := inner.next()
		p.unglue(t[k.start:k.end], k)
		if k.brk == endBreak {
			break
		}
	}
	p.spaces, p.hyphen = g.spaces, g.brk == hyphenBreak
}

// unglue places a segment, in pieces between its no-break spaces where it is too wide.
func (p *wrapper) unglue(t []byte, g segment) {
	for g.width > p.avail {
		i := bytes.Index(t, []byte(nbsp))
		if i < 0 {
			break
		}
		first := textWidth(t[:i])
		p.place(t[:i], segment{width: first, spaces: 1})
		t = t[i+len(nbsp):]
		for bytes.HasPrefix(t, []byte(nbsp)) {
			t = t[len(nbsp):]
			p.spaces++
			first++
		}
		g.width -= first + 1
	}
	p.place(t, g)
}

// place puts a piece of text on the line, or on a new one.
func (p *wrapper) place(t []byte, g segment) {
	switch {
	case g.width == 0 && p.used == 0: // spaces that are kept, at the start of a line
		g.spaces += p.spaces
	case p.used+p.spaces+p.needs(g) <= p.avail:
		p.pad()
	default:
		p.wrap()
	}
	if g.width > p.avail && (p.tight || breakable(t)) {
		p.chop(t)
	} else {
		p.write(t)
		p.used += g.width
	}
	p.spaces, p.hyphen = g.spaces, g.brk == hyphenBreak
}

// needs returns the columns of a segment if the line ended after it.
func (p *wrapper) needs(g segment) int {
	if g.brk == hyphenBreak {
		return g.width + 1
	}
	return g.width
}

// pad writes the spaces that are due.
func (p *wrapper) pad() {
	for ; p.spaces > 0; p.spaces-- {
		p.row = append(p.row, ' ')
		p.used++
	}
}

// wrap ends a line that is full. Spaces at its end hang, so that they are not seen.
func (p *wrapper) wrap() {
	p.spaces = 0
	if p.used == 0 {
		return
	}
	if p.hyphen && p.used < p.avail { // a word as wide as the line goes without
		p.row = append(p.row, '-')
		p.used++
	}
	p.put()
}

// chop places text that is wider than a line cluster by cluster.
func (p *wrapper) chop(t []byte) {
	for i := 0; i < len(t); {
		n, w := clusterAt(t, i)
		if p.used > 0 && p.used+w > p.avail {
			p.put()
		}
		p.write(t[i : i+n])
		p.used += w
		i += n
	}
}

// end ends the last line.
func (p *wrapper) end() {
	if len(p.row) > 0 {
		p.put()
	}
}

// put writes the line where its alignment has it, and starts another.
func (p *wrapper) put() {
	p.row = p.open.close(p.row)
	p.lineAt(p.row, shift(p.align, p.avail, p.used))
	p.used, p.spaces, p.hyphen = 0, 0, false
	p.row = p.open.reopen(p.row[:0])
}

// write appends text to the line as it is shown: no-break spaces are spaces, what only
// says where lines may end is gone, and directions are such that the line can close.
func (p *wrapper) write(t []byte) {
	if isASCII(t) {
		p.row = append(p.row, t...)
		return
	}
	for i := 0; i < len(t); {
		r, n := utf8.DecodeRune(t[i:])
		switch {
		case r == '\u00a0':
			p.row = append(p.row, ' ')
		case r == '\u00ad', r == '\u200b', r == '\u2028', r == '\u2029', r == '\ufeff':
		case isDirection(r):
			p.row = p.open.append(p.row, r)
		default:
			p.row = append(p.row, t[i:i+n]...)
		}
		i += n
	}
}
