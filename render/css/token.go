package css

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Kind is what a token is (CSS Syntax 3, section 4).
type Kind uint8

// The kinds of tokens. Delim is any character that is none of the others, and the
// brackets.
const (
	EOF Kind = iota
	Ident
	Function // name and opening bracket
	AtKeyword
	Hash
	String
	BadString
	URL
	BadURL
	Delim
	Number
	Percentage
	Dimension
	Space
	CDO
	CDC
)

// A Token is one token of a stretch of source.
type Token struct {
	Kind Kind
	// Name is an identifier, the value of a string or a URL, or the unit of a dimension,
	// without escapes.
	Name string
	// ID says that a hash is an identifier.
	ID bool
	// Char is the character of a Delim.
	Char byte
	// Number is that of Number, Percentage and Dimension; Integer says that it was
	// written as one.
	Number  float64
	Integer bool
	// Start and End bound the token in the source.
	Start, End int
}

// Is reports whether a token is this character.
func (t Token) Is(c byte) bool { return t.Kind == Delim && t.Char == c }

// IsIdent reports whether a token is this name, in whatever case; name is lower case.
func (t Token) IsIdent(name string) bool { return t.Kind == Ident && EqualFold(t.Name, name) }

// A Scanner reads tokens. Comments are none.
type Scanner struct {
	Source string
	pos    int
}

// Pos returns where the next token starts.
func (s *Scanner) Pos() int { return s.pos }

// Seek goes to where a token started or ended.
func (s *Scanner) Seek(pos int) { s.pos = pos }

// Rest returns what has not been read.
func (s *Scanner) Rest() string { return s.Source[s.pos:] }

// Next returns the next token.
func (s *Scanner) Next() Token {
	s.comments()
	t := Token{Start: s.pos}
	s.token(&t)
	t.End = s.pos
	return t
}

// Skip returns the next token that is no white space.
func (s *Scanner) Skip() Token {
	t := s.Next()
	for t.Kind == Space {
		t = s.Next()
	}
	return t
}

// Peek returns the next token and leaves it there.
func (s *Scanner) Peek() Token {
	at := s.pos
	t := s.Next()
	s.pos = at
	return t
}

// at returns the byte n bytes on, or 0 behind the end; a NUL reads as the 0xFF that is no
// byte of UTF-8, so that the two differ.
func (s *Scanner) at(n int) byte {
	if s.pos+n >= len(s.Source) {
		return 0
	}
	if c := s.Source[s.pos+n]; c != 0 {
		return c
	}
	return 0xFF
}

func (s *Scanner) comments() {
	for strings.HasPrefix(s.Source[s.pos:], "/*") {
		s.pos = afterComment(s.Source, s.pos)
	}
}

// afterComment returns where the comment that starts at i ends.
func afterComment(src string, i int) int {
	if n := strings.Index(src[i+2:], "*/"); n >= 0 {
		return i + 2 + n + 2
	}
	return len(src)
}

// token reads one token (section 4.3.1).
func (s *Scanner) token(t *Token) {
	c := s.at(0)
	switch {
	case s.pos >= len(s.Source):
	case IsSpace(c):
		t.Kind = Space
		for IsSpace(s.at(0)) {
			s.pos++
		}
	case c == '"', c == '\'':
		s.text(t, c)
	case s.startsNumber():
		s.numeric(t)
	case s.startsName():
		s.identLike(t)
	case c == '#' && (isName(s.at(1)) && s.at(1) != 0 || s.escapes(1)):
		s.pos++
		t.Kind, t.ID = Hash, s.startsName()
		t.Name = s.name()
	case c == '@' && s.nameAt(1):
		s.pos++
		t.Kind, t.Name = AtKeyword, s.name()
	case strings.HasPrefix(s.Source[s.pos:], "<!--"):
		t.Kind = CDO
		s.pos += 4
	case strings.HasPrefix(s.Source[s.pos:], "-->"):
		t.Kind = CDC
		s.pos += 3
	default:
		t.Kind, t.Char = Delim, c
		s.pos++
	}
}

// escapes reports whether an escape starts n bytes on (section 4.3.8).
func (s *Scanner) escapes(n int) bool {
	if s.at(n) != '\\' {
		return false
	}
	c := s.at(n + 1)
	return c != '\n' && c != '\r' && c != '\f'
}

func (s *Scanner) startsName() bool { return s.nameAt(0) }

// nameAt reports whether an identifier starts n bytes on (section 4.3.9).
func (s *Scanner) nameAt(n int) bool {
	c := s.at(n)
	if c == '-' {
		c = s.at(n + 1)
		return c == '-' || c != 0 && isNameStart(c) || s.escapes(n+1)
	}
	return c != 0 && isNameStart(c) || s.escapes(n)
}

// startsNumber is section 4.3.10.
func (s *Scanner) startsNumber() bool {
	n := 0
	if c := s.at(0); c == '+' || c == '-' {
		n = 1
	}
	return isDigit(s.at(n)) || s.at(n) == '.' && isDigit(s.at(n+1))
}

