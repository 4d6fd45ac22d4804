package selector

import (
	"strings"

	"fetchscope/render/css"
)

// A Context is what a selector's meaning hangs on besides its text.
type Context struct {
	// Parent is the selectors of the rule around, for nesting. Nil: none.
	Parent *List
	// Weightless says that the parent adds nothing to the specificity, as in @scope.
	Weightless bool
	// Except are selectors of elements that are left out with all that is in them.
	Except *List
	// Namespaces are the prefixes that the sheet has declared, with the names of their
	// namespaces; that of "" is the default.
	Namespaces map[string]string
	// Quirks says that ids and classes are compared without case.
	Quirks bool
}

// Parse reads the selectors of a rule. Not ok means that one is not valid, for which the
// whole rule is dropped (Selectors 4, section 3.9); a list can be empty, since what
// cannot match is left out.
func Parse(source string, c Context) (l *List, ok bool) {
	p := parser{Context: c, s: css.Scanner{Source: source}, l: &List{}}
	if !p.list(p.l, relation(c.Parent != nil), 0, false) || p.s.Peek().Kind != css.EOF {
		return nil, false
	}
	return p.l, true
}

// Supported reports whether a selector is valid, as @supports asks.
func Supported(source string) bool {
	l, ok := Parse(source, Context{})
	return ok && l != nil
}

// A parser reads one prelude.
type parser struct {
	Context
	s     css.Scanner
	l     *List
	count int // selectors so far
	has   bool
	amp   bool // the selector that is read names its parent
}

// A relation says whether selectors stand in one to an element that they do not name.
type relation bool

// list reads selectors up to the bracket that closes them, or to the end. Forgiving lists
// leave out those that are not valid (section 18.1).
func (p *parser) list(to *List, rel relation, depth int, forgiving bool) bool {
	if depth > maxDepth {
		return false
	}
	for {
		x := &Selector{}
		ok := p.complex(x, rel, depth)
		end := p.s.Skip()
		if ok && !end.Is(',') && !end.Is(')') && end.Kind != css.EOF {
			ok = false
		}
		if !ok {
			if !forgiving {
				return false
			}
			for !end.Is(',') && !end.Is(')') && end.Kind != css.EOF {
				end = p.beyond(end)
			}
		}
		if ok {
			p.keep(to, x)
		}
		if !end.Is(',') {
			p.s.Seek(end.Start)
			return true
		}
	}
}

// beyond passes a token that is not understood, with all its brackets.
func (p *parser) beyond(t css.Token) css.Token {
	depth := 0
	for {
		switch {
		case t.Kind == css.Function, t.Is('('), t.Is('['), t.Is('{'):
			depth++
		case t.Is(')'), t.Is(']'), t.Is('}'):
			depth--
		}
		t = p.s.Skip()
		if depth <= 0 || t.Kind == css.EOF {
			return t
		}
	}
}

// keep adds a selector that can match.
func (p *parser) keep(to *List, x *Selector) {
	p.count++
	to.weight = max(to.weight, x.Specificity)
	if p.count > maxList || x.Pseudo == unseen {
		return
	}
	for i := range x.compounds {
		for k := range x.compounds[i].tests {
			if x.compounds[i].tests[k].kind == never {
				return
			}
		}
	}
	x.hash()
	to.Selectors = append(to.Selectors, x)
}

// complex reads one selector and turns it round.
func (p *parser) complex(x *Selector, rel relation, depth int) bool {
	outer := p.amp
	p.amp = false
	defer func() { p.amp = outer || p.amp }()
	p.skipSpace()
	first, leads := p.combinator()
	if leads && !bool(rel) {
		return false
	}
	var list []compound
	next := first
	for {
		var c compound
		c.combinator = next
		if !p.compound(&c, x, depth) {
			return false
		}
		list = append(list, c)
		var more bool
		next, more = p.combinator()
		if !more {
			break
		}
		if x.Pseudo != None || len(list) >= maxCompounds {
			return false
		}
	}
	if bool(rel) && (leads || !p.amp || p.relativeTo(depth)) {
		list = append([]compound{p.anchor(x, depth)}, list...)
	}
	p.except(&list[len(list)-1], depth)
	x.compounds = reversed(list)
	return true
}

// relativeTo reports whether selectors here start from an element, as those of :has do,
// whatever they name.
func (p *parser) relativeTo(depth int) bool { return p.has && depth > 0 }

// anchor is what a relative selector starts from: the rule around, or the element that
// :has is asked of.
func (p *parser) anchor(x *Selector, depth int) compound {
	if p.relativeTo(depth) {
		return compound{tests: []test{{kind: isScope}}}
	}
	c := compound{}
	p.nesting(&c, x)
	return c
}

// except adds the test that leaves out what a scope does not reach.
func (p *parser) except(c *compound, depth int) {
	if p.Except != nil && depth == 0 {
		c.tests = append(c.tests, test{kind: byNone, list: p.Except})
	}
}

// reversed turns a list round so that each compound has the combinator at its left.
func reversed(list []compound) []compound {
	out := make([]compound, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, list[i])
	}
	return out
}

// combinator reads what is between two compounds. White space at the end is none.
func (p *parser) combinator() (combinator, bool) {
	t := p.s.Next()
	space := t.Kind == css.Space
	if space {
		t = p.s.Skip()
	}
	switch {
	case t.Is('>'):
		return child, true
	case t.Is('+'):
		return adjacent, true
	case t.Is('~'):
		return sibling, true
	}
	p.s.Seek(t.Start)
	if !space || t.Kind == css.EOF || t.Is(',') || t.Is(')') {
		return descendant, false
	}
	return descendant, true
}

