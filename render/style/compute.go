package style

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Computed holds the styles of a page's elements in document order. What is not
// displayed is listed, what is inside it is not.
type Computed struct {
	styles []Style
	of     []uint32
	rules  int
}

// Rules returns how many rules the sheets had.
func (c *Computed) Rules() int { return c.rules }

// A Cursor hands out the styles in document order.
type Cursor struct {
	c *Computed
	i int
}

// Cursor returns a cursor before the first element.
func (c *Computed) Cursor() *Cursor { return &Cursor{c: c} }

// Next returns the style of the next element. Whoever walks the tree calls it once
// for each element and leaves out the children of those that are None or Replaced.
func (k *Cursor) Next() *Style {
	s := &k.c.styles[k.c.of[k.i]]
	k.i++
	return s
}

// Compute finds the styles of all elements below root. It recurses as deep as the
// tree, which the parser bounds.
func Compute(root *html.Node) *Computed {
	c := &computer{out: &Computed{rules: len(sheet)}, ids: map[Style]uint32{}}
	c.children(root, Style{})
	return c.out
}

type computer struct {
	out *Computed
	ids map[Style]uint32
	// last and lastID remember the style before, which is often the next one's.
	last   Style
	lastID uint32
}

func (c *computer) children(n *html.Node, parent Style) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type != html.ElementNode {
			continue
		}
		s := compute(k, parent)
		c.add(s)
		if s.Display != None && !s.Replaced {
			c.children(k, s)
		}
	}
}

// add appends a style, as the number of an equal one where there is one.
func (c *computer) add(s Style) {
	if len(c.out.of) == 0 || s != c.last {
		id, ok := c.ids[s]
		if !ok {
			id = uint32(len(c.out.styles))
			c.ids[s] = id
			c.out.styles = append(c.out.styles, s)
		}
		c.last, c.lastID = s, id
	}
	c.out.of = append(c.out.of, c.lastID)
}

// compute returns the style of one element.
func compute(n *html.Node, parent Style) Style {
	s := parent.child()
	if n.Namespace != "" {
		return foreign(n, s)
	}
	if r := lookup(n.DataAtom); r != nil {
		s.apply(*r)
	}
	if s.Depth > 1 && s.Depth > parent.Depth {
		s.Space = 0 // HTML, section 15.3.7: no margins round a list in a list
	}
	if len(n.Attr) > 0 || n.DataAtom == atom.Dialog {
		attributes(n, &s)
	}
	return s
}

// maxDepth bounds the count of lists around an element to what its type holds.
const maxDepth = 255

// apply lays a rule over inherited values.
func (s *Style) apply(r Style) {
	s.Display, s.Space, s.Indent = r.Display, r.Space, r.Indent
	s.Bar, s.Heading, s.Replaced = r.Bar, r.Heading, r.Replaced
	if r.WhiteSpace != Normal {
		s.WhiteSpace = r.WhiteSpace
	}
	if r.Align != Start {
		s.Align = r.Align
	}
	if r.Depth > 0 {
		s.Marker = r.Marker
		s.Depth = min(s.Depth, maxDepth-1) + 1
	}
	if r.Display == Table {
		s.Align, s.WhiteSpace = Start, Normal
	}
}

// foreign returns the style of an element of SVG or MathML.
func foreign(n *html.Node, s Style) Style {
	switch {
	case foreignHidden(n.Data):
		s.Display = None
	case n.Data == "foreignObject":
		s.Display = Block
	}
	return s
}

// attributes lays over what attributes say of the display (HTML, section 15).
func attributes(n *html.Node, s *Style) {
	open := false
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			s.Display = None
		case "open":
			open = true
		case "align":
			s.align(n.DataAtom, a.Val)
		case "nowrap":
			if s.Display == Cell {
				s.WhiteSpace = NoWrap
			}
		case "type":
			s.typed(n.DataAtom, a.Val)
		}
	}
	if n.DataAtom == atom.Dialog && !open {
		s.Display = None
	}
}

// align reads the align attribute, which on tables and what floats means another
// thing.
func (s *Style) align(tag atom.Atom, v string) {
	switch s.Display {
	case Block, ListItem, RowGroup, Row, Cell, Caption:
	default:
		return
	}
	if tag == atom.Hr || tag == atom.Legend {
		return
	}
	switch strings.ToLower(v) {
	case "center", "middle":
		s.Align = Center
	case "right":
		s.Align = End
	case "left", "justify":
		s.Align = Start
	}
}

// typed reads the type attribute of lists and fields.
func (s *Style) typed(tag atom.Atom, v string) {
	switch tag {
	case atom.Input:
		if strings.EqualFold(v, "hidden") {
			s.Display = None
		}
	case atom.Ol, atom.Ul, atom.Li, atom.Menu, atom.Dir:
		if m, ok := marker(v); ok {
			s.Marker = m
		}
	}
}

// marker reads the type of a list (HTML, sections 15.3.7 and 4.4.5); its letters
// alone tell case apart.
func marker(v string) (Marker, bool) {
	switch v {
	case "1":
		return Decimal, true
	case "a":
		return LowerAlpha, true
	case "A":
		return UpperAlpha, true
	case "i":
		return LowerRoman, true
	case "I":
		return UpperRoman, true
	}
	switch strings.ToLower(v) {
	case "none":
		return NoMarker, true
	case "disc":
		return Disc, true
	case "circle":
		return Circle, true
	case "square":
		return Square, true
	}
	return 0, false
}
