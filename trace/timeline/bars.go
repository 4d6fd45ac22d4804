package timeline

import (
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Columns of the table.
const (
	nameAt = 3
	timeAt = 9 // width of the name and its gap
	times  = 10
	barAt  = nameAt + timeAt + times
	gap    = 2
	// textRoom is the least room for what happened.
	textRoom = 30
	maxBar   = 60
)

// bars says whether there is room for them.
func (v *view) bars() bool { return v.o.Columns >= narrow && v.end > 0 }

func (v *view) barWidth() int {
	if !v.bars() {
		return 0
	}
	return min(v.o.Columns-barAt-gap-textRoom, maxBar)
}

// A kind of span says who is waited for.
type kind int

const (
	work kind = iota
	network
	broken
)

// A span is a part of a bar.
type span struct {
	start, end trace.Time
	kind       kind
}

// bar draws spans that follow one another on the axis. Each gets a cell at least.
func (v *view) bar(spans ...span) string {
	width := v.barWidth()
	if width == 0 || len(spans) == 0 {
		return ""
	}
	var b strings.Builder
	at := 0
	for _, s := range spans {
		from := max(min(v.cell(s.start), width-1), at)
		to := min(max(v.cell(s.end), from+1), width)
		if from >= width {
			break
		}
		b.WriteString(strings.Repeat(" ", from-at))
		b.WriteString(v.cells(s.kind, to-from))
		at = to
	}
	return b.String() + strings.Repeat(" ", width-at)
}

// cell is the cell that a moment falls into.
func (v *view) cell(t trace.Time) int {
	return int((float64(t)*float64(v.barWidth()))/float64(v.end) + 0.5)
}

func (v *view) cells(k kind, n int) string {
	switch k {
	case network:
		return v.pen.paint(blue, strings.Repeat(v.pen.network, n))
	case broken:
		return v.pen.paint(vermillion, strings.Repeat(v.pen.network, n-1)+v.pen.failed)
	}
	return v.pen.paint(orange, strings.Repeat(v.pen.work, n))
}

// drawRow writes a row of the table.
func (v *view) drawRow(label string, d trace.Time, bar, text string, strong bool) {
	number := v.unit.withName(d, v.pen)
	row := term.Pad(label, nameAt+timeAt) + strings.Repeat(" ", max(times-1-term.Width(number), 0))
	if strong {
		number = v.pen.bold(number)
	}
	row += number + " "
	used := barAt
	if bar != "" {
		row += bar + " "
		used += v.barWidth() + 1
	} else {
		row += " "
		used++
	}
	v.line(row + term.Cut(text, max(v.o.Columns-used, 10), v.pen.ellipsis))
}
