package fetch

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/trace"
	"fetchscope/transport"
)

// A pace holds one direction of an exchange to a rate (--limit-rate). nil knows no limit.
type pace struct {
	rate  int64
	begun time.Time
	moved int64
}

func newPace(rate int64) *pace {
	if rate <= 0 {
		return nil
	}
	return &pace{rate: rate}
}

// portions are how many a second's bytes are cut into, so that they flow evenly.
const portions = 10

// portion is as much of the room as may be filled at once.
func (p *pace) portion(room []byte) []byte {
	if p == nil {
		return room
	}
	return room[:min(int64(len(room)), p.rate/portions+1)]
}

// wait waits until n more bytes are within the rate.
func (p *pace) wait(ctx context.Context, n int) {
	if p == nil || n <= 0 {
		return
	}
	if p.begun.IsZero() {
		p.begun = time.Now()
	}
	p.moved += int64(n)
	due := p.begun.Add(time.Duration(float64(p.moved) / float64(p.rate) * float64(time.Second)))
	_ = pause(ctx, time.Until(due))
}

// pause waits, for as long as the context lasts.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A watch can end an exchange: because what is to be sent cannot be read, or because too
// little moves (-Y, -y). nil watches nothing.
type watch struct {
	bytes  atomic.Int64
	cancel context.CancelCauseFunc
	going  sync.WaitGroup
}

// watched returns the context of an exchange, and what may end it.
func (h *hop) watched(ctx context.Context) (context.Context, *watch) {
	o := &h.f.o
	if h.payload == nil && o.SpeedTime <= 0 {
		return ctx, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{cancel: cancel}
	if o.SpeedTime > 0 {
		w.going.Go(func() { w.speed(ctx, o.SpeedLimit, o.SpeedTime) })
	}
	return ctx, w
}

func (w *watch) moved(n int) {
	if w != nil {
		w.bytes.Add(int64(n))
	}
}

func (w *watch) fail(why *Failure) {
	if w != nil {
		w.cancel(why)
	}
}

// end ends the watch and waits for it.
func (w *watch) end() {
	if w != nil {
		w.cancel(nil)
		w.going.Wait()
	}
}

// maxSpeedTime bounds the seconds that are looked back on, of which each is remembered.
const maxSpeedTime = 1 << 16

// speed looks each second whether, over the last seconds, fewer bytes a second moved than
// are wanted.
func (w *watch) speed(ctx context.Context, least int64, seconds int) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	before := make([]int64, min(seconds, maxSpeedTime)) // at each of the last seconds
	for i := 1; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now, slot := w.bytes.Load(), i%len(before)
		if i >= len(before) && float64(now-before[slot]) < float64(least)*float64(len(before)) {
			w.fail(&Failure{Code: transport.CodeTimeout, Err: fmt.Errorf("less than %d bytes a second moved for %d s (-Y, -y)", least, len(before))})
			return
		}
		before[slot] = now
	}
}

// A download is a response's body within its pace.
type download struct {
	io.ReadCloser
	watch *watch
	pace  *pace
	ctx   context.Context
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(d.pace.portion(p))
	d.watch.moved(n)
	if err == nil {
		d.pace.wait(d.ctx, n)
	}
	if err == nil && d.pace != nil && d.ctx.Err() != nil {
		err = &Failure{Phase: trace.Receive, Err: context.Cause(d.ctx)}
	}
	return n, err
}

// paced returns a body within the limits that apply.
func (h *hop) paced(ctx context.Context, w *watch, body io.ReadCloser) io.ReadCloser {
	if h.f.o.LimitRate <= 0 && h.f.o.SpeedTime <= 0 {
		return body
	}
	return &download{ReadCloser: body, watch: w, pace: newPace(h.f.o.LimitRate), ctx: ctx}
}
