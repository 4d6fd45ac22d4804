package layout

import (
	"bytes"
	"unicode/utf8"

	"fetchscope/render/style"
)

// fill breaks text into lines.
func (f *flow) fill(t []byte, a style.Align) {
	p := wrapper{flow: f, text: t, align: a, avail: f.avail()}
	f.row = f.row[:0]
	for i := 0; ; {
		s := scan(p.text, i)
		p.place(i, s)
		i = s.next
		switch s.brk {
		case endBreak:
			p.end()
			return
		case lineBreak:
			p.forced()
		}
	}
}

// A wrapper fills lines with the segments of a paragraph.
type wrapper struct {
	*flow
	text  []byte
	align style.Align
	avail int
	used  int // columns of the line
	last  brk // what ended the segment before
}

// place puts a segment on the line, or on a new one.
func (p *wrapper) place(i int, s segment) {
	space := 0
	if p.last == spaceBreak && p.used > 0 {
		space = 1
	}
	if p.used > 0 && p.used+space+p.needs(s) > p.avail {
		p.finish()
		space = 0
	}
	if space > 0 {
		p.row = append(p.row, ' ')
		p.used++
	}
	if s.width > p.avail {
		p.split(p.text[i:s.end])
	} else {
		p.row = appendShown(p.row, p.text[i:s.end])
		p.used += s.width
	}
	p.last = s.brk
}

// needs returns the columns of a segment if the line ended after it.
func (p *wrapper) needs(s segment) int {
	if s.brk == hyphenBreak {
		return s.width + 1
	}
	return s.width
}

// split places a segment that is wider than a line. What has hidden opportunities in
// it (no-break spaces, scripts without spaces) or must stay within a cell is broken
// between clusters, what is truly a word sticks out.
func (p *wrapper) split(t []byte) {
	if !p.tight && !breakable(t) {
		p.row = appendShown(p.row, t)
		p.used += textWidth(t)
		return
	}
	for i := 0; i < len(t); {
		n, w := clusterAt(t, i)
		if p.used > 0 && p.used+w > p.avail {
			p.last = zeroBreak
			p.finish()
		}
		p.row = appendShown(p.row, t[i:i+n])
		p.used += w
		i += n
	}
}

// breakable reports whether a long word is more than one.
func breakable(t []byte) bool {
	for i := 0; i < len(t); {
		r, n := utf8.DecodeRune(t[i:])
		if r == '\u00a0' || unspaced(r) {
			return true
		}
		i += n
	}
	return false
}

// finish ends a line that is full.
func (p *wrapper) finish() {
	if p.last == hyphenBreak {
		p.row = append(p.row, '-')
		p.used++
	}
	p.put()
}

// forced ends a line at a line end. One with nothing in it leaves a gap.
func (p *wrapper) forced() {
	p.put()
}

// end ends the last line.
func (p *wrapper) end() {
	if len(p.row) > 0 {
		p.put()
	}
}

// put writes the line where its alignment has it.
func (p *wrapper) put() {
	line := p.row
	if n := shift(p.align, p.avail, p.used); n > 0 {
		line = append(bytes.Repeat([]byte{' '}, n), line...)
	}
	p.line(line)
	p.clear()
}

func (p *wrapper) clear() {
	p.row, p.used, p.last = p.row[:0], 0, noBreak
}

// appendShown appends text as it is shown: no-break spaces are spaces.
func appendShown(to, t []byte) []byte {
	if isASCII(t) {
		return append(to, t...)
	}
	for i := 0; i < len(t); {
		r, n := utf8.DecodeRune(t[i:])
		if r == '\u00a0' {
			to = append(to, ' ')
		} else {
			to = append(to, t[i:i+n]...)
		}
		i += n
	}
	return to
}

func isASCII(t []byte) bool {
	for _, c := range t {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// preformatted writes text whose lines are kept. It is set in a little where that
// costs nothing.
func (f *flow) preformatted(b *box) {
	pushed := false
	if most := f.tree.measure(b).most; most+preIndent <= f.avail() && len(f.levels) == 0 {
		pushed = f.push("  ", "  ", preIndent)
	}
	first := true
	for t := f.tree.slice(b); len(t) > 0; {
		line, rest, _ := bytes.Cut(t, []byte{'\n'})
		t = rest
		if first && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		first = false
		f.preLine(line)
	}
	if pushed {
		f.pop()
	}
}

// preIndent is how far preformatted text is set in.
const preIndent = 2

// preLine writes one line of preformatted text, with its tabs as spaces.
func (f *flow) preLine(line []byte) {
	if !f.to.Shows(line) {
		if f.lines > 0 {
			f.blank++
			f.reach = len(f.levels)
		}
		return
	}
	f.row = f.row[:0]
	column := 0
	for i := 0; i < len(line); {
		if line[i] == '\t' {
			n := tabStop - column%tabStop
			f.row = append(f.row, "        "[:n]...)
			column += n
			i++
			continue
		}
		n, w := clusterAt(line, i)
		f.row = appendShown(f.row, line[i:i+n])
		column += w
		i += n
	}
	f.line(f.row)
}
