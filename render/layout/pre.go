package layout

import (
	"bytes"
	"unicode/utf8"
)

// preIndent is how far preformatted text is set in.
const preIndent = 2

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

// preLine writes one line of preformatted text, with its tabs as spaces.
func (f *flow) preLine(line []byte) {
	if !f.to.Shows(line) {
		if f.lines > 0 {
			f.blank++
			f.reach = len(f.levels)
		}
		return
	}
	p := wrapper{flow: f}
	f.row = f.row[:0]
	for {
		text, rest, tab := bytes.Cut(line, []byte{'\t'})
		p.write(text)
		if !tab {
			break
		}
		p.used += textWidth(text)
		p.spaces = tabStop - p.used%tabStop
		p.pad()
		line = rest
	}
	f.line(p.open.close(f.row))
}

// measurePre returns the extent of preformatted text.
func measurePre(t []byte) extent {
	most := 0
	for len(t) > 0 {
		line, rest, _ := bytes.Cut(t, []byte{'\n'})
		most = max(most, preWidth(line))
		t = rest
	}
	return extent{most, most}
}

// preWidth returns the columns of a line with tabs.
func preWidth(line []byte) int {
	w := 0
	for {
		text, rest, tab := bytes.Cut(line, []byte{'\t'})
		w += textWidth(text)
		if !tab {
			return w
		}
		w += tabStop - w%tabStop
		line = rest
	}
}

// tabbed appends text with its tabs as spaces, from a column on, and returns the column
// after it.
func tabbed(to []byte, s string, column int) ([]byte, int) {
	for _, c := range s {
		n := 1
		switch c {
		case '\t':
			n = tabStop - column%tabStop
			to = append(to, "        "[:n]...)
		default:
			to = utf8.AppendRune(to, c)
		}
		column += n
	}
	return to, column
}
