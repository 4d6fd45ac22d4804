package cli

import (
	"bytes"
	"io"
	"sync"

	"fetchscope/trace"
)

// A jsonLines writes the events as they happen, one a line. Records are queued at once
// and written behind.
type jsonLines struct {
	secrets  bool
	transfer int
	out      io.Writer
	done     chan struct{}

	mu    sync.Mutex
	more  *sync.Cond
	queue []trace.Record
	over  bool
	err   error
}

// An eventLine is a line of the stream: a record, with its event's own fields in data.
type eventLine struct {
	Event       string         `json:"event"`
	At          trace.Time     `json:"at_ns"`
	Uncertainty trace.Time     `json:"uncertainty_ns"`
	Evidence    trace.Evidence `json:"evidence"`
	Transfer    int            `json:"transfer,omitzero"` // of several: from 0, as the command line has them
	Exchange    int            `json:"exchange"`
	Connection  int            `json:"connection,omitzero"`
	Proxy       bool           `json:"proxy,omitzero"`
	Data        trace.Event    `json:"data"`
}

func newJSONLines(w io.Writer, secrets bool, transfer int) *jsonLines {
	j := &jsonLines{secrets: secrets, transfer: transfer, out: w, done: make(chan struct{})}
	j.more = sync.NewCond(&j.mu)
	go j.run()
	return j
}

// Put queues a record.
func (j *jsonLines) Put(r trace.Record) {
	j.mu.Lock()
	j.queue = append(j.queue, r)
	j.mu.Unlock()
	j.more.Signal()
}

func (j *jsonLines) run() {
	defer close(j.done)
	for {
		j.mu.Lock()
		for len(j.queue) == 0 && !j.over {
			j.more.Wait()
		}
		batch := j.queue
		j.queue = nil
		j.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		// Whole lines: those of another transfer may come between.
		var b bytes.Buffer
		for _, r := range batch {
			j.write(&b, r)
		}
		if _, err := j.out.Write(b.Bytes()); err != nil && j.err == nil {
			j.err = err
		}
	}
}

func (j *jsonLines) write(b *bytes.Buffer, r trace.Record) {
	if err := trace.WriteJSON(b, eventLine{
		Event: r.Event.Kind(), At: r.At, Uncertainty: trace.Time(r.Within), Evidence: r.From,
		Transfer: j.transfer, Exchange: r.Exchange, Connection: r.Conn, Proxy: r.Proxy, Data: trace.Publish(r.Event, j.secrets),
	}, false); err != nil && j.err == nil {
		j.err = err
	}
}

// close writes what is left.
func (j *jsonLines) close() error {
	j.mu.Lock()
	j.over = true
	j.mu.Unlock()
	j.more.Signal()
	<-j.done
	return j.err
}

// endLines writes the line with which a fetch ends: what its document has beside the
// events. It is over when its last phase is.
func (t *transfer) endLines(doc *trace.Document) error {
	if t.format != formatJSONL {
		return nil
	}
	end := eventLine{
		Transfer: t.number,
		Event:    trace.FetchEnded{}.Kind(), Evidence: trace.Inferred, Exchange: max(len(doc.Exchanges)-1, 0),
		Data: trace.FetchEnded{URL: doc.URL, StartedUnix: doc.StartedUnix, ExitCode: doc.ExitCode, Error: doc.Error},
	}
	for i := range doc.Exchanges {
		for _, phase := range doc.Exchanges[i].Phases {
			if at, ok := phase.End(); ok {
				end.At = max(end.At, at)
			}
		}
	}
	return trace.WriteJSON(t.stdout, end, false)
}
