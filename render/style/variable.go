package style

import (
	"strings"

	"fetchscope/render/css"
)

// Limits of custom properties (CSS Custom Properties 1).
const (
	// maxExpansion bounds a value with all var() in it replaced, in bytes. Each that
	// names another twice doubles the length: what has grown beyond is not valid
	// (section 3.3). The values that matter here are words.
	maxExpansion = 1024
	// maxReferences bounds properties that name each other in a row.
	maxReferences = 32
	// maxCustom bounds the names of custom properties of a page.
	maxCustom = 1 << 14
)

// A scope is the custom properties that one element sets. What it does not set is in the
// scope around.
type scope struct {
	around *scope
	values map[int]*customValue
}

// A customValue is the value of a custom property: as written, and as it came out where
// it was set.
type customValue struct {
	raw      string
	text     string
	state    customState
	fallback bool // the value of the scope around is the one: unset, inherit
}

// A customState is how far the value has been found out.
type customState uint8

const (
	unread customState = iota
	reading
	valid
	invalid
)

// hasVariable reports whether a value names custom properties.
func hasVariable(value string) bool {
	for i := 0; i+4 <= len(value); i++ {
		k := strings.IndexByte(value[i:], '(')
		if k < 0 {
			return false
		}
		i += k
		if i >= 3 && css.EqualFold(value[i-3:i], "var") {
			return true
		}
	}
	return false
}

// names are the custom properties of a page, by number.
type names struct {
	numbers map[string]int
	values  [][]string // what each is set to where that names others
	needed  []bool
}

// number returns that of a name, or -1 where there are too many.
func (n *names) number(name string) int {
	if i, ok := n.numbers[name]; ok {
		return i
	}
	if n.numbers == nil {
		n.numbers = map[string]int{}
	}
	if len(n.values) >= maxCustom {
		return -1
	}
	i := len(n.values)
	n.numbers[name] = i
	n.values = append(n.values, nil)
	n.needed = append(n.needed, false)
	return i
}

// need notes that the properties in a value matter, and those in theirs.
func (n *names) need(value string) {
	pending := []string{value}
	for len(pending) > 0 {
		v := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		references(v, func(name string) {
			if i := n.number(name); i >= 0 && !n.needed[i] {
				n.needed[i] = true
				pending = append(pending, n.values[i]...)
			}
		})
	}
}

// references calls f with each name that a value asks for.
func references(value string, f func(name string)) {
	s := css.Scanner{Source: value}
	for t := s.Next(); t.Kind != css.EOF; t = s.Next() {
		if t.Kind == css.Function && css.EqualFold(t.Name, "var") {
			if name := s.Skip(); name.Kind == css.Ident {
				f(name.Name)
			}
		}
	}
}

// An expander replaces var() by what the properties are.
type expander struct {
	names *names
	depth int
}

// expand returns a value with the properties of a scope in it.
func (e *expander) expand(value string, in *scope) (string, bool) {
	var b strings.Builder
	s := css.Scanner{Source: value}
	for {
		t := s.Next()
		switch {
		case t.Kind == css.EOF:
			return strings.TrimSpace(b.String()), b.Len() <= maxExpansion
		case t.Kind == css.Function && css.EqualFold(t.Name, "var"):
			text, ok := e.reference(&s, in)
			if !ok {
				return "", false
			}
			b.WriteString(text)
		default:
			b.WriteString(value[t.Start:t.End])
		}
		if b.Len() > maxExpansion {
			return "", false
		}
	}
}

// reference reads a var() behind its bracket: the name, and what stands in for it.
func (e *expander) reference(s *css.Scanner, in *scope) (string, bool) {
	name := s.Skip()
	comma := s.Skip()
	start := comma.End
	end := behind(s, comma)
	if name.Kind != css.Ident {
		return "", false
	}
	if i, ok := e.names.numbers[name.Name]; ok {
		if text, ok := e.value(i, in); ok {
			return text, true
		}
	}
	if !comma.Is(',') || e.depth >= maxReferences {
		return "", false
	}
	e.depth++
	defer func() { e.depth-- }()
	return e.expand(s.Source[start:max(start, end)], in)
}

// behind passes on behind the bracket that closes a function, of which t has been read,
// and returns where it stands.
func behind(s *css.Scanner, t css.Token) int {
	depth := 1
	for {
		switch {
		case t.Kind == css.EOF:
			return t.Start
		case t.Kind == css.Function, t.Is('('), t.Is('['), t.Is('{'):
			depth++
		case t.Is(')'), t.Is(']'), t.Is('}'):
			depth--
		}
		if depth == 0 {
			return t.Start
		}
		t = s.Next()
	}
}

// value returns that of a property, found out in the scope that sets it. One that is in
// the middle of being found out is a cycle (section 2.3).
func (e *expander) value(i int, in *scope) (string, bool) {
	for ; in != nil; in = in.around {
		v := in.values[i]
		if v == nil || v.fallback {
			continue
		}
		if v.state == unread {
			v.state = reading
			e.find(v, in)
		}
		if v.state != valid {
			v.state = invalid
		}
		return v.text, v.state == valid
	}
	return "", false
}

func (e *expander) find(v *customValue, in *scope) {
	if !hasVariable(v.raw) {
		v.text, v.state = v.raw, valid
		return
	}
	if e.depth >= maxReferences {
		v.state = invalid
		return
	}
	e.depth++
	text, ok := e.expand(v.raw, in)
	e.depth--
	if ok && v.state == reading {
		v.text, v.state = text, valid
		return
	}
	v.state = invalid
}
