package render

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"
)

// A filter is the one place through which text reaches the output: what could steer
// a terminal does not pass. That is C0 but for line end and tab, DEL, C1, what is
// not UTF-8, and the characters that override the direction of text (Unicode
// Standard Annex 9), since one left open would turn all that follows on the screen.
type filter struct {
	w    *bufio.Writer
	err  error
	line []byte
}

// filterBuffer is how much text is gathered before it is written.
const filterBuffer = 16 << 10

func newFilter(w io.Writer) *filter {
	return &filter{w: bufio.NewWriterSize(w, filterBuffer)}
}

// Line writes a line and its end.
func (f *filter) Line(b []byte) {
	if f.err != nil {
		return
	}
	if !harmless(b) {
		if f.line = f.line[:0]; balanced(b) {
			f.line = appendBalanced(f.line, b)
		} else {
			f.line = appendClean(f.line, b)
		}
		b = trimRight(f.line)
	}
	if _, f.err = f.w.Write(b); f.err == nil {
		f.err = f.w.WriteByte('\n')
	}
}

// Shows reports whether anything but spaces of a line would be written.
func (f *filter) Shows(b []byte) bool {
	for i, c := range b {
		if c > ' ' && c < 0x7F {
			return true
		}
		if c >= utf8.RuneSelf {
			f.line = appendClean(f.line[:0], b[i:])
			for _, c := range f.line {
				if c > ' ' {
					return true
				}
			}
			return false
		}
	}
	return false
}

// close writes what is left and returns the first error.
func (f *filter) close() error {
	if f.err != nil {
		return f.err
	}
	return f.w.Flush()
}

// harmless reports whether there is nothing but printable ASCII.
func harmless(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= 0x7F {
			return false
		}
	}
	return true
}

// balanced reports whether a line changes the direction of text, and each change ends in
// the line, the inner before the outer.
func balanced(b []byte) bool {
	var open [maxDirections]rune
	n, any := 0, false
	for i := bytes.IndexByte(b, 0xE2); i >= 0 && i < len(b); { // with which their UTF-8 begins
		r, size := utf8.DecodeRune(b[i:])
		i += size
		switch {
		case !isDirection(r):
			continue
		case r == pdf || r == pdi:
			if n == 0 || (open[n-1] > rlo) != (r == pdi) {
				return false
			}
			n--
		case n == len(open):
			return false
		default:
			open[n] = r
			n++
		}
		any = true
	}
	return any && n == 0
}

// maxDirections bounds the changes of direction that are open in each other. Package layout
// lets fewer through in one paragraph, and a line has more only where cells hold some.
const maxDirections = 16

// appendBalanced is appendClean for a line whose changes of direction are balanced.
func appendBalanced(to, b []byte) []byte {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if isDirection(r) {
			to = append(to, b[i:i+n]...)
		} else {
			to = appendClean(to, b[i:i+n])
		}
		i += n
	}
	return to
}

// The characters that end a change of direction, and the last of the embeddings and
// overrides, beyond which isolates begin.
const (
	pdf = '\u202c'
	rlo = '\u202e'
	pdi = '\u2069'
)

func isDirection(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
}

// appendClean appends what of b may be seen on a terminal.
func appendClean(to, b []byte) []byte {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != 0x7F || c == '\t' || c == '\n' {
				to = append(to, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError:
			to = append(to, "\ufffd"...)
		case !steers(r):
			to = append(to, b[i:i+n]...)
		}
		i += n
	}
	return to
}

// steers reports the characters beyond ASCII that are not text.
func steers(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9F: // C1
	case isDirection(r):
	case r == 0x00AD, r == 0x200B, r == 0x2028, r == 0x2029, r == 0xFEFF: // breaks
	case r >= 0xFFF9 && r <= 0xFFFB: // annotation
	default:
		return false
	}
	return true
}

// clean returns s as a filter would write it.
func clean(s string) string { return string(appendClean(nil, []byte(s))) }

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
