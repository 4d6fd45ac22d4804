package cli

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A meter shows the progress of a body that takes longer than a second, on a terminal.
type meter struct {
	p     *program
	total int64 // -1 where it is not known
	got   atomic.Int64
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// meterPace is how often the line is drawn again.
const meterPace = 200 * time.Millisecond

func (m *meter) begin(ctx context.Context, total int64) {
	m.total = total
	if !m.p.err.Terminal || m.p.silent || m.p.noProgress {
		return
	}
	ctx, m.stop = context.WithCancel(ctx)
	m.done.Add(1)
	go m.run(ctx)
}

func (m *meter) count(n int) { m.got.Add(int64(n)) }

func (m *meter) end() {
	if m.stop != nil {
		m.stop()
		m.done.Wait()
	}
}

func (m *meter) run(ctx context.Context) {
	defer m.done.Done()
	start := time.Now()
	select {
	case <-ctx.Done():
		return
	case <-time.After(slow):
	}
	tick := time.NewTicker(meterPace)
	defer tick.Stop()
	for {
		fmt.Fprintf(m.p.stderr, "\r\x1b[K%s", m.line(time.Since(start)))
		select {
		case <-ctx.Done():
			fmt.Fprint(m.p.stderr, "\r\x1b[K")
			return
		case <-tick.C:
		}
	}
}

func (m *meter) line(since time.Duration) string {
	got := m.got.Load()
	rate := int64(float64(got) / since.Seconds())
	s := fmt.Sprintf("%s received, %s/s", size(got), size(rate))
	if m.total > 0 {
		s = fmt.Sprintf("%s of %s (%d %%), %s/s", size(got), size(m.total), got*100/m.total, size(rate))
		if rate > 0 {
			s += fmt.Sprintf(", %v left", (time.Duration((m.total-got)/rate) * time.Second))
		}
	}
	return s
}

// size writes a number of bytes with three digits.
func size(n int64) string {
	f, unit := float64(n), 0
	units := []string{"B", "kB", "MB", "GB", "TB"}
	for f >= 1000 && unit < len(units)-1 {
		f /= 1000
		unit++
	}
	return fmt.Sprintf("%.3g %s", f, units[unit])
}
