package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"fetchscope/internal/fetch"
)

// How many transfers go on at the same time under -Z: usually, and at most, as with curl.
const (
	usualParallel = 50
	mostParallel  = 65535
)

// parallelMax is --parallel-max. As with curl 0 stands for what is usual, and what is beyond
// the most for that.
func parallelMax(g *global, v string) error {
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("wanted a number from 1 to %d", mostParallel)
	}
	g.parallelMax = int(min(n, mostParallel))
	return nil
}

// A crowd is transfers that go on at the same time.
type crowd struct {
	p      *program
	going  sync.WaitGroup
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	first error
}

// errAborted is why a transfer ends under --fail-early that has not failed itself.
var errAborted = &fetch.Failure{Code: fetch.CodeAborted, Err: errors.New("another transfer has failed, and --fail-early ends all")}

// fetchBeside fetches several URLs at the same time, each lane one behind the other. What
// comes is written as it comes; as with curl the error is that of the first that failed.
func (p *program) fetchBeside(ctx context.Context) error {
	p.stdout, p.stderr = &whole{w: p.stdout}, &whole{w: p.stderr}
	c := &crowd{p: p}
	ctx, c.cancel = context.WithCancelCause(ctx)
	defer c.cancel(nil)
	p.begun = time.Now()
	q := &queue{p: p}
	defer q.end()
	progress := p.watchProgress(ctx)
	defer progress.end()
	most := p.parallelMax
	if most == 0 {
		most = usualParallel
	}
	for range most {
		l := newLane(q)
		t, err := l.take()
		if err != nil {
			c.ended(err)
		}
		if t == nil || err != nil {
			break
		}
		c.going.Go(func() { c.run(ctx, l, t) })
	}
	c.going.Wait()
	return c.first
}

// run goes through the transfers of a lane.
func (c *crowd) run(ctx context.Context, l *lane, t *transfer) {
	defer l.line.Close()
	for t != nil && ctx.Err() == nil {
		c.p.progress.begin()
		err := t.fetch(ctx, l)
		c.p.progress.done()
		c.ended(err)
		if t, err = l.take(); err != nil {
			c.ended(err)
			return
		}
	}
}

// ended tells what a transfer ended with.
func (c *crowd) ended(err error) {
	if err == nil {
		return
	}
	c.p.showing.Lock()
	c.p.exit(err)
	c.p.showing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		c.first = err
	}
	if c.p.failEarly {
		c.cancel(errAborted)
	}
}

// A whole writes what each call has in one piece, whoever else writes.
type whole struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes p.
func (w *whole) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}
