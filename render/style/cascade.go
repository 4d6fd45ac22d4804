package style

import (
	"cmp"
	"slices"

	"golang.org/x/net/html"

	"fetchscope/render/css"
	"fetchscope/render/selector"
)

// A priority orders declarations (CSS Cascading 5, section 6.1): from the top the origin
// and the importance, the layer, the specificity, and the order in which they came.
type priority uint64

// The origins, from the weakest on. Presentational hints stand between the first two.
const (
	byAgent priority = iota << 60
	byAuthor
	byElement // a style attribute
)

const (
	layerShift       = 48
	specificityShift = 24
	orderMask        = 1<<specificityShift - 1
)

// A match is a block that an element has, and how strong it is.
type match struct {
	priority priority
	block    *block
}

// matches are those of an element and its pseudo-elements.
type matches [selector.Pseudos][]match

// collect finds the rules of one origin that match an element.
func (c *computer) collect(n *html.Node, x *selector.Index, rules []rule, origin priority) {
	quirks := origin != byAgent && c.matcher.Quirks
	x.Candidates(n, quirks, func(list []selector.Entry) {
		for _, e := range list {
			if !c.matcher.Match(e.Selector, n) {
				continue
			}
			r := &rules[e.Rule]
			p := origin | priority(r.layer.rank)<<layerShift |
				priority(e.Selector.Specificity)<<specificityShift | priority(e.Rule)&orderMask
			to := &c.found[e.Selector.Pseudo]
			*to = append(*to, match{p, &r.block})
		}
	})
}

// collectAll finds all rules for an element.
func (c *computer) collectAll(n *html.Node) {
	c.matcher.Budget.Begin()
	for i := range c.found {
		c.found[i] = c.found[i][:0]
	}
	if n.Namespace == "" {
		c.collect(n, c.agent, c.agentRules, byAgent)
	}
	if c.author.Len() > 0 {
		c.collect(n, &c.author, c.reader.rules, byAuthor)
	}
	if v := attr(n, "style"); v != "" {
		c.found[selector.None] = append(c.found[selector.None], match{byElement, c.inlineBlock(v)})
	}
}

// inlineBlock returns the declarations of a style attribute, read once for all elements
// that have the same.
func (c *computer) inlineBlock(text string) *block {
	if b, ok := c.inline[text]; ok {
		return b
	}
	r := c.reader
	outer := r.top
	r.top = &frame{style: true, layer: &r.layers.root}
	css.WalkBlock(text, declarations{r})
	b := r.top.open
	r.top = outer
	if c.inline == nil {
		c.inline = map[string]*block{}
	}
	c.inline[text] = &b
	return &b
}

// declarations is a reader that takes no rules.
type declarations struct{ *reader }

// Begin leaves out what is no declaration.
func (declarations) Begin(string, string) bool { return false }

// Statement leaves out at-rules.
func (declarations) Statement(string, string) {}

// cascade applies the blocks of one element or pseudo-element, from the weakest on.
func (c *computer) cascade(n *html.Node, s *Style, parent *Style, list []match, pseudo bool) {
	slices.SortFunc(list, byPriority)
	s.scope = c.scopeOf(parent.scope, list)
	l := levels{parent: parent, element: c}
	i := 0
	for ; i < len(list) && list[i].priority < byAuthor; i++ {
		applyAll(list[i].block.normal, s, &l)
	}
	if !pseudo {
		c.hinted(n, s)
	}
	if i == len(list) {
		return
	}
	agent := *s
	layer := agent
	l.agent, l.layer = &agent, &layer
	last, important := list[i].priority>>layerShift, false
	for _, m := range list[i:] {
		if m.priority>>layerShift != last {
			last, layer = m.priority>>layerShift, *s
		}
		applyAll(m.block.normal, s, &l)
		important = important || len(m.block.important) > 0
	}
	if important {
		c.important(list[i:], s, &l)
	}
	c.overrule(n, s, &agent)
}

// hinted applies what is not in any sheet: attributes, and what other languages hide.
func (c *computer) hinted(n *html.Node, s *Style) {
	if n.Namespace != "" {
		foreign(n, s)
		return
	}
	if s.Display == Table && c.matcher.Quirks {
		s.aligned, s.WhiteSpace = atStart, Normal // HTML, section 15.3.9
	}
	if len(n.Attr) > 0 {
		hints(n, s)
	}
}

// important applies important declarations: those of an element win, and of layers the
// first (section 6.1).
func (c *computer) important(list []match, s *Style, l *levels) {
	c.urgent = c.urgent[:0]
	for _, m := range list {
		if len(m.block.important) == 0 {
			continue
		}
		if m.priority < byElement {
			m.priority ^= (1<<(60-layerShift) - 1) << layerShift
		}
		c.urgent = append(c.urgent, m)
	}
	slices.SortFunc(c.urgent, byPriority)
	for _, m := range c.urgent {
		layer := *s
		l.layer = &layer
		applyAll(m.block.important, s, l)
	}
}

func byPriority(a, b match) int { return cmp.Compare(a.priority, b.priority) }

func applyAll(list []declaration, s *Style, l *levels) {
	for i := range list {
		list[i].apply(s, l)
	}
}

// scopeOf returns the custom properties of an element: those around it where it sets none
// that anything asks for.
func (c *computer) scopeOf(around *scope, list []match) *scope {
	var own map[int]*customValue
	for _, urgent := range [...]bool{false, true} {
		for _, m := range list {
			for i := range m.block.custom {
				d := &m.block.custom[i]
				if d.important != urgent || !c.reader.names.needed[d.number] {
					continue
				}
				if own == nil {
					own = map[int]*customValue{}
				}
				own[d.number] = customOf(d.value)
			}
		}
	}
	if own == nil {
		return around
	}
	return c.shared(&scope{around, own})
}

func customOf(value string) *customValue {
	switch k, _ := wide(value); k {
	case initial:
		return &customValue{state: invalid}
	case inherit, unset, revert, revertLayer:
		return &customValue{fallback: true}
	}
	return &customValue{raw: value}
}

// maxShared is how many of the latest scopes are looked at for an equal one, so that rows
// of elements with the same custom properties share their styles.
const maxShared = 8

// shared returns a scope that is equal, if there was one lately.
func (c *computer) shared(s *scope) *scope {
	for _, t := range c.scopes {
		if t.around == s.around && sameValues(t.values, s.values) {
			return t
		}
	}
	if len(c.scopes) < maxShared {
		c.scopes = append(c.scopes, s)
	} else {
		c.scopes[c.nextScope] = s
		c.nextScope = (c.nextScope + 1) % maxShared
	}
	return s
}

func sameValues(a, b map[int]*customValue) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		w := b[k]
		if w == nil || v.raw != w.raw || v.fallback != w.fallback || v.raw == "" && v.state != w.state {
			return false
		}
	}
	return true
}

// An expansion is a declaration with its custom properties replaced.
type expansion struct {
	property property
	text     string
}

// expanded returns what a declaration with var() in it has become where it is valid.
func (c *computer) expanded(d *declaration, in *scope) (*declaration, bool) {
	e := expander{names: &c.reader.names}
	text, ok := e.expand(d.text, in)
	if !ok {
		return nil, false
	}
	key := expansion{d.property, text}
	x, known := c.expansions[key]
	if !known {
		if y, ok := declare(d.property, text); ok && y.kind != variable {
			x = &y
		}
		if c.expansions == nil {
			c.expansions = map[expansion]*declaration{}
		}
		c.expansions[key] = x
	}
	return x, x != nil
}
