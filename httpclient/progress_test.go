package httpclient

import (
	"math/rand/v2"
	"testing"
	"time"

	"fetchscope/trace"
)

// A flow is how a body comes: so many pieces of a size, so far apart.
type flow struct {
	pieces int
	size   int64
	apart  time.Duration
	// pause is added before the piece with this number.
	pausedAt int
	pause    time.Duration
}

func (f flow) run() []trace.ProgressPoint {
	var p Progress
	var at trace.Time
	for i := range f.pieces {
		at = at.Add(f.apart)
		if i == f.pausedAt {
			at = at.Add(f.pause)
		}
		p.Came(at, int64(i+1)*f.size)
	}
	return p.Points()
}

func TestProgressOfABody(t *testing.T) {
	for name, c := range map[string]struct {
		flow
		least int // points
	}{
		"too small":        {flow{pieces: 7, size: 8 << 10, apart: time.Millisecond}, 0},
		"at once":          {flow{pieces: 2, size: 64 << 10}, 2},
		"2 GB at 1.6 GB/s": {flow{pieces: 1 << 15, size: 64 << 10, apart: 40 * time.Microsecond}, 30},
		"slow and long":    {flow{pieces: 1 << 16, size: 1448, apart: 300 * time.Millisecond}, 30},
		"a byte at a time": {flow{pieces: 1 << 17, size: 1}, 16},
		"paused":           {flow{pieces: 1 << 12, size: 64 << 10, apart: 100 * time.Microsecond, pausedAt: 3001, pause: 2 * time.Second}, 30},
	} {
		t.Run(name, func(t *testing.T) {
			points := c.run()
			if len(points) < c.least || len(points) > maxProgress || c.least == 0 && points != nil {
				t.Fatalf("%d points, want %d to %d", len(points), c.least, maxProgress)
			}
			for i := 1; i < len(points); i++ {
				if points[i].At < points[i-1].At || points[i].Bytes <= points[i-1].Bytes {
					t.Errorf("point %d, %+v, is not behind %+v", i, points[i], points[i-1])
				}
			}
			if c.least > 0 {
				if last := points[len(points)-1].Bytes; last != int64(c.pieces)*c.size {
					t.Errorf("the last point is at %d bytes of %d", last, int64(c.pieces)*c.size)
				}
			}
		})
	}
}

// A body that comes evenly has its points far apart by the same, and never by more than a
// few times their mean.
func TestProgressIsEven(t *testing.T) {
	for _, f := range []flow{
		{pieces: 1 << 15, size: 64 << 10, apart: 40 * time.Microsecond},
		{pieces: 50_000, size: 1448, apart: 300 * time.Millisecond},
		{pieces: 129, size: 256 << 10, apart: 5 * time.Millisecond},
	} {
		points := f.run()
		mean := int64(f.pieces) * f.size / int64(len(points))
		for i := 1; i < len(points); i++ {
			if d := points[i].Bytes - points[i-1].Bytes; d > 4*mean {
				t.Errorf("%+v: %d bytes between points %d and %d of %d, %d on the mean", f, d, i-1, i, len(points), mean)
			}
		}
	}
}

// A pause shows as long as it was: its beginning and its end are points.
func TestAPauseIsKept(t *testing.T) {
	f := flow{pieces: 1 << 12, size: 64 << 10, apart: 100 * time.Microsecond, pausedAt: 4000, pause: 2 * time.Second}
	points := f.run()
	for i := 1; i < len(points); i++ {
		if points[i].At.Sub(points[i-1].At) == f.pause+f.apart && points[i-1].Bytes == 4000*f.size {
			return
		}
	}
	t.Errorf("no pause of %v among %+v", f.pause, points)
}

// However a body comes, what is kept is bounded and in order.
func TestProgressIsBounded(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var p Progress
		var at trace.Time
		var bytes int64
		for range 5000 {
			at += trace.Time(random.ExpFloat64() * float64(int64(1)<<random.IntN(40)))
			bytes += 1 + random.Int64N(1<<random.IntN(20))
			p.Came(at, bytes)
			if len(p.points) > maxProgress {
				t.Fatalf("seed %d: %d points", seed, len(p.points))
			}
		}
		points := p.Points()
		if len(points) > maxProgress || points[len(points)-1] != (trace.ProgressPoint{At: at, Bytes: bytes}) {
			t.Fatalf("seed %d: %d points to %+v, want up to %d to %d, %d", seed, len(points), points[len(points)-1], maxProgress, at, bytes)
		}
		for i := 1; i < len(points); i++ {
			if points[i].Bytes <= points[i-1].Bytes || points[i].At < points[i-1].At {
				t.Fatalf("seed %d: %+v follows %+v", seed, points[i], points[i-1])
			}
		}
	}
}

// Moments that are known by their bounds may seem to go back.
func TestProgressDoesNotGoBack(t *testing.T) {
	var p Progress
	p.Came(2000, 64<<10)
	p.Came(1000, 128<<10)
	if points := p.Points(); len(points) != 2 || points[1].At != 2000 {
		t.Errorf("points %+v, want two at 2000", points)
	}
}

func BenchmarkProgress(b *testing.B) {
	var p Progress
	var i int64
	for b.Loop() {
		i++
		p.Came(trace.Time(i*40_000), i<<16)
	}
}
