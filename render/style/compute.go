package style

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/selector"
)

// Options are what styling needs to know beside the page.
type Options struct {
	// Width is the number of columns, for what sheets ask of the screen.
	Width int
	// Fetch returns the style sheet of another address, which is as the page has it. Nil:
	// those are left out.
	Fetch func(href string) ([]byte, error)
}

// Computed holds the styles of a page's elements in document order. What is not
// displayed is listed, what is inside it is not.
type Computed struct {
	styles     []Style
	of         []uint32
	rules      int
	steps      int
	overridden bool
	cut        bool
}

// Rules returns how many rules the sheets had.
func (c *Computed) Rules() int { return c.rules }

// Overridden reports whether the page would have hidden all of its text, so that what
// hides it was left out.
func (c *Computed) Overridden() bool { return c.overridden }

// Cut reports whether style sheets were larger, or took more work, than the limits allow,
// so that some of their rules had no effect.
func (c *Computed) Cut() bool { return c.cut }

// Pseudo returns the style of a pseudo-element.
func (c *Computed) Pseudo(p Pseudo) *Style { return &c.styles[p] }

// A Cursor hands out the styles in document order.
type Cursor struct {
	c *Computed
	i int
}

// Cursor returns a cursor before the first element.
func (c *Computed) Cursor() *Cursor { return &Cursor{c: c} }

// Next returns the style of the next element. Whoever walks the tree calls it once
// for each element and leaves out the children of those that are None or Replaced.
func (k *Cursor) Next() *Style {
	s := &k.c.styles[k.c.of[k.i]]
	k.i++
	return s
}

// Peek returns the style of the next element and stays before it.
func (k *Cursor) Peek() *Style { return &k.c.styles[k.c.of[k.i]] }

// Pseudo returns the style of a pseudo-element.
func (k *Cursor) Pseudo(p Pseudo) *Style { return k.c.Pseudo(p) }

// Compute finds the styles of all elements below root. It recurses as deep as the
// tree, which the parser bounds.
func Compute(root *html.Node, o Options) *Computed {
	c := &computer{}
	c.agent, c.agentRules = agentRules()
	c.matcher.Quirks = quirky(root)
	c.reader = newReader(o, c.matcher.Quirks)
	g := gatherer{computer: c, fetch: o.Fetch}
	g.gather(root)
	c.prepare()
	c.walk(root, asWritten)
	if c.hid && !c.shown {
		c.uncover(root)
	}
	return c.out
}

// A leniency is how much of what hides elements is left out.
type leniency uint8

const (
	asWritten    leniency = iota
	rootsShown            // the root and the body are shown
	nothingHides          // whatever the author's sheets hide
)

// uncover styles a page anew that shows nothing, as one does that waits for a script: it
// leaves out what hides the page as a whole, and if that is not it what hides any of it.
func (c *computer) uncover(root *html.Node) {
	before := c.out
	for _, l := range []leniency{rootsShown, nothingHides} {
		if c.walk(root, l); c.shown {
			c.out.overridden = true
			return
		}
	}
	c.out = before
}

// A computer finds the styles of one page.
type computer struct {
	out        *Computed
	reader     *reader
	agent      *selector.Index
	agentRules []rule
	author     selector.Index
	matcher    selector.Matcher
	inline     map[string]*block
	leniency   leniency
	shown      bool // there is text to be seen
	hid        bool // the author's sheets hide something

	found      matches
	urgent     []match
	scopes     []*scope
	nextScope  int
	expansions map[expansion]*declaration

	ids map[Style]uint32
	// memo knows the styles of elements that only the user agent has rules for.
	memo map[memoKey]uint32
	// last and lastID remember the style before, which is often the next one's.
	last   Style
	lastID uint32
}

// A memoKey is what the style of such an element hangs on.
type memoKey struct {
	parent uint32
	tag    atom.Atom
}

// prepare sorts what was read: layers, the custom properties that matter, selectors.
func (c *computer) prepare() {
	r := c.reader
	r.layers.order()
	for i := range r.rules {
		r.names.needAll(&r.rules[i].block)
	}
	for _, b := range c.inline {
		r.names.needAll(b)
	}
	kept := r.rules[:0]
	for _, x := range r.rules {
		if x.block.matters(&r.names) {
			kept = append(kept, x)
		}
	}
	r.rules = kept
	r.dropped = enter(&c.author, r.rules, c.matcher.Quirks) || r.dropped
}

// needAll notes the custom properties that a block's declarations ask for.
func (n *names) needAll(b *block) {
	for _, list := range [...][]declaration{b.normal, b.important} {
		for i := range list {
			if list[i].kind == variable {
				n.need(list[i].text)
			}
		}
	}
}

// matters reports whether a block sets anything that has an effect on text.
func (b *block) matters(n *names) bool {
	if len(b.normal)+len(b.important) > 0 {
		return true
	}
	for i := range b.custom {
		if n.needed[b.custom[i].number] {
			return true
		}
	}
	return false
}

