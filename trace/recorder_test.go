package trace

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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

// TestNextCountsFromItsOwnBeginning has two fetches of a run, with one clock.
func TestNextCountsFromItsOwnBeginning(t *testing.T) {
	first := NewRecorder(nil)
	next := first.Next(nil)
	next.base = 1000
	at := Moment{At: 1500, From: Clock}
	for _, r := range []*Recorder{first, next} {
		sc := r.Scope(0)
		sc.EmitAt(at, FirstByte{Since: 1200})
		sc.EmitAt(at, BodyProgress{Points: []ProgressPoint{{At: 1500, Bytes: 7}}})
		sc.EmitAt(at, FlightSeen{Last: 1600})
	}
	want := []Record{
		{Moment: Moment{At: 500, From: Clock}, Event: FirstByte{Since: 200}},
		{Moment: Moment{At: 500, From: Clock}, Event: BodyProgress{Points: []ProgressPoint{{At: 500, Bytes: 7}}}},
		{Moment: Moment{At: 500, From: Clock}, Event: FlightSeen{Last: 600}},
	}
	if diff := cmp.Diff(want, next.Records()); diff != "" {
		t.Errorf("the second's records (-want +got):\n%s", diff)
	}
	if got := first.Records()[0].At; got != 1500 {
		t.Errorf("the first's record is at %d", got)
	}
	if got := next.Started().Sub(first.Started()); got != 1000 {
		t.Errorf("the second began %v behind the first, want 1 µs", got)
	}
}
