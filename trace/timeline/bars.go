package timeline

import (
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Columns of the table.
const (
	nameAt = 3
	barAt  = 22 // behind the names and the times
	gap    = 2
	// textRoom is the least room for what happened.
	textRoom = 30
	maxBar   = 60
	// leastText remains of it on the narrowest of screens.
	leastText = 10
)

// bars says whether there is room for them.
func (v *view) bars() bool { return v.o.Columns >= narrow && v.end > 0 }

func (v *view) barWidth() int {
	if !v.bars() {
		return 0
	}
	return min(v.o.Columns-barAt-gap-textRoom, maxBar)
}

// textWidth is the room for what happened, wideText that of a row without a bar.
func (v *view) textWidth() int { return max(v.wideText()-v.barWidth(), leastText) }

func (v *view) wideText() int { return max(v.o.Columns-barAt-1, leastText) }

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

// header names the columns, and puts the axis right above the bars.
func (v *view) header() {
	axis := ""
	if width := v.barWidth(); width > 0 {
		end := v.unit.withName(v.end, v.pen)
		rule := max(width-len("0  ")-term.Width(end), 1)
		axis = "0 " + strings.Repeat(v.pen.rule, rule) + " " + end
	}
	v.drawRow("   phase", "time", axis, "what happened", false)
}

// drawRow writes a row of the table. Its figure is a time with its unit.
func (v *view) drawRow(label, figure, bar, text string, strong bool) {
	if bar == "" {
		bar = strings.Repeat(" ", v.barWidth())
	}
	v.line(v.lead(label, figure, strong) + bar + " " + term.Cut(text, v.textWidth(), v.pen.ellipsis))
}

// drawWide writes a row whose text takes the room of the bars too.
func (v *view) drawWide(label, figure, text string) {
	v.line(v.lead(label, figure, false) + " " + term.Cut(text, v.wideText(), v.pen.ellipsis))
}

// lead is a row up to where the bars begin.
func (v *view) lead(label, figure string, strong bool) string {
	pad := strings.Repeat(" ", max(barAt-1-term.Width(label)-term.Width(figure), 1))
	if strong {
		figure = v.pen.bold(figure)
	}
	return label + pad + figure + " "
}

// drawEmpty writes a row of what took no time: it was left out, or not reached.
func (v *view) drawEmpty(label, text string) {
	v.drawRow(label, "-", "", text, false)
}