// walk styles all elements of the page.
func (c *computer) walk(root *html.Node, l leniency) {
	c.leniency, c.shown, c.hid = l, false, false
	c.out = &Computed{styles: make([]Style, 1, 64), rules: len(c.agentRules) + c.reader.seen}
	c.ids, c.memo = map[Style]uint32{}, map[memoKey]uint32{}
	c.last, c.lastID = Style{}, 0
	c.matcher = selector.Matcher{Quirks: c.matcher.Quirks, Budget: selector.NewBudget()}
	c.children(root, 0)
	steps, over := c.matcher.Budget.Spent()
	c.out.steps, c.out.cut = steps, over || c.reader.dropped
}

func (c *computer) children(n *html.Node, parent uint32) {
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch k.Type {
		case html.TextNode:
			if !c.shown && parent != 0 && !c.out.styles[parent].Invisible {
				c.shown = strings.TrimSpace(k.Data) != ""
			}
		case html.ElementNode:
			c.element(k, parent)
		}
	}
}

func (c *computer) element(n *html.Node, parent uint32) {
	id := c.styled(n, parent)
	c.out.of = append(c.out.of, id)
	s := &c.out.styles[id]
	switch {
	case s.Display == None:
	case s.Replaced:
		c.shown = c.shown || !s.Invisible && attr(n, "alt") != ""
	default:
		if n.FirstChild == nil {
			return
		}
		if c.author.Len() > 0 {
			c.matcher.Enter(n)
			defer c.matcher.Leave()
		}
		c.children(n, id)
	}
}

// styled returns the number of an element's style.
func (c *computer) styled(n *html.Node, parent uint32) uint32 {
	if c.author.Len() > 0 || n.Namespace != "" || n.DataAtom == 0 || remarkable(n) {
		return c.compute(n, parent)
	}
	key := memoKey{parent, n.DataAtom}
	id, ok := c.memo[key]
	if !ok {
		id = c.compute(n, parent)
		c.memo[key] = id
	}
	return id
}

// compute finds the style of one element and of its pseudo-elements.
func (c *computer) compute(n *html.Node, parent uint32) uint32 {
	around := &c.out.styles[parent]
	s := around.child()
	c.collectAll(n)
	c.cascade(n, &s, around, c.found[selector.None], false)
	s.finish(n, around)
	if s.Display != None && !s.Replaced {
		s.Before = c.pseudo(n, &s, selector.Before)
		s.After = c.pseudo(n, &s, selector.After)
		if s.Display == ListItem {
			s.Mark = c.pseudo(n, &s, selector.Marker)
		}
	}
	return c.add(&s)
}

// pseudo finds the style of a pseudo-element, if it is there.
func (c *computer) pseudo(n *html.Node, around *Style, p selector.Pseudo) Pseudo {
	if len(c.found[p]) == 0 {
		return 0
	}
	s := around.child()
	c.cascade(n, &s, around, c.found[p], true)
	s.finish(nil, around)
	if s.Content == nil || s.Display == None || len(s.Content.Items) == 0 && s.Counters == (Counters{}) {
		return 0
	}
	return Pseudo(c.add(&s))
}

// add returns the number of a style, that of an equal one where there is one.
func (c *computer) add(s *Style) uint32 {
	if c.lastID != 0 && *s == c.last {
		return c.lastID
	}
	id, ok := c.ids[*s]
	if !ok {
		id = uint32(len(c.out.styles))
		c.ids[*s] = id
		c.out.styles = append(c.out.styles, *s)
	}
	c.last, c.lastID = *s, id
	return id
}

// finish makes of the values that were specified those that are used.
func (s *Style) finish(n *html.Node, parent *Style) {
	isRoot := n != nil && n.Parent != nil && n.Parent.Type == html.DocumentNode
	switch {
	case s.Display == None, s.Skipped && s.Display != Inline && s.Display != Contents:
		s.Display = None
	case s.Display == Contents:
		s.arrays = parent.arrays
	case s.floats, s.leaves, parent.arrays, isRoot:
		s.Display = s.Display.blockified()
	}
	if s.Depth > 1 && s.Depth > parent.Depth {
		s.Space = 0 // HTML, section 15.3.7: no margins round a list in a list
	}
	if n != nil && s.Script == Baseline && n.Namespace == "" {
		s.Script = shifted(n) // sheets shift it by other means than the alignment
	}
	s.Align = s.aligned.in(s.RightToLeft)
}

// shifted returns where sup and sub elements stand.
func shifted(n *html.Node) Script {
	switch n.DataAtom {
	case atom.Sup:
		return Super
	case atom.Sub:
		return Sub
	}
	return Baseline
}

// in returns where a line stands. Lines that run to the left are in their logical order
// and start at the left like all others, since a terminal turns them or does not.
func (a aligned) in(rtl bool) Align {
	switch {
	case a == atCenter:
		return Center
	case (a == atEnd || a == atRight) && !rtl:
		return End
	}
	return Start
}

// overrule undoes what hides an element where the page would show nothing.
func (c *computer) overrule(n *html.Node, s, agent *Style) {
	hides := s.Display == None && agent.Display != None || s.Invisible && !agent.Invisible || s.Skipped
	if !hides {
		return
	}
	c.hid = true
	isPage := n.Namespace == "" && (n.DataAtom == atom.Html || n.DataAtom == atom.Body)
	if c.leniency == nothingHides || c.leniency == rootsShown && isPage {
		if s.Display == None {
			s.Display, s.arrays = agent.Display, agent.arrays
		}
		s.Invisible, s.Skipped = agent.Invisible, false
	}
}
