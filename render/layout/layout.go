// Package layout turns a styled page into lines of text.
//
// It is the last stage of package render. A first walk over the tree makes boxes
// (build.go): blocks, items, tables, and runs of text whose white space is already
// collapsed, all of it in an arena of bytes. A second one lays the boxes out in
// lines of a given width (flow.go): margins collapse, words wrap, tables find the
// widths of their columns. Lines go to a [Sink] as soon as they are complete; only
// what stands in table cells is kept until its row is drawn.
//
// It implements what of CSS 2.2 (sections 8 to 10 and 17), CSS Text 3 (white space,
// line breaking in part) and CSS Lists 3 makes sense in a grid of characters. Floats,
// positions and flexible boxes are left out: such boxes stand one below the other.
package layout

import (
	"golang.org/x/net/html"

	"fetchscope/render/style"
)

// A Sink takes finished lines, which have neither a line end nor spaces at their
// end. The bytes are only good during the call.
type Sink interface {
	Line(b []byte)
	// Shows reports whether anything of a line would be seen, so that none looks
	// empty and is not known to be.
	Shows(b []byte) bool
}

// Links chooses how the targets of links are shown.
type Links uint8

// The ways to show the targets of links.
const (
	LinksNone      Links = iota
	LinksInline          // text <url>
	LinksFootnotes       // text[1], and a list at the end
)

// Options are what the reader chooses.
type Options struct {
	// Width is the number of columns.
	Width int
	Links Links
	// ASCII draws bullets, lines and the like with ASCII alone. The page's own letters
	// stay as they are.
	ASCII bool
	// Resolve makes the target of a link absolute. Nil: shown as written.
	Resolve func(href string) string
}

// Stats counts what was laid out.
type Stats struct{ Lines, Links, Words int }

// Layout lays out the page below root, whose elements have these styles, and takes
// the tree apart as it goes, so that what has become a box can be freed.
func Layout(to Sink, root *html.Node, styles *style.Computed, o Options) Stats {
	o.Width = min(max(o.Width, MinWidth), maxWidth)
	b := newBuilder(styles.Cursor(), o)
	b.page(root)
	f := newFlow(&b.tree, to, o.Width)
	f.children(0)
	f.footnotes(b.links.notes)
	return Stats{Lines: f.lines, Links: b.links.count, Words: b.tree.words()}
}

// MinWidth is the least width that is laid out: below it a word of CJK text and a bullet
// do not fit.
const MinWidth = 8

// maxWidth is the greatest. Beyond it nobody reads, and it bounds what a line drawn across
// the page costs.
const maxWidth = 1000
