package trace

import (
	"testing"
	"time"
)

// Stamps are of the wall clock, which may be set while we run. Guarded is that
// (*Recorder).wall widens a moment by as much as the two clocks have gone apart.
func TestTrapWallClockSteps(t *testing.T) {
	for name, step := range map[string]time.Duration{
		"set back": -5 * time.Millisecond, "set forward": 5 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			r := NewRecorder(nil)
			r.unix -= int64(step) // as if the clock had been set since
			sc := r.Scope(0)
			before := sc.Now()
			m := sc.Wall(time.Now().UnixNano())
			after := sc.Now()
			if m.Within < step.Abs()/2 {
				t.Errorf("within %v after a step of %v", m.Within, step)
			}
			slack := Time(wallTolerance)
			if m.Earliest() > after+slack || m.Latest() < before-slack {
				t.Errorf("moment [%d, %d] misses [%d, %d]", m.Earliest(), m.Latest(), before, after)
			}
		})
	}
}
