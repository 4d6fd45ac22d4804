package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A meter shows the progress of a body that takes longer than a second, on a terminal. As a
// bar (-#) it shows that of any body, wherever stderr goes.
type meter struct {
	p     *program
	total int64 // -1 where it is not known
	got   atomic.Int64
	stop  context.CancelFunc
	going sync.WaitGroup
}

// meterPace is how often the line is drawn again, and barPace how often the bar is.
const (
	meterPace = 200 * time.Millisecond
	barPace   = 100 * time.Millisecond
)

func (m *meter) begin(ctx context.Context, total int64) {
	m.total = total
	if m.p.silent || m.p.noProgress || m.p.parallel {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	switch {
	case m.p.bar:
		m.stop = stop
		m.going.Go(func() { m.drawBar(ctx) })
	case m.p.err.Terminal:
		m.stop = stop
		m.going.Go(func() { m.p.redraw(ctx, slow, meterPace, m.line) })
	default:
		stop()
	}
}

func (m *meter) count(n int) {
	m.got.Add(int64(n))
	if m.p.progress != nil {
		m.p.progress.got.Add(int64(n))
	}
}

func (m *meter) end() {
	if m.stop != nil {
		m.stop()
		m.going.Wait()
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

// drawBar draws the bar until the body has ended, and leaves it there.
func (m *meter) drawBar(ctx context.Context) {
	tick := time.NewTicker(barPace)
	defer tick.Stop()
	columns := m.p.warningColumns()
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(m.p.stderr, m.barText(columns))
			return
		case <-tick.C:
			fmt.Fprint(m.p.stderr, m.barText(columns))
		}
	}
}

// barText is the bar and the share behind it; of a body whose length is not known what has
// come.
func (m *meter) barText(columns int) string {
	got, share := m.got.Load(), 1.0
	switch {
	case m.total > 0:
		share = min(float64(got)/float64(m.total), 1)
	case m.total < 0:
		return fmt.Sprintf("\r%-*s", columns, size(got)+" received")
	}
	wide := columns - len(" 100.0%")
	return fmt.Sprintf("\r%-*s %5.1f%%", wide, strings.Repeat("#", int(share*float64(wide))), share*100)
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
