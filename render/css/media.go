package css

import "strings"

// Media is what media queries are asked of: a screen of this size, in CSS pixels, with
// nothing preferred.
type Media struct{ Width, Height float64 }

// Matches evaluates a list of media queries (Media Queries 4, section 3). An empty one
// matches.
func (m Media) Matches(list string) bool {
	if strings.TrimSpace(list) == "" {
		return true
	}
	matches := false
	Split(list, func(q string) { matches = matches || m.query(q) == yes })
	return matches
}

// Container evaluates the condition of a @container rule, taking the page for the
// container (CSS Conditional Rules 5, section 7). Queries of styles are not known.
func (m Media) Container(prelude string) bool {
	c := m.condition(prelude)
	if at := c.s.pos; c.s.Skip().Kind != Ident || c.s.Peek().Kind == EOF || strings.HasPrefix(Lower(strings.TrimSpace(prelude)), "not") {
		c.s.pos = at
	}
	return c.all(0) == yes
}

func (m Media) condition(source string) condition {
	return condition{
		s:        Scanner{Source: source},
		leaf:     m.feature,
		function: func(string, string) truth { return unknown },
	}
}

// query evaluates one query: a type, with conditions behind it, or a condition.
func (m Media) query(q string) truth {
	c := m.condition(q)
	t := c.s.Skip()
	negated := false
	switch {
	case t.IsIdent("not") && startsType(c.s):
		negated = true
		t = c.s.Skip()
	case t.IsIdent("only"):
		t = c.s.Skip()
	}
	if t.Kind != Ident || t.IsIdent("not") {
		c.s.pos = 0
		return c.all(0)
	}
	found, valid := mediaType(Lower(t.Name))
	if next := c.s.Skip(); next.IsIdent("and") {
		rest, ok := c.joined(0, false)
		if !ok || c.s.Skip().Kind != EOF {
			return no
		}
		found = min(found, rest)
	} else if next.Kind != EOF {
		return no
	}
	if !valid {
		return no
	}
	if negated {
		return found.not()
	}
	return found
}

// startsType reports whether a type follows, and no condition.
func startsType(s Scanner) bool { return s.Skip().Kind == Ident }

// mediaType says whether a type is ours, and whether it may be one at all.
func mediaType(name string) (is truth, valid bool) {
	switch name {
	case "screen", "all":
		return yes, true
	case "and", "or", "not", "only", "layer":
		return no, false
	}
	return no, true
}

// feature evaluates what stands in brackets: a name, a name and a value, or a range.
func (m Media) feature(inner string) truth {
	s := Scanner{Source: inner}
	first := s.Skip()
	if first.Kind == Ident {
		name := Lower(first.Name)
		next := s.Skip()
		switch {
		case next.Kind == EOF:
			return m.boolean(name)
		case next.Is(':'):
			return m.plain(name, &s)
		case next.Is('<'), next.Is('>'), next.Is('='):
			return m.compare(name, operator(next, &s), &s, true)
		}
		return unknown
	}
	s.Seek(0)
	return m.reversed(&s)
}

// An order is a set of the ways in which a value may stand to the screen's.
type order uint8

const (
	less order = 1 << iota
	equal
	greater
)

// operator reads a comparison whose first character is given.
func operator(t Token, s *Scanner) order {
	var o order
	switch t.Char {
	case '<':
		o = less
	case '>':
		o = greater
	case '=':
		return equal
	}
	if s.at(0) == '=' {
		s.pos++
		o |= equal
	}
	return o
}

// mirrored is the order seen from the other side.
func (o order) mirrored() order { return o&equal | (o&less)<<2 | (o&greater)>>2 }

// reversed evaluates a range that starts with a value: 400px < width <= 700px.
func (m Media) reversed(s *Scanner) truth {
	v, ok := length(s)
	t := s.Skip()
	if !ok || t.Kind != Delim {
		return unknown
	}
	o := operator(t, s).mirrored()
	name := s.Skip()
	if name.Kind != Ident || o == 0 {
		return unknown
	}
	result := m.holds(Lower(name.Name), o, v)
	t = s.Skip()
	if t.Kind == EOF {
		return result
	}
	return min(result, m.compare(Lower(name.Name), operator(t, s), s, true))
}

// compare evaluates a comparison with the value that follows.
func (m Media) compare(name string, o order, s *Scanner, last bool) truth {
	v, ok := length(s)
	if !ok || o == 0 || last && s.Skip().Kind != EOF {
		return unknown
	}
	return m.holds(name, o, v)
}

