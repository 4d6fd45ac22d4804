package cli

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A progress is that of all transfers under -Z, which have one line for them all.
type progress struct {
	p       *program
	total   int64 // of transfers, 0 where it is not known
	running atomic.Int64
	over    atomic.Int64
	got     atomic.Int64

	stop  context.CancelFunc
	going sync.WaitGroup
}

// watchProgress shows the progress of all transfers on a terminal once it has taken a
// second.
func (p *program) watchProgress(ctx context.Context) *progress {
	g := &progress{p: p, total: p.total(), stop: func() {}}
	p.progress = g
	if p.err.Terminal && !p.silent && !p.noProgress {
		ctx, g.stop = context.WithCancel(ctx)
		g.going.Go(func() { p.redraw(ctx, slow, meterPace, g.line) })
	}
	return g
}

func (g *progress) begin() { g.running.Add(1) }

func (g *progress) done() {
	g.running.Add(-1)
	g.over.Add(1)
}

func (g *progress) end() {
	g.stop()
	g.going.Wait()
}

func (g *progress) line(since time.Duration) string {
	of := ""
	if g.total > 0 {
		of = fmt.Sprintf(" of %d", g.total)
	}
	got := g.got.Load()
	rate := int64(float64(got) / since.Seconds())
	return fmt.Sprintf("%d%s done, %d under way, %s received, %s/s", g.over.Load(), of, g.running.Load(), size(got), size(rate))
}

// redraw draws a line on the terminal again and again, and takes it away at the end.
func (p *program) redraw(ctx context.Context, wait, pace time.Duration, line func(since time.Duration) string) {
	start := time.Now()
	select {
	case <-ctx.Done():
		return
	case <-time.After(wait):
	}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		fmt.Fprintf(p.stderr, "\r\x1b[K%s", line(time.Since(start)))
		select {
		case <-ctx.Done():
			fmt.Fprint(p.stderr, "\r\x1b[K")
			return
		case <-tick.C:
		}
	}
}

// total is how many transfers there are, 0 where that is not known.
func (p *program) total() (n int64) {
	for _, op := range p.ops {
		for i := range op.s.targets {
			e, err := op.expand(i)
			if err != nil || n+e.count() < n {
				return 0
			}
			n += e.count()
		}
	}
	return n
}
