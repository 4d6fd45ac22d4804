package layout

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"fetchscope/render/style"
)

// maxGenerated bounds the text that style sheets put into a page, in bytes. One rule can
// put the same before each of its elements; what comes after is left out.
const maxGenerated = 1 << 20

// generated writes a pseudo-element.
func (b *builder) generated(n *html.Node, p style.Pseudo) {
	if p == 0 {
		return
	}
	s := b.styles.Pseudo(p)
	b.counters.apply(s)
	closes := len(s.Content.Items) > 0 && s.Content.Items[0].Kind == style.CloseQuote
	text := b.contentText(n, s)
	if text == "" || s.Invisible {
		return
	}
	if blank := strings.TrimSpace(text) == ""; blank && s.Display != style.Inline {
		return // what only clears floats
	}
	b.apart(s, func() {
		if closes {
			b.run.pending = noGap
		}
		b.write(b.transformed(text, s.Transform), s.WhiteSpace)
	})
}

// contentText returns what a pseudo-element says.
func (b *builder) contentText(n *html.Node, s *style.Style) string {
	var out strings.Builder
	for i := range s.Content.Items {
		x := &s.Content.Items[i]
		switch x.Kind {
		case style.Literal:
			out.WriteString(x.Text)
		case style.Attribute:
			out.WriteString(attrOr(n, x))
		case style.Counter, style.Nested:
			out.WriteString(b.counted(x))
		default:
			out.WriteString(b.mark(x.Kind, s.Quotes))
		}
		if b.spent += len(x.Text) + 1; b.spent+out.Len() > maxGenerated {
			return ""
		}
	}
	b.spent += out.Len()
	return strings.Map(visible, out.String())
}

// attrOr returns the value of an attribute, or what stands for it.
func attrOr(n *html.Node, x *style.Item) string {
	if has(n, x.Text) {
		return attr(n, x.Text)
	}
	return x.Otherwise
}

// visible leaves out characters of private use: they are pictures in a font of the page.
func visible(r rune) rune {
	if r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000 {
		return -1
	}
	return r
}

// mark returns a quotation mark and counts it (CSS Content 3, section 2.4).
func (b *builder) mark(k style.ItemKind, q *style.Quotes) string {
	switch k {
	case style.OpenQuote, style.OpenSilent:
		b.quotes++
		if k == style.OpenQuote {
			return b.quoteMark(q, b.quotes-1, 0)
		}
	case style.CloseQuote, style.CloseSilent:
		if b.quotes == 0 {
			return "" // more are closed than were opened
		}
		b.quotes--
		if k == style.CloseQuote {
			return b.quoteMark(q, b.quotes, 1)
		}
	}
	return ""
}

// quoteMark returns the mark of a level that opens, or closes at side 1: the page's, those
// of a typewriter, or those of the language.
func (b *builder) quoteMark(q *style.Quotes, level, side int) string {
	marks := b.tree.signs.quotes
	switch {
	case q != nil && len(q.Marks) == 0:
		return ""
	case q != nil:
		return q.Marks[2*min(level, len(q.Marks)/2-1)+side]
	case marks[0] == "":
		marks = quoteMarks(b.lang)
	}
	return marks[2*(level%2)+side]
}

// Counters are the numbers that style sheets count with (CSS Lists 3, section 4). A
// counter is there for the element that made it, its siblings and what is in them.
type counters struct {
	depth  int
	values map[string][]counter
	made   []string // the names of all counters, in the order in which they were made
}

// A counter is the number, and how deep the element is that made it.
type counter struct{ value, depth int }

func (c *counters) enter() { c.depth++ }

// leave ends the counters that were made among the children of an element.
func (c *counters) leave() {
	for n := len(c.made); n > 0; n = len(c.made) {
		name := c.made[n-1]
		list := c.values[name]
		if list[len(list)-1].depth < c.depth {
			break
		}
		c.values[name] = list[:len(list)-1]
		c.made = c.made[:n-1]
	}
	c.depth--
}

// apply does what an element's style says.
func (c *counters) apply(s *style.Style) {
	if s.Counters == (style.Counters{}) {
		return
	}
	if c.values == nil {
		c.values = map[string][]counter{}
	}
	each := func(list *[]style.Count, f func(*counter, int), anew bool) {
		if list == nil {
			return
		}
		for _, x := range *list {
			f(c.counter(x.Name, anew), x.Value)
		}
	}
	set := func(x *counter, v int) { x.value = v }
	each(s.Counters.Reset, set, true)
	each(s.Counters.Increment, func(x *counter, v int) { x.value = saturated(x.value + v) }, false)
	each(s.Counters.Set, set, false)
}

// counter returns the innermost counter of a name. One is made where there is none, and
// for a reset where there is none among the siblings.
func (c *counters) counter(name string, anew bool) *counter {
	list := c.values[name]
	if n := len(list); n == 0 || anew && list[n-1].depth != c.depth {
		list = append(list, counter{depth: c.depth})
		c.values[name] = list
		c.made = append(c.made, name)
	}
	return &list[len(list)-1]
}

// maxNested bounds the numbers that counters() writes; deeper outlines are not read.
const maxNested = 16

// counted writes a counter, or all of its name with a text between them.
func (b *builder) counted(x *style.Item) string {
	list := b.counters.values[x.Text]
	switch {
	case len(list) == 0 && x.Text == "list-item" && len(b.lists) > 0:
		l := b.lists[len(b.lists)-1]
		return ordinalOf(l.next-l.step, x.Marker)
	case len(list) == 0:
		return ordinalOf(0, x.Marker)
	case x.Kind == style.Counter:
		return ordinalOf(list[len(list)-1].value, x.Marker)
	}
	var parts []string
	for _, c := range list[max(0, len(list)-maxNested):] {
		parts = append(parts, ordinalOf(c.value, x.Marker))
	}
	return strings.Join(parts, x.Otherwise)
}

// ordinalOf writes a number in content, where bullets are signs.
func ordinalOf(i int, m style.Marker) string {
	switch m {
	case style.NoMarker:
		return ""
	case style.Disc, style.Bullet:
		return "•"
	case style.Circle:
		return "◦"
	case style.Square:
		return "▪"
	case style.Closed:
		return "▸"
	case style.Open:
		return "▾"
	case style.Decimal:
		return strconv.Itoa(i)
	}
	return ordinal(i, m)
}
