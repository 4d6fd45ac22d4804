package selector

import (
	"strconv"
	"strings"

	"fetchscope/render/css"
)

// pseudo reads a pseudo-class or a pseudo-element behind its first colon.
func (p *parser) pseudo(c *compound, x *Selector, depth int) bool {
	t := p.s.Next()
	if t.Is(':') {
		return p.element(x, p.s.Next(), depth)
	}
	name := css.Lower(t.Name)
	switch {
	case t.Kind == css.Ident && x.Pseudo != None:
		c.tests = append(c.tests, test{kind: never}) // the states of a pseudo-element: none
		return known(states, name) || known(unmet, name)
	case t.Kind == css.Ident:
		return p.state(c, x, name, t, depth)
	case t.Kind == css.Function && x.Pseudo == None:
		return p.function(c, x, name, depth) && p.closed()
	}
	return false
}

// closed reads the bracket at the end of a function; the end of the source closes all.
func (p *parser) closed() bool {
	t := p.s.Skip()
	return t.Is(')') || t.Kind == css.EOF
}

// element reads a pseudo-element.
func (p *parser) element(x *Selector, t css.Token, depth int) bool {
	name := css.Lower(t.Name)
	if x.Pseudo != None || depth > 0 || t.Kind != css.Ident && t.Kind != css.Function {
		return false
	}
	x.Specificity = x.Specificity.plus(ofType)
	if t.Kind == css.Function {
		for t = p.s.Skip(); !t.Is(')') && t.Kind != css.EOF; t = p.beyond(t) {
		}
		x.Pseudo = unseen
		return known(elementFunctions, name)
	}
	switch name {
	case "before":
		x.Pseudo = Before
	case "after":
		x.Pseudo = After
	case "marker":
		x.Pseudo = Marker
	default:
		x.Pseudo = unseen
		return strings.HasPrefix(name, "-webkit-") || known(elements, name)
	}
	return true
}

func known(names, name string) bool {
	return name != "" && strings.Contains(names, " "+name+" ")
}

const (
	// elements are the pseudo-elements that have no text of their own.
	elements = " first-line first-letter selection placeholder backdrop file-selector-button cue target-text " +
		"spelling-error grammar-error details-content view-transition scroll-marker scroll-marker-group " +
		"checkmark picker-icon column search-text "
	elementFunctions = " slotted part highlight cue picker scroll-button view-transition-group " +
		"view-transition-image-pair view-transition-old view-transition-new "
	// states are the pseudo-classes that are looked at.
	states = " root empty link any-link -webkit-any-link checked disabled enabled required optional read-only " +
		"read-write -moz-read-only placeholder-shown default defined open valid invalid in-range indeterminate scope "
	// unmet are those that hold for no element of a page that is only read.
	unmet = " hover active focus focus-within focus-visible visited target target-within target-current current " +
		"past future playing paused seeking buffering stalled muted volume-locked fullscreen modal popover-open " +
		"picture-in-picture autofill -webkit-autofill -webkit-full-screen -webkit-drag user-valid user-invalid " +
		"out-of-range host local-link active-view-transition has-slotted horizontal vertical decrement increment " +
		"start end double-button single-button no-button corner-present window-inactive " +
		"-webkit-full-screen-document -webkit-full-page-media -internal-list-box xr-overlay "
)

// state reads a pseudo-class without arguments.
func (p *parser) state(c *compound, x *Selector, name string, t css.Token, depth int) bool {
	k := test{kind: byState, name: name}
	switch name {
	case "before", "after", "first-line", "first-letter":
		return p.element(x, t, depth)
	case "first-child":
		k = test{kind: byPosition, b: 1}
	case "last-child":
		k = test{kind: byPositionB, b: 1}
	case "first-of-type":
		k = test{kind: byType, b: 1}
	case "last-of-type":
		k = test{kind: byTypeB, b: 1}
	case "only-child":
		c.tests = append(c.tests, test{kind: byPosition, b: 1})
		k = test{kind: byPositionB, b: 1}
	case "only-of-type":
		c.tests = append(c.tests, test{kind: byType, b: 1})
		k = test{kind: byTypeB, b: 1}
	case "scope":
		k = p.scope()
	default:
		if known(unmet, name) {
			k.kind = never
		} else if !known(states, name) {
			return false
		}
	}
	c.tests = append(c.tests, k)
	x.Specificity = x.Specificity.plus(ofClass)
	return true
}

// scope is the element that selectors start from: in :has the one that is asked, in
// @scope its root, else the root of the page.
func (p *parser) scope() test {
	switch {
	case p.has:
		return test{kind: isScope}
	case p.Weightless && p.Parent != nil:
		p.amp = true
		return test{kind: byList, list: p.Parent}
	}
	return test{kind: byState, name: "root"}
}

