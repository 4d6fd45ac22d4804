package style

import (
	"fetchscope/render/css"
)

// A Content is what a pseudo-element says.
type Content struct{ Items []Item }

// An ItemKind is what a piece of content is.
type ItemKind uint8

// The kinds of pieces. Pictures are left out.
const (
	Literal   ItemKind = iota // Text
	Attribute                 // the value of the attribute Text, or Otherwise
	Counter                   // the counter Text in the style Marker
	Nested                    // all counters of that name, with Otherwise between them
	OpenQuote
	CloseQuote
	OpenSilent // counts as a quotation mark and is not written
	CloseSilent
)

// An Item is one piece of content.
type Item struct {
	Kind      ItemKind
	Text      string
	Otherwise string
	Marker    Marker
}

// Quotes are pairs of quotation marks, the outermost first. None: nothing is written.
type Quotes struct{ Marks []string }

// Counters are what an element does to counters: first it resets some, then it increments
// some, then it sets some. Nil is none of them.
type Counters struct{ Reset, Increment, Set *[]Count }

// A Count is a counter and a number.
type Count struct {
	Name  string
	Value int
}

// Limits of what one declaration says. Beyond them it is not valid.
const (
	maxItems  = 64
	maxCounts = 64
)

// parseContent reads the value of content (CSS Content 3, section 1). Alternative texts
// behind a slash are for pictures, and for letters of fonts that draw pictures.
func parseContent(value string) (*Content, bool) {
	s := css.Scanner{Source: value}
	c := &Content{}
	for t := s.Skip(); t.Kind != css.EOF && !t.Is('/'); t = s.Skip() {
		i, ok := item(&s, t)
		if !ok || len(c.Items) == maxItems {
			return nil, false
		}
		if i != (Item{}) {
			c.Items = append(c.Items, i)
		}
	}
	return c, true
}

// item reads one piece that starts with t; none is a picture.
func item(s *css.Scanner, t css.Token) (Item, bool) {
	switch t.Kind {
	case css.String:
		return Item{Text: t.Name}, true
	case css.URL:
		return Item{}, true
	case css.Ident:
		switch css.Lower(t.Name) {
		case "open-quote":
			return Item{Kind: OpenQuote}, true
		case "close-quote":
			return Item{Kind: CloseQuote}, true
		case "no-open-quote":
			return Item{Kind: OpenSilent}, true
		case "no-close-quote":
			return Item{Kind: CloseSilent}, true
		}
	case css.Function:
		return function(s, css.Lower(t.Name))
	}
	return Item{}, false
}

func function(s *css.Scanner, name string) (Item, bool) {
	switch name {
	case "attr":
		return attrItem(s)
	case "counter", "counters":
		return counterItem(s, name == "counters")
	}
	depth := 1 // pictures: url("…"), image-set(), gradients
	for depth > 0 {
		switch t := s.Next(); {
		case t.Kind == css.EOF:
			depth = 0
		case t.Kind == css.Function, t.Is('('):
			depth++
		case t.Is(')'):
			depth--
		}
	}
	return Item{}, name == "url" || name == "image-set" || name == "-webkit-image-set" || isGradient(name)
}

func isGradient(name string) bool {
	const suffix = "gradient"
	return len(name) >= len(suffix) && name[len(name)-len(suffix):] == suffix
}

// attrItem reads attr() behind its bracket: a name, perhaps a type, perhaps a fallback.
func attrItem(s *css.Scanner) (Item, bool) {
	t := s.Skip()
	i := Item{Kind: Attribute, Text: css.Lower(t.Name)}
	if t.Kind != css.Ident {
		return Item{}, false
	}
	for t = s.Skip(); t.Kind == css.Ident || t.Is('%'); t = s.Skip() {
	}
	if t.Is(',') {
		if t = s.Skip(); t.Kind == css.String {
			i.Otherwise = t.Name
			t = s.Skip()
		}
	}
	return i, t.Is(')') || t.Kind == css.EOF
}

// counterItem reads counter() or counters() behind its bracket.
func counterItem(s *css.Scanner, nested bool) (Item, bool) {
	t := s.Skip()
	i := Item{Kind: Counter, Text: t.Name, Marker: Decimal}
	if t.Kind != css.Ident {
		return Item{}, false
	}
	t = s.Skip()
	if nested {
		i.Kind = Nested
		sep := s.Skip()
		if !t.Is(',') || sep.Kind != css.String {
			return Item{}, false
		}
		i.Otherwise = sep.Name
		t = s.Skip()
	}
	if t.Is(',') {
		t = s.Skip()
		if t.Kind != css.Ident {
			return Item{}, false
		}
		i.Marker = markerOf(t.Name)
		t = s.Skip()
	}
	return i, t.Is(')') || t.Kind == css.EOF
}

// parseQuotes reads the value of quotes: pairs of strings.
func parseQuotes(value string) (*Quotes, bool) {
	s := css.Scanner{Source: value}
	q := &Quotes{}
	for t := s.Skip(); t.Kind != css.EOF; t = s.Skip() {
		if t.Kind != css.String || len(q.Marks) == maxItems {
			return nil, false
		}
		q.Marks = append(q.Marks, t.Name)
	}
	return q, len(q.Marks) > 0 && len(q.Marks)%2 == 0
}

// parseCounts reads the value of counter-reset and its like.
func parseCounts(value string, otherwise int) (*[]Count, bool) {
	s := css.Scanner{Source: value}
	list := []Count{}
	t := s.Skip()
	if t.IsIdent("none") {
		return nil, s.Skip().Kind == css.EOF
	}
	for t.Kind != css.EOF {
		c := Count{Name: t.Name, Value: otherwise}
		if t.Kind == css.Function && css.EqualFold(t.Name, "reversed") {
			if t = s.Skip(); t.Kind != css.Ident || !s.Skip().Is(')') {
				return nil, false
			}
			c.Name = t.Name
		} else if t.Kind != css.Ident {
			return nil, false
		}
		if t = s.Skip(); t.Kind == css.Number && t.Integer {
			c.Value = int(min(max(t.Number, -1<<31), 1<<31-1))
			t = s.Skip()
		}
		if list = append(list, c); len(list) > maxCounts {
			return nil, false
		}
	}
	return &list, len(list) > 0
}
