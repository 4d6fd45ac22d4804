package layout

import (
	"bytes"
	"unicode/utf8"

	"fetchscope/render/linebreak"
)

// A segment is a stretch of text in which no line ends, and what ends it.
type segment struct {
	start, end int // of what is shown
	width      int
	spaces     int // after it, which vanish at the end of a line
	brk        brk
}

// A brk is an opportunity to end a line, or the need to.
type brk uint8

const (
	endBreak    brk = iota // the end of the text
	lineBreak              // a line end
	zeroBreak              // spaces, or nothing as after a hyphen or between ideographs
	hyphenBreak            // a soft hyphen, which only shows at the end of a line
)

// segments cuts a paragraph into its segments.
type segments struct {
	text  []byte
	at    int
	held  []stretch // where lines do not end, by offsets in text plus base
	base  int
	lines linebreak.Breaker
}

// reset starts with a text, which lies at base in the arena.
func (s *segments) reset(text []byte, held []stretch, base int) {
	s.text, s.at, s.held, s.base = text, 0, held, base
	s.lines.Reset(text)
}

// next returns the next segment; the last has endBreak.
func (s *segments) next() segment {
	g := segment{start: s.at}
	i, k := s.lines.Next()
	for k == linebreak.Opportunity && s.holds(i) {
		i, k = s.lines.Next()
	}
	s.at = i
	g.end = i
	switch k {
	case linebreak.Forced:
		g.brk = lineBreak
		g.end--
	case linebreak.Opportunity:
		g.brk = zeroBreak
	}
	for g.end > g.start && s.text[g.end-1] == ' ' {
		g.end--
		g.spaces++
	}
	g.width = textWidth(s.text[g.start:g.end])
	if g.brk == zeroBreak && g.spaces == 0 && bytes.HasSuffix(s.text[g.start:g.end], softHyphen) {
		g.brk = hyphenBreak
	}
	return g
}

var softHyphen = []byte("\u00ad")

// holds reports whether the offset i is within text that does not wrap.
func (s *segments) holds(i int) bool {
	i += s.base
	for len(s.held) > 0 && int(s.held[0].end) <= i {
		s.held = s.held[1:]
	}
	return len(s.held) > 0 && int(s.held[0].start) < i
}

// A stretch is a piece of the arena whose white-space keeps lines from ending within it.
// At its ends they may, where the text allows it (CSS Text 3, section 5.1).
type stretch struct{ start, end int32 }

// hold notes that the text from start on does not wrap.
func (t *tree) hold(start int) {
	t.trimHeld(start)
	end := int32(len(t.text))
	if n := len(t.held); n > 0 && int(t.held[n-1].end) == start {
		t.held[n-1].end = end
		return
	}
	if int32(start) < end {
		t.held = append(t.held, stretch{int32(start), end})
	}
}

// trimHeld cuts off what stretches have beyond the first n bytes, of text that was taken back.
func (t *tree) trimHeld(n int) {
	k := len(t.held)
	for k > 0 && int(t.held[k-1].start) >= n {
		k--
	}
	t.held = t.held[:k]
	if k > 0 {
		t.held[k-1].end = min(t.held[k-1].end, int32(n))
	}
}

// truncate takes back the text beyond the first n bytes.
func (t *tree) truncate(n int) {
	t.text = t.text[:n]
	t.trimHeld(n)
}

// heldFrom returns the stretches that end after an offset.
func (t *tree) heldFrom(start int) []stretch {
	low, high := 0, len(t.held)
	for low < high {
		if mid := (low + high) / 2; int(t.held[mid].end) <= start {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return t.held[low:]
}

// segmentsOf returns the segments of a paragraph.
func (t *tree) segmentsOf(b *box) *segments {
	t.cut.reset(t.slice(b), t.heldFrom(int(b.start)), int(b.start))
	return &t.cut
}

// breakable reports whether a word that is wider than a line can be broken anywhere, as in
// scripts that have no spaces.
func breakable(t []byte) bool {
	for i := 0; i < len(t); {
		if t[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(t[i:])
		if linebreak.Complex(r) {
			return true
		}
		i += n
	}
	return false
}
