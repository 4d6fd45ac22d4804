package css

// A truth is what is known of a condition (Media Queries 4, section 3.1: Kleene's logic).
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func known(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) not() truth { return yes - t }

// A condition reads what "and", "or", "not" and brackets join. leaf reads what stands in
// the innermost brackets, without them, and function what a function is given.
type condition struct {
	s        Scanner
	leaf     func(inner string) truth
	function func(name, arguments string) truth
}

// all reads a condition up to the end of the source. What is no condition is unknown.
func (c *condition) all(depth int) truth {
	t, ok := c.joined(depth, true)
	if !ok || c.s.Skip().Kind != EOF {
		return unknown
	}
	return t
}

// joined reads terms with the same word between them; "or" only where it may be.
func (c *condition) joined(depth int, or bool) (truth, bool) {
	if depth > maxNesting {
		return unknown, false
	}
	if at := c.s.pos; c.s.Skip().IsIdent("not") {
		t, ok := c.term(depth)
		return t.not(), ok
	} else {
		c.s.pos = at
	}
	t, ok := c.term(depth)
	word := ""
	for ok {
		at := c.s.pos
		next := c.s.Skip()
		switch {
		case next.IsIdent("and") && word != "or":
			word = "and"
		case next.IsIdent("or") && word != "and" && or:
			word = "or"
		default:
			c.s.pos = at
			return t, true
		}
		var u truth
		u, ok = c.term(depth)
		if word == "and" {
			t = min(t, u)
		} else {
			t = max(t, u)
		}
	}
	return t, ok
}

// term reads one pair of brackets or one function.
func (c *condition) term(depth int) (truth, bool) {
	t := c.s.Skip()
	start := c.s.pos
	if !t.Is('(') && t.Kind != Function {
		return unknown, false
	}
	end, ok := c.s.close()
	inner := c.s.Source[start:end]
	switch {
	case !ok:
		return unknown, false
	case t.Kind == Function:
		return c.function(Lower(t.Name), inner), true
	case nests(inner):
		in := condition{s: Scanner{Source: inner}, leaf: c.leaf, function: c.function}
		return in.all(depth + 1), true
	}
	return c.leaf(inner), true
}

// nests reports whether what stands in brackets is a condition and no feature.
func nests(inner string) bool {
	s := Scanner{Source: inner}
	t := s.Skip()
	if t.IsIdent("not") {
		t = s.Skip()
		return t.Is('(') || t.Kind == Function
	}
	return t.Is('(') || t.Kind == Function && !isMath(t.Name)
}

func isMath(name string) bool {
	return EqualFold(name, "calc") || EqualFold(name, "max") || EqualFold(name, "min")
}

// close passes on behind the bracket that closes what was opened, and returns where it
// stands. What is not closed ends with the source, as everywhere in CSS.
func (s *Scanner) close() (end int, ok bool) {
	depth := 1
	for {
		t := s.Next()
		switch {
		case t.Kind == EOF:
			return len(s.Source), true
		case t.Kind == Function, t.Is('('), t.Is('['), t.Is('{'):
			depth++
		case t.Is(')'), t.Is(']'), t.Is('}'):
			depth--
		}
		if depth == 0 {
			return t.Start, t.Is(')')
		}
	}
}

// Split calls f with each part of a list between commas that stand in no brackets.
func Split(list string, f func(part string)) {
	s := Scanner{Source: list}
	start, depth := 0, 0
	for {
		t := s.Next()
		switch {
		case t.Kind == EOF:
			f(list[start:])
			return
		case t.Is(',') && depth == 0:
			f(list[start:t.Start])
			start = t.End
		case t.Kind == Function, t.Is('('), t.Is('['), t.Is('{'):
			depth++
		case t.Is(')'), t.Is(']'), t.Is('}'):
			depth = max(depth-1, 0)
		}
	}
}

// Supports evaluates the condition of a @supports rule (CSS Conditional Rules 3, section
// 6). declaration and selector tell what is supported.
func Supports(prelude string, declaration func(name, value string) bool, selector func(string) bool) bool {
	c := condition{s: Scanner{Source: prelude}}
	c.leaf = func(inner string) truth {
		s := Scanner{Source: inner}
		name := s.Skip()
		if name.Kind != Ident || !s.Skip().Is(':') {
			return no
		}
		value, _ := Important(s.Rest())
		return known(declaration(name.Name, value))
	}
	c.function = func(name, arguments string) truth {
		switch name {
		case "selector":
			return known(selector(arguments))
		case "font-tech", "font-format":
			return yes
		}
		return no
	}
	return c.all(0) == yes
}
