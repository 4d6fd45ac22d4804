package layout

import (
	"bytes"
	"strconv"
	"strings"

	"fetchscope/render/style"
)

// A flow lays boxes out one below the other into lines for a sink.
type flow struct {
	tree   *tree
	to     Sink
	width  int     // of the lines, with what stands at their left
	levels []level // what stands at the left
	left   int     // the columns of it
	bars   int     // of the levels, those that are quotations
	blank  int     // empty lines that are due before the next
	reach  int     // the fewest levels that were open since the blank was due
	lines  int
	gaps   int  // empty lines that were written
	rule   bool // the last line was drawn across
	titled bool // within a heading
	tight  bool // words are broken where they do not fit
	out    []byte
	row    []byte
}

// A level is what one block adds to the left of its lines: first to the first of
// them, rest to the others.
type level struct {
	first, rest string
	used        bool
}

func newFlow(t *tree, to Sink, width int) *flow {
	return &flow{tree: t, to: to, width: width}
}

// avail returns the columns that are left for text.
func (f *flow) avail() int { return max(f.width-f.left, 1) }

// children lays out what is in a box.
func (f *flow) children(i ref) {
	for k := f.tree.at(i).first; k != 0; k = f.tree.at(k).next {
		f.box(k)
	}
}

// box lays out one box.
func (f *flow) box(i ref) {
	b := f.tree.at(i)
	switch b.kind {
	case textBox:
		f.fill(f.tree.segmentsOf(b), b.align)
	case preBox:
		f.preformatted(b)
	case itemBox:
		f.item(i, b)
	case ruleBox:
		f.ruler()
	case tableBox:
		f.table(i, b)
	default:
		f.block(i, b)
	}
}

// block lays out a block with its margins and what is drawn round it.
func (f *flow) block(i ref, b *box) {
	f.gap(int(b.space))
	pushed := false
	switch {
	case b.bar && f.bars < maxBars:
		if pushed = f.push(f.tree.signs.bar, f.tree.signs.bar, 2); pushed {
			f.bars++
		}
	case b.indent > 0:
		in := strings.Repeat(" ", int(b.indent))
		pushed = f.push(in, in, int(b.indent))
	}
	switch {
	case b.heading > 0 && !f.titled: // a heading in a heading is a mistake
		f.titled = true
		f.heading(i, int(b.heading))
		f.titled = false
	default:
		f.children(i)
	}
	if pushed {
		f.pop()
		if b.bar {
			f.bars--
		}
	}
	f.gap(int(b.space))
}

// maxBars bounds the quotations in each other that are told apart, as every line of
// the innermost repeats all bars; mail threads are seldom half as deep.
const maxBars = 8

// item lays out a list item. One with a gap in it is set off from the next by one;
// one with nothing in it is not shown.
func (f *flow) item(i ref, b *box) {
	mark := string(f.tree.slice(b))
	w := textWidth([]byte(mark))
	gaps := f.gaps + f.blank // those before the item are not in it
	pushed := w > 0 && f.push(mark, strings.Repeat(" ", w), w)
	f.children(i)
	if f.gaps <= gaps {
		f.blank = 0
	}
	if pushed {
		f.pop()
	}
	if f.gaps > gaps {
		f.gap(1)
	}
}

// leastText is how many columns of text indentation leaves at least, in narrow cells
// a quarter of their width. What is nested deeper is not indented further.
const leastText = 12

// push indents what follows by w columns, if there is room.
func (f *flow) push(first, rest string, w int) bool {
	if f.width-f.left-w < max(min(leastText, f.width/4), 1) {
		return false
	}
	f.levels = append(f.levels, level{first: first, rest: rest})
	f.left += w
	return true
}

func (f *flow) pop() {
	l := f.levels[len(f.levels)-1]
	f.levels = f.levels[:len(f.levels)-1]
	f.left -= textWidth([]byte(l.rest))
	f.reach = min(f.reach, len(f.levels))
}

