package cli

import (
	"math"
	"sync"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/internal/urlglob"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// A transfer is one fetch that the command line asks for.
type transfer struct {
	*operation
	word   string // its URL, as it was typed or as its pattern says
	to     output
	upload string // of -T, "" for none
	// number counts the transfers of the run, and urlNumber the URLs that were typed.
	number, urlNumber int
	bad               *fetch.Failure // of a pattern: there is nothing to be fetched
	queued            time.Duration  // under -Z, until it was its turn

	url  *weburl.URL // nil where the word is none
	body *fetch.Payload
}

// A queue hands out the transfers of a run in the order of the command line: of each URL
// those that its pattern stands for, as often as there are uploads.
type queue struct {
	p  *program
	mu sync.Mutex
	// op and target are what the next one is of, at what its patterns stand for.
	op, target   int
	at           *expansion
	number, urls int
	over         bool
}

// An expansion goes through the patterns of a URL and its upload.
type expansion struct {
	urls, uploads *urlglob.Pattern
	next          int64
}

func (e *expansion) count() int64 { return e.urls.Count() * e.uploads.Count() }

// take takes the next transfer, nil at the end.
func (q *queue) take() (*transfer, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; !q.over && q.op < len(q.p.ops); q.op++ {
		op := q.p.ops[q.op]
		if q.target < len(op.s.targets) {
			return q.transfer(op)
		}
		if q.op+1 < len(q.p.ops) && !q.p.parallel {
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
	t := &transfer{operation: op, word: op.s.targets[i].word, number: q.number, urlNumber: q.urls}
	if t.to.remote = op.s.remoteAll || op.s.targets[i].listed; i < len(op.s.outputs) {
		t.to = op.s.outputs[i]
	}
	q.number++
	if q.at == nil {
		var err error
		if q.at, err = op.expand(i); err != nil {
			q.over = true
			t.bad = &fetch.Failure{Phase: trace.InURL, Code: fetch.CodeBadURL, Err: err, Hint: "-g takes braces and brackets as they are"}
			return t, nil
		}
	}
	err := t.choose(q.at, op.globs(i))
	if q.at.next++; q.at.next == q.at.count() {
		q.at = nil
		q.target++
		q.urls++
	}
	return t, err
}

// globs says whether a URL is a pattern.
func (p *operation) globs(target int) bool { return !p.s.globOff && !p.s.targets[target].listed }

// expand reads the patterns of a URL and of what is sent there. The error is an
// *urlglob.Error.
func (p *operation) expand(target int) (*expansion, error) {
	word, upload := p.s.targets[target].word, ""
	if target < len(p.s.uploads) {
		upload = p.s.uploads[target]
	}
	literal := &expansion{urls: urlglob.Literal(word), uploads: urlglob.Literal(upload)}
	if p.s.globOff {
		return literal, nil
	}
	e := *literal
	var err error
	if e.uploads, err = urlglob.Parse(upload); err == nil && p.globs(target) {
		e.urls, err = urlglob.Parse(word)
	}
	if err == nil && e.urls.Count() > math.MaxInt64/e.uploads.Count() {
		err = &urlglob.Error{Pattern: word, Message: "range overflow"}
	}
	if err != nil && p.dryRun {
		return literal, nil // what the URL is, is what is asked
	}
	return &e, err
}

// choose makes the transfer the next one of an expansion. URLs change before uploads.
func (t *transfer) choose(e *expansion, globs bool) error {
	url := urlglob.Choice{Pattern: e.urls, N: e.next % e.urls.Count()}
	upload := urlglob.Choice{Pattern: e.uploads, N: e.next / e.urls.Count()}
	t.word, t.upload = url.Pattern.At(url.N), upload.Pattern.At(upload.N)
	if t.to.file == "" || !globs {
		return nil
	}
	var err error
	if t.to.file, err = urlglob.Fill(t.to.file, url, upload); err != nil {
		return &statusError{status: statusArgument, code: codeUsage, err: err}
	}
	return nil
}

// several says whether there is more than one transfer.
func (p *program) several() bool {
	if p.gathered.stored > 0 {
		return p.gathered.stored > 1
	}
	if p.byAddress || len(p.ops) > 1 || len(p.ops[0].s.targets) > 1 {
		return true
	}
	e, err := p.ops[0].expand(0)
	return err == nil && e.count() > 1
}

// end writes what operations keep: the one that was the last to be begun, the others having
// done so, or all of those that went on beside one another.
func (q *queue) end() {
	last := min(q.op, len(q.p.ops)-1)
	for i, op := range q.p.ops[:last+1] {
		if i == last || q.p.parallel {
			op.keep()
		}
	}
}

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
	if l.ahead == nil || l.err != nil || l.ahead.bad != nil {
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
