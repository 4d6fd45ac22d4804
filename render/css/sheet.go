package css

import "strings"

// A Visitor is told what a style sheet holds, in its order. The texts are parts of the
// source.
type Visitor interface {
	// Begin starts a rule that has a block. at is the name of an at-rule in lower case,
	// or "" for a rule of style, whose selectors are the prelude. It returns whether the
	// block is of interest; only then there is an End.
	Begin(at, prelude string) bool
	End()
	// Declaration is one of the innermost block, with what the name and the colon are
	// followed by.
	Declaration(name, value string)
	// Statement is an at-rule without a block.
	Statement(at, prelude string)
}

// Walk tells v of the rules in a sheet (CSS Syntax 3, section 5.5.3).
func Walk(source string, v Visitor) {
	p := parser{src: source, v: v}
	for p.blank(); p.i < len(p.src); p.blank() {
		switch {
		case strings.HasPrefix(p.src[p.i:], "<!--"):
			p.i += 4
		case strings.HasPrefix(p.src[p.i:], "-->"):
			p.i += 3
		case p.src[p.i] == '@':
			p.atRule(0)
		default:
			start := p.i
			if p.until(opens) == '{' {
				p.block("", start, 0)
			}
		}
	}
}

// WalkBlock tells v of the declarations in a block without its braces, as a style
// attribute has them (CSS Style Attributes, section 3).
func WalkBlock(source string, v Visitor) {
	p := parser{src: source, v: v}
	p.contents(0)
}

// A parser passes over a sheet once: what it has passed it never looks at again.
type parser struct {
	src   string
	i     int
	v     Visitor
	stack []byte // the closing brackets that are waited for
}

// A class says what a byte of the source can mean between tokens.
type class uint8

const (
	other  class = 1 << iota // strings, brackets, escapes, comments
	ends                     // ;
	opens                    // {
	closes                   // }
)

var classes = [256]class{
	'"': other, '\'': other, '\\': other, '/': other,
	'(': other, '[': other, ';': ends, '{': opens, '}': closes,
}

// until passes on to one of the bytes that end what is read, or to the end: it returns
// the byte, or 0.
func (p *parser) until(stops class) byte {
	for p.i < len(p.src) {
		c := p.src[p.i]
		switch k := classes[c]; {
		case k == 0:
			p.i++
		case k&stops != 0:
			return c
		default:
			p.pass(c)
		}
	}
	return 0
}

// pass goes behind what starts with one of the classified bytes.
func (p *parser) pass(c byte) {
	switch c {
	case '"', '\'':
		p.text(c)
	case '\\':
		p.i = min(p.i+2, len(p.src))
	case '/':
		if p.i+1 < len(p.src) && p.src[p.i+1] == '*' {
			p.i = afterComment(p.src, p.i)
			return
		}
		p.i++
	case '(', '[', '{':
		p.brackets()
	default:
		p.i++
	}
}

// text passes a string, or what is one up to the end of its line.
func (p *parser) text(quote byte) {
	for p.i++; p.i < len(p.src); p.i++ {
		switch p.src[p.i] {
		case quote:
			p.i++
			return
		case '\n', '\r', '\f':
			return
		case '\\':
			if p.i++; strings.HasPrefix(p.src[min(p.i, len(p.src)):], "\r\n") {
				p.i++
			}
		}
	}
	p.i = len(p.src)
}

// brackets passes an opening bracket and all to the one that closes it. One of another
// kind closes nothing (section 5.5.8).
func (p *parser) brackets() {
	p.stack = p.stack[:0]
	for p.i < len(p.src) {
		switch c := p.src[p.i]; c {
		case '(':
			if p.url() {
				break
			}
			p.open(')')
		case '[':
			p.open(']')
		case '{':
			p.open('}')
		case ')', ']', '}':
			p.i++
			if n := len(p.stack); p.stack[n-1] == c {
				p.stack = p.stack[:n-1]
			}
		case '"', '\'', '\\', '/':
			p.pass(c)
		default:
			p.i++
		}
		if len(p.stack) == 0 {
			return
		}
	}
}

func (p *parser) open(closer byte) {
	p.i++
	p.stack = append(p.stack, closer)
}

// url passes an address without quotation marks, whose bytes mean nothing else. Fonts
// and pictures of a megabyte are written that way.
func (p *parser) url() bool {
	if p.i < 3 || !EqualFold(p.src[p.i-3:p.i], "url") || p.i > 3 && isName(p.src[p.i-4]) {
		return false
	}
	k := p.i + 1
	for k < len(p.src) && IsSpace(p.src[k]) {
		k++
	}
	if k < len(p.src) && (p.src[k] == '"' || p.src[k] == '\'') {
		return false
	}
	p.i = afterURL(p.src, k)
	return true
}