// gap asks for an empty line before what comes next. Gaps collapse, and there is
// none between a marker, or a bar, and its text.
func (f *flow) gap(n int) {
	if n == 0 || f.lines == 0 {
		return
	}
	if k := len(f.levels); k > 0 && !f.levels[k-1].used {
		return
	}
	if f.blank == 0 {
		f.reach = len(f.levels)
	}
	f.blank = max(f.blank, 1)
}

// line writes a line, after the empty ones that are due. One that shows nothing is a
// gap.
func (f *flow) line(b []byte) { f.lineAt(b, 0) }

// lineAt writes a line that is n columns further right.
func (f *flow) lineAt(b []byte, n int) {
	if !f.to.Shows(b) {
		f.gap(1)
		return
	}
	for ; f.blank > 0; f.blank-- {
		f.out = f.out[:0]
		for _, l := range f.levels[:min(f.reach, len(f.levels))] {
			f.out = append(f.out, l.rest...)
		}
		f.gaps++
		f.emit()
	}
	f.out = f.out[:0]
	for k := range f.levels {
		l := &f.levels[k]
		if l.used {
			f.out = append(f.out, l.rest...)
		} else {
			f.out = append(f.out, l.first...)
			l.used = true
		}
	}
	for range n {
		f.out = append(f.out, ' ')
	}
	f.out = append(f.out, b...)
	f.rule = false
	f.emit()
}

// emit hands the line on without the spaces at its end.
func (f *flow) emit() {
	n := len(f.out)
	for n > 0 && f.out[n-1] == ' ' {
		n--
	}
	f.to.Line(f.out[:n])
	f.lines++
}

// ruler draws a line across; one after another is one.
func (f *flow) ruler() {
	if f.rule && f.blank == 0 {
		return
	}
	f.line(across(f.tree.signs.rule, f.avail()))
	f.rule = true
}

// across returns a sign n times.
func across(sign string, n int) []byte { return []byte(strings.Repeat(sign, n)) }

// heading lays out a heading: underlined in the upper two ranks, led by a dash in
// the others.
func (f *flow) heading(i ref, rank int) {
	if rank > 2 {
		lead := f.tree.signs.dash
		if rank > 3 {
			lead = f.tree.signs.shortDash
		}
		w := textWidth([]byte(lead))
		pushed := f.push(lead, strings.Repeat(" ", w), w)
		f.children(i)
		if pushed {
			f.pop()
		}
		return
	}
	w := widest{to: f.to, lead: f.width}
	f.to = &w
	f.children(i)
	f.to = w.to
	if lead := max(w.lead, f.left); w.most > lead {
		f.blank = 0
		under := across([]string{f.tree.signs.double, f.tree.signs.rule}[rank-1], w.most-lead)
		f.line(append(across(" ", lead-f.left), under...))
	}
}

// A widest is a sink that passes lines on and notes from where to where they reach.
type widest struct {
	to         Sink
	lead, most int
}

// Line passes a line on.
func (w *widest) Line(b []byte) {
	w.most = max(w.most, textWidth(b))
	if len(b) > 0 {
		w.lead = min(w.lead, len(b)-len(bytes.TrimLeft(b, " ")))
	}
	w.to.Line(b)
}

// Shows asks the sink behind.
func (w *widest) Shows(b []byte) bool { return w.to.Shows(b) }

// footnotes lists the targets of links.
func (f *flow) footnotes(notes []string) {
	if len(notes) == 0 {
		return
	}
	f.gap(1)
	digits := len(strconv.Itoa(len(notes)))
	for i, n := range notes {
		no := strconv.Itoa(i + 1)
		f.line([]byte(strings.Repeat(" ", digits-len(no)) + "[" + no + "] " + n))
	}
}

// shift returns how far a line of width w moves right in its box.
func shift(a style.Align, avail, w int) int {
	switch {
	case w >= avail:
		return 0
	case a == style.Center:
		return (avail - w) / 2
	case a == style.End:
		return avail - w
	}
	return 0
}
