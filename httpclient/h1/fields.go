package h1

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// maxFields bounds the fields of a section: each costs more than its bytes.
const maxFields = 5000

// Notes are the leniencies of a message, each once.
type notes []trace.LenientlyRead

func (n *notes) add(what, section string) {
	note := trace.LenientlyRead{What: what, Section: section}
	for _, have := range *n {
		if have == note {
			return
		}
	}
	*n = append(*n, note)
}

func (n notes) emit(sc *trace.Scope) {
	for _, note := range n {
		sc.Emit(note)
	}
}

// A piece is a part of a text, which is never larger than maxHead.
type piece struct{ begin, end int32 }

// of returns the part of that text.
func (p piece) of(text string) string { return text[p.begin:p.end] }

// A span is where a field is in the text of its section. A value that was folded is in the
// section's own.
type span struct {
	name, value piece
	folded      bool
}

// A fieldSection reads the field lines of a head (RFC 9112, section 5) or of a trailer
// section (section 7.1.2). It keeps where they are in the text that it is read from, so
// that their strings can be made at once. Folded values are put together on the side, so
// that many short lines cost no more than their bytes.
type fieldSection struct {
	spans   []span
	folding bool
	folded  []byte // values that were folded, one behind the other
}

// fields returns the fields of the section, whose text that is, in room as far as there is
// any.
func (s *fieldSection) fields(text string, room httpclient.Fields) httpclient.Fields {
	folded := string(s.folded)
	out := slices.Grow(room[:0], len(s.spans))[:len(s.spans)]
	for i := range s.spans {
		f, from := &s.spans[i], text
		if f.folded {
			from = folded
		}
		out[i] = httpclient.Field{Name: f.name.of(text), Value: f.value.of(from)}
	}
	return out
}

// plain reads a field line as nearly all are: a token, a colon, a value without control
// characters, CRLF, and the next line is no more of it. It returns where that begins, or 0
// for any other line, which is for add to read.
func (s *fieldSection) plain(text []byte, begin int) (next int) {
	colon := begin
	for colon < len(text) && isToken[text[colon]] {
		colon++
	}
	if colon == begin || colon == len(text) || text[colon] != ':' || len(s.spans) == maxFields {
		return 0
	}
	from := colon + 1
	to := from + plainLength(text[from:])
	if to+1 >= len(text) || text[to] != '\r' || text[to+1] != '\n' {
		return 0
	}
	next = to + 2
	for from < to && text[from] == ' ' {
		from++
	}
	for from < to && text[to-1] == ' ' {
		to--
	}
	s.folding = false
	s.spans = append(s.spans, span{name: piece{int32(begin), int32(colon)}, value: piece{int32(from), int32(to)}})
	return next
}

// add reads the line with which the text ends so far, without its end and not empty: a
// field, or more of the last one.
func (s *fieldSection) add(text []byte, begin int, n *notes) error {
	line := text[begin:]
	if blank(line[0]) {
		return s.fold(text, line, n)
	}
	s.folding = false
	if len(s.spans) == maxFields {
		return malformed(httpclient.CodeTooManyFields, "", "more than %d fields", maxFields)
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 5", "a field line without a colon: %q", excerpt(line))
	}
	name := bytes.TrimRight(line[:colon], " \t")
	if !token(name) {
		return malformed(httpclient.CodeMalformed, "RFC 9110, section 5.1", "%q is not a field name", excerpt(name))
	}
	if len(name) < colon {
		n.add("white space before the colon of a field", "RFC 9112, section 5.1")
	}
	value := bytes.TrimLeft(line[colon+1:], " \t")
	from := len(text) - len(value)
	value = bytes.TrimRight(value, " \t")
	noteControls(value, n)
	s.spans = append(s.spans, span{
		name:  piece{int32(begin), int32(begin + len(name))},
		value: piece{int32(from), int32(from + len(value))},
	})
	return nil
}

// fold takes a line that goes on with the last field (obs-fold). The line break
// becomes a space (RFC 9112, section 5.2).
func (s *fieldSection) fold(text, line []byte, n *notes) error {
	if len(s.spans) == 0 {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 2.2", "white space before the first field")
	}
	n.add("a field is folded over several lines", "RFC 9112, section 5.2")
	last := &s.spans[len(s.spans)-1]
	if !s.folding {
		s.folding = true
		begin := len(s.folded)
		s.folded = append(s.folded, text[last.value.begin:last.value.end]...)
		last.folded, last.value.begin = true, int32(begin)
	}
	line = bytes.Trim(line, " \t")
	noteControls(line, n)
	if len(s.folded) > int(last.value.begin) && len(line) > 0 {
		s.folded = append(s.folded, ' ')
	}
	s.folded = append(s.folded, line...)
	last.value.end = int32(len(s.folded))
	return nil
}

func noteControls(value []byte, n *notes) {
	if bytes.ContainsFunc(value, control) {
		n.add("control characters in a field's value", "RFC 9110, section 5.5")
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// control says whether r is a control character other than HTAB.
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// Bytes that are the same in all places of a word.
const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones
)

// plainLength is how many bytes b begins with that are neither below SP nor DEL.
func plainLength(b []byte) int {
	n := 0
	for rest := b; len(rest) >= 32; rest = rest[32:] { // most of a long value
		if (controls(rest)|controls(rest[8:])|controls(rest[16:])|controls(rest[24:]))&highs != 0 {
			break
		}
		n += 32
	}
	for rest := b[n:]; len(rest) >= 8; rest = rest[8:] {
		if found := controls(rest) & highs; found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
		n += 8
	}
	for n < len(b) && b[n] >= ' ' && b[n] != 0x7f {
		n++
	}
	return n
}

// controls looks at eight bytes at a time: of the high bits of what it returns the lowest is
// that of the first byte below SP or equal to DEL. Taking n away from a byte below it borrows
// from its high bit; what that does to the bytes above is not looked at.
func controls(b []byte) uint64 {
	w := binary.LittleEndian.Uint64(b)
	del := w ^ 0x7f*ones
	return (w-' '*ones)&^w | (del-ones)&^del
}

// isToken says of which characters tokens are (RFC 9110, section 5.6.2).
var isToken = [256]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true, '-': true, '.': true,
	'^': true, '_': true, '`': true, '|': true, '~': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
}

// token says whether s is a token.
func token(s []byte) bool {
	return len(s) > 0 && !slices.ContainsFunc(s, func(c byte) bool { return !isToken[c] })
}
