package render

import "golang.org/x/net/html/atom"

// A class says what the construction of a tree does with elements of a name.
type class uint16

const (
	void       class = 1 << iota // no content
	formatting                   // opened anew where other elements closed it
	special                      // ends the search of an end tag for its start tag
	scope                        // hides what is outside from end tags
	block                        // ends a paragraph
	item                         // ends the item before it
	cell                         // table cells, rows and groups of rows
	tabular                      // the table itself
	marker                       // formatting elements inside end with it
	thin                         // does not keep items from ending those before
)

// An element is an open element, as far as it matters for the depth.
type element struct {
	id    uint32 // an atom, or a hash of the name; 0 is a marker
	class class
	group uint8  // items and cells that end each other
	name  []byte // of formatting elements
}

// weight is how many open elements one can be: a table brings a body and a row.
func (e element) weight() int {
	if e.class&tabular != 0 {
		return 3
	}
	return 1
}

// classify returns what is to be known of elements of a name.
func classify(name []byte) element {
	var buf [16]byte
	if len(name) > len(buf) {
		return element{id: hash(name)}
	}
	low := lower(name, buf[:0])
	a := atom.Lookup(low)
	if a == 0 {
		return element{id: hash(low)}
	}
	c, g := classOf(a)
	return element{id: uint32(a), class: c, group: g}
}

// classOf is the table of element names (HTML, section 13.2.4.2 and 13.2.6.4.7).
func classOf(a atom.Atom) (class, uint8) {
	switch a {
	case atom.Area, atom.Base, atom.Basefont, atom.Bgsound, atom.Br, atom.Col, atom.Embed,
		atom.Frame, atom.Img, atom.Image, atom.Input, atom.Keygen, atom.Link, atom.Meta,
		atom.Param, atom.Source, atom.Track, atom.Wbr, atom.Hr,
		atom.Html, atom.Head, atom.Body:
		return void, 0 // or open once, whatever the page says
	case atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S,
		atom.Small, atom.Strike, atom.Strong, atom.Tt, atom.U:
		return formatting, 0
	case atom.Address, atom.Div, atom.P:
		return special | block | thin, 0
	case atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog,
		atom.Dir, atom.Dl, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
		atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.Section,
		atom.Summary, atom.Ul, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Pre, atom.Listing, atom.Form, atom.Xmp, atom.Plaintext, atom.Search:
		return special | block, 0
	case atom.Li:
		return special | block | item, 1
	case atom.Dd, atom.Dt:
		return special | block | item, 2
	case atom.Option, atom.Optgroup:
		return item, 3
	case atom.Td, atom.Th:
		return special | scope | cell | marker, 1
	case atom.Tr:
		return special | cell, 2
	case atom.Tbody, atom.Thead, atom.Tfoot, atom.Colgroup:
		return special | cell, 3
	case atom.Caption:
		return special | scope | cell | marker, 4
	case atom.Table:
		return special | scope | tabular | block, 0
	case atom.Applet, atom.Marquee, atom.Object, atom.Template:
		return special | scope | marker, 0
	case atom.Button, atom.Select, atom.Iframe, atom.Noscript, atom.Script, atom.Style,
		atom.Textarea, atom.Title, atom.Frameset, atom.Foreignobject:
		return special, 0
	}
	return 0, 0
}

// hash returns a number for a name that is no atom (FNV-1a). Atoms are below 2³⁰.
func hash(name []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range name {
		h = (h ^ uint32(c)) * 16777619
	}
	return h | 1<<31
}
