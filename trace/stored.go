package trace

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ReadDocument reads a document that was stored. The error is that of JSON, or says what
// no document of ours has.
func ReadDocument(b []byte) (*Document, error) {
	d := &Document{}
	if err := json.Unmarshal(b, d); err != nil {
		return nil, err
	}
	return d, d.Check()
}

// Check makes sure of what views rely on, of a document that comes from elsewhere.
func (d *Document) Check() error {
	if d.Schema != SchemaTrace {
		return fmt.Errorf("its schema is %q, not %s", d.Schema, SchemaTrace)
	}
	for i := range d.Exchanges {
		if err := d.Exchanges[i].check(); err != nil {
			return fmt.Errorf("exchange %d: %w", i, err)
		}
	}
	return nil
}

// latest bounds every time of a document, before and behind its beginning: sums of a few
// cannot overflow. It is nine years.
const latest = 1 << 58

var (
	errTime   = errors.New("a time is out of all bounds")
	errPhases = errors.New("it does not have the eight phases in their order")
)

func (x *Exchange) check() error {
	phases := Phases()
	if len(x.Phases) != len(phases) {
		return errPhases
	}
	for i, p := range x.Phases {
		switch {
		case p.Name != phases[i] || p.Step != p.Name.Step():
			return errPhases
		case beyond(p.Start, p.Duration, p.Uncertainty) || p.Duration != nil && *p.Duration < 0:
			return errTime
		}
	}
	return x.checkTimes()
}

// checkTimes bounds the times of what phases consist of.
func (x *Exchange) checkTimes() error {
	if c := x.Connection; c != nil {
		for _, s := range c.States {
			if beyond(&s.Start, &s.Uncertainty) {
				return errTime
			}
		}
		for _, s := range c.Segments {
			if beyond(&s.At, &s.Uncertainty) {
				return errTime
			}
		}
		for _, a := range c.Attempts {
			if beyond(&a.Start, a.Duration) {
				return errTime
			}
		}
		for _, l := range c.Layers {
			if beyond(&l.Start, l.Duration) {
				return errTime
			}
		}
	}
	if x.Resolve != nil {
		for _, q := range x.Resolve.Queries {
			if beyond(&q.Start, q.Duration, q.Connect) {
				return errTime
			}
		}
	}
	return nil
}

// beyond says whether one of several times is out of bounds; nil ones are not.
func beyond(times ...*Time) bool {
	for _, t := range times {
		if t != nil && (*t < -latest || *t > latest) {
			return true
		}
	}
	return false
}
