// Package selector reads selectors and tells which elements they match.
//
// It stands between packages css and style: the prelude of a rule becomes a [List], whose
// selectors are sorted into an [Index] by what an element must have; a [Matcher] walks
// with the cascade from element to element and tries the few that the index leaves,
// compound by compound from right to left.
//
// It implements Selectors Level 4 as browsers have it, and the nesting of CSS Nesting.
// What an element that nobody points at and a page without a history have no part in
// (:hover, :visited, :target) matches nothing. Bounds: a selector has at most
// maxCompounds, functions stand at most maxDepth deep in each other, and a [Budget] holds
// the work of all matching.
package selector

// A List is the selectors of one rule, any of which may match.
type List struct {
	Selectors []*Selector
	// weight is the highest specificity, of those that were left out too.
	weight Specificity
}

// A Selector is compounds with combinators between them.
type Selector struct {
	compounds   []compound // from right to left
	Specificity Specificity
	Pseudo      Pseudo
	// ancestors are hashes of what elements around a match must have.
	ancestors [4]uint32
}

// A Specificity is the numbers of ids, of classes and their like, and of types, a byte
// each (Selectors 4, section 17).
type Specificity uint32

const (
	ofID    Specificity = 1 << 16
	ofClass Specificity = 1 << 8
	ofType  Specificity = 1
)

// plus adds up, and lets no number run over into the next.
func (s Specificity) plus(t Specificity) Specificity {
	var sum Specificity
	for shift := 0; shift < 24; shift += 8 {
		n := min(s>>shift&0xFF+t>>shift&0xFF, 0xFF)
		sum |= n << shift
	}
	return sum
}

// A Pseudo is a part of an element, or what is put into it.
type Pseudo uint8

// The pseudo-elements that can have text of their own.
const (
	None Pseudo = iota
	Before
	After
	Marker
	// unseen are all others, which no rule is kept for.
	unseen
)

// Pseudos is how many kinds of pseudo-elements are matched, None among them.
const Pseudos = int(Marker) + 1

// A combinator is how a compound relates to the one at its right.
type combinator uint8

const (
	descendant combinator = iota
	child
	adjacent
	sibling
)

// A compound is tests of one element.
type compound struct {
	combinator combinator // to the compound at the left
	namespace  namespace
	tag        string // "" is any
	cased      string // the tag as it was written, for elements that are not HTML's
	tests      []test
}

// A namespace is what elements of a type must belong to.
type namespace uint8

const (
	anyNamespace namespace = iota
	htmlNamespace
	svgNamespace
	mathNamespace
	noNamespace // no element of a page
)

// A test is one condition on an element.
type test struct {
	kind  kind
	op    byte // of attributes: 0, =, ~, |, ^, $, *
	fold  bool // values are compared without case
	any   bool // an attribute of any namespace
	name  string
	cased string // the name as it was written, for elements that are not HTML's
	value string
	a, b  int // of nth: a·n + b
	list  *List
}

// A kind is what a test asks.
type kind uint8

const (
	byID kind = iota
	byClass
	byAttribute
	byList      // is, where, nesting
	byNone      // not
	byRelative  // has
	byPosition  // nth-child
	byPositionB // nth-last-child
	byType      // nth-of-type
	byTypeB     // nth-last-of-type
	byState     // a pseudo-class without arguments
	byLanguage
	byDirection
	isScope // the element that a relative selector starts from
	never
)

// Limits of selectors.
const (
	// maxCompounds bounds those of one selector; the longest that people write have
	// twelve.
	maxCompounds = 128
	// maxDepth bounds functions in functions, as each level is one of recursion.
	maxDepth = 8
	// maxList bounds the selectors of one rule, nested rules' included, as each is tried
	// by itself.
	maxList = 4096
)
