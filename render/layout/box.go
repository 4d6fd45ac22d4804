package layout

import "fetchscope/render/style"

// A kind is what a box is laid out as.
type kind uint8

const (
	blockBox   kind = iota // margins and indentation round its children
	textBox                // a paragraph of text without boxes in it
	preBox                 // text whose lines are kept
	itemBox                // a block with a marker before its first line
	ruleBox                // a line across
	tableBox               // rows and captions
	rowBox                 // cells
	cellBox                // a block in a grid
	captionBox             // a block above the grid
)

// A ref is the number of a box in its tree. Box 0 is the page, so 0 as a child or
// a sibling means none.
type ref = int32

// A box is one node of the tree that is laid out. It is kept small, and without
// pointers, since a page has as many of them as it has paragraphs and cells.
type box struct {
	kind     kind
	align    style.Align
	space    uint8 // margin above and below, in lines
	indent   uint8
	heading  uint8
	bar      bool
	header   bool // a row of heads, or the cell of one
	foot     bool // a row of the foot
	data     bool // a table that says it holds data: it has heads, a caption or borders
	arranges bool // a table with parts of a page in it: tables, headings

	first, last, next ref
	// start and end bound the text of a paragraph, or an item's marker.
	start, end int32
	// cols and rows are a cell's spans.
	cols, rows uint16
	// least and most are the widths below and above which the width matters no
	// more (CSS 2.2, section 17.5.2.2), plus one; 0 is not yet measured.
	least, most int32
}

// chunk is how many boxes are allocated at a time. A single slice would be copied as
// it grows, which doubles the memory of a page of a million cells.
const chunk = 256

// A tree holds the boxes of a page and their text.
type tree struct {
	chunks [][]box
	n      int32
	text   []byte
	held   []stretch // stretches of text in which no line ends
	cut    segments  // of the paragraph that is being measured or laid out
	signs  *signs
}

func (t *tree) at(i ref) *box { return &t.chunks[i/chunk][i%chunk] }

// add appends a box as the last child of another.
func (t *tree) add(parent ref, b box) ref {
	if t.n%chunk == 0 && int(t.n/chunk) == len(t.chunks) {
		t.chunks = append(t.chunks, make([]box, chunk))
	}
	i := t.n
	t.n++
	*t.at(i) = b
	if i == 0 {
		return 0
	}
	p := t.at(parent)
	if p.last == 0 {
		p.first = i
	} else {
		t.at(p.last).next = i
	}
	p.last = i
	return i
}

// words counts the words of all paragraphs.
func (t *tree) words() int {
	n := 0
	for i := range t.n {
		if x := t.at(i); x.kind == textBox || x.kind == preBox {
			n += countWords(t.slice(x))
		}
	}
	return n
}

// slice returns the text of a box.
func (t *tree) slice(b *box) []byte { return t.text[b.start:b.end] }
