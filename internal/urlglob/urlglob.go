// Package urlglob reads patterns of URLs, as curl has them, and says which URLs they stand
// for.
//
// A pattern has sets {one,two}, ranges of numbers [1-10], [001-100] and [0-100:5], and
// ranges of letters [a-z] and [a-z:2]. A name may begin any of them: {<size>big,small}. A
// backslash keeps a brace or bracket from being one, and what is an IPv6 address in brackets
// stays one.
//
// Its input is a word of the command line; its output is how many URLs there are, and each
// by its number, so that nothing is expanded before it is needed.
package urlglob

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Limits of a pattern, which are curl's.
const (
	// maxParts bounds the sets, the ranges and what stands between them.
	maxParts = 255
	// maxElements bounds the elements of a set.
	maxElements = 100000
	// maxName bounds a name.
	maxName = 64
)

// An Error is what is wrong with a pattern, and where.
type Error struct {
	Pattern string
	// Message says what, in curl's words.
	Message string
	// Column is of the character at which it was found out, from 1; 0 for the whole.
	Column int
}

func (e *Error) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%s: %s", e.Message, e.Pattern)
	}
	return fmt.Sprintf("%s in position %d: %s", e.Message, e.Column, e.Pattern)
}

// A Pattern is one that has been read.
type Pattern struct {
	parts []part
	count int64
}

// A part is a set, a range, or a text, which is a set of one.
type part struct {
	// number is which of the sets and ranges it is, from 1; 0 for a text.
	number int
	name   string // "" without
	set    []string
	// A range, where there is no set, goes from first by step, of size values.
	first, step, size int64
	width             int // of numbers that begin with zeros
	letters           bool
}

// Literal is the pattern that stands for a text alone, whatever is in it.
func Literal(text string) *Pattern {
	return &Pattern{parts: []part{{set: []string{text}}}, count: 1}
}

// Count says how many URLs there are.
func (p *Pattern) Count() int64 { return p.count }

// At returns the URL of that number, from 0. The last set or range changes first.
func (p *Pattern) At(n int64) string {
	values := make([]string, len(p.parts))
	for i := len(p.parts) - 1; i >= 0; i-- {
		size := p.parts[i].len()
		values[i] = p.parts[i].at(n % size)
		n /= size
	}
	return strings.Join(values, "")
}

// value is what a set or range has in the URL of that number.
func (p *Pattern) value(which *part, n int64) string {
	for i := len(p.parts) - 1; i >= 0; i-- {
		size := p.parts[i].len()
		if &p.parts[i] == which {
			return which.at(n % size)
		}
		n /= size
	}
	return ""
}

func (p *part) len() int64 {
	if p.set != nil {
		return int64(len(p.set))
	}
	return p.size
}

func (p *part) at(n int64) string {
	switch v := p.first + n*p.step; {
	case p.set != nil:
		return p.set[n]
	case p.letters:
		return string(rune(v))
	default:
		digits := strconv.FormatInt(v, 10)
		return strings.Repeat("0", max(p.width-len(digits), 0)) + digits
	}
}

// add adds a part.
func (p *Pattern) add(next part) (message string) {
	size := next.len()
	if len(p.parts) == maxParts {
		return "too many {} sets"
	}
	if p.count > math.MaxInt64/size {
		return "range overflow"
	}
	p.count *= size
	p.parts = append(p.parts, next)
	return ""
}

// A Choice is one of the URLs of a pattern.
type Choice struct {
	Pattern *Pattern // nil for none
	N       int64
}

// Fill puts into a file's name, for #1, what the first set or range has in that URL, and so
// on; and for #<name> what the one of that name has in any of the choices. Of numbers only
// the first choice has some, as with curl. What names none stays, but for a name: the error
// is an *Error then.
func Fill(file string, choices ...Choice) (string, error) {
	var b strings.Builder
	for i := 0; i < len(file); {
		value, used, found := reference(file[i:], choices)
		switch {
		case found:
			b.WriteString(value)
			i += used
		case used > 0:
			return "", &Error{Pattern: file, Message: "no glob exists with this name", Column: i + used}
		default:
			b.WriteByte(file[i])
			i++
		}
	}
	return b.String(), nil
}

// reference reads what s begins with, where that refers to a set or range; used is how long
// it is, more than 0 also for a name that nothing has.
func reference(s string, choices []Choice) (value string, used int, found bool) {
	if name, ok := nameIn(s, "#<"); ok {
		used = len(name) + len("#<>")
		for _, c := range choices {
			if part := c.find(func(p *part) bool { return p.name == name }); part != nil {
				return c.Pattern.value(part, c.N), used, true
			}
		}
		return "", used, false
	}
	if len(choices) == 0 || len(s) < 2 || s[0] != '#' {
		return "", 0, false
	}
	digits := s[1 : len(s)-len(strings.TrimLeft(s[1:], "0123456789"))]
	n, err := strconv.Atoi(digits)
	if part := choices[0].find(func(p *part) bool { return p.number == n }); err == nil && n > 0 && part != nil {
		return choices[0].Pattern.value(part, choices[0].N), 1 + len(digits), true
	}
	return "", 0, false
}

func (c Choice) find(is func(*part) bool) *part {
	if c.Pattern == nil {
		return nil
	}
	for i := range c.Pattern.parts {
		if is(&c.Pattern.parts[i]) {
			return &c.Pattern.parts[i]
		}
	}
	return nil
}

// nameIn is the name between begin and a closing angle bracket, where s begins with one.
func nameIn(s, begin string) (name string, ok bool) {
	rest, ok := strings.CutPrefix(s, begin)
	if !ok {
		return "", false
	}
	end := strings.IndexByte(rest, '>')
	if end < 1 || end > maxName {
		return "", false
	}
	return rest[:end], true
}
