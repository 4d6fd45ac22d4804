package style

import (
	"strings"

	"fetchscope/render/css"
	"fetchscope/render/selector"
)

// Limits of a page's style sheets. What is beyond is dropped.
const (
	// maxSource bounds the bytes of all sheets together. The largest pages have one
	// megabyte of them, fonts included.
	maxSource = 16 << 20
	// maxRules bounds the rules that are kept, and their selectors: twenty times what
	// the largest pages have that matter to text.
	maxRules = 1 << 17
	// maxLayers is what the order of a rule has room for.
	maxLayers = 1 << 12
)

// A block is the declarations of a rule that matter, in order.
type block struct {
	normal, important []declaration
	custom            []customDeclaration
}

// A customDeclaration sets a custom property.
type customDeclaration struct {
	number    int
	value     string
	important bool
}

func (b *block) empty() bool { return len(b.normal)+len(b.important)+len(b.custom) == 0 }

// A rule is a block and the selectors of the elements that it is for.
type rule struct {
	block block
	frame *frame
	layer *layer
}

// A frame is a rule or a condition that is being read.
type frame struct {
	around  *frame
	prelude string
	style   bool // a rule of style; else what is around has the selectors
	scoped  bool // @scope: what is in it stands in a relation to its root
	layer   *layer
	sheet   *source
	open    block

	parsed   bool
	list     *selector.List
	excepted *selector.List
}

// A source is one style sheet.
type source struct{ namespaces map[string]string }

// A reader reads style sheets and keeps the rules that can matter.
type reader struct {
	media   css.Media
	quirks  bool
	own     bool // the user agent's sheet
	names   names
	layers  layers
	rules   []rule
	seen    int // rules of all kinds
	dropped bool
	left    int // bytes that may yet be read
	top     *frame
	sheet   *source
}

func newReader(o Options, quirks bool) *reader {
	r := &reader{quirks: quirks, left: maxSource}
	r.media = css.Media{Width: float64(o.Width) * columnWidth, Height: screenHeight}
	r.layers.init()
	return r
}

const (
	// columnWidth is how many CSS pixels a column stands for: half the initial font size.
	columnWidth = 8
	// screenHeight is that of a browser's window.
	screenHeight = 600
)

// read reads one sheet.
func (r *reader) read(text string) {
	if len(text) > r.left {
		text, r.dropped = text[:r.left], true
	}
	r.left -= len(text)
	r.sheet = &source{}
	r.top = &frame{layer: &r.layers.root, sheet: r.sheet}
	css.Walk(text, r)
}

// Begin takes the start of a rule with a block.
func (r *reader) Begin(at, prelude string) bool {
	f := &frame{around: r.top, layer: r.top.layer, sheet: r.sheet, prelude: prelude}
	switch at {
	case "":
		f.style = true
		r.seen++
	case "media":
		if !r.media.Matches(prelude) {
			return false
		}
	case "supports":
		if !css.Supports(prelude, supported, selector.Supported) {
			return false
		}
	case "container":
		if !r.media.Container(prelude) {
			return false
		}
	case "layer":
		f.layer = r.layers.named(r.top.layer, prelude)
	case "scope":
		f.scoped = true
	default: // fonts, key frames, pages, properties: nothing that a text has
		return false
	}
	r.flush()
	r.top = f
	return true
}

// End takes the end of a block.
func (r *reader) End() {
	r.flush()
	r.top = r.top.around
}

// flush keeps what has been declared since the last rule. What stands behind a rule in a
// rule comes after it in the order (CSS Nesting, section 4.1).
func (r *reader) flush() {
	f := r.top
	if f.open.empty() {
		return
	}
	if f.styled() {
		if len(r.rules) < maxRules {
			r.rules = append(r.rules, rule{f.open, f, f.layer})
		} else {
			r.dropped = true
		}
	}
	f.open = block{}
}

// styled reports whether a frame is in a rule of style, so that it has selectors.
func (f *frame) styled() bool {
	for ; f != nil; f = f.around {
		if f.style {
			return true
		}
	}
	return false
}

