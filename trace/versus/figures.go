package versus

import (
	"fmt"
	"strings"

	"fetchscope/trace"
)

// A figure is a time, where it is known, or a word that says why it is not.
type figure struct {
	took, doubt trace.Time
	known       bool
	word        string
}

// Sums are the figures of a fetch, all its exchanges together.
type sums struct {
	phases [8]figure
	wait   [2]figure // of the network, of the server
	total  figure
}

// word is a status of a phase that took no time.
func word(s trace.Status) string {
	switch s {
	case trace.FailedHere:
		return "failed"
	case trace.NotReached:
		return "not reached"
	case trace.Reused, trace.Skipped:
		return string(s)
	}
	return ""
}

func sum(d *trace.Document) (out sums) {
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		for j := range x.Phases {
			out.phases[j].add(&x.Phases[j])
		}
		if r := x.Response; r != nil {
			out.wait[0].addTime(r.WaitNetwork)
			out.wait[1].addTime(r.WaitServer)
		}
	}
	out.total = total(d)
	return out
}

// add takes the phase of one more exchange.
func (f *figure) add(p *trace.PhaseTime) {
	if p.Duration == nil {
		if !f.known {
			f.word = word(p.Status)
		}
		return
	}
	f.addTime(p.Duration)
	if p.Uncertainty != nil {
		f.doubt += *p.Uncertainty
	}
}

func (f *figure) addTime(t *trace.Time) {
	if t != nil {
		f.took += *t
		f.known = true
	}
}

// total is from the beginning of the first phase to the end of the last.
func total(d *trace.Document) figure {
	var out figure
	for i := range d.Exchanges {
		for _, p := range d.Exchanges[i].Phases {
			if end, ok := p.End(); ok && (!out.known || end > out.took) {
				out.took, out.known = end, true
				if out.doubt = 0; p.Uncertainty != nil {
					out.doubt = *p.Uncertainty
				}
			}
		}
	}
	return out
}

// What a difference is.
const (
	same = iota
	slower
	faster
)

// delta is by how much b took longer. One that both may be off by is marked with ~ and is
// no difference.
func (v *view) delta(a, b figure) (text string, sign int) {
	if !a.known || !b.known {
		return "", same
	}
	d := b.took - a.took
	text = v.unit.signed(d)
	switch doubt := a.doubt + b.doubt; {
	case d == 0:
		return text, same
	case d <= doubt && -d <= doubt:
		return "~" + text, same
	case d > 0:
		return text, slower
	}
	return text, faster
}

// time writes a figure.
func (v *view) time(f figure) string {
	if !f.known {
		return f.word
	}
	return v.unit.plain(f.took) + " " + v.unitName()
}

func (v *view) unitName() string {
	if v.unit.name == "µs" && !v.o.UTF8 {
		return "us"
	}
	return v.unit.name
}

// A unit is how all times of the table are written.
type unit struct {
	size     float64 // in nanoseconds
	name     string
	decimals int
}

// unitFor chooses it so that the longest time has four digits before the point at the most.
func unitFor(longest trace.Time) unit {
	switch {
	case longest < 1e6:
		return unit{1e3, "µs", 1}
	case longest < 1e8:
		return unit{1e6, "ms", 2}
	case longest < 1e10:
		return unit{1e6, "ms", 1}
	}
	return unit{1e9, "s", 3}
}

func (u unit) plain(t trace.Time) string { return fmt.Sprintf("%.*f", u.decimals, float64(t)/u.size) }

// signed writes a difference. One that is too small to be seen has no sign to speak of.
func (u unit) signed(t trace.Time) string {
	s := fmt.Sprintf("%+.*f", u.decimals, float64(t)/u.size)
	if strings.Trim(s, "+-0.") == "" {
		return "0" + s[2:]
	}
	return s
}
