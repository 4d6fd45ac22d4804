package trace

import (
	"cmp"
	"reflect"
	"slices"
	"time"
)

// FoldOptions are what the document depends on beside the records.
type FoldOptions struct {
	URL     string
	Started time.Time
	// Secrets leaves credentials and cookies as they are.
	Secrets bool
	// Carried is what is known of connections from earlier fetches of the run, to which this
	// one's are added; nil where none goes over.
	Carried *Carried
	// Published says that the records, and the URL, are as Publish gives them.
	Published bool
}

// Fold derives the document. It reads no clock, no environment and no global, and
// gives the same document for any order in which concurrent records arrived.
func Fold(records []Record, o FoldOptions) *Document {
	if !o.Published {
		o.URL = cut(redactURL(o.URL, o.Secrets))
	}
	d := &Document{
		Schema: SchemaTrace, URL: o.URL, Findings: []Finding{}, Exchanges: []Exchange{},
		Started: o.Started.UTC().Format(time.RFC3339Nano), StartedUnix: o.Started.UnixNano(),
	}
	kept := o.Carried.conns()
	for _, group := range byExchange(records) {
		for i := range group {
			if !o.Published {
				group[i].Event = Publish(group[i].Event, o.Secrets)
			}
		}
		x, failure := foldExchange(group, kept)
		if x.TLS != nil {
			age(x.TLS.Chain, o.Started)
		}
		d.Exchanges = append(d.Exchanges, x)
		// A failure that an exchange came behind was got over.
		d.Error = failure
	}
	return d
}

// byExchange puts the records of each exchange together, in the order in which they
// happened.
func byExchange(records []Record) [][]Record {
	var out [][]Record
	for _, r := range records {
		for len(out) <= r.Exchange {
			out = append(out, nil)
		}
		out[r.Exchange] = append(out[r.Exchange], r)
	}
	for _, group := range out {
		slices.SortStableFunc(group, before)
	}
	return out
}

// before orders records by their moments; those of the same moment by their kind and
// what they say, so that the order of arrival never counts.
func before(a, b Record) int {
	if c := cmp.Compare(a.At, b.At); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Event.Kind(), b.Event.Kind()); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Conn, b.Conn); c != 0 {
		return c
	}
	return cmp.Compare(rank(a.Event), rank(b.Event))
}

// rank orders events of the same kind and moment. States have an order of their own:
// several may be inferred for one bracket.
func rank(e Event) int {
	switch e := e.(type) {
	case StateSeen:
		return slices.Index(stateOrder, e.State)
	case QueryConnecting:
		return e.ID
	case QueryConnected:
		return e.ID
	case QuerySent:
		return e.ID
	case QueryAnswered:
		return e.ID
	case QueryFailed:
		return e.ID
	case BytesLeft:
		return int(e.Offset)
	case BytesAcked:
		return int(e.Offset)
	case SegmentSeen:
		return int(e.Seq)
	}
	return 0
}

// stateOrder is an order in which no connection goes backwards (RFC 9293, 3.3.2).
var stateOrder = []State{
	Listen, SynSent, SynReceived, Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait, Closed,
}

// An exchangeFold gathers what the records of an exchange say.
type exchangeFold struct {
	x       Exchange
	marks   map[mark]Record
	left    map[int64]Record
	acked   map[int64]Record
	winner  int
	opened  bool   // the winner came about
	tried   string // its address
	packets packets
	skips   map[Phase]string
	syns    map[int]Record // by connection
	added   []string       // addresses that came late
	layers  []Layer        // between the socket and the origin's TLS
	failure *Error
	reused  *keptConn // nil where the connection was opened for this exchange
}

// A mark is an event that bounds a phase: the first or last of its kind.
type mark struct {
	kind reflect.Type
	last bool
}

func kindOf[E Event]() reflect.Type { return reflect.TypeFor[E]() }

// foldExchange derives one exchange. kept has the connections of those before by their
// numbers, and gets this one's.
func foldExchange(records []Record, kept map[int]*keptConn) (Exchange, *Error) {
	f := &exchangeFold{
		marks: map[mark]Record{}, left: map[int64]Record{}, acked: map[int64]Record{},
		skips: map[Phase]string{}, syns: map[int]Record{},
	}
	f.winner, f.tried, f.opened = winner(records)
	f.takeOver(records, kept)
	for _, r := range records {
		f.sent(r)
	}
	for _, r := range records {
		if r.Proxy {
			f.ofProxy(r)
			continue
		}
		f.mark(r)
		f.layer(r)
		f.steps1and2(r)
		f.steps3and4(r)
		f.steps5and6(r)
	}
	f.finish()
	f.handOver(kept)
	return f.x, f.failure
}

// winner is the connection that was used, or where none was the last one tried, with its
// address.
func winner(records []Record) (conn int, tried string, opened bool) {
	for _, r := range records {
		switch e := r.Event.(type) {
		case Connected:
			return r.Conn, e.Remote, true
		case ConnectionReused:
			return r.Conn, e.Remote, true
		case AttemptStarted:
			if r.Conn >= conn {
				conn, tried = r.Conn, e.Address
			}
		}
	}
	return conn, tried, false
}

func (f *exchangeFold) mark(r Record) {
	if r.Conn != 0 && r.Conn != f.winner {
		return
	}
	kind := reflect.TypeOf(r.Event)
	if _, ok := f.marks[mark{kind, false}]; !ok {
		f.marks[mark{kind, false}] = r
	}
	f.marks[mark{kind, true}] = r
	switch e := r.Event.(type) {
	case BytesLeft:
		f.left[e.Offset] = r
	case BytesAcked:
		f.acked[e.Offset] = r
	}
}

// first and last return the first and last record of a kind.
func (f *exchangeFold) first(kind reflect.Type) (Record, bool) {
	r, ok := f.marks[mark{kind, false}]
	return r, ok
}

func (f *exchangeFold) last(kind reflect.Type) (Record, bool) {
	r, ok := f.marks[mark{kind, true}]
	return r, ok
}

func (f *exchangeFold) finish() {
	if f.x.Resolve != nil {
		f.x.Resolve.Addresses = append(f.x.Resolve.Addresses, f.added...)
	}
	if c := f.x.Connection; c != nil {
		f.packets = follow(c, f.reused.numbers())
		c.States = f.packets.replace(c.States)
		crossed(c.States)
		f.passedUnseen()
		orderStates(c.States)
		c.States = append(c.States, f.server()...)
		placeInferred(c.States)
	}
	f.finishTLS()
	f.x.Phases = f.phases()
	f.finishLayers()
	if f.x.Response != nil {
		f.splitWait()
	}
	if f.x.Request != nil {
		if r, ok := f.last(kindOf[RequestEnded]()); ok {
			if a, ok := f.acked[r.Event.(RequestEnded).Offset]; ok {
				f.x.Request.Acked = &a.At
			}
		}
	}
	f.finishRender()
	f.finishClose()
}
