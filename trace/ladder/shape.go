package ladder

import (
	"fmt"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A shape is how wide the parts of a ladder are.
type shape struct {
	indent int
	state  int // the client's state and its gap
	moment int
	gap    int // before the left rail
	middle int // between the rails
	// inside puts the server's states between the rails, where beside them is no room.
	inside bool
}

// The widths of what lies between the rails.
const (
	// widest is what the longest label needs.
	widest = 31
	// narrow is the least that is cut off for the server's states to stand beside.
	narrow = 22
	// narrowest holds "close_notify" with its arrow, and "±" with a moment.
	narrowest = 15
)

// The left side of a ladder, roomy and tight: ESTABLISHED* takes 12 columns.
var (
	roomy = shape{indent: 2, state: 14, gap: 2}
	tight = shape{state: 13, gap: 1}
)

func (s shape) left() int { return s.indent + s.state + s.moment + s.gap }

// shapeFor finds the roomiest shape for a connection in so many columns. Where none fits
// it returns how many the narrowest needs.
func shapeFor(c *trace.Connection, columns int, about string) (s shape, least int) {
	moment, right := 8, 0
	for _, t := range c.States {
		if t.State != trace.Closed || t.Evidence != trace.Inferred { // whose moment is "later"
			moment = max(moment, len(ms(t.Start)))
		}
		if t.Side == trace.Server {
			right = max(right, len(name(t))+1, term.Width(below(t, about))+3)
		}
	}
	for i := range c.Segments {
		moment = max(moment, len(ms(c.Segments[i].At)))
	}
	for _, s := range []shape{roomy, tight} {
		s.moment = moment
		s.middle = min(columns-s.left()-right-2, widest)
		if s.middle >= narrow {
			return s, 0
		}
	}
	s = tight
	s.moment, s.inside = moment, right > 0
	s.middle = min(columns-s.left()-2, widest)
	if s.middle >= narrowest {
		return s, 0
	}
	return s, s.left() + 2 + narrowest
}

// below is the moment of a server's state and its bounds.
func below(s trace.StateTime, about string) string {
	return fmt.Sprintf("%s %s%s", ms(s.Start), about, ms(s.Uncertainty))
}
