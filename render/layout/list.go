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
	if s.Depth == 1 || n.Parent == nil || n.Parent.DataAtom != atom.Li {
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
	if len(b.lists) == 0 {
		return b.tree.signs.bullet(s)
	}
	l := &b.lists[len(b.lists)-1]
	if v, ok := integer(attr(n, "value")); ok && s.Marker >= style.Decimal {
		l.next = v
	}
	i := l.next
	l.next = saturated(i + l.step)
	if s.Marker < style.Decimal {
		return b.tree.signs.bullet(s)
	}
	m := ordinal(i, s.Marker)
	return strings.Repeat(" ", max(0, l.width-len(m))) + m + ". "
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

// ordinal writes a number in the way of a list (CSS Counter Styles 3, section 6).
func ordinal(i int, m style.Marker) string {
	switch {
	case m == style.LowerAlpha && i > 0:
		return alphabetic(i)
	case m == style.UpperAlpha && i > 0:
		return strings.ToUpper(alphabetic(i))
	case m == style.LowerRoman && i > 0 && i < 4000:
		return roman(i)
	case m == style.UpperRoman && i > 0 && i < 4000:
		return strings.ToUpper(roman(i))
	}
	return strconv.Itoa(i)
}

// alphabetic counts a to z, aa, ab.
func alphabetic(i int) string {
	var d [8]byte // 26⁷ is more than 31 bits
	at := len(d)
	for ; i > 0; i = (i - 1) / 26 {
		at--
		d[at] = 'a' + byte((i-1)%26)
	}
	return string(d[at:])
}

// roman writes 1 to 3999.
func roman(i int) string {
	values := [...]int{1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1}
	signs := [...]string{"m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"}
	var out []byte
	for k, v := range values {
		for ; i >= v; i -= v {
			out = append(out, signs[k]...)
		}
	}
	return string(out)
}
