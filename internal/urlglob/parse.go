package urlglob

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Parse reads a pattern. The error is an *Error.
func Parse(s string) (*Pattern, error) {
	r := &reader{s: s, p: &Pattern{count: 1}}
	for !r.failed() && r.at < len(r.s) {
		if text := r.text(); text != "" && !r.failed() {
			r.add(part{set: []string{text}})
		}
		if !r.failed() && r.at < len(r.s) {
			r.glob()
		}
	}
	if r.failed() {
		return nil, r.err
	}
	return r.p, nil
}

// A reader reads a pattern from its begin.
type reader struct {
	s       string
	at      int
	p       *Pattern
	numbers int
	err     *Error
}

func (r *reader) failed() bool { return r.err != nil }

// fail ends the reading where it has come to.
func (r *reader) fail(message string) {
	r.err = &Error{Pattern: r.s, Message: message, Column: r.at + 1}
}

func (r *reader) add(next part) {
	if message := r.p.add(next); message != "" {
		r.fail(message)
		r.err.Column = 0
	}
}

// peek is the byte that is next, 0 at the end.
func (r *reader) peek() byte {
	if r.at == len(r.s) {
		return 0
	}
	return r.s[r.at]
}

// text reads up to a set or a range.
func (r *reader) text() string {
	var b strings.Builder
	for r.at < len(r.s) {
		switch c := r.s[r.at]; c {
		case '{':
			return b.String()
		case '[':
			n := bracketed(r.s[r.at:])
			if n == 0 {
				return b.String()
			}
			b.WriteString(r.s[r.at : r.at+n])
			r.at += n
			continue
		case '}', ']':
			r.fail("unmatched close brace/bracket")
			return ""
		case '\\':
			if r.at+1 < len(r.s) && strings.IndexByte("{[}]", r.s[r.at+1]) >= 0 {
				r.at++
			}
		}
		b.WriteByte(r.s[r.at])
		r.at++
	}
	return b.String()
}

// bracketed is how long the IPv6 address in brackets is, or the empty brackets, that s
// begins with; 0 where there are none.
func bracketed(s string) int {
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return 0
	}
	addr, _, _ := strings.Cut(s[1:end], "%") // the zone may be percent-encoded
	if parsed, err := netip.ParseAddr(addr); end > 1 && (err != nil || !parsed.Is6()) {
		return 0
	}
	return end + 1
}

// glob reads a set or a range.
func (r *reader) glob() {
	set := r.s[r.at] == '{'
	r.at++
	r.numbers++
	name, named := nameIn(r.s[r.at:], "<")
	if named {
		r.at += len(name) + len("<>")
		if (Choice{Pattern: r.p}).find(func(p *part) bool { return p.name == name }) != nil {
			r.fail("Duplicate glob name")
			return
		}
	}
	var next part
	if set {
		next = r.set()
	} else {
		next = r.span()
	}
	if !r.failed() {
		next.number, next.name = r.numbers, name
		r.add(next)
	}
}

// set reads the elements of a set and the brace behind them.
func (r *reader) set() (out part) {
	begin := r.at
	var b strings.Builder
	for {
		switch c := r.peek(); c {
		case 0:
			if r.at == len(r.s) {
				r.fail("unmatched brace")
				return part{}
			}
			b.WriteByte(c)
		case '{', '[':
			r.fail("nested brace")
			return part{}
		case ']':
			r.fail("unexpected close bracket")
			return part{}
		case '}', ',':
			if c == '}' && r.at == begin {
				r.fail("empty string within braces")
				return part{}
			}
			if len(out.set) == maxElements {
				r.fail("range overflow")
				return part{}
			}
			out.set = append(out.set, b.String())
			b.Reset()
			if c == '}' {
				r.at++
				return out
			}
		case '\\':
			if r.at+1 < len(r.s) {
				r.at++
			}
			b.WriteByte(r.s[r.at])
		default:
			b.WriteByte(c)
		}
		r.at++
	}
}

// span reads a range and the bracket behind it.
func (r *reader) span() part {
	switch c := r.peek(); {
	case c|0x20 >= 'a' && c|0x20 <= 'z':
		return r.letters()
	case c >= '0' && c <= '9':
		return r.digits()
	}
	r.fail("bad range specification")
	return part{}
}

// maxLetters is how far apart the letters of a range may be.
const maxLetters = 'z' - 'a'

// letters reads a range of them.
func (r *reader) letters() part {
	first, last, step := int64(r.peek()), int64(0), int64(0)
	rest := r.s[r.at+1:]
	if len(rest) > 2 && rest[0] == '-' {
		last = int64(rest[1])
		r.at += 3
		step = r.step(math.MaxUint8)
	}
	if !sound(first, last, step) || last-first > maxLetters {
		r.fail("bad range")
		return part{}
	}
	return part{first: first, step: step, size: (last-first)/step + 1, letters: true}
}

// digits reads a range of numbers.
func (r *reader) digits() part {
	width := 0
	if r.peek() == '0' {
		width = len(r.s[r.at:]) - len(strings.TrimLeft(r.s[r.at:], "0123456789"))
	}
	first, ok := r.number()
	last, step := int64(0), int64(0)
	if ok && r.peek() == '-' {
		r.at++
		for r.peek() == ' ' || r.peek() == '\t' {
			r.at++
		}
		if last, ok = r.number(); ok {
			step = r.step(math.MaxInt64)
		}
	}
	switch {
	case !sound(first, last, step):
		r.fail("bad range")
		return part{}
	case math.MaxInt64-step < last:
		r.fail("range end/step overflow")
		return part{}
	}
	return part{first: first, step: step, size: (last-first)/step + 1, width: width}
}

// sound says whether a range has a value, and more than one where it has a step.
func sound(first, last, step int64) bool {
	if first == last {
		return step == 1
	}
	return step > 0 && first < last && step <= last-first
}

// step reads what is behind a range: its end, with the step before it where there is one; 0
// for anything else.
func (r *reader) step(most int64) int64 {
	n := int64(1)
	if r.peek() == ':' {
		r.at++
		var ok bool
		if n, ok = r.number(); !ok || n > most {
			return 0
		}
	}
	if r.peek() != ']' {
		return 0
	}
	r.at++
	return n
}

// number reads digits.
func (r *reader) number() (n int64, ok bool) {
	rest := strings.TrimLeft(r.s[r.at:], "0123456789")
	digits := r.s[r.at : len(r.s)-len(rest)]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, false
	}
	r.at += len(digits)
	return n, true
}
