// Package style finds out how each element of a page is displayed.
//
// It is the middle of package render: a parsed tree comes in, one [Style] per element
// goes out, and package layout turns both into lines. The values are those properties
// of CSS that change what a page looks like as text; colours, fonts and sizes are
// left out, and lengths are columns and lines.
//
// The sheets are the user agent's (useragent.go), written by the HTML standard's chapter
// on rendering, and the page's own: style elements, style attributes, what presentational
// attributes say (hints.go), and style sheets of other addresses where the caller fetches
// them. sheet.go reads them and keeps the rules that can matter; cascade.go finds those
// that match an element and applies them in order (CSS Cascading and Inheritance 5);
// compute.go walks the page. Package css reads the syntax, package selector matches.
//
// Everything that a page controls is bounded: the bytes of its sheets, the rules, what
// custom properties expand to, and the work of matching. What is beyond is dropped, and
// [Computed] says so. Transparent, clipped and distant boxes are shown, as they are where
// a browser tells a page's text.
package style

// A Display is how an element takes part in layout (CSS Display 3).
type Display uint8

// The ways to be displayed. Inline is the initial value. Flexible boxes and grids are
// blocks or inline blocks whose children are blocks.
const (
	Inline Display = iota
	None
	Contents
	InlineBlock
	Block
	ListItem
	Table
	RowGroup
	HeaderGroup
	FooterGroup
	Row
	Cell
	Caption
)

// InTable reports whether a box belongs into a table.
func (d Display) InTable() bool { return d >= RowGroup }

// A WhiteSpace says what becomes of spaces and line ends (CSS Text 3, section 3).
type WhiteSpace uint8

// The values of white-space.
const (
	Normal WhiteSpace = iota
	NoWrap
	Pre
	PreWrap
	PreLine
)

// An Align is where a line stands in its box.
type Align uint8

// The values of text-align.
const (
	Start Align = iota
	Center
	End
)

// A Transform is what becomes of letters (CSS Text 3, section 2.1).
type Transform uint8

// The values of text-transform. FullWidth comes in addition to one of the others.
const (
	Uppercase Transform = 1 + iota
	Lowercase
	Capitalize
	FullWidth Transform = 1 << 3
)

// A Bidi is how an element stands to the direction of the text around it (CSS Writing
// Modes 3, section 2.2).
type Bidi uint8

// The values of unicode-bidi.
const (
	NoBidi Bidi = iota
	Embed
	Isolate
	Override
	IsolateOverride
	Plaintext
)

// A Script is whether text is raised or lowered.
type Script uint8

// The values of vertical-align that text has signs for.
const (
	Baseline Script = iota
	Sub
	Super
)

// A Style is what is known of the display of one element. It is comparable, so that
// the many elements that are displayed alike share one value.
type Style struct {
	Display Display
	// Skipped says that nothing in the element is shown (content-visibility).
	Skipped bool
	// WhiteSpace to Quotes are inherited.
	WhiteSpace  WhiteSpace
	Marker      Marker
	Align       Align
	Transform   Transform
	Invisible   bool
	RightToLeft bool
	// Depth counts the lists around and including the element.
	Depth uint8
	// MarkText is what stands before list items where Marker is Text.
	MarkText string
	// Quotes are the quotation marks, nil for those of the language.
	Quotes *Quotes

	Bidi   Bidi
	Script Script
	// Space is the margin above and below, in lines.
	Space uint8
	// Indent is the margin to the left, in columns.
	Indent uint8
	// Bar draws a line down the left side.
	Bar bool
	// Heading is 1 to 6, or 0 for what is none.
	Heading uint8
	// Replaced elements are drawn from their attributes; their children have no
	// style.
	Replaced bool
	// Content is the text of a pseudo-element; elements have none.
	Content *Content
	// Counters are what the element does to counters.
	Counters Counters
	// Before, After and Mark number the styles of the pseudo-elements, 0 for those that
	// are not there.
	Before, After, Mark Pseudo

	floats  bool // float is not none
	leaves  bool // position is absolute or fixed
	arrays  bool // the children are items of a flexible box or a grid
	aligned aligned
	scope   *scope // the custom properties
}

// A Pseudo is the number of a pseudo-element's style in its [Computed].
type Pseudo uint32

// child returns what an element inherits (CSS Cascading 5, section 7.2).
func (s *Style) child() Style {
	return Style{
		WhiteSpace: s.WhiteSpace, Marker: s.Marker, Align: s.Align, aligned: s.aligned,
		Transform: s.Transform, Invisible: s.Invisible, RightToLeft: s.RightToLeft,
		Depth: s.Depth, MarkText: s.MarkText, Quotes: s.Quotes, scope: s.scope,
	}
}