// Declaration takes a declaration, if it is of a property that matters.
func (r *reader) Declaration(name, value string) {
	if strings.HasPrefix(name, "--") {
		r.variable(name, value)
		return
	}
	p := propertyOf(css.Lower(name))
	if r.own {
		p = ownPropertyOf(name)
	}
	if p == noProperty {
		return
	}
	value, important := css.Important(strings.TrimLeft(value, " \t\r\n\f"))
	d, ok := declare(p, value)
	switch {
	case !ok:
	case important:
		r.top.open.important = append(r.top.open.important, d)
	default:
		r.top.open.normal = append(r.top.open.normal, d)
	}
}

// variable takes a custom property.
func (r *reader) variable(name, value string) {
	n := r.names.number(name)
	if n < 0 {
		r.dropped = true
		return
	}
	value, important := css.Important(strings.TrimLeft(value, " \t\r\n\f"))
	if len(value) > maxExpansion {
		value = "initial" // too long to be of use, and in the way of what is inherited
	}
	if hasVariable(value) {
		r.names.values[n] = append(r.names.values[n], value)
	}
	r.top.open.custom = append(r.top.open.custom, customDeclaration{n, value, important})
}

// Statement takes an at-rule without a block. What @import names is never fetched.
func (r *reader) Statement(at, prelude string) {
	switch at {
	case "layer":
		css.Split(prelude, func(name string) { r.layers.named(r.top.layer, strings.TrimSpace(name)) })
	case "namespace":
		r.namespace(prelude)
	}
}

// namespace takes a prefix and the name that it stands for.
func (r *reader) namespace(prelude string) {
	s := css.Scanner{Source: prelude}
	t := s.Skip()
	prefix := ""
	if t.Kind == css.Ident {
		prefix = t.Name
		t = s.Skip()
	}
	if t.Kind == css.Function {
		t = s.Skip()
	}
	if t.Kind != css.String && t.Kind != css.URL {
		return
	}
	if r.sheet.namespaces == nil {
		r.sheet.namespaces = map[string]string{}
	}
	r.sheet.namespaces[prefix] = t.Name
}

// selectors returns those of a frame, which are read when a rule needs them: most rules
// have nothing that matters. Nil: they are not valid.
func (f *frame) selectors(quirks bool) *selector.List {
	if f == nil {
		return nil
	}
	if f.parsed {
		return f.list
	}
	f.parsed = true
	c := selector.Context{Quirks: quirks, Namespaces: f.sheet.namespaces}
	switch {
	case f.scoped:
		f.list, f.excepted = scopeOf(f.prelude, c)
	case f.style:
		f.list = f.nested(c)
	default:
		f.list = f.around.selectors(quirks)
		f.excepted = f.around.except()
	}
	return f.list
}

// nested reads the selectors of a rule in what is around it.
func (f *frame) nested(c selector.Context) *selector.List {
	if f.around.within() {
		if c.Parent = f.around.selectors(c.Quirks); c.Parent == nil {
			return nil
		}
		c.Except, c.Weightless = f.around.except(), f.around.inScope()
	}
	list, ok := selector.Parse(f.prelude, c)
	if !ok {
		return nil
	}
	return list
}

// within reports whether there are selectors around.
func (f *frame) within() bool {
	for ; f != nil; f = f.around {
		if f.style || f.scoped {
			return true
		}
	}
	return false
}

// inScope reports whether the nearest selectors around are those of a scope.
func (f *frame) inScope() bool {
	for ; f != nil && !f.style; f = f.around {
		if f.scoped {
			return true
		}
	}
	return false
}

func (f *frame) except() *selector.List {
	if f == nil || f.style {
		return nil
	}
	return f.excepted
}

// scopeOf reads the root and the limit of @scope (CSS Cascading 6, section 2.5). Where
// there is no root it is that of the page.
func scopeOf(prelude string, c selector.Context) (root, limit *selector.List) {
	s := css.Scanner{Source: prelude}
	roots, limits := ":root", ""
	t := s.Skip()
	if t.Is('(') {
		start := t.End
		roots = s.Source[start:behind(&s, s.Next())]
		t = s.Skip()
	}
	if t.IsIdent("to") {
		if t = s.Skip(); t.Is('(') {
			start := t.End
			limits = s.Source[start:behind(&s, s.Next())]
		}
	}
	root, ok := selector.Parse(roots, c)
	if !ok {
		return nil, nil
	}
	if strings.TrimSpace(limits) != "" {
		c.Parent, c.Weightless = root, true
		limit, _ = selector.Parse(":is(:scope "+limits+", :scope "+limits+" *)", c)
	}
	return root, limit
}