// plain evaluates a name and a value: min- and max- are comparisons.
func (m Media) plain(name string, s *Scanner) truth {
	if rest, ok := strings.CutPrefix(name, "min-"); ok {
		return m.compare(rest, greater|equal, s, true)
	}
	if rest, ok := strings.CutPrefix(name, "max-"); ok {
		return m.compare(rest, less|equal, s, true)
	}
	if strings.HasPrefix(name, "-webkit-min-") || strings.HasPrefix(name, "-webkit-max-") {
		return m.plain(name[len("-webkit-"):], s)
	}
	if _, ok := m.measure(name); ok {
		return m.compare(name, equal, s, true)
	}
	if name == "orientation" {
		return known(s.Skip().IsIdent([]string{"landscape", "portrait"}[known(m.Height >= m.Width)/2]))
	}
	have, ok := keyword(name)
	t := s.Skip()
	if !ok || t.Kind != Ident && t.Kind != Number {
		return unknown
	}
	return known(t.Kind == Ident && EqualFold(t.Name, have))
}

// boolean evaluates a name alone: whether the screen has any of it.
func (m Media) boolean(name string) truth {
	if v, ok := m.measure(name); ok {
		return known(v != 0)
	}
	if name == "orientation" {
		return yes
	}
	have, ok := keyword(name)
	if !ok {
		return unknown
	}
	return known(have != "none" && have != "no-preference")
}

func (m Media) holds(name string, o order, v float64) truth {
	have, ok := m.measure(name)
	switch {
	case !ok:
		return unknown
	case have < v:
		return known(o&less != 0)
	case have > v:
		return known(o&greater != 0)
	}
	return known(o&equal != 0)
}

// measure returns what the screen has of a feature that is a number.
func (m Media) measure(name string) (float64, bool) {
	switch name {
	case "width", "device-width", "inline-size":
		return m.Width, true
	case "height", "device-height", "block-size":
		return m.Height, true
	case "aspect-ratio", "device-aspect-ratio":
		return m.Width / max(m.Height, 1), true
	case "resolution", "device-pixel-ratio", "horizontal-viewport-segments", "vertical-viewport-segments":
		return 1, true
	case "color":
		return 8, true
	case "monochrome", "color-index", "grid":
		return 0, true
	}
	return 0, false
}

// keyword returns what a browser on a desktop says of a feature that is a word when
// nothing was set; of scripts, that none run.
func keyword(name string) (string, bool) {
	switch name {
	case "scripting", "forced-colors", "inverted-colors":
		return "none", true
	case "prefers-reduced-motion", "prefers-reduced-transparency", "prefers-reduced-data", "prefers-contrast":
		return "no-preference", true
	case "prefers-color-scheme":
		return "light", true
	case "hover", "any-hover":
		return "hover", true
	case "pointer", "any-pointer":
		return "fine", true
	case "overflow-block", "overflow-inline":
		return "scroll", true
	case "color-gamut", "video-color-gamut":
		return "srgb", true
	case "dynamic-range", "video-dynamic-range":
		return "standard", true
	case "update":
		return "fast", true
	case "display-mode":
		return "browser", true
	case "scan":
		return "progressive", true
	case "shape":
		return "rect", true
	}
	return "", false
}

// length reads a value in CSS pixels, dots for each of them, or a ratio.
func length(s *Scanner) (float64, bool) {
	t := s.Skip()
	switch t.Kind {
	case Dimension:
		return scaled(t.Number, Lower(t.Name))
	case Function:
		return calculated(s, t, 0)
	case Number:
	default:
		return 0, false
	}
	at := s.pos
	if !s.Skip().Is('/') {
		s.pos = at
		return t.Number, true
	}
	below := s.Skip()
	if below.Kind != Number || below.Number == 0 {
		return 0, false
	}
	return t.Number / below.Number, true
}

// scaled turns a number of a unit into pixels (CSS Values 4, sections 6 and 7.4). Media
// queries take the initial font size for em.
func scaled(v float64, unit string) (float64, bool) {
	switch unit {
	case "px", "x", "dppx":
		return v, true
	case "em", "rem":
		return v * 16, true
	case "ex", "ch":
		return v * 8, true
	case "in":
		return v * 96, true
	case "cm":
		return v * 96 / 2.54, true
	case "mm":
		return v * 96 / 25.4, true
	case "pt":
		return v * 96 / 72, true
	case "pc":
		return v * 16, true
	case "dpi":
		return v / 96, true
	case "dpcm":
		return v * 2.54 / 96, true
	}
	return 0, false
}