// name reads a name, which is a part of the source where it has no escapes.
func (s *Scanner) name() string {
	start := s.pos
	for s.pos < len(s.Source) && isName(s.Source[s.pos]) && s.Source[s.pos] != 0 {
		s.pos++
	}
	if s.at(0) != '\\' && s.at(0) != 0xFF || s.pos >= len(s.Source) {
		return s.Source[start:s.pos]
	}
	var b strings.Builder
	b.WriteString(s.Source[start:s.pos])
	for s.pos < len(s.Source) {
		switch c := s.Source[s.pos]; {
		case c == 0:
			b.WriteRune(utf8.RuneError)
			s.pos++
		case isName(c):
			b.WriteByte(c)
			s.pos++
		case s.escapes(0):
			s.pos++
			s.escaped(&b)
		default:
			return b.String()
		}
	}
	return b.String()
}

// escaped reads what follows a backslash (section 4.3.7).
func (s *Scanner) escaped(b *strings.Builder) {
	n, v := 0, rune(0)
	for n < 6 && isHex(s.at(n)) {
		v = v<<4 | rune(hexValue(s.at(n)))
		n++
	}
	if n == 0 {
		r, size := utf8.DecodeRuneInString(s.Source[s.pos:])
		if r == 0 || size == 0 {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		s.pos += size
		return
	}
	s.pos += n
	if s.at(0) == '\r' && s.at(1) == '\n' {
		s.pos++
	}
	if IsSpace(s.at(0)) {
		s.pos++
	}
	if v == 0 || !utf8.ValidRune(v) {
		v = utf8.RuneError
	}
	b.WriteRune(v)
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= low(c) && low(c) <= 'f' }

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return low(c) - 'a' + 10
}

// text reads a string (section 4.3.5).
func (s *Scanner) text(t *Token, quote byte) {
	t.Kind = String
	s.pos++
	start := s.pos
	for s.pos < len(s.Source) {
		switch c := s.Source[s.pos]; c {
		case quote:
			t.Name = s.Source[start:s.pos]
			s.pos++
			return
		case '\n', '\r', '\f':
			t.Kind = BadString
			return
		case '\\', 0:
			s.pos = start
			s.escapedText(t, quote)
			return
		}
		s.pos++
	}
	t.Name = s.Source[start:]
}

// escapedText reads a string with escapes in it.
func (s *Scanner) escapedText(t *Token, quote byte) {
	var b strings.Builder
	for s.pos < len(s.Source) {
		c := s.Source[s.pos]
		s.pos++
		switch c {
		case quote:
			t.Name = b.String()
			return
		case '\n', '\r', '\f':
			s.pos--
			t.Kind = BadString
			return
		case 0:
			b.WriteRune(utf8.RuneError)
		case '\\':
			s.continued(&b)
		default:
			b.WriteByte(c)
		}
	}
	t.Name = b.String()
}

// continued reads what follows a backslash in a string: a line end there is none.
func (s *Scanner) continued(b *strings.Builder) {
	switch s.at(0) {
	case 0:
	case '\r':
		s.pos++
		if s.at(0) == '\n' {
			s.pos++
		}
	case '\n', '\f':
		s.pos++
	default:
		s.escaped(b)
	}
}

// identLike reads an identifier, a function or a URL (section 4.3.4).
func (s *Scanner) identLike(t *Token) {
	t.Kind, t.Name = Ident, s.name()
	if s.at(0) != '(' {
		return
	}
	s.pos++
	t.Kind = Function
	if EqualFold(t.Name, "url") {
		at := s.pos
		for IsSpace(s.at(0)) {
			s.pos++
		}
		if c := s.at(0); c == '"' || c == '\'' {
			s.pos = at
			return
		}
		s.url(t)
	}
}

// url reads an address without quotation marks. None is ever fetched, so that escapes in
// it stay and badly written ones are as good as others (section 4.3.6).
func (s *Scanner) url(t *Token) {
	start := s.pos
	s.pos = afterURL(s.Source, s.pos)
	t.Kind, t.Name = URL, strings.TrimRight(s.Source[start:max(start, s.pos-1)], " \t\r\n\f")
	if strings.ContainsAny(t.Name, "\"'( \t\r\n\f") {
		t.Kind = BadURL
	}
}

// afterURL returns where an address without quotation marks ends: behind the first
// bracket that no backslash stands before.
func afterURL(src string, i int) int {
	for {
		n := strings.IndexByte(src[i:], ')')
		if n < 0 {
			return len(src)
		}
		i += n + 1
		back := 0
		for k := i - 2; k >= 0 && src[k] == '\\'; k-- {
			back++
		}
		if back%2 == 0 {
			return i
		}
	}
}

// numeric reads a number with what follows it (sections 4.3.3 and 4.3.12).
func (s *Scanner) numeric(t *Token) {
	start := s.pos
	t.Integer = true
	if c := s.at(0); c == '+' || c == '-' {
		s.pos++
	}
	s.digits()
	if s.at(0) == '.' && isDigit(s.at(1)) {
		t.Integer = false
		s.pos++
		s.digits()
	}
	n := 1
	if c := s.at(1); c == '+' || c == '-' {
		n = 2
	}
	if low(s.at(0)) == 'e' && isDigit(s.at(n)) {
		t.Integer = false
		s.pos += n
		s.digits()
	}
	t.Number, _ = strconv.ParseFloat(s.Source[start:s.pos], 64)
	switch {
	case s.startsName():
		t.Kind, t.Name = Dimension, s.name()
	case s.at(0) == '%':
		t.Kind = Percentage
		s.pos++
	default:
		t.Kind = Number
	}
}

func (s *Scanner) digits() {
	for isDigit(s.at(0)) {
		s.pos++
	}
}
