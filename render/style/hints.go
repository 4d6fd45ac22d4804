package style

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/css"
)

// hints applies what attributes say of the display (HTML, section 15). They are the
// weakest of the author's rules.
func hints(n *html.Node, s *Style) {
	for i := range n.Attr {
		a := &n.Attr[i]
		if a.Namespace != "" {
			continue
		}
		switch a.Key {
		case "hidden":
			if css.EqualFold(a.Val, "until-found") {
				s.Skipped = true
			} else {
				s.Display = None
			}
		case "popover": // one is only shown by a script or a click
			s.Display = None
		case "align":
			s.align(n.DataAtom, a.Val)
		case "nowrap":
			if s.Display == Cell {
				s.WhiteSpace = NoWrap
			}
		case "type":
			s.typed(n.DataAtom, a.Val)
		case "dir":
			s.direct(a.Val)
		}
	}
}

// remarkable reports whether an element has an attribute that the user agent looks at.
func remarkable(n *html.Node) bool {
	for i := range n.Attr {
		switch n.Attr[i].Key {
		case "hidden", "popover", "align", "nowrap", "type", "dir", "style", "open", "controls":
			return true
		}
	}
	return false
}

// align reads the align attribute, which on tables and what floats means another
// thing.
func (s *Style) align(tag atom.Atom, v string) {
	switch s.Display {
	case Block, ListItem, RowGroup, HeaderGroup, FooterGroup, Row, Cell, Caption:
	default:
		return
	}
	if tag == atom.Hr || tag == atom.Legend {
		return
	}
	switch css.Lower(v) {
	case "center", "middle":
		s.aligned = atCenter
	case "right":
		s.aligned = atRight
	case "left", "justify":
		s.aligned = atLeft
	}
}

// typed reads the type attribute of lists.
func (s *Style) typed(tag atom.Atom, v string) {
	switch tag {
	case atom.Ol, atom.Ul, atom.Li, atom.Menu, atom.Dir:
		if m, ok := markerOfType(v); ok {
			s.Marker = m
		}
	}
}

// direct reads the dir attribute. A direction that is to be found out from the text is
// that of the element around, in isolation.
func (s *Style) direct(v string) {
	switch css.Lower(v) {
	case "rtl":
		s.RightToLeft = true
	case "ltr":
		s.RightToLeft = false
	case "auto":
	default:
		return
	}
	if s.Bidi == NoBidi {
		s.Bidi = Isolate
	}
}

// foreign returns the style of an element of SVG or MathML before all sheets.
func foreign(n *html.Node, s *Style) {
	switch {
	case foreignHidden(n.Data):
		s.Display = None
	case n.Data == "foreignObject":
		s.Display = Block
	}
}

// foreignHidden reports the elements of SVG and MathML that have content and do not
// show it (SVG 2, section 5; MathML Core, section 3.1).
func foreignHidden(name string) bool {
	switch name {
	case "title", "desc", "metadata", "defs", "style", "script", "symbol", "clipPath",
		"mask", "annotation", "annotation-xml", "linearGradient", "pattern", "filter":
		return true
	}
	return false
}
