package layout

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/style"
)

// A builder walks the tree of a page and makes boxes. It recurses as deep as the
// tree, which the parser bounds.
type builder struct {
	tree      tree
	styles    *style.Cursor
	links     links
	parent    ref          // the box that is open
	enclosing ref          // the innermost table
	block     *style.Style // the innermost block
	run       run          // the text since the last box
	opening   string       // signs that wait for the text after them
	lists     []list       // the lists that are open
	quotes    int          // the quotations that are open
	counters  counters
	spent     int    // bytes of text that style sheets put in
	lang      string // of the innermost element that has one
}

func newBuilder(styles *style.Cursor, o Options) *builder {
	b := &builder{styles: styles, block: &style.Style{}}
	b.links.Options = o
	b.tree.signs = signsFor(o.ASCII)
	b.tree.add(0, box{})
	return b
}

// page makes the boxes of a whole page.
func (b *builder) page(root *html.Node) {
	b.children(root, &style.Style{})
	b.flush()
}

// children makes the boxes of what is in an element, and lets go of it.
func (b *builder) children(n *html.Node, s *style.Style) {
	b.counters.enter()
	b.generated(n, s.Before)
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.Type == html.ElementNode && b.styles.Peek().Display.InTable() {
			k = b.stray(k)
			continue
		}
		b.node(k, s)
	}
	b.generated(n, s.After)
	b.counters.leave()
	n.FirstChild, n.LastChild = nil, nil
}

// node makes the boxes of one node in an element of style s.
func (b *builder) node(n *html.Node, s *style.Style) {
	switch n.Type {
	case html.TextNode:
		if !s.Invisible {
			b.write(b.transformed(n.Data, s.Transform), s.WhiteSpace)
		}
	case html.ElementNode:
		b.element(n, b.styles.Next())
	}
}

// element makes the boxes of an element.
func (b *builder) element(n *html.Node, s *style.Style) {
	if s.Display != style.None {
		b.counters.apply(s)
	}
	switch {
	case s.Display == style.None:
	case s.Replaced:
		b.apart(s, func() { b.replaced(n, s) })
	case s.Display == style.Inline, s.Display == style.Contents, s.Display == style.InlineBlock:
		b.inline(n, s)
	case s.Display == style.Table:
		b.table(n, s)
	default:
		b.blockOf(n, s)
	}
}

// apart makes what is no block by its nature, between line ends where it is one.
func (b *builder) apart(s *style.Style, fill func()) {
	if s.Display != style.Block && s.Display != style.ListItem {
		fill()
		return
	}
	b.flush()
	fill()
	b.flush()
}

// blockOf makes a block, with a box of its own where it needs one.
func (b *builder) blockOf(n *html.Node, s *style.Style) {
	defer b.language(n)()
	outer := b.block
	b.flush()
	b.block = s
	switch {
	case s.Display == style.ListItem:
		b.item(n, s)
	case n.DataAtom == atom.Ol || n.DataAtom == atom.Ul || n.DataAtom == atom.Menu || n.DataAtom == atom.Dir:
		b.listOf(n, s)
	case n.DataAtom == atom.Summary:
		b.summary(n, s)
	default:
		b.plain(n, s)
	}
	b.block = outer
}

// plain makes a block without a marker. One that has neither margins nor anything
// drawn is only the end of the paragraph before it and after it.
func (b *builder) plain(n *html.Node, s *style.Style) {
	if s.Space == 0 && s.Indent == 0 && !s.Bar && s.Heading == 0 {
		b.children(n, s)
		b.flush()
		return
	}
	if t := b.enclosing; t != 0 && s.Heading > 0 {
		b.tree.at(t).arranges = true
	}
	b.within(box{kind: blockBox, space: s.Space, indent: s.Indent, bar: s.Bar, heading: s.Heading}, func() {
		b.children(n, s)
	})
}

// within opens a box, has it filled, and closes it. A box that stays empty is taken
// back, and so are its margins, since an empty paragraph is no more than a habit.
func (b *builder) within(x box, fill func()) {
	o := b.open(x)
	o.emptiable = x.kind == blockBox || x.kind == itemBox
	fill()
	b.close(o)
}

// An opened is a box that is being filled.
type opened struct {
	outer, last ref
	emptiable   bool // it is taken back where nothing came into it
}

func (b *builder) open(x box) opened {
	o := opened{outer: b.parent, last: b.tree.at(b.parent).last}
	b.parent = b.tree.add(b.parent, x)
	return o
}

func (b *builder) close(o opened) {
	b.flush()
	me := b.parent
	b.parent = o.outer
	if o.emptiable && b.tree.at(me).first == 0 && me == b.tree.n-1 {
		b.drop(o.last)
	}
}

// drop takes back the newest box, whose elder sibling is last.
func (b *builder) drop(last ref) {
	b.tree.n--
	p := b.tree.at(b.parent)
	p.last = last
	if last == 0 {
		p.first = 0
	} else {
		b.tree.at(last).next = 0
	}
}

// flush ends the paragraph that is being written and makes a box of it.
func (b *builder) flush() {
	start, end := b.run.start, b.trimmed()
	b.tree.truncate(end)
	b.run = run{start: end}
	if end == start {
		return
	}
	x := box{kind: textBox, align: b.block.Align, start: int32(start), end: int32(end)}
	if b.block.WhiteSpace == style.Pre {
		x.kind = preBox
	}
	b.tree.add(b.parent, x)
}

// language notes the language of an element and returns what ends it.
func (b *builder) language(n *html.Node) func() {
	v := attr(n, "lang")
	if v == "" {
		return func() {}
	}
	outer := b.lang
	b.lang = v
	return func() { b.lang = outer }
}

// attr returns the value of an attribute, or "".
func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return n.Attr[i].Val
		}
	}
	return ""
}

// has reports whether an attribute is there, whatever its value.
func has(n *html.Node, key string) bool {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return true
		}
	}
	return false
}
