package style

// Levels are what a declaration can fall back to: the style before the author's sheets,
// and the one before the layer that is applied.
type levels struct {
	parent  *Style
	agent   *Style
	layer   *Style
	element *computer
}

// apply sets a property of a style.
func (d *declaration) apply(s *Style, l *levels) {
	kind := d.kind
	if kind == unset || d.kind == variable && !d.expand(s, l) {
		kind = initial
		if d.property.inherited() {
			kind = inherit
		}
		if d.property == all {
			d.property.copy(s, inheriting(l.parent))
			return
		}
	}
	switch kind {
	case plain:
		d.set(s)
	case inherit:
		d.property.copy(s, l.parent)
	case initial:
		d.property.copy(s, &Style{Marker: Disc})
	case revert:
		d.property.copy(s, l.agent)
	case revertLayer:
		d.property.copy(s, l.layer)
	}
}

// inheriting returns a style with nothing but what is inherited.
func inheriting(parent *Style) *Style {
	s := parent.child()
	return &s
}

// expand applies a declaration with var() in it, and reports whether it became valid.
func (d *declaration) expand(s *Style, l *levels) bool {
	if l.element == nil {
		return false
	}
	e, ok := l.element.expanded(d, s.scope)
	if ok {
		e.apply(s, l)
	}
	return ok
}

// set sets a property to a value of its own.
func (d *declaration) set(s *Style) {
	n := d.number
	switch d.property {
	case display:
		s.Display, s.arrays = Display(n&0xFF), n&arraysFlag != 0
	case visibility:
		s.Invisible = n > 0
	case contentVisibility:
		s.Skipped = n == 1
	case whiteSpace:
		s.WhiteSpace = WhiteSpace(n)
	case whiteSpaceCollapse:
		s.WhiteSpace = joined(collapseOf(n), s.WhiteSpace.wraps())
	case textWrapMode:
		s.WhiteSpace = joined(s.WhiteSpace.collapse(), n != 1)
	case textTransform:
		s.Transform = Transform(n)
	case listStyle, listStyleType:
		s.Marker, s.MarkText = Marker(n), d.text
	case textAlign:
		s.aligned = aligned(n)
	case direction:
		s.RightToLeft = n == 1
	case unicodeBidi:
		s.Bidi = Bidi(n)
	case float:
		s.floats = n > 0
	case position:
		s.leaves = n == 1 || n == 2
	case verticalAlign:
		s.Script = Script(n)
	default:
		d.setMore(s)
	}
}

// setMore sets what is text, and what the user agent alone can say.
func (d *declaration) setMore(s *Style) {
	switch d.property {
	case content:
		s.Content, _ = d.ref.(*Content)
	case quotes:
		s.Quotes, _ = d.ref.(*Quotes)
	case counterReset:
		s.Counters.Reset, _ = d.ref.(*[]Count)
	case counterIncrement:
		s.Counters.Increment, _ = d.ref.(*[]Count)
	case counterSet:
		s.Counters.Set, _ = d.ref.(*[]Count)
	case space:
		s.Space = uint8(d.number)
	case indent:
		s.Indent = uint8(d.number)
	case heading:
		s.Heading = uint8(d.number)
	case bar:
		s.Bar = d.number == 1
	case replaced:
		s.Replaced = d.number == 1
	case deepens:
		s.Depth = min(s.Depth, maxDepth-1) + 1
	}
}

// maxDepth bounds the count of lists around an element to what its type holds.
const maxDepth = 255
