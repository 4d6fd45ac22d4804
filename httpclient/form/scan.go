package form

import (
	"strings"
)

// A scanner reads what follows a name and = in an argument of -F.
type scanner struct{ rest string }

const space = " \t\r\n\v\f"

// part reads a value and what is said of it, up to the end or, where end is not 0, up to
// that character, which is left.
func (s *scanner) part(end byte) (*part, string, error) {
	p := &part{}
	s.rest = strings.TrimLeft(s.rest, space)
	value := s.word(end)
	typing := false // a type has begun, and what is not known belongs to it
	for strings.HasPrefix(s.rest, ";") {
		gap := len(s.rest)
		s.rest = strings.TrimLeft(s.rest[1:], space)
		blank := s.restBefore(gap)
		key, known := s.key(typing)
		if !known {
			text := s.raw(end)
			if typing {
				p.kind += ";" + blank + text
			}
			continue
		}
		if typing = key == "type="; typing {
			s.rest = strings.TrimLeft(s.rest, space)
			p.kind = s.raw(end)
		} else if err := s.say(p, key, end); err != nil {
			return nil, "", err
		}
	}
	p.kind = strings.TrimRight(p.kind, space)
	if strings.ContainsAny(p.kind, "\r\n\x00") {
		return nil, "", syntax("a media type cannot hold a line break")
	}
	return p, value, nil
}

// say reads what a key says of a part.
func (s *scanner) say(p *part, key string, end byte) (err error) {
	switch key {
	case "filename=":
		p.filename, p.hasFilename = s.word(end), true
	case "headers=":
		err = s.headers(p, end)
	case "encoder=":
		p.encoder, err = newEncoder(s.word(end))
	}
	return err
}

// restBefore is the white space that was passed over behind a semicolon, as much of it as
// a media type keeps before its parameters.
func (s *scanner) restBefore(length int) string {
	return strings.Repeat(" ", min(length-1-len(s.rest), 1))
}

// keys are what can be said of a value.
var keys = [...]string{"type=", "filename=", "headers=", "encoder="}

// key reads the name of what is said. A second type is a parameter of the first.
func (s *scanner) key(typing bool) (key string, known bool) {
	for _, k := range keys {
		if len(s.rest) >= len(k) && strings.EqualFold(s.rest[:len(k)], k) && !(typing && k == "type=") {
			s.rest = s.rest[len(k):]
			return k, true
		}
	}
	return "", false
}

// headers reads a field, or @FILE or <FILE with several.
func (s *scanner) headers(p *part, end byte) error {
	if s.rest == "" || s.rest[0] != '@' && s.rest[0] != '<' {
		p.headers = append(p.headers, s.word(end))
	} else {
		s.rest = s.rest[1:]
		lines, err := readHeaders(strings.TrimSpace(s.word(end)))
		if err != nil {
			return err
		}
		p.headers = append(p.headers, lines...)
	}
	for _, h := range p.headers {
		if strings.ContainsAny(h, "\r\n\x00") {
			return syntax("a field cannot hold a line break: %q", h)
		}
	}
	return nil
}

// word reads a word, which may be in quotes: a backslash in them keeps the meaning from a
// quote or backslash. What has no second quote is no quoted word.
func (s *scanner) word(end byte) string {
	if !strings.HasPrefix(s.rest, `"`) {
		return s.raw(end)
	}
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\\' && i+1 < len(s.rest) && (s.rest[i+1] == '\\' || s.rest[i+1] == '"'):
			i++
			b.WriteByte(s.rest[i])
		case c == '"':
			s.rest = s.rest[i+1:]
			s.raw(end) // nothing of what may stand behind it is meant
			return b.String()
		default:
			b.WriteByte(c)
		}
	}
	return s.raw(end)
}

// raw reads up to a semicolon or the end.
func (s *scanner) raw(end byte) string {
	i := strings.IndexFunc(s.rest, func(r rune) bool { return r == ';' || end != 0 && r == rune(end) })
	if i < 0 {
		i = len(s.rest)
	}
	word := s.rest[:i]
	s.rest = s.rest[i:]
	return word
}
