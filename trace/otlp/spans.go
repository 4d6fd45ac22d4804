package otlp

import (
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"

	"fetchscope/trace"
)

// A builder makes the spans of a fetch.
type builder struct {
	doc     *trace.Document
	context Context
	o       Options
	spans   []span
}

func (b *builder) at(t trace.Time) unixNano { return unixNano(b.doc.StartedUnix + int64(t)) }

// span makes a span from start to end.
func (b *builder) span(id, parent, name string, kind int, start, end trace.Time) *span {
	b.spans = append(b.spans, span{
		TraceID: hex.EncodeToString(b.context.TraceID[:]), SpanID: id, Parent: parent,
		Name: name, Kind: kind, Start: b.at(start), End: b.at(max(start, end)),
	})
	return &b.spans[len(b.spans)-1]
}

// fetch makes the span of the whole, and all below it.
func (b *builder) fetch() {
	root := b.context.derived(b.doc, "fetch")
	parent := ""
	if b.context.Parent != [8]byte{} {
		parent = hex.EncodeToString(b.context.Parent[:])
	}
	var end trace.Time
	for i := range b.doc.Exchanges {
		_, last := extent(&b.doc.Exchanges[i])
		end = max(end, last)
	}
	s := b.span(root, parent, "fetch", kindInternal, 0, end)
	s.Attributes = attributes(text("url.full", b.url(b.doc.URL)), number("process.exit.code", int64(b.doc.ExitCode)))
	if e := b.doc.Error; e != nil {
		s.Status = spanStatus{e.Message, codeError}
		s.Attributes = append(s.Attributes, text("error.type", string(e.Code)), text("fetchscope.error.phase", string(e.Phase)))
	}
	for i := range b.doc.Exchanges {
		b.exchange(i, root)
	}
}

// extent is from the start of the first phase of an exchange to the end of the last.
func extent(x *trace.Exchange) (start, end trace.Time) {
	begun := false
	for _, p := range x.Phases {
		if p.Start == nil {
			continue
		}
		if !begun || *p.Start < start {
			start = *p.Start
		}
		begun = true
		end = max(end, *p.Start)
		if e, ok := p.End(); ok {
			end = max(end, e)
		}
	}
	return start, max(start, end)
}

// exchange makes the span of a request with its response, and those of its phases.
func (b *builder) exchange(i int, root string) {
	x := &b.doc.Exchanges[i]
	place := "exchange " + strconv.Itoa(i)
	id := b.context.sent(x)
	if id == "" {
		id = b.context.derived(b.doc, place)
	}
	start, end := extent(x)
	s := b.span(id, root, method(x), kindClient, start, end)
	s.Attributes = b.described(x, i)
	s.Events = b.states(x)
	s.Status = b.outcome(i)
	if kind := b.failure(i); kind != "" {
		s.Attributes = append(s.Attributes, text("error.type", kind))
	}
	b.phases(x, id, place)
}

func method(x *trace.Exchange) string {
	if x.Request != nil && x.Request.Method != "" {
		return x.Request.Method
	}
	return "GET"
}

// failure is the error.type of an exchange: a code, or the status of a response that is an
// error; "" for none.
func (b *builder) failure(i int) string {
	if b.doc.Error != nil && i == len(b.doc.Exchanges)-1 {
		return string(b.doc.Error.Code)
	}
	if r := b.doc.Exchanges[i].Response; r != nil && r.Status >= 400 {
		return strconv.Itoa(r.Status)
	}
	for _, p := range b.doc.Exchanges[i].Phases {
		if p.Status == trace.FailedHere {
			return "_OTHER"
		}
	}
	return ""
}

func (b *builder) outcome(i int) spanStatus {
	switch {
	case b.failure(i) == "":
		return spanStatus{}
	case b.doc.Error != nil && i == len(b.doc.Exchanges)-1:
		return spanStatus{b.doc.Error.Message, codeError}
	}
	return spanStatus{Code: codeError}
}

