package httpclient

import (
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
// has gone by since the last one. When it is full, every second point goes, and the
// distance grows with it, so that a body of any length costs the same. Its zero value is ready.
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
		p.keep(now)
		return
	}
	kept := p.points[len(p.points)-1]
	if now.Bytes-kept.Bytes < p.bytes && now.At-kept.At < p.time {
		return
	}
	// Where nothing came for that long, its beginning is worth a point too.
	if now.At-before.At >= p.time && before != kept {
		p.keep(before)
	}
	p.keep(now)
}

func (p *Progress) keep(point trace.ProgressPoint) {
	if len(p.points) == maxProgress {
		for i := range maxProgress / 2 {
			p.points[i] = p.points[2*i]
		}
		p.points = p.points[:maxProgress/2]
		// As far apart as those that are left.
		p.bytes = max(p.bytes, (point.Bytes-p.points[0].Bytes)/(maxProgress/2))
		p.time = max(p.time, (point.At-p.points[0].At)/(maxProgress/2))
	}
	p.points = append(p.points, point)
}

// Points returns what was kept, with the last that came; nil of a small body.
func (p *Progress) Points() []trace.ProgressPoint {
	if p.last.Bytes < progressFrom {
		return nil
	}
	if p.points[len(p.points)-1] != p.last {
		p.keep(p.last)
	}
	return p.points
}
