package layout

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/style"
)

// A list is what its items need to know of it.
type list struct {
	next  int // the number of the next item
	step  int // 1, or -1 where numbers run backwards
	width int // of its widest number
}

// listIndent is the margin of a list that is in no item, in columns. Others begin
// under the text of theirs.
const listIndent = 2

// listOf makes a list.
func (b *builder) listOf(n *html.Node, s *style.Style) {
	b.lists = append(b.lists, numbering(n, s))
	x := box{kind: blockBox, space: s.Space}
	if s.Marker != style.NoMarker && (s.Depth == 1 || n.Parent == nil || n.Parent.DataAtom != atom.Li) {
		x.indent = listIndent
	}
	b.within(x, func() { b.children(n, s) })
	b.lists = b.lists[:len(b.lists)-1]
}

// numbering reads where the numbers of a list start and which way they run
// (HTML, section 4.4.5).
func numbering(n *html.Node, s *style.Style) list {
	l := list{next: 1, step: 1}
	if n.DataAtom != atom.Ol {
		return l
	}
	items := 0
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if k.DataAtom == atom.Li {
			items++
		}
	}
	if has(n, "reversed") {
		l.step, l.next = -1, items
	}
	if v, ok := integer(attr(n, "start")); ok {
		l.next = v
	}
	first, last := l.next, l.next+l.step*max(0, items-1)
	for _, i := range [...]int{first, last} {
		l.width = max(l.width, len(ordinal(i, s.Marker)))
	}
	if s.Marker != style.Decimal {
		l.width = 0 // the widest Roman number is any
	}
	return l
}

// item makes a list item.
func (b *builder) item(n *html.Node, s *style.Style) {
	mark := b.marker(n, s)
	start := len(b.tree.text)
	b.tree.text = append(b.tree.text, mark...)
	b.run.start = len(b.tree.text)
	b.within(box{kind: itemBox, start: int32(start), end: int32(len(b.tree.text))}, func() {
		b.children(n, s)
	})
}

// summary makes the line that stays when the rest of a details element is folded
// away. The rest is shown all the same, as text cannot be clicked on.
func (b *builder) summary(n *html.Node, s *style.Style) {
	mark := b.tree.signs.folded
	if n.Parent != nil && has(n.Parent, "open") {
		mark = b.tree.signs.open
	}
	start := len(b.tree.text)
	b.tree.text = append(b.tree.text, mark...)
	b.run.start = len(b.tree.text)
	b.within(box{kind: itemBox, start: int32(start), end: int32(len(b.tree.text))}, func() {
		b.children(n, s)
	})
}

// marker returns what stands before an item, with the space after it, and counts it.
func (b *builder) marker(n *html.Node, s *style.Style) string {
	i, width := b.count(n, s)
	if s.Mark != 0 {
		return b.markText(b.contentText(n, b.styles.Pseudo(s.Mark)))
	}
	if s.Marker == style.Text {
		return b.markText(s.MarkText)
	}
	if s.Marker < style.Decimal || len(b.lists) == 0 {
		return b.tree.signs.bullet(s)
	}
	m := ordinal(i, s.Marker)
	return strings.Repeat(" ", max(0, width-len(m))) + m + ". "
}

// count returns the number of an item, and the width of the widest in its list.
func (b *builder) count(n *html.Node, s *style.Style) (i, width int) {
	if len(b.lists) == 0 {
		return 1, 0
	}
	l := &b.lists[len(b.lists)-1]
	if v, ok := integer(attr(n, "value")); ok && s.Marker >= style.Decimal {
		l.next = v
	}
	i = l.next
	l.next = saturated(i + l.step)
	return i, l.width
}

// maxMark bounds the text before an item, in bytes.
const maxMark = 64

// markText makes a mark of a text of the page: on one line, with white space behind it.
func (b *builder) markText(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len(text) > maxMark {
		return ""
	}
	return text + " "
}

// bullet returns the mark of an item without a number.
func (g *signs) bullet(s *style.Style) string {
	m := s.Marker
	if m == style.Bullet {
		m = [...]style.Marker{style.Disc, style.Circle, style.Square}[min(max(s.Depth, 1), 3)-1]
	}
	switch m {
	case style.Disc:
		return g.disc
	case style.Circle:
		return g.circle
	case style.Square:
		return g.square
	case style.Closed:
		return g.folded
	case style.Open:
		return g.open
	}
	return ""
}

// integer reads a signed number as HTML does (section 2.3.4.1): what follows it does
// not matter. Numbers are bounded as browsers bound them.
func integer(s string) (int, bool) {
	s = strings.TrimLeft(s, " \t\r\n\f")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	v, err := strconv.ParseInt(s[:end], 10, 32)
	if err != nil && v == 0 {
		return 0, false
	}
	return int(v), true
}

// saturated keeps a count of items within 32 bits.
func saturated(i int) int { return min(max(i, -1<<31), 1<<31-1) }