// blank passes white space and comments.
func (p *parser) blank() {
	for p.i < len(p.src) {
		switch {
		case IsSpace(p.src[p.i]):
			p.i++
		case strings.HasPrefix(p.src[p.i:], "/*"):
			p.i = afterComment(p.src, p.i)
		default:
			return
		}
	}
}

// atRule reads a rule that starts with @ (section 5.5.4).
func (p *parser) atRule(depth int) {
	s := Scanner{Source: p.src, pos: p.i}
	t := s.Next()
	p.i = s.pos
	if t.Kind != AtKeyword {
		t.Name = "@" // a rule of no name, which is dropped with its block
	}
	stops := ends | opens
	if depth > 0 {
		stops |= closes
	}
	start := p.i
	switch p.until(stops) {
	case '{':
		p.block(Lower(t.Name), start, depth)
	default:
		p.v.Statement(Lower(t.Name), strings.TrimSpace(p.src[start:p.i]))
		if p.i < len(p.src) && p.src[p.i] == ';' {
			p.i++
		}
	}
}

// block reads a block, whose prelude began at start.
func (p *parser) block(at string, start, depth int) {
	prelude := strings.TrimSpace(p.src[start:p.i])
	if depth >= maxNesting || !p.v.Begin(at, prelude) {
		p.brackets()
		return
	}
	p.i++
	p.contents(depth + 1)
	if p.i < len(p.src) {
		p.i++
	}
	p.v.End()
}

// contents reads declarations and rules up to the brace that closes them (section
// 5.5.5). At depth 0 there is none.
func (p *parser) contents(depth int) {
	for p.blank(); p.i < len(p.src); p.blank() {
		switch c := p.src[p.i]; {
		case c == '}':
			if depth > 0 {
				return
			}
			p.i++
		case c == ';':
			p.i++
		case c == '@':
			p.atRule(max(depth, 1))
		default:
			p.item(depth)
		}
	}
}

// item reads a declaration or a rule in a block. What an opening brace comes up in is a
// rule, but for custom properties, whose values can have braces.
func (p *parser) item(depth int) {
	start := p.i
	stops := ends | opens
	if depth > 0 {
		stops |= closes
	}
	if strings.HasPrefix(p.src[start:], "--") {
		if n := p.colon(start); n > 0 && p.src[n-1] == ':' {
			stops &^= opens
		}
	}
	if p.until(stops) == '{' {
		p.block("", start, max(depth, 1))
		return
	}
	p.declaration(start)
}

// declaration tells of what stands between start and here, if it is a declaration.
func (p *parser) declaration(start int) {
	s := Scanner{Source: p.src[:p.i], pos: start}
	if c := p.src[start]; !isNameStart(c) && c != '-' && c != '\\' {
		return
	}
	name := s.name()
	for s.comments(); IsSpace(s.at(0)); s.comments() {
		s.pos++
	}
	if name != "" && s.at(0) == ':' {
		p.v.Declaration(name, p.src[s.pos+1:p.i])
	}
}

// colon returns where what follows a name starts, behind white space and one character,
// or 0.
func (p *parser) colon(start int) int {
	s := Scanner{Source: p.src, pos: start}
	s.name()
	if t := s.Skip(); t.Kind == Delim {
		return t.End
	}
	return 0
}

// Important splits off the "!important" at the end of a declaration's value.
func Important(value string) (string, bool) {
	value = strings.TrimRight(value, " \t\r\n\f")
	if len(value) < len("!important") || !EqualFold(value[len(value)-len("important"):], "important") {
		return withoutComment(value)
	}
	rest := strings.TrimRight(value[:len(value)-len("important")], " \t\r\n\f")
	if rest == "" || rest[len(rest)-1] != '!' {
		return value, false
	}
	return strings.TrimSpace(rest[:len(rest)-1]), true
}

// withoutComment is the seldom case of an important that comments surround.
func withoutComment(value string) (string, bool) {
	i := strings.LastIndexByte(value, '!')
	if i < 0 || !strings.Contains(value[i:], "*/") {
		return strings.TrimSpace(value), false
	}
	s := Scanner{Source: value, pos: i + 1}
	if s.Skip().IsIdent("important") && s.Skip().Kind == EOF {
		return strings.TrimSpace(value[:i]), true
	}
	return strings.TrimSpace(value), false
}
