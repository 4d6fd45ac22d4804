package httpclient

import (
	"slices"
	"time"

	"fetchscope/trace"
)

// The bounds of what is kept of a body's coming.
const (
	// maxProgress is how many points are kept: more than a line on a screen can show.
	maxProgress = 128
	// progressFrom is the size of body from which its coming is told. A smaller one comes
	// within a round trip or a few.
	progressFrom = 64 << 10
	// progressBytes and progressTime are how far apart points are at first: a few segments,
	// or the least time of which a pause is worth a look.
	progressBytes = 4 << 10
	progressTime  = time.Millisecond
)

// A Progress keeps how a body comes: a point each time that so many bytes or so much time
// has gone by since the last one. When it is full it is thinned to points that are further
// apart, so that a body of any length costs the same. Its zero value is ready.
type Progress struct {
	points []trace.ProgressPoint
	last   trace.ProgressPoint // what came last, kept or not
	bytes  int64
	time   trace.Time
}

// Came says that so many bytes of the body have come by the moment.
func (p *Progress) Came(at trace.Time, bytes int64) {
	now, before := trace.ProgressPoint{At: max(at, p.last.At), Bytes: bytes}, p.last
	p.last = now
	if len(p.points) == 0 {
		p.bytes, p.time = progressBytes, trace.Time(progressTime)
		p.points = append(p.points, now)
		return
	}
	p.take(before, now)
	if len(p.points) >= maxProgress-2 { // the last one, and the one before it, may follow
		p.thin()
	}
}

// take keeps a point that is far enough from the last one kept. Where nothing came for that
// long, the beginning of the pause is kept too.
func (p *Progress) take(before, now trace.ProgressPoint) {
	kept := p.points[len(p.points)-1]
	if now.Bytes-kept.Bytes < p.bytes && now.At-kept.At < p.time {
		return
	}
	if now.At-before.At >= p.time && before != kept {
		p.points = append(p.points, before)
	}
	p.points = append(p.points, now)
}

// thinned is how many parts of its bytes and of its time a body is cut into when it is
// thinned: each gives a point at the most, and a pause one more.
const thinned = maxProgress / 4

// thin takes the points again, further apart.
func (p *Progress) thin() {
	all := slices.Clone(p.points)
	first, last := all[0], all[len(all)-1]
	p.bytes = max(p.bytes, (last.Bytes-first.Bytes)/thinned)
	p.time = max(p.time, (last.At-first.At)/thinned)
	p.points = p.points[:1]
	for i := 1; i < len(all); i++ {
		p.take(all[i-1], all[i])
	}
}

// Points returns what was kept, with the last that came; nil of a small body.
func (p *Progress) Points() []trace.ProgressPoint {
	if p.last.Bytes < progressFrom {
		return nil
	}
	if p.points[len(p.points)-1] != p.last {
		p.points = append(p.points, p.last)
	}
	return p.points
}
