package timeline

import (
	"fmt"

	"fetchscope/trace"
)

// repeatedSYN is the SYN that was answered, where those before it were not; nil otherwise,
// or where that was not seen.
func repeatedSYN(c *trace.Connection) *trace.Segment {
	if c == nil {
		return nil
	}
	var last *trace.Segment
	for i := range c.Segments {
		s := &c.Segments[i]
		if !s.Has("SYN") || s.From == trace.Server {
			break
		}
		last = s
	}
	if last == nil || !last.Again {
		return nil
	}
	return last
}

// unheard is how long it took until the SYN was sent that was answered.
func (v *view) unheard(x *trace.Exchange) trace.Time {
	p, syn := x.Phase(trace.Connect), repeatedSYN(x.Connection)
	if syn == nil || p.Start == nil || p.Duration == nil {
		return 0
	}
	return min(max(syn.At-*p.Start, 0), *p.Duration)
}

// lostSYN tells of a SYN that nobody answered. What Linux waits for at first is a second,
// and then twice as long each time (RFC 6298, sections 2 and 5).
func (v *view) lostSYN(x *trace.Exchange) {
	if t := v.unheard(x); t >= atOnce {
		v.point(fmt.Sprintf("Nobody answered the first SYN: until it was sent again took %s.", v.unit.withName(t, v.pen)))
	}
}
