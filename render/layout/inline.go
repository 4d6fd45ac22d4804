package layout

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"fetchscope/render/style"
)

// A run is the paragraph that is being written: the text from start on. White space
// collapses across the elements in it (CSS Text 3, section 4.1.1), so a space is
// only written when something follows it.
type run struct {
	start   int
	pending gap
	column  int // characters since the last line end, for tabs
}

// A gap is white space that has been read and not yet been written.
type gap uint8

const (
	noGap gap = iota
	spaceGap
	lineGap  // with a line end in it
	fixedGap // at which no line ends
)

const (
	nbsp = "\u00a0"
	zwsp = "\u200b"
)

// write adds text of the page to the paragraph.
func (b *builder) write(s string, ws style.WhiteSpace) {
	switch {
	case b.block.WhiteSpace == style.Pre:
		if s != "" {
			b.begin()
		}
		b.tree.text = append(b.tree.text, s...)
	case ws == style.Pre, ws == style.NoWrap:
		b.unwrapped(s, ws)
	case ws == style.PreWrap:
		b.keep(s)
	default:
		b.collapse(s, ws)
	}
}

// unwrapped adds text in which no line ends. A space before it belongs to what is before.
func (b *builder) unwrapped(s string, ws style.WhiteSpace) {
	start, outer := len(b.tree.text), b.run.pending
	if ws == style.Pre {
		b.keep(s)
	} else {
		b.collapse(s, ws)
	}
	t := b.tree.text
	if (outer == spaceGap || outer == lineGap) && start < len(t) && t[start] == ' ' {
		start++
	}
	b.tree.hold(min(start, len(t)))
}

// collapse adds text whose white space collapses.
func (b *builder) collapse(s string, ws style.WhiteSpace) {
	for i := 0; i < len(s); {
		j := i
		if isSpace(s[i]) {
			for j < len(s) && isSpace(s[j]) {
				j++
			}
			b.gap(s[i:j], ws)
		} else {
			for j < len(s) && !isSpace(s[j]) {
				j++
			}
			b.word(s[i:j])
		}
		i = j
	}
}

// gap notes white space.
func (b *builder) gap(s string, ws style.WhiteSpace) {
	line := strings.IndexByte(s, '\n') >= 0
	switch {
	case ws == style.PreLine && line:
		for range strings.Count(s, "\n") {
			b.newline()
		}
	case b.run.pending == spaceGap:
	case ws == style.NoWrap:
		b.run.pending = fixedGap
	case line && (b.run.pending == noGap || b.run.pending == lineGap):
		b.run.pending = lineGap
	default:
		b.run.pending = spaceGap
	}
}

// word adds text without white space, after the gap before it.
func (b *builder) word(s string) {
	if s != "" {
		b.begin()
	}
	if p := b.run.pending; p != noGap {
		b.run.pending = noGap
		switch {
		case !b.spaceable():
		case p == lineGap && b.joins(s):
		default:
			b.tree.text = append(b.tree.text, ' ')
		}
	}
	b.tree.text = append(b.tree.text, s...)
}

// begin writes the signs before an element that has turned out to have text.
func (b *builder) begin() {
	if b.opening == "" {
		return
	}
	s := b.opening
	b.opening = ""
	b.run.pending = noGap // white space at its start
	b.tree.text = append(b.tree.text, s...)
}

// spaceable reports whether a space would count here: not at the start of a line,
// nor after another.
func (b *builder) spaceable() bool {
	t := b.tree.text[b.run.start:]
	return len(t) > 0 && t[len(t)-1] != '\n' && t[len(t)-1] != ' '
}

// joins reports whether a line end before s is no space, since it stands between two
// ideographs (CSS Text 3, section 4.1.3); Korean has spaces.
func (b *builder) joins(s string) bool {
	if s == "" || s[0] < utf8.RuneSelf {
		return false
	}
	before, _ := utf8.DecodeLastRune(b.tree.text)
	after, _ := utf8.DecodeRuneInString(s)
	return isIdeograph(before) && isIdeograph(after) && !isHangul(before) && !isHangul(after)
}

// keep adds preformatted text to a paragraph that is not: its spaces do not collapse, as
// they are in the text as they are, and its tabs are spaces.
func (b *builder) keep(s string) {
	if s != "" {
		b.begin()
	}
	b.word("")
	for more := true; more; {
		var line string
		line, s, more = strings.Cut(s, "\n")
		b.tree.text, b.run.column = tabbed(b.tree.text, line, b.run.column)
		if more {
			b.newline()
		}
	}
}

// newline adds a line end that is kept.
func (b *builder) newline() {
	b.run.pending = noGap
	b.run.column = 0
	b.tree.truncate(b.run.start + len(bytes.TrimRight(b.tree.text[b.run.start:], " ")))
	b.tree.text = append(b.tree.text, '\n')
}

// trimmed returns where the paragraph ends without the white space at its end. In
// preformatted text that is its last line end alone.
func (b *builder) trimmed() int {
	t := b.tree.text[b.run.start:]
	if b.block.WhiteSpace == style.Pre {
		if len(bytes.Trim(t, "\n\t\r ")) == 0 {
			return b.run.start
		}
		return b.run.start + len(bytes.TrimRight(t, "\n"))
	}
	return b.run.start + len(bytes.TrimRight(t, " \n"))
}

// empty reports whether nothing was written since the arena was n bytes long.
func (b *builder) empty(n int) bool { return len(b.tree.text) <= n }

// isSpace reports the white space that collapses (HTML's, which has form feeds).
func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// countWords counts runs of text between white space, and each ideograph by itself.
func countWords(t []byte) int {
	n, in := 0, false
	for i := 0; i < len(t); {
		c := t[i]
		if c < utf8.RuneSelf {
			word := c > ' '
			if word && !in {
				n++
			}
			in = word
			i++
			continue
		}
		r, size := utf8.DecodeRune(t[i:])
		i += size
		switch {
		case isIdeograph(r):
			n++
			in = false
		case r == '\u00a0':
			in = false
		case !in:
			n++
			in = true
		}
	}
	return n
}
