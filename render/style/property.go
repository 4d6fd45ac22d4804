package style

// A property is one that changes what a page is as text.
type property uint8

const (
	noProperty property = iota
	custom              // any that starts with --
	all
	display
	visibility
	whiteSpace
	whiteSpaceCollapse
	textWrapMode
	textTransform
	listStyle
	listStyleType
	textAlign
	content
	counterReset
	counterIncrement
	counterSet
	quotes
	contentVisibility
	direction
	unicodeBidi
	float
	position
	verticalAlign
	// what follows has no name in CSS: the user agent's sheet alone can set it
	space
	indent
	bar
	heading
	deepens
	replaced
)

// properties bounds their numbers.
const properties = replaced + 1

// propertyOf returns the property of a name in lower case, but for custom ones.
func propertyOf(name string) property {
	switch name {
	case "all":
		return all
	case "display":
		return display
	case "visibility":
		return visibility
	case "white-space":
		return whiteSpace
	case "white-space-collapse":
		return whiteSpaceCollapse
	case "text-wrap", "text-wrap-mode":
		return textWrapMode
	case "text-transform":
		return textTransform
	case "list-style":
		return listStyle
	case "list-style-type":
		return listStyleType
	case "text-align":
		return textAlign
	case "content":
		return content
	case "counter-reset":
		return counterReset
	case "counter-increment":
		return counterIncrement
	case "counter-set":
		return counterSet
	case "quotes":
		return quotes
	case "content-visibility":
		return contentVisibility
	case "direction":
		return direction
	case "unicode-bidi":
		return unicodeBidi
	case "float":
		return float
	case "position":
		return position
	case "vertical-align":
		return verticalAlign
	}
	return noProperty
}

// ownPropertyOf returns the property of a name in the user agent's sheet.
func ownPropertyOf(name string) property {
	switch name {
	case "-text-space":
		return space
	case "-text-indent":
		return indent
	case "-text-bar":
		return bar
	case "-text-heading":
		return heading
	case "-text-deepens":
		return deepens
	case "-text-replaced":
		return replaced
	}
	return propertyOf(name)
}

// inherited reports whether elements have the value of the one around them.
func (p property) inherited() bool {
	switch p {
	case visibility, whiteSpace, whiteSpaceCollapse, textWrapMode, textTransform, listStyle,
		listStyleType, textAlign, quotes, direction:
		return true
	}
	return false
}

// copy sets a property to the value that another style has.
func (p property) copy(to, from *Style) {
	switch p {
	case display:
		to.Display, to.arrays = from.Display, from.arrays
	case visibility:
		to.Invisible = from.Invisible
	case whiteSpace:
		to.WhiteSpace = from.WhiteSpace
	case whiteSpaceCollapse:
		to.WhiteSpace = joined(from.WhiteSpace.collapse(), to.WhiteSpace.wraps())
	case textWrapMode:
		to.WhiteSpace = joined(to.WhiteSpace.collapse(), from.WhiteSpace.wraps())
	case textTransform:
		to.Transform = from.Transform
	case listStyle, listStyleType:
		to.Marker, to.MarkText = from.Marker, from.MarkText
	case textAlign:
		to.aligned = from.aligned
	case content:
		to.Content = from.Content
	case counterReset:
		to.Counters.Reset = from.Counters.Reset
	case counterIncrement:
		to.Counters.Increment = from.Counters.Increment
	case counterSet:
		to.Counters.Set = from.Counters.Set
	case quotes:
		to.Quotes = from.Quotes
	default:
		p.copyMore(to, from)
	}
}

func (p property) copyMore(to, from *Style) {
	switch p {
	case contentVisibility:
		to.Skipped = from.Skipped
	case direction:
		to.RightToLeft = from.RightToLeft
	case unicodeBidi:
		to.Bidi = from.Bidi
	case float:
		to.floats = from.floats
	case position:
		to.leaves = from.leaves
	case verticalAlign:
		to.Script = from.Script
	case all:
		for q := display; q < space; q++ {
			if q != direction && q != unicodeBidi { // section 3.1
				q.copy(to, from)
			}
		}
	}
}

// A collapse is what becomes of white space (CSS Text 4, section 3.1).
type collapse uint8

const (
	collapses collapse = iota
	preserves
	keepsBreaks
)

func (w WhiteSpace) collapse() collapse {
	switch w {
	case Pre, PreWrap:
		return preserves
	case PreLine:
		return keepsBreaks
	}
	return collapses
}

func (w WhiteSpace) wraps() bool { return w != NoWrap && w != Pre }

// joined returns the value that stands for both. Lines that are kept and not wrapped,
// with spaces that collapse, have none: they wrap.
func joined(c collapse, wraps bool) WhiteSpace {
	switch {
	case c == keepsBreaks:
		return PreLine
	case c == preserves && wraps:
		return PreWrap
	case c == preserves:
		return Pre
	case wraps:
		return Normal
	}
	return NoWrap
}