// function reads a pseudo-class with arguments behind its bracket.
func (p *parser) function(c *compound, x *Selector, name string, depth int) bool {
	switch name {
	case "is", "-webkit-any":
		return p.lists(c, x, byList, true, depth)
	case "where":
		weight := x.Specificity
		ok := p.lists(c, x, byList, true, depth)
		x.Specificity = weight
		return ok
	case "not":
		return p.lists(c, x, byNone, false, depth)
	case "has":
		return p.relative(c, x, depth)
	case "nth-child":
		return p.nth(c, x, byPosition, depth)
	case "nth-last-child":
		return p.nth(c, x, byPositionB, depth)
	case "nth-of-type":
		return p.nth(c, x, byType, maxDepth)
	case "nth-last-of-type":
		return p.nth(c, x, byTypeB, maxDepth)
	case "lang", "dir", "host", "host-context", "state", "active-view-transition-type":
		return p.words(c, x, name)
	}
	return false
}

// lists reads the selectors of is, where and not.
func (p *parser) lists(c *compound, x *Selector, k kind, forgiving bool, depth int) bool {
	l := &List{}
	if !p.list(l, false, depth+1, forgiving) {
		return false
	}
	switch {
	case k == byList && len(l.Selectors) == 0:
		k = never
	case k == byNone && len(l.Selectors) == 0:
		k, l = byNone, nil
	}
	if l != nil {
		x.Specificity = x.Specificity.plus(l.weight)
		c.tests = append(c.tests, test{kind: k, list: l})
	}
	return true
}

// relative reads the selectors of has (section 4.5), which cannot stand in another.
func (p *parser) relative(c *compound, x *Selector, depth int) bool {
	if p.has {
		return false
	}
	p.has = true
	l := &List{}
	ok := p.list(l, true, depth+1, false)
	p.has = false
	k := byRelative
	if len(l.Selectors) == 0 {
		k = never
	}
	x.Specificity = x.Specificity.plus(l.weight)
	c.tests = append(c.tests, test{kind: k, list: l})
	return ok
}

// words reads a function whose arguments are names.
func (p *parser) words(c *compound, x *Selector, name string) bool {
	k := test{kind: never}
	switch name {
	case "lang":
		k.kind = byLanguage
	case "dir":
		k.kind = byDirection
	}
	for {
		t := p.s.Skip()
		if t.Is(')') || t.Kind == css.EOF {
			p.s.Seek(t.Start)
			break
		}
		if t.Kind == css.Ident || t.Kind == css.String {
			k.value += css.Lower(t.Name) + " "
		} else if !t.Is(',') && k.kind != never {
			return false
		}
		if k.kind == never {
			for t = p.beyond(t); !t.Is(')') && t.Kind != css.EOF; t = p.beyond(t) {
			}
			p.s.Seek(t.Start)
		}
	}
	c.tests = append(c.tests, k)
	x.Specificity = x.Specificity.plus(ofClass)
	return true
}

// nth reads a·n + b, and the selectors behind "of" (section 14.3).
func (p *parser) nth(c *compound, x *Selector, k kind, depth int) bool {
	start := p.s.Pos()
	t := p.s.Skip()
	for !t.Is(')') && !t.IsIdent("of") && t.Kind != css.EOF {
		t = p.s.Skip()
	}
	a, b, ok := formula(p.s.Source[start:t.Start])
	if !ok {
		return false
	}
	n := test{kind: k, a: a, b: b}
	if t.IsIdent("of") {
		n.list = &List{}
		if depth == maxDepth || !p.list(n.list, false, depth+1, false) {
			return false
		}
		x.Specificity = x.Specificity.plus(n.list.weight)
		if len(n.list.Selectors) == 0 {
			n.kind = never
		}
	} else {
		p.s.Seek(t.Start)
	}
	x.Specificity = x.Specificity.plus(ofClass)
	c.tests = append(c.tests, n)
	return true
}

// formula reads the notation of CSS Syntax 3, section 6.
func formula(s string) (a, b int, ok bool) {
	s = css.Lower(strings.TrimSpace(s))
	switch s {
	case "odd":
		return 2, 1, true
	case "even":
		return 2, 0, true
	}
	n := strings.IndexByte(s, 'n')
	if n < 0 {
		b, ok = integer(s)
		return 0, b, ok
	}
	switch s[:n] {
	case "", "+":
		a, ok = 1, true
	case "-":
		a, ok = -1, true
	default:
		a, ok = integer(s[:n])
	}
	rest := strings.TrimSpace(s[n+1:])
	if rest == "" || !ok {
		return a, 0, ok
	}
	if rest[0] != '+' && rest[0] != '-' {
		return 0, 0, false
	}
	b, ok = integer(rest[:1] + strings.TrimSpace(rest[1:]))
	return a, b, ok
}

// integer reads a number, which is bounded to what no page has as many elements.
func integer(s string) (int, bool) {
	v, err := strconv.ParseInt(s, 10, 64)
	const most = 1 << 30
	if err != nil && v == 0 {
		return 0, false
	}
	return int(min(max(v, -most), most)), true
}
