package cli

import (
	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// A transfer is one fetch that the command line asks for.
type transfer struct {
	*operation
	word   string // its URL, as it was typed
	to     output
	upload string // of -T, "" for none
	// number counts the transfers of the run, and urlNumber its URLs.
	number, urlNumber int

	url  *weburl.URL // nil where the word is none
	body *fetch.Payload
}

// A queue hands out the transfers of a run in the order of the command line.
type queue struct {
	p *program
	// op and target are what the next one is of.
	op, target int
	number     int
}

// take takes the next transfer, nil at the end.
func (q *queue) take() (*transfer, error) {
	for ; q.op < len(q.p.ops); q.op++ {
		op := q.p.ops[q.op]
		if q.target < len(op.s.targets) {
			return q.transfer(op)
		}
		if q.op+1 < len(q.p.ops) {
			op.keep() // the next one may read it
		}
		q.target = 0
	}
	return nil, nil
}

// transfer makes the next one of an operation.
func (q *queue) transfer(op *operation) (*transfer, error) {
	if err := op.begin(); err != nil {
		return nil, err
	}
	i := q.target
	t := &transfer{operation: op, word: op.s.targets[i].word, number: q.number, urlNumber: q.number}
	if t.to.remote = op.s.remoteAll; i < len(op.s.outputs) {
		t.to = op.s.outputs[i]
	}
	if i < len(op.s.uploads) {
		t.upload = op.s.uploads[i]
	}
	q.target++
	q.number++
	return t, nil
}

// end writes what the operation keeps that was the last to be begun.
func (q *queue) end() { q.p.ops[min(q.op, len(q.p.ops)-1)].keep() }

// A lane is a row of transfers, one behind the other.
type lane struct {
	queue *queue
	line  fetch.Line
	// clock is the last transfer's Recorder, whose clock the next one shares, and carried
	// what is known of connections that go over to it.
	clock   *trace.Recorder
	carried trace.Carried

	ahead *transfer // has been taken already
	taken bool
	err   error
}

func newLane(q *queue) *lane {
	l := &lane{queue: q}
	if !q.p.byAddress && !q.p.dryRun {
		l.line.Next = l.next
	}
	return l
}

// take takes the next transfer of the queue, nil at the end.
func (l *lane) take() (*transfer, error) {
	l.peek()
	l.taken = false
	return l.ahead, l.err
}

// peek looks at the next one, which is this lane's then.
func (l *lane) peek() {
	if !l.taken {
		l.ahead, l.err = l.queue.take()
		l.taken = true
	}
}

// next says what the connection of a transfer that ends could be used for.
func (l *lane) next() (*fetch.Fetcher, *weburl.URL) {
	l.peek()
	if l.ahead == nil {
		return nil, nil
	}
	u, err := l.ahead.parseURL(l.ahead.word)
	if err != nil || fetch.Fetchable(u) != nil {
		return nil, nil
	}
	return l.ahead.fetcher, u
}

// recorder is what a transfer is recorded by, nil where nobody wants to know.
func (l *lane) recorder(sink trace.Sink) *trace.Recorder {
	if p := l.queue.p; !p.watched() && !p.outwait {
		return nil
	}
	l.clock = l.clock.Next(sink)
	return l.clock
}
