package tree

import (
	"fmt"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// The colour of failures, nearest to Okabe and Ito's in the 256-colour palette, and two
// weights.
const (
	vermillion = "38;5;166"
	boldface   = "1"
	quiet      = "2"
)

// A pen knows the glyphs and the colours.
type pen struct {
	color bool
	utf8  bool

	child, last, beside, below string // of the tree, equally wide
	good, bad, bogus           string // marks, at most markWidth wide
	ellipsis, micro, about     string
	line, head                 string // of arrows
}

// markWidth is the room for a mark at the end of a line.
const markWidth = 2

func newPen(o Options) pen {
	p := pen{color: o.Color, utf8: o.UTF8, bad: "!"}
	if o.UTF8 {
		p.child, p.last, p.beside, p.below = "├ ", "└ ", "│ ", "  "
		p.good, p.bogus = "✓", "✗"
		p.ellipsis, p.micro, p.about, p.line, p.head = "…", "µs", "±", "─", "→"
		return p
	}
	p.child, p.last, p.beside, p.below = "|- ", "`- ", "|  ", "   "
	p.good, p.bogus = "ok", "X"
	p.ellipsis, p.micro, p.about, p.line, p.head = "...", "us", "+-", "-", "->"
	return p
}

func (p pen) paint(code, s string) string {
	if !p.color || s == "" || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// text makes what a peer or a document says fit to be shown.
func (p pen) text(s string) string {
	s = term.Safe(s)
	if p.utf8 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, s)
}

// arrow is one with a word on it, from one link of a chain to the next.
func (p pen) arrow(word string) string { return p.line + word + p.head }

// A unit is how all times are written: in milliseconds, with so many decimals.
type unit struct{ decimals int }

// unitFor gives the longest reply three digits or a few more; how long a silent server
// was waited for does not count.
func unitFor(queries []trace.Query) unit {
	var longest trace.Time
	for i := range queries {
		if q := &queries[i]; q.Failure == "" {
			longest = max(longest, took(q))
		}
	}
	switch {
	case longest >= 10e6 || longest == 0:
		return unit{1}
	case longest >= 1e5:
		return unit{2}
	}
	return unit{3}
}

func (u unit) number(t trace.Time) string { return fmt.Sprintf("%.*f", u.decimals, float64(t)/1e6) }

func (v *view) time(t trace.Time) string { return v.unit.number(t) + " ms" }

// bare takes the final dot off a name, but not off the root's.
func bare(name string) string {
	if name == "." {
		return name
	}
	return strings.TrimSuffix(name, ".")
}

// cutPort parts a server's address from its port.
func cutPort(server string) (addr, port string) {
	i := strings.LastIndexByte(server, ':')
	if i < 0 {
		return server, ""
	}
	return strings.Trim(server[:i], "[]"), server[i+1:]
}

// parent is a name without its first label; the root's is the root. A dot after a
// backslash is part of a label (RFC 1035, section 5.1).
func parent(name string) string {
	for i := 0; i < len(name)-1; i++ {
		switch name[i] {
		case '\\':
			i++
		case '.':
			return name[i+1:]
		}
	}
	return "."
}

// isUnder reports whether a name is a zone's or below it.
func isUnder(name, zone string) bool {
	for {
		if strings.EqualFold(name, zone) {
			return true
		}
		if name == "." || name == "" {
			return false
		}
		name = parent(name)
	}
}