// described are the attributes of an exchange by the semantic conventions.
func (b *builder) described(x *trace.Exchange, i int) []attribute {
	host, port := server(x.URL)
	out := attributes(text("http.request.method", method(x)), text("url.full", b.url(x.URL)), text("server.address", host))
	if port > 0 {
		out = append(out, number("server.port", port))
	}
	if x.Why == "retry" || x.Why == "redirect" {
		out = append(out, number("http.request.resend_count", int64(i)))
	}
	if c := x.Connection; c != nil && c.Remote != "" {
		out = append(out, peer(c.Remote)...)
		out = append(out, truth("fetchscope.connection.reused", c.Reused))
	}
	if r := x.Request; r != nil {
		out = append(out, attributes(text("user_agent.original", field(r.Headers, "User-Agent")), number("http.request.body.size", r.BodyBytes))...)
	}
	if r := x.Response; r != nil {
		out = append(out, attributes(number("http.response.status_code", int64(r.Status)), number("http.response.body.size", r.BodyBytes),
			text("network.protocol.name", "http"), text("network.protocol.version", strings.TrimPrefix(r.Version, "HTTP/")))...)
	}
	if t := x.TLS; t != nil && t.Version != "" {
		out = append(out, attributes(text("tls.protocol.name", "tls"), text("tls.protocol.version", strings.TrimPrefix(t.Version, "TLS ")),
			text("tls.cipher", t.Cipher), truth("tls.resumed", t.Resumed))...)
	}
	return out
}

// peer is whom the socket is connected to.
func peer(remote string) []attribute {
	host, port, err := net.SplitHostPort(remote)
	if err != nil {
		return []attribute{text("network.peer.address", remote), text("network.transport", "unix")}
	}
	out := []attribute{text("network.peer.address", host), text("network.transport", "tcp")}
	if n, err := strconv.ParseInt(port, 10, 32); err == nil {
		out = append(out, number("network.peer.port", n))
	}
	return out
}

// states are the client's own changes of state, as events.
func (b *builder) states(x *trace.Exchange) (out []event) {
	if x.Connection == nil {
		return nil
	}
	for _, s := range x.Connection.States {
		if s.Side == trace.Client {
			out = append(out, event{b.at(s.Start), string(s.State), attributes(
				text("fetchscope.evidence", string(s.Evidence)), number("fetchscope.uncertainty_ns", int64(s.Uncertainty)))})
		}
	}
	return out
}

// phaseSpan is the name of a phase's span: that which others have, where they have one.
func phaseSpan(p trace.Phase) string {
	switch p {
	case trace.Resolve:
		return "DNS lookup"
	case trace.Connect:
		return "socket connect"
	case trace.TLS:
		return "TLS handshake"
	}
	return string(p)
}

// phases makes a span for each that took place.
func (b *builder) phases(x *trace.Exchange, exchange, place string) {
	for i := range x.Phases {
		p := &x.Phases[i]
		end, ok := p.End()
		if !ok {
			continue
		}
		id := b.context.derived(b.doc, place+" "+string(p.Name))
		s := b.span(id, exchange, phaseSpan(p.Name), kindInternal, *p.Start, end)
		s.Attributes = attributes(text("fetchscope.phase", string(p.Name)), number("fetchscope.step", int64(p.Step)),
			text("fetchscope.start_evidence", string(p.StartFrom)), text("fetchscope.end_evidence", string(p.EndFrom)))
		if p.Uncertainty != nil {
			s.Attributes = append(s.Attributes, number("fetchscope.uncertainty_ns", int64(*p.Uncertainty)))
		}
		if p.Status == trace.FailedHere {
			s.Status.Code = codeError
		}
		if p.Name == trace.Resolve {
			b.queries(x, id, place)
		}
	}
}

// queries makes a span for each DNS query.
func (b *builder) queries(x *trace.Exchange, lookup, place string) {
	if x.Resolve == nil {
		return
	}
	for i := range x.Resolve.Queries {
		q := &x.Resolve.Queries[i]
		end := q.Start
		if q.Duration != nil {
			end += *q.Duration
		}
		s := b.span(b.context.derived(b.doc, fmt.Sprintf("%s query %d", place, i)), lookup, "DNS query "+q.Type, kindClient, q.Start, end)
		s.Attributes = attributes(text("dns.question.name", q.Name), text("fetchscope.dns.question.type", q.Type), text("fetchscope.dns.rcode", q.Rcode),
			text("fetchscope.dns.protocol", q.Protocol), text("network.peer.address", q.Server))
		if q.Duration == nil || q.Failure != "" {
			s.Status = spanStatus{q.Failure, codeError}
		}
	}
}
