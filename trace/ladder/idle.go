package ladder

import (
	"fmt"

	"fetchscope/trace"
)

// When nothing passes for longer than this, and for longer than a few round trips, one end
// has paused. How long a round trip takes may not be known.
const (
	idleFrom    = trace.Time(10e6)
	idleTrips   = 5.0 / 2
	idleUnknown = trace.Time(500e6)
)

// idle marks the stretches in which nothing passed. The rungs are in order.
func (l *ladder) idle() {
	least := idleUnknown
	if c := l.x.Connection; c.Opened != nil && c.Opened.RTT != nil {
		least = max(idleFrom, trace.Time(idleTrips*float64(*c.Opened.RTT)))
	}
	var out []rung
	var last trace.Time
	for _, r := range l.rungs {
		if r.arrow == "" && r.left == "" {
			out = append(out, r) // a state of the server's, whose moment is not exact
			continue
		}
		if gap := r.at - last; len(out) > 0 && gap >= least && !r.cut && !out[len(out)-1].cut {
			out = append(out, rung{at: r.at, cut: true, arrow: l.fitting(l.middle, []string{" nothing for " + ms(gap) + " ms", fmt.Sprintf(" %s ms", ms(gap))})})
		}
		last = max(last, r.at)
		out = append(out, r)
	}
	l.rungs = out
}
