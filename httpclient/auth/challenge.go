package auth

import (
	"errors"
	"strings"
)

// The limits of what a server may ask by. They are far beyond what any server needs, and
// keep small what is compared, hashed and sent back.
const (
	maxChallenges = 64
	maxParams     = 64
	// maxValue is the length of a parameter: a nonce can be an encrypted ticket.
	maxValue = 4096
)

// A Challenge asks for credentials by one scheme (RFC 9110, section 11.3).
type Challenge struct {
	// Scheme is as it was sent, to be compared without regard to case.
	Scheme string
	// Token is what some schemes have instead of parameters (token68).
	Token  string
	Params []Param
}

// A Param is a parameter of a challenge, its value without quotes.
type Param struct{ Name, Value string }

// Param returns the value of a parameter, the last one where it is repeated, and whether
// there is one.
func (c *Challenge) Param(name string) (string, bool) {
	for i := len(c.Params) - 1; i >= 0; i-- {
		if strings.EqualFold(c.Params[i].Name, name) {
			return c.Params[i].Value, true
		}
	}
	return "", false
}

// Why a field cannot be read.
var (
	ErrSyntax  = errors.New("malformed challenge (RFC 9110, section 11.6.1)")
	ErrTooMany = errors.New("too many challenges, or one that is too long")
)

// Parse reads the values of all WWW-Authenticate or Proxy-Authenticate fields (RFC 9110,
// section 11.6.1): several challenges may be in one field. Two things are taken that the
// grammar does not have, since servers send them: parameters without a comma between them,
// and any text but white space, commas and quotes as a value without quotes. The challenges
// before an error are returned with it; those of the fields behind it are read.
func Parse(fields []string) ([]Challenge, error) {
	var out []Challenge
	var first error
	for _, f := range fields {
		p := parser{rest: f, room: maxChallenges - len(out)}
		err := p.challenges()
		out = append(out, p.out...)
		if first == nil {
			first = err
		}
	}
	return out, first
}

// A parser reads one field.
type parser struct {
	rest string
	out  []Challenge
	room int
}

// challenges reads the whole field. One that is malformed, or followed by what is
// malformed, is dropped: it may not be what the server meant.
func (p *parser) challenges() error {
	for p.skip(" \t,"); p.rest != ""; p.skip(" \t,") {
		if p.room == len(p.out) {
			return ErrTooMany
		}
		c := Challenge{Scheme: p.token()}
		if c.Scheme == "" || p.rest != "" && !strings.ContainsRune(" \t,", rune(p.rest[0])) {
			return ErrSyntax
		}
		if err := p.params(&c); err != nil {
			return err
		}
		p.out = append(p.out, c)
	}
	return nil
}

// params reads what follows a scheme, up to the next one.
func (p *parser) params(c *Challenge) error {
	p.skip(" \t")
	if p.token68(c) {
		return nil
	}
	for {
		p.skip(" \t,")
		before := p.rest
		name := p.token()
		p.skip(" \t")
		if name == "" && p.rest != "" {
			return ErrSyntax
		}
		if p.rest == "" || p.rest[0] != '=' {
			p.rest = before // the next scheme, or the end
			return nil
		}
		p.rest = p.rest[1:]
		p.skip(" \t")
		value, err := p.value()
		if err != nil {
			return err
		}
		if len(c.Params) == maxParams {
			return ErrTooMany
		}
		c.Params = append(c.Params, Param{name, value})
	}
}

// token68 reads a token that stands alone behind a scheme (RFC 9110, section 11.2). One that
// is not followed by a comma or the end is left: it begins a parameter.
func (p *parser) token68(c *Challenge) bool {
	text := p.rest
	end := strings.IndexAny(text, " \t,")
	if end < 0 {
		end = len(text)
	}
	text = text[:end]
	bare := strings.TrimRight(text, "=")
	if bare == "" || strings.ContainsFunc(bare, func(r rune) bool { return !isToken68(r) }) || !p.endsAt(end) {
		return false
	}
	if len(text) > maxValue {
		return false
	}
	c.Token, p.rest = text, p.rest[end:]
	return true
}

// endsAt says whether a comma follows, or the end.
func (p *parser) endsAt(at int) bool {
	rest := strings.TrimLeft(p.rest[at:], " \t")
	return rest == "" || rest[0] == ','
}

func isToken68(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~+/", r)
}

// value reads a token or a quoted string.
func (p *parser) value() (string, error) {
	if p.rest != "" && p.rest[0] == '"' {
		return p.quoted()
	}
	end := strings.IndexAny(p.rest, " \t,")
	if end < 0 {
		end = len(p.rest)
	}
	value := p.rest[:end]
	if strings.Contains(value, `"`) {
		return "", ErrSyntax
	}
	if len(value) > maxValue {
		return "", ErrTooMany
	}
	p.rest = p.rest[end:]
	return value, nil
}

// quoted reads a quoted string (RFC 9110, section 5.6.4).
func (p *parser) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		c := p.rest[i]
		switch {
		case c == '"':
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case c == '\\':
			if i++; i == len(p.rest) {
				return "", ErrSyntax
			}
			c = p.rest[i]
		}
		if b.Len() == maxValue {
			return "", ErrTooMany
		}
		b.WriteByte(c)
	}
	return "", ErrSyntax
}

// token reads a token (RFC 9110, section 5.6.2), "" where there is none.
func (p *parser) token() string {
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
	if end < 0 {
		end = len(p.rest)
	}
	token := p.rest[:end]
	p.rest = p.rest[end:]
	return token
}

func (p *parser) skip(what string) { p.rest = strings.TrimLeft(p.rest, what) }
