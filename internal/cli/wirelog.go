package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/trace"
	"fetchscope/trace/wire"
)

// wireDump sets where all that goes over is written to. As with curl the last of --trace
// and --trace-ascii counts.
func wireDump(hex bool) func(*global, string) error {
	return func(g *global, v string) error {
		g.wireTo, g.wireHex = v, hex
		return nil
	}
}

// A wireLog writes all that goes over. Entries are queued at once and written behind, so
// that the fetch waits for no disk; bytes, which may be many, wait for room.
type wireLog struct {
	out     io.Writer
	file    io.Closer // nil where out is a stream of the program's
	hex     bool
	stamped bool
	secrets bool
	done    chan struct{}

	mu     sync.Mutex
	change *sync.Cond
	queue  []wireEntry
	queued int // bytes
	busy   bool
	over   bool
}

// A wireEntry is an entry that waits, or an event that is to become one.
type wireEntry struct {
	at    time.Time
	entry wire.Entry
	event trace.Event
}

// maxQueued is how many bytes may wait to be written: some of the largest reads.
const maxQueued = 4 << 20

func newWireLog(out io.Writer) *wireLog {
	w := &wireLog{out: out, done: make(chan struct{})}
	w.change = sync.NewCond(&w.mu)
	return w
}

// openWire opens the log where one is wanted. As with curl a fetch goes on without one
// that cannot be written.
func (p *program) openWire() {
	if p.wireTo == "" {
		return
	}
	w := newWireLog(p.stdout)
	w.hex, w.stamped, w.secrets = p.wireHex, p.wireTime, p.secrets
	switch p.wireTo {
	case "-":
	case "%":
		w.out = p.stderr
	default:
		f, err := os.Create(p.wireTo)
		if err != nil {
			p.warn(fmt.Errorf("no trace is written: %w", err))
			return
		}
		w.out, w.file = f, f
	}
	p.wire = w
	go w.run()
}

// Put queues an event.
func (w *wireLog) Put(r trace.Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, wireEntry{at: time.Now(), event: r.Event})
	w.change.Broadcast()
}

// A wireTap splits the bytes of one exchange.
type wireTap struct {
	mu sync.Mutex
	s  wire.Splitter
}

func (w *wireLog) tap() fetch.Wire {
	return &wireTap{s: wire.Splitter{Emit: w.add, Secrets: w.secrets}}
}

// Sent takes what was sent.
func (t *wireTap) Sent(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Sent(p)
}

// Received takes what came.
func (t *wireTap) Received(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Received(p)
}

// Ended gives out what is left.
func (t *wireTap) Ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Ended()
}

// add queues an entry, once there is room.
func (w *wireLog) add(e wire.Entry) {
	now := time.Now()
	e.Text = bytes.Clone(e.Text)
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.queued > maxQueued {
		w.change.Wait()
	}
	w.queue, w.queued = append(w.queue, wireEntry{at: now, entry: e}), w.queued+len(e.Text)
	w.change.Broadcast()
}

// run writes what is queued until the log is closed.
func (w *wireLog) run() {
	defer close(w.done)
	for batch := w.take(); len(batch) > 0; batch = w.take() {
		var b []byte
		for _, e := range batch {
			b = w.append(b, e)
		}
		_, _ = w.out.Write(b)
	}
}

// take waits for what is queued, what was taken before being written; nothing is left
// once the log is closed.
func (w *wireLog) take() []wireEntry {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy = false
	w.change.Broadcast()
	for len(w.queue) == 0 && !w.over {
		w.change.Wait()
	}
	batch := w.queue
	w.queue, w.queued, w.busy = nil, 0, true
	w.change.Broadcast()
	return batch
}

// append writes an entry behind b.
func (w *wireLog) append(b []byte, e wireEntry) []byte {
	stamp := ""
	if w.stamped {
		stamp = e.at.Format("15:04:05.000000 ")
	}
	if e.event != nil {
		line := wire.Describe(trace.Publish(e.event, w.secrets))
		if line == "" {
			return b
		}
		e.entry = wire.Entry{Kind: wire.Info, Text: []byte(line)}
	}
	return e.entry.Append(b, stamp, w.hex)
}

// flush waits until all is written that has been queued: what else a fetch has to say
// comes behind it.
func (w *wireLog) flush() {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 || w.busy {
		w.change.Wait()
	}
}

// close writes what is left, and returns when it is.
func (w *wireLog) close() {
	if w == nil {
		return
	}
	w.mu.Lock()
	w.over = true
	w.change.Broadcast()
	w.mu.Unlock()
	<-w.done
	if w.file != nil {
		_ = w.file.Close()
	}
}
