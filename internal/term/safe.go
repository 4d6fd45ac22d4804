package term

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Safe returns s fit for one line of a terminal: control characters, line ends
// included, are written as \x1b, bidirectional ones as \u202e, bytes that are no UTF-8
// likewise.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case dangerous(r) && r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case dangerous(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// dangerous says whether a terminal may take r for more than a character: C0, DEL, C1,
// and what turns the direction of the text round it.
func dangerous(r rune) bool {
	switch {
	case r < ' ', r >= 0x7f && r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
		return true
	}
	return false
}

// A Writer passes text on to a terminal without what [Safe] would escape; newline and
// tab remain, and CR before a newline is left out. Bytes that are no UTF-8 become
// U+FFFD.
type Writer struct {
	W    io.Writer
	part []byte // the beginning of a character
	out  []byte
}

// Write passes all of p on, but for the beginning of a character at its end.
func (w *Writer) Write(p []byte) (int, error) {
	in := append(w.part, p...)
	w.out = w.out[:0]
	for len(in) > 0 && (utf8.FullRune(in) && !(in[0] == '\r' && len(in) == 1)) {
		in = in[w.take(in):]
	}
	w.part = append([]byte(nil), in...)
	if _, err := w.W.Write(w.out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// take moves the first character of in to the output and returns its size.
func (w *Writer) take(in []byte) int {
	r, n := utf8.DecodeRune(in)
	switch {
	case r == '\n' || r == '\t':
		w.out = append(w.out, byte(r))
	case r == '\r' && len(in) > 1 && in[1] == '\n':
	case dangerous(r):
		w.out = append(w.out, "\uFFFD"...)
	case r == utf8.RuneError && n == 1:
		w.out = append(w.out, "\uFFFD"...)
	default:
		w.out = append(w.out, in[:n]...)
	}
	return n
}

// Flush writes what is left of an unfinished character.
func (w *Writer) Flush() error {
	if len(w.part) == 0 {
		return nil
	}
	w.part = nil
	_, err := io.WriteString(w.W, "\uFFFD")
	return err
}

// SafeHead returns the head of a message with its line ends, tabs and text, and with
// control characters replaced by "?": a head is shown as it came, but it is not a
// body that somebody asked for byte by byte.
func SafeHead(head []byte) []byte {
	out := make([]byte, 0, len(head))
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && n == 1 && head[0] < 0xa0, r != '\r' && r != '\n' && r != '\t' && dangerous(r):
			out = append(out, '?')
		default:
			out = append(out, head[:n]...)
		}
		head = head[n:]
	}
	return out
}
