package h1

import (
	"bytes"
	"strings"

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

// A fieldSection reads the field lines of a head (RFC 9112, section 5) or of a trailer
// section (section 7.1.2). A folded value is put together once, at its end, so that
// many short lines cost no more than their bytes.
type fieldSection struct {
	fields  httpclient.Fields
	folding bool
	folded  []byte // the last field's value as far as it has come, while folding
}

// end returns the fields of the finished section.
func (s *fieldSection) end() httpclient.Fields {
	s.unfold()
	return s.fields
}

// add reads a line, which is not empty: a field, or more of the last one.
func (s *fieldSection) add(line []byte, n *notes) error {
	if line[0] == ' ' || line[0] == '\t' {
		return s.fold(line, n)
	}
	s.unfold()
	if len(s.fields) == maxFields {
		return malformed(httpclient.CodeHeadTooBig, "", "more than %d fields", maxFields)
	}
	name, value, ok := strings.Cut(string(line), ":")
	if !ok {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 5", "a field line without a colon: %q", excerpt(line))
	}
	if trimmed := strings.TrimRight(name, " \t"); trimmed != name {
		n.add("white space before the colon of a field", "RFC 9112, section 5.1")
		name = trimmed
	}
	if !token(name) {
		return malformed(httpclient.CodeMalformed, "RFC 9110, section 5.1", "%q is not a field name", excerpt([]byte(name)))
	}
	value = strings.Trim(value, " \t")
	noteControls(value, n)
	s.fields = append(s.fields, httpclient.Field{Name: name, Value: value})
	return nil
}

// fold takes a line that goes on with the last field (obs-fold). The line break
// becomes a space (RFC 9112, section 5.2).
func (s *fieldSection) fold(line []byte, n *notes) error {
	if len(s.fields) == 0 {
		return malformed(httpclient.CodeMalformed, "RFC 9112, section 2.2", "white space before the first field")
	}
	n.add("a field is folded over several lines", "RFC 9112, section 5.2")
	if !s.folding {
		s.folding = true
		s.folded = append(s.folded[:0], s.fields[len(s.fields)-1].Value...)
	}
	line = bytes.Trim(line, " \t")
	noteControls(string(line), n)
	if len(s.folded) > 0 && len(line) > 0 {
		s.folded = append(s.folded, ' ')
	}
	s.folded = append(s.folded, line...)
	return nil
}

func (s *fieldSection) unfold() {
	if s.folding {
		s.folding = false
		s.fields[len(s.fields)-1].Value = string(s.folded)
	}
}

func noteControls(value string, n *notes) {
	if strings.ContainsFunc(value, control) {
		n.add("control characters in a field's value", "RFC 9110, section 5.5")
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// control says whether r is a control character other than HTAB.
func control(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// token says whether s is a token (RFC 9110, section 5.6.2).
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digit(c) || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
