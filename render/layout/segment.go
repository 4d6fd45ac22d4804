package layout

import (
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// A segment is a stretch of text in which no line ends, and what ends it.
type segment struct {
	end   int // of what is shown
	next  int // where the next segment starts
	width int
	brk   brk
}

// A brk is an opportunity to end a line, or the need to.
type brk uint8

const (
	noBreak     brk = iota // only where a word that is too long is forced apart
	endBreak               // the end of the text
	lineBreak              // a line end
	spaceBreak             // a space, which vanishes at the end of a line
	zeroBreak              // nothing, as after a hyphen or between ideographs
	hyphenBreak            // a soft hyphen, which only shows at the end of a line
)

// tabStop is the distance of tab stops, terminals' own.
const tabStop = 8

// scan reads the segment of t that starts at i.
func scan(t []byte, i int) segment {
	s := segment{}
	for i < len(t) {
		c := t[i]
		switch {
		case c == ' ':
			return s.ends(i, i+1, spaceBreak)
		case c == '\n':
			return s.ends(i, i+1, lineBreak)
		case c == '-' && breaksAfterHyphen(t, i, s.width):
			s.width++
			return s.ends(i+1, i+1, zeroBreak)
		case c < utf8.RuneSelf && (i+1 >= len(t) || t[i+1] < utf8.RuneSelf):
			if c > ' ' && c < 0x7F {
				s.width++
			}
			i++
		default:
			n, done := s.cluster(t, i)
			if done {
				return s
			}
			i = n
		}
	}
	return s.ends(len(t), len(t), endBreak)
}

func (s segment) ends(end, next int, b brk) segment {
	s.end, s.next, s.brk = end, next, b
	return s
}

// cluster reads one grapheme cluster that is not plain ASCII. It returns the offset
// after it, and whether the segment ended.
func (s *segment) cluster(t []byte, i int) (int, bool) {
	n, w := clusterAt(t, i)
	r, size := utf8.DecodeRune(t[i:])
	switch r {
	case '\u00ad':
		*s = s.ends(i, i+size, hyphenBreak)
		return 0, true
	case '\u200b', '\u2028', '\u2029':
		*s = s.ends(i, i+size, zeroBreak)
		return 0, true
	}
	s.width += w
	i += n
	if i < len(t) && breaksBetween(t, r, i) {
		*s = s.ends(i, i, zeroBreak)
		return 0, true
	}
	return i, false
}

// clusterAt returns the length and the width of the grapheme cluster at i.
func clusterAt(t []byte, i int) (n, width int) {
	if t[i] < utf8.RuneSelf && (i+1 >= len(t) || t[i+1] < utf8.RuneSelf) {
		if t[i] < ' ' || t[i] == 0x7F {
			return 1, 0
		}
		return 1, 1
	}
	if r, size := utf8.DecodeRune(t[i:]); r == '\u00a0' {
		return size, 1
	}
	g := displaywidth.BytesGraphemes(t[i:])
	if !g.Next() {
		return 1, 0
	}
	return len(g.Value()), g.Width()
}

// textWidth returns the width of text that is in one line.
func textWidth(t []byte) int {
	w := 0
	for i := 0; i < len(t); {
		n, cw := clusterAt(t, i)
		w += cw
		i += n
	}
	return w
}
