// Package style finds out how each element of a page is displayed.
//
// It is the middle of package render: a parsed tree comes in, one [Style] per element
// goes out, and package layout turns both into lines. The values are those properties
// of CSS that change what a page looks like as text; colours, fonts and sizes are
// left out, and lengths are columns and lines.
//
// The rules are those of the user-agent sheet in the HTML standard, section 15.3,
// with what its presentational attributes say. Sheets of the page's author will be
// laid over them here; layout knows nothing of where a value came from.
package style

// A Display is how an element takes part in layout (CSS Display 3).
type Display uint8

// The ways to be displayed. Inline is the initial value.
const (
	Inline Display = iota
	None
	Contents
	InlineBlock
	Block
	ListItem
	Table
	RowGroup
	Row
	Cell
	Caption
)

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

// A Marker is the kind of mark before a list item.
type Marker uint8

// The values of list-style-type.
const (
	Bullet Marker = iota // by depth of nesting
	NoMarker
	Disc
	Circle
	Square
	Decimal
	LowerAlpha
	UpperAlpha
	LowerRoman
	UpperRoman
)

// A Style is what is known of the display of one element. It is comparable, so that
// the many elements that are displayed alike share one value.
type Style struct {
	Display Display
	// WhiteSpace, Marker, Align, Invisible and Depth are inherited.
	WhiteSpace WhiteSpace
	Marker     Marker
	Align      Align
	Invisible  bool
	// Depth counts the lists around and including the element.
	Depth uint8
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
}

// child returns what an element inherits.
func (s Style) child() Style {
	return Style{
		WhiteSpace: s.WhiteSpace, Marker: s.Marker, Align: s.Align,
		Invisible: s.Invisible, Depth: s.Depth,
	}
}
