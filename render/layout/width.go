package layout

import (
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// tabStop is the distance of tab stops, terminals' own.
const tabStop = 8

// textWidth returns the columns of text that is in one line.
func textWidth(t []byte) int {
	w := 0
	for i := 0; i < len(t); {
		if c := t[i]; c >= ' ' && c < 0x7F && (i+1 == len(t) || t[i+1] < utf8.RuneSelf) {
			w++
			i++
			continue
		}
		n, cw := clusterAt(t, i)
		w += cw
		i += n
	}
	return w
}

// clusterAt returns the length and the width of the grapheme cluster at i.
func clusterAt(t []byte, i int) (n, width int) {
	n, width = loner(t[i:])
	if n > 0 {
		if i+n == len(t) || t[i+n] < utf8.RuneSelf {
			return n, width
		}
		if next, _ := loner(t[i+n:]); next > 0 {
			return n, width
		}
	}
	g := displaywidth.BytesGraphemes(t[i:])
	if !g.Next() {
		return 1, 0
	}
	return len(g.Value()), g.Width()
}

// loner returns the length and the width of the character that t begins with, if it is of
// the many that neither join the one before them nor, but for marks, the one after. For
// others the length is 0, and the cluster must be looked for. Marks are none of them, so
// that two loners are two clusters.
func loner(t []byte) (n, width int) {
	if c := t[0]; c < utf8.RuneSelf {
		if c == '\r' {
			return 0, 0
		}
		if c < ' ' || c == 0x7F {
			return 1, 0
		}
		return 1, 1
	}
	r, n := utf8.DecodeRune(t)
	switch {
	case r < 0xA0, r == '\u00ad', r == '©', r == '®':
		return 0, 0
	case r < 0x0300: // Latin
		return n, 1
	case r >= 0x0391 && r <= 0x0482, r >= 0x048A && r <= 0x052F: // Greek, Cyrillic
		return n, 1
	case r >= 0x2010 && r <= 0x2026: // dashes and quotation marks
		return n, 1
	case r >= 0x3001 && r <= 0x3029, r >= 0x3041 && r <= 0x3096: // CJK punctuation, hiragana
		return n, 2
	case r >= 0x30A0 && r <= 0x30FF, r >= 0x4E00 && r <= 0x9FFF: // katakana, Han
		return n, 2
	case r >= 0xAC00 && r <= 0xD7A3: // hangul, which only jamo join
		return n, 2
	case r >= 0xFF01 && r <= 0xFF5E: // full-width Latin
		return n, 2
	}
	return 0, 0
}

// isASCII reports text without anything beyond ASCII.
func isASCII(t []byte) bool {
	for _, c := range t {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
