package render

import (
	"bytes"
)

// A tag is one start or end tag of the source.
type tag struct {
	name       []byte // as written
	start, end int
	closing    bool
	selfClosed bool
}

// tags finds the tags of a page without decoding them (HTML, section 13.2.5, in
// part). It agrees with the real tokenizer but for oddities in scripts and foreign
// elements; what rests on it must do without certainty.
type tags struct {
	data []byte
	at   int
	// foreign is set by the caller within SVG and MathML, where no element holds
	// raw text.
	foreign bool
}

// next returns the next tag.
func (s *tags) next() (tag, bool) {
	for s.at < len(s.data) {
		i := bytes.IndexByte(s.data[s.at:], '<')
		if i < 0 || s.at+i+1 >= len(s.data) {
			break
		}
		i += s.at
		switch c := s.data[i+1]; {
		case isLetter(c):
			return s.tag(i, i+1)
		case c == '/' && i+2 < len(s.data) && isLetter(s.data[i+2]):
			return s.tag(i, i+2)
		case c == '!' && bytes.HasPrefix(s.data[i:], []byte("<!--")):
			s.at = s.comment(i + 4)
		case c == '!', c == '?', c == '/':
			s.at = after(s.data, i+1, ">")
		default:
			s.at = i + 1
		}
	}
	s.at = len(s.data)
	return tag{}, false
}

// tag reads the tag at start, whose name begins at i.
func (s *tags) tag(start, i int) (tag, bool) {
	name := i
	for i < len(s.data) && !isNameEnd(s.data[i]) {
		i++
	}
	t := tag{name: s.data[name:i], start: start, closing: s.data[start+1] == '/'}
	t.end = s.attributes(i)
	if t.end == 0 {
		s.at = len(s.data)
		return tag{}, false
	}
	s.at = t.end
	t.selfClosed = s.data[t.end-2] == '/'
	if !t.closing && !s.foreign {
		s.raw(t.name)
	}
	return t, true
}

// attributes returns the offset after the tag whose attributes start at i, or 0
// where it does not end.
func (s *tags) attributes(i int) int {
	d := s.data
	for i < len(d) {
		switch c := d[i]; {
		case c == '>':
			return i + 1
		case isBlank(c) || c == '/':
			i++
			continue
		}
		for i++; i < len(d) && !isNameEnd(d[i]) && d[i] != '='; i++ {
		}
		i = skipBlank(d, i)
		if i < len(d) && d[i] == '=' {
			i = value(d, skipBlank(d, i+1))
		}
	}
	return 0
}

// value returns the offset after the value of an attribute.
func value(d []byte, i int) int {
	if i < len(d) && (d[i] == '"' || d[i] == '\'') {
		return after(d, i+1, string(d[i]))
	}
	for i < len(d) && !isBlank(d[i]) && d[i] != '>' {
		i++
	}
	return i
}

// raw skips the content of elements whose content is text (HTML, section 13.2.6.2).
func (s *tags) raw(name []byte) {
	if len(name) < 3 || len(name) > len("plaintext") {
		return
	}
	switch string(lower(name, make([]byte, 0, 16))) {
	case "plaintext":
		s.at = len(s.data)
	case "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes":
		s.at = endTag(s.data, s.at, name)
	}
}

// endTag returns the offset of the end tag with a name.
func endTag(d []byte, i int, name []byte) int {
	for i < len(d) {
		k := bytes.Index(d[i:], []byte("</"))
		if k < 0 {
			break
		}
		i += k
		n := i + 2 + len(name)
		if n < len(d) && isNameEnd(d[n]) && bytes.EqualFold(d[i+2:n], name) {
			return i
		}
		i += 2
	}
	return len(d)
}

// comment returns the offset after the comment whose text starts at i.
func (s *tags) comment(i int) int {
	switch d := s.data[i:]; {
	case bytes.HasPrefix(d, []byte(">")):
		return i + 1
	case bytes.HasPrefix(d, []byte("->")):
		return i + 2
	}
	for i < len(s.data) {
		k := bytes.Index(s.data[i:], []byte("--"))
		if k < 0 {
			break
		}
		i += k + 2
		switch d := s.data[i:]; {
		case bytes.HasPrefix(d, []byte(">")):
			return i + 1
		case bytes.HasPrefix(d, []byte("!>")):
			return i + 2
		}
		i--
	}
	return len(s.data)
}

// after returns the offset after the next sign from i on.
func after(d []byte, i int, sign string) int {
	k := bytes.IndexByte(d[min(i, len(d)):], sign[0])
	if k < 0 {
		return len(d)
	}
	return i + k + 1
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isBlank(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

func isNameEnd(c byte) bool { return isBlank(c) || c == '/' || c == '>' }

func skipBlank(d []byte, i int) int {
	for i < len(d) && isBlank(d[i]) {
		i++
	}
	return i
}

// lower appends a name in lower case.
func lower(name, to []byte) []byte {
	for _, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		to = append(to, c)
	}
	return to
}