// compound reads tests of one element.
func (p *parser) compound(c *compound, x *Selector, depth int) bool {
	p.skipSpace()
	some := p.typed(c, x)
	for {
		t := p.s.Next()
		ok := true
		switch {
		case t.Kind == css.Hash && t.ID:
			c.tests = append(c.tests, test{kind: byID, value: p.name(t.Name)})
			x.Specificity = x.Specificity.plus(ofID)
		case t.Is('.'):
			ok = p.class(c, x)
		case t.Is('['):
			ok = p.attribute(c, x)
		case t.Is(':'):
			ok = p.pseudo(c, x, depth)
		case t.Is('&'):
			p.amp = true
			p.nesting(c, x)
		default:
			p.s.Seek(t.Start)
			return some
		}
		if !ok {
			return false
		}
		some = true
	}
}

func (p *parser) skipSpace() {
	for p.s.Peek().Kind == css.Space {
		p.s.Next()
	}
}

// name returns an id or a class as it is compared.
func (p *parser) name(s string) string {
	if p.Quirks {
		return css.Lower(s)
	}
	return s
}

func (p *parser) class(c *compound, x *Selector) bool {
	t := p.s.Next()
	if t.Kind != css.Ident {
		return false
	}
	c.tests = append(c.tests, test{kind: byClass, value: p.name(t.Name)})
	x.Specificity = x.Specificity.plus(ofClass)
	return true
}

// typed reads the type of an element, with its namespace, if there is one.
func (p *parser) typed(c *compound, x *Selector) bool {
	at := p.s.Pos()
	t := p.s.Next()
	prefix, prefixed := "", false
	if next := p.s.Peek(); next.Is('|') && (t.Kind == css.Ident || t.Is('*')) || t.Is('|') {
		after := p.s
		if !t.Is('|') {
			after.Next()
			prefix = "*"
			if t.Kind == css.Ident {
				prefix = t.Name
			}
		}
		if name := after.Next(); name.Kind == css.Ident || name.Is('*') {
			p.s, t, prefixed = after, name, true
		}
	}
	switch {
	case t.Kind == css.Ident:
		c.tag, c.cased = css.Lower(t.Name), t.Name
		x.Specificity = x.Specificity.plus(ofType)
	case !t.Is('*'):
		p.s.Seek(at)
		return false
	}
	return p.within(c, prefix, prefixed)
}

// within finds the namespace that a prefix stands for.
func (p *parser) within(c *compound, prefix string, prefixed bool) bool {
	url, ok := p.Namespaces[prefix]
	switch {
	case prefixed && prefix == "*":
	case prefixed && prefix == "":
		c.namespace = noNamespace
	case prefixed && !ok:
		c.tests = append(c.tests, test{kind: never})
	case ok:
		c.namespace = namespaceOf(url)
	}
	return true
}

func namespaceOf(url string) namespace {
	switch url {
	case "http://www.w3.org/1999/xhtml":
		return htmlNamespace
	case "http://www.w3.org/2000/svg":
		return svgNamespace
	case "http://www.w3.org/1998/Math/MathML":
		return mathNamespace
	}
	return noNamespace
}

// nesting adds the test for the rule around (CSS Nesting, section 3.1). Outside of rules
// & is the root.
func (p *parser) nesting(c *compound, x *Selector) {
	if p.Parent == nil {
		c.tests = append(c.tests, test{kind: byState, name: "root"})
		return
	}
	c.tests = append(c.tests, test{kind: byList, list: p.Parent})
	if !p.Weightless {
		x.Specificity = x.Specificity.plus(p.Parent.weight)
	}
}

// attribute reads what stands in square brackets.
func (p *parser) attribute(c *compound, x *Selector) bool {
	t := p.s.Skip()
	k := test{kind: byAttribute}
	if next := p.s.Peek(); t.Is('|') || (t.Kind == css.Ident || t.Is('*')) && next.Is('|') {
		after := p.s
		if !t.Is('|') {
			after.Next()
		}
		if name := after.Next(); name.Kind == css.Ident {
			k.any = !t.Is('|')
			p.s, t = after, name
		}
	}
	if t.Kind != css.Ident {
		return false
	}
	k.name, k.cased = css.Lower(t.Name), t.Name
	t = p.s.Skip()
	if !t.Is(']') && t.Kind != css.EOF {
		if !p.comparison(&k, t) {
			return false
		}
	}
	c.tests = append(c.tests, k)
	x.Specificity = x.Specificity.plus(ofClass)
	return true
}

// comparison reads the operator, the value and the flag of an attribute.
func (p *parser) comparison(k *test, t css.Token) bool {
	k.op = t.Char
	if t.Kind != css.Delim || !strings.ContainsRune("=~|^$*", rune(t.Char)) {
		return false
	}
	if !t.Is('=') && !p.s.Next().Is('=') {
		return false
	}
	v := p.s.Skip()
	if v.Kind != css.Ident && v.Kind != css.String {
		return false
	}
	k.value = v.Name
	k.fold = foldsValue(k.name)
	t = p.s.Skip()
	if t.Kind == css.Ident {
		switch css.Lower(t.Name) {
		case "i":
			k.fold = true
		case "s":
			k.fold = false
		default:
			return false
		}
		t = p.s.Skip()
	}
	return t.Is(']') || t.Kind == css.EOF
}

// folding are the attributes of HTML whose values are compared without case (HTML,
// section 4.16.2).
const folding = " accept accept-charset align alink axis bgcolor charset checked clear codetype color compact " +
	"declare defer dir direction disabled enctype face frame hreflang http-equiv lang language link media method " +
	"multiple nohref noresize noshade nowrap readonly rel rev rules scope scrolling selected shape target text type " +
	"valign valuetype vlink "

func foldsValue(name string) bool {
	return strings.Contains(folding, " "+css.Lower(name)+" ")
}
