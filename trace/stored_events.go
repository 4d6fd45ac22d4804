package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// FetchEnded closes a fetch in the JSONL stream, and says what its document has beside the
// records. No step emits it.
type FetchEnded struct {
	URL         string `json:"url"`
	StartedUnix int64  `json:"started_unix_ns"`
	ExitCode    int    `json:"exit_code"`
	Error       *Error `json:"error"`
}

// Kind names the event in the JSONL stream.
func (FetchEnded) Kind() string { return "fetch_ended" }

// events are one of each, by which those of a stream are read.
func events() []Event {
	return []Event{
		ExchangeStarted{},
		URLUpgraded{},
		PhaseSkipped{},
		Failed{},
		ResolveStarted{},
		QueryConnecting{},
		QueryConnected{},
		QuerySent{},
		QueryAnswered{},
		QueryFailed{},
		QueryJudged{},
		ZoneJudged{},
		ServiceOffered{},
		SecurityJudged{},
		DatagramDropped{},
		Resolved{},
		AddressesAdded{},
		Answered{},
		AttemptStarted{},
		AttemptEnded{},
		Connected{},
		ConnectionReused{},
		StateSeen{},
		NotObservable{},
		TunnelStarted{},
		TunnelEnded{},
		ProxyUsed{},
		TLSStarted{},
		TLSEnded{},
		CertificatesSeen{},
		RequestStarted{},
		RequestEnded{},
		RequestCut{},
		BytesLeft{},
		BytesAcked{},
		FirstByte{},
		InterimReceived{},
		HeadStarted{},
		HeadReceived{},
		LenientlyRead{},
		CookieRefused{},
		ResponseEnded{},
		Decoded{},
		RenderStarted{},
		Parsed{},
		Styled{},
		RenderEnded{},
		CloseStarted{},
		CloseNotified{},
		ResetSeen{},
		TimeWaitRead{},
		CloseSegments{},
		CloseEnded{},
		LayerStarted{},
		LayerEnded{},
		BodyProgress{},
		SegmentSeen{},
		CaptureEnded{},
		SocketRead{},
		ClientCertificateAsked{},
		NotifyMissing{},
		FlightSeen{},
		FetchEnded{},
		FastOpen{},
	}
}

// A streamLine is one of a JSONL stream.
type streamLine struct {
	Event      string          `json:"event"`
	At         Time            `json:"at_ns"`
	Within     Time            `json:"uncertainty_ns"`
	From       Evidence        `json:"evidence"`
	Transfer   int             `json:"transfer"`
	Exchange   int             `json:"exchange"`
	Connection int             `json:"connection"`
	Proxy      bool            `json:"proxy"`
	Data       json.RawMessage `json:"data"`
}

// A Stream makes the documents of a JSONL stream again, in which the lines of several
// fetches may be mixed. Its zero value is for the beginning.
type Stream struct {
	records map[int][]Record // by transfer
	carried Carried
	kinds   map[string]reflect.Type
}

// maxExchanges bounds the exchanges of a fetch in a stream: each takes room, and a number
// is easily mistyped. A fetch follows fifty redirects unless it is told otherwise.
const maxExchanges = 100_000

// Line reads the next line. It returns a document where a fetch ends with it, else nil.
func (s *Stream) Line(b []byte) (*Document, error) {
	var l streamLine
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, err
	}
	event, err := s.event(l.Event, l.Data)
	if err != nil {
		return nil, err
	}
	if end, ok := event.(FetchEnded); ok {
		return s.end(l.Transfer, end)
	}
	if l.Exchange < 0 || l.Exchange > maxExchanges {
		return nil, fmt.Errorf("there is no exchange %d", l.Exchange)
	}
	if s.records == nil {
		s.records = map[int][]Record{}
	}
	s.records[l.Transfer] = append(s.records[l.Transfer], Record{
		Moment: Moment{At: l.At, Within: time.Duration(l.Within), From: l.From}, Exchange: l.Exchange, Conn: l.Connection, Proxy: l.Proxy, Event: event,
	})
	return nil, nil
}

// Over says what is wrong with a stream that ends here, if anything.
func (s *Stream) Over() error {
	if len(s.records) > 0 {
		return errors.New("the stream ends before its fetch does")
	}
	return nil
}

// event reads the fields of an event of this kind.
func (s *Stream) event(kind string, data []byte) (Event, error) {
	if s.kinds == nil {
		s.kinds = map[string]reflect.Type{}
		for _, e := range events() {
			s.kinds[e.Kind()] = reflect.TypeOf(e)
		}
	}
	t, ok := s.kinds[kind]
	if !ok {
		return nil, fmt.Errorf("there is no event %q", kind)
	}
	v := reflect.New(t)
	if err := json.Unmarshal(data, v.Interface()); err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	e := v.Elem().Interface().(Event)
	if r, ok := e.(Resolved); ok {
		r.HasTTL = r.Source == "dns"
		e = r
	}
	return e, nil
}

// end makes the document of a fetch.
func (s *Stream) end(transfer int, e FetchEnded) (*Document, error) {
	d := Fold(s.records[transfer], FoldOptions{URL: e.URL, Started: time.Unix(0, e.StartedUnix), Secrets: true, Published: true, Carried: &s.carried})
	delete(s.records, transfer)
	d.ExitCode, d.Error = e.ExitCode, e.Error
	return d, d.Check()
}
