package style

import (
	"sync"

	"golang.org/x/net/html/atom"
)

// A rule gives elements of some names their values. Zero values say nothing.
type rule struct {
	tags []atom.Atom
	Style
}

// sheet is the user-agent style sheet (HTML, section 15.3), with margins rounded to
// what reads well in lines of text. It is constant data: nothing runs at start.
var sheet = [...]rule{
	{
		[]atom.Atom{
			atom.Area, atom.Base, atom.Basefont, atom.Col, atom.Colgroup, atom.Datalist,
			atom.Head, atom.Link, atom.Meta, atom.Noembed, atom.Noframes, atom.Param, atom.Rp,
			atom.Script, atom.Source, atom.Style, atom.Template, atom.Title, atom.Track,
		},
		Style{Display: None},
	},
	{
		[]atom.Atom{
			atom.Html, atom.Body, atom.Address, atom.Article, atom.Aside, atom.Dialog,
			atom.Div, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Footer, atom.Form,
			atom.Frameset, atom.Header, atom.Hgroup, atom.Legend, atom.Main, atom.Nav,
			atom.Search, atom.Section, atom.Details, atom.Summary,
		},
		Style{Display: Block},
	},
	{
		[]atom.Atom{atom.P, atom.Dl, atom.Figure},
		Style{Display: Block, Space: 1},
	},
	{
		[]atom.Atom{atom.Center},
		Style{Display: Block, Align: Center},
	},
	{
		[]atom.Atom{atom.Dd},
		Style{Display: Block, Indent: 4},
	},
	{
		[]atom.Atom{atom.Blockquote},
		Style{Display: Block, Space: 1, Bar: true},
	},
	{
		[]atom.Atom{atom.Pre, atom.Listing, atom.Plaintext, atom.Xmp},
		Style{Display: Block, Space: 1, WhiteSpace: Pre},
	},
	{[]atom.Atom{atom.H1}, Style{Display: Block, Space: 1, Heading: 1}},
	{[]atom.Atom{atom.H2}, Style{Display: Block, Space: 1, Heading: 2}},
	{[]atom.Atom{atom.H3}, Style{Display: Block, Space: 1, Heading: 3}},
	{[]atom.Atom{atom.H4}, Style{Display: Block, Space: 1, Heading: 4}},
	{[]atom.Atom{atom.H5}, Style{Display: Block, Space: 1, Heading: 5}},
	{[]atom.Atom{atom.H6}, Style{Display: Block, Space: 1, Heading: 6}},
	{
		[]atom.Atom{atom.Ul, atom.Menu, atom.Dir},
		Style{Display: Block, Space: 1, Marker: Bullet, Depth: 1},
	},
	{
		[]atom.Atom{atom.Ol},
		Style{Display: Block, Space: 1, Marker: Decimal, Depth: 1},
	},
	{[]atom.Atom{atom.Li}, Style{Display: ListItem}},
	{[]atom.Atom{atom.Table}, Style{Display: Table}},
	{[]atom.Atom{atom.Thead, atom.Tbody, atom.Tfoot}, Style{Display: RowGroup}},
	{[]atom.Atom{atom.Tr}, Style{Display: Row}},
	{[]atom.Atom{atom.Td, atom.Th}, Style{Display: Cell}},
	{[]atom.Atom{atom.Caption}, Style{Display: Caption}},
	{[]atom.Atom{atom.Nobr}, Style{WhiteSpace: NoWrap}},
	{[]atom.Atom{atom.Button}, Style{Display: InlineBlock}},
	{
		[]atom.Atom{atom.Hr, atom.Frame},
		Style{Display: Block, Replaced: true},
	},
	{
		[]atom.Atom{
			atom.Img, atom.Image, atom.Input, atom.Select, atom.Textarea, atom.Audio,
			atom.Video, atom.Canvas, atom.Iframe, atom.Embed, atom.Meter, atom.Progress,
		},
		Style{Display: InlineBlock, Replaced: true},
	},
}

var byTag struct {
	once sync.Once
	m    map[atom.Atom]*Style
}

// lookup returns the rule for elements of a name, or nil. The index is made at the
// first call, which keeps the start of the program free of it.
func lookup(tag atom.Atom) *Style {
	byTag.once.Do(func() {
		byTag.m = make(map[atom.Atom]*Style, 128)
		for i := range sheet {
			for _, t := range sheet[i].tags {
				byTag.m[t] = &sheet[i].Style
			}
		}
	})
	return byTag.m[tag]
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
