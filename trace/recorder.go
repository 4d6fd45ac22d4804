package trace

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Record is an event with its moment and its place. Several connections may race
// within one exchange, and one may serve several, hence two numbers.
type Record struct {
	Moment
	Exchange int // 0 is the first
	Conn     int // 0 before there is one
	Event    Event
}

// A Sink sees records as they are made. It runs inside a measurement and must
// return at once: it may append to a queue, never write or wait.
type Sink interface{ Put(Record) }

// A Recorder owns the clock and the list of records. It is safe for concurrent use.
type Recorder struct {
	start time.Time // of the monotonic clock
	unix  int64     // the wall clock's reading at start, in nanoseconds
	base  Time      // of the clock, when this began: what is recorded counts from it
	sink  Sink

	mu      sync.Mutex
	records []Record
}

// expectedRecords is what a plain fetch makes; more only costs a copy.
const expectedRecords = 64

// NewRecorder starts the clock. The sink, which may be nil, sees every record.
func NewRecorder(sink Sink) *Recorder {
	start, unix := startClocks()
	return &Recorder{start: start, unix: unix, sink: sink, records: make([]Record, 0, expectedRecords)}
}

// Next returns a Recorder for another fetch of the run. Both have one clock, so that a
// connection can go over from one to the other; what each records counts from its own
// beginning.
func (r *Recorder) Next(sink Sink) *Recorder {
	if r == nil {
		return NewRecorder(sink)
	}
	next := &Recorder{start: r.start, unix: r.unix, sink: sink, records: make([]Record, 0, expectedRecords)}
	next.base = next.now()
	return next
}

func (r *Recorder) now() Time { return Time(time.Since(r.start)) }

// clockReadings is how often both clocks are read to find out how they stand to each
// other.
const clockReadings = 8

// startClocks reads both clocks as of one moment. [time.Now] reads the wall clock, then
// the monotonic one: what comes between them, a page fault of the first call say, makes
// the wall clock look late. The reading with the least between them is the true one.
func startClocks() (start time.Time, unix int64) {
	start = time.Now()
	unix = start.UnixNano()
	for range clockReadings {
		now := time.Now()
		unix = max(unix, now.UnixNano()-int64(now.Sub(start)))
	}
	return start, unix
}

// Scope returns the recorder seen from the exchange with this number; nil, which records
// nothing, on a nil Recorder.
func (r *Recorder) Scope(exchange int) *Scope {
	if r == nil {
		return nil
	}
	return newScope(&place{r, exchange}, 0)
}

// Started returns the wall clock's reading at the moment that records count from.
func (r *Recorder) Started() time.Time { return time.Unix(0, r.unix+int64(r.base)) }

// Records returns a copy of what has been recorded so far.
func (r *Recorder) Records() []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Record(nil), r.records...)
}

// A timed event holds moments of its own.
type timed interface{ from(base Time) Event }

// from counts a record's moments from another beginning.
func (r Record) from(base Time) Record {
	r.At -= base
	if e, ok := r.Event.(timed); ok {
		r.Event = e.from(base)
	}
	return r
}

func (r *Recorder) put(rec Record) {
	if r.base != 0 {
		rec = rec.from(r.base)
	}
	r.mu.Lock()
	r.records = append(r.records, rec)
	r.mu.Unlock()
	if r.sink != nil {
		r.sink.Put(rec)
	}
}

// wallTolerance is how far the two clocks may drift apart before it is taken for a
// step of the wall clock. Both are slewed alike, so real drift stays far below.
const wallTolerance = time.Microsecond

// wall places a reading of the wall clock, in Unix nanoseconds, on the run's clock.
// When the wall clock has been stepped meanwhile, the moment widens by the step.
func (r *Recorder) wall(unix int64) Moment {
	now := time.Now()
	at := Time(unix - r.unix)
	step := now.UnixNano() - r.unix - int64(now.Sub(r.start))
	if step < 0 {
		step = -step
	}
	m := Moment{At: at, From: Timestamp}
	if time.Duration(step) > wallTolerance {
		m.Within = time.Duration(step)
	}
	return m
}

// A Scope is a Recorder seen from one exchange and one connection. Every step takes
// one. All methods work on a nil *Scope and then record nothing, so that no caller
// tests for nil.
type Scope struct {
	at   atomic.Pointer[place]
	conn int
}

// A place is where what a Scope sees is recorded.
type place struct {
	rec      *Recorder
	exchange int
}

// Now reads the clock; 0 on a nil Scope.
func (s *Scope) Now() Time {
	if s == nil {
		return 0
	}
	return s.at.Load().rec.now()
}

// Wall places a kernel stamp, in nanoseconds of Unix time, on the run's clock.
func (s *Scope) Wall(unix int64) Moment {
	if s == nil {
		return Moment{}
	}
	return s.at.Load().rec.wall(unix)
}

// Date returns the calendar time of a moment, for what is dated: certificates,
// signatures.
func (s *Scope) Date(t Time) time.Time {
	if s == nil {
		return time.Now()
	}
	return time.Unix(0, s.at.Load().rec.unix+int64(t))
}

// Emit records that e happened now.
func (s *Scope) Emit(e Event) {
	if s == nil {
		return
	}
	s.EmitAt(Moment{At: s.Now(), From: Clock}, e)
}

// EmitAt records that e happened at m, which may be in the past.
func (s *Scope) EmitAt(m Moment, e Event) {
	if s == nil {
		return
	}
	at := s.at.Load()
	at.rec.put(Record{Moment: m, Exchange: at.exchange, Conn: s.conn, Event: e})
}

// OnConn returns the scope of the connection with this number.
func (s *Scope) OnConn(id int) *Scope {
	if s == nil {
		return nil
	}
	return newScope(s.at.Load(), id)
}

func newScope(at *place, conn int) *Scope {
	s := &Scope{conn: conn}
	s.at.Store(at)
	return s
}

// Continue makes what is seen from now on be recorded where another scope records: that of
// a connection that is used again goes over to it, within a run. It returns the exchange up
// to here, and whether that was of the same fetch.
func (s *Scope) Continue(next *Scope) (exchange int, same bool) {
	if s == nil || next == nil {
		return 0, true
	}
	to := next.at.Load()
	from := s.at.Swap(to)
	return from.exchange, from.rec == to.rec
}
