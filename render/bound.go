package render

import (
	"golang.org/x/net/html/atom"
)

// Limits of what the HTML parser is given. It refuses pages with more than 512 open
// elements, and opens all formatting elements anew in each paragraph.
const (
	// maxDepth bounds the open elements other than formatting ones, with those the
	// parser adds by itself; pages reach forty.
	maxDepth = 400
	// maxFormatting bounds the open formatting elements; together they stay below
	// 512.
	maxFormatting = 32
	// reopenings is how many formatting elements may be opened anew for each tag of
	// the page, before those that are open are closed.
	reopenings = 4
	// freeReopenings do not count: as many cost a few megabytes, and old pages leave
	// elements open that nobody would miss if they were closed later.
	freeReopenings = 100_000
	// maxTags bounds the tags of a page; each takes up to 400 bytes as a node and a
	// box. A page of ten megabytes that people read has a tenth of it.
	maxTags = 4 << 20
)

// bound returns the page with what would be too deep for the parser cut out: start
// tags that lead deeper, and their end tags, never text. A page that is not too deep
// is returned as it is. It follows the construction of the tree (HTML, section
// 13.2.6) only as far as the depth depends on it.
func bound(page []byte) []byte {
	b := bounder{tags: tags{data: page}, dropped: map[uint32]int{}}
	for {
		t, ok := b.next()
		if !ok {
			break
		}
		b.count++
		switch e := classify(t.name); {
		case b.count > maxTags && e.class != special: // which may hold raw text
			b.cut(t.start, t.end)
		case t.closing:
			b.close(t, e)
		default:
			b.openTag(t, e)
		}
		b.foreign = b.within > 0
	}
	if b.out == nil {
		return page
	}
	return append(b.out, page[b.copied:]...)
}

type bounder struct {
	tags
	stack  []element
	depth  int       // of the stack, with what the parser adds
	active []element // formatting elements that are open, and markers
	marks  int       // of active
	paras  int       // p elements in the stack
	within int       // svg and math elements in the stack

	count, reopened int
	dropped         map[uint32]int
	out             []byte
	copied          int
}

// cut leaves a stretch of the page out.
func (b *bounder) cut(from, to int) {
	b.out = append(b.out, b.data[b.copied:from]...)
	b.copied = to
}

// drop leaves out a start tag; the next end tag of its name goes as well.
func (b *bounder) drop(t tag, e element) {
	b.cut(t.start, t.end)
	b.dropped[e.id]++
}

// openTag follows a start tag.
func (b *bounder) openTag(t tag, e element) {
	switch {
	case e.class&void != 0, t.selfClosed && b.within > 0:
		return
	case e.class&formatting != 0:
		if e.id == uint32(atom.A) || e.id == uint32(atom.Nobr) {
			b.endFormatting(e)
		}
		if len(b.active)-b.marks >= maxFormatting {
			b.drop(t, e)
			return
		}
		e.name = t.name
		b.active = append(b.active, e)
		return
	}
	b.imply(e)
	if e.class&cell != 0 && b.find(func(o element) bool { return o.id == uint32(atom.Table) }, nothing) < 0 {
		return // ignored outside of a table
	}
	if b.depth+e.weight() > maxDepth {
		b.drop(t, e)
		return
	}
	b.push(e)
	b.reopened += len(b.active) - b.marks
	if b.reopened > freeReopenings+reopenings*b.count {
		b.endAll(t.end)
	}
}

// endAll closes all formatting elements after a tag.
func (b *bounder) endAll(at int) {
	b.cut(at, at)
	for i := len(b.active) - 1; i >= 0; i-- {
		if a := b.active[i]; a.class&formatting != 0 {
			b.out = append(append(append(b.out, "</"...), a.name...), '>')
		}
	}
	b.active, b.marks = b.active[:0], 0
}

// imply closes the elements that a start tag closes by itself.
func (b *bounder) imply(e element) {
	switch {
	case e.class&item != 0:
		i := b.find(func(o element) bool { return o.class&item != 0 && o.group == e.group },
			func(o element) bool { return o.class&special != 0 && o.class&(item|thin) == 0 })
		b.popTo(i)
	case e.class&cell != 0:
		i := b.find(func(o element) bool { return o.class&cell != 0 && o.group >= e.group },
			func(o element) bool { return o.id == uint32(atom.Table) })
		b.popTo(i)
	}
	if e.class&block != 0 && b.paras > 0 {
		b.popTo(b.find(isPara, isScope))
	}
}

// close follows an end tag.
func (b *bounder) close(t tag, e element) {
	if b.dropped[e.id] > 0 {
		b.dropped[e.id]--
		b.cut(t.start, t.end)
		return
	}
	same := func(o element) bool { return o.id == e.id }
	switch {
	case e.class&void != 0:
	case e.class&formatting != 0:
		b.endFormatting(e)
	case e.id == uint32(atom.Form):
		b.remove(b.find(same, isScope))
	case e.class&(cell|tabular) != 0:
		b.popTo(b.find(same, func(o element) bool { return o.id == uint32(atom.Table) && e.id != o.id }))
	case e.class&special != 0:
		b.popTo(b.find(same, isScope))
	default:
		b.popTo(b.find(same, func(o element) bool { return o.class&special != 0 }))
	}
}

// find returns where in the stack the innermost match is, or -1 where there is none
// before what stops the search.
func (b *bounder) find(match, stop func(element) bool) int {
	for i := len(b.stack) - 1; i >= 0; i-- {
		if match(b.stack[i]) {
			return i
		}
		if stop(b.stack[i]) {
			break
		}
	}
	return -1
}

func nothing(element) bool   { return false }
func isPara(e element) bool  { return e.id == uint32(atom.P) }
func isScope(e element) bool { return e.class&scope != 0 }

func (b *bounder) push(e element) {
	b.stack = append(b.stack, e)
	b.depth += e.weight()
	b.tally(e, 1)
	if e.class&marker != 0 {
		b.active = append(b.active, element{})
		b.marks++
	}
}

// popTo closes all elements from i on; -1 closes none.
func (b *bounder) popTo(i int) {
	if i < 0 {
		return
	}
	for k := len(b.stack) - 1; k >= i; k-- {
		b.remove(k)
	}
}

func (b *bounder) remove(i int) {
	if i < 0 {
		return
	}
	e := b.stack[i]
	b.stack = append(b.stack[:i], b.stack[i+1:]...)
	b.depth -= e.weight()
	b.tally(e, -1)
	if e.class&marker == 0 || b.marks == 0 {
		return
	}
	k := len(b.active) - 1
	for b.active[k].id != 0 {
		k--
	}
	b.active = b.active[:k]
	b.marks--
}

// tally counts the elements that are asked for often.
func (b *bounder) tally(e element, n int) {
	switch e.id {
	case uint32(atom.P):
		b.paras += n
	case uint32(atom.Svg), uint32(atom.Math):
		b.within += n
	}
}

// endFormatting takes the last formatting element of a name off the list.
func (b *bounder) endFormatting(e element) {
	for i := len(b.active) - 1; i >= 0 && b.active[i].id != 0; i-- {
		if b.active[i].id == e.id {
			b.active = append(b.active[:i], b.active[i+1:]...)
			return
		}
	}
}
