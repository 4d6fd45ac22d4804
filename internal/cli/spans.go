package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fetchscope/httpclient/payload"
	"fetchscope/internal/fetch"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/trace/otlp"
)

// collectorTime bounds the sending of spans: a collector is nearby, and nobody waits for
// it longer than for the page.
const collectorTime = 5 * time.Second

// maxCollectorReply bounds what a collector answers; a message of its is a few hundred
// bytes.
const maxCollectorReply = 64 << 10

// Spans are what --otlp sends at the end of the run.
type spans struct {
	collector *weburl.URL // nil without --otlp
	context   otlp.Context
	fetches   []otlp.Fetch
}

// openSpans begins the trace of the run, where there is a collector.
func (p *program) openSpans() error {
	if p.otlp == "" || p.spans.collector != nil {
		return nil
	}
	u, err := weburl.Parse(p.otlp)
	if err == nil && u.Pathname() == "/" && u.Search() == "" {
		u, err = u.Parse("/v1/traces") // the OTLP specification, section "OTLP/HTTP Request"
	}
	if err == nil {
		err = fetch.Fetchable(u)
	}
	if err != nil {
		return usage("--otlp: "+err.Error(), "such as http://127.0.0.1:4318")
	}
	p.spans.collector, p.spans.context = u, otlp.NewContext()
	return nil
}

// traced makes requests tell the span that they are of.
func (p *operation) traced() error {
	if err := p.openSpans(); err != nil || p.otlp == "" {
		return err
	}
	p.s.fetch.Traceparent = p.spans.context.Traceparent
	return nil
}

// keepSpans takes the document of a fetch. Where -H has a traceparent the fetch belongs to
// that trace.
func (t *transfer) keepSpans(doc *trace.Document) {
	if t.otlp == "" {
		return
	}
	in := t.spans.context
	for _, h := range t.s.fetch.Header {
		if given, ok := otlp.ParseTraceparent(h.Value); ok && strings.EqualFold(h.Name, "traceparent") {
			in = given
		}
	}
	t.spans.fetches = append(t.spans.fetches, otlp.Fetch{Document: doc, Context: in})
}

// sendSpans sends what was kept. That it cannot be sent is told, and changes nothing.
func (p *program) sendSpans(ctx context.Context) {
	if len(p.spans.fetches) == 0 {
		return
	}
	var body bytes.Buffer
	err := otlp.Write(&body, p.spans.fetches, otlp.Options{Version: version(), Secrets: p.secrets})
	if err == nil {
		err = p.postSpans(context.WithoutCancel(ctx), body.Bytes())
	}
	if err != nil {
		p.caution(fmt.Sprintf("--otlp: %s has not taken the trace: %v", p.spans.collector.Redacted(), err))
	}
}

// postSpans posts to the collector, by the names and the authorities of the first
// operation. It is no part of any fetch.
func (p *program) postSpans(ctx context.Context, body []byte) error {
	of := &p.ops[0].s.fetch
	o := defaults(p.global).fetch
	o.Payload = &fetch.Payload{Content: payload.Bytes(body), Type: "application/json"}
	o.MaxTime, o.ConnectTimeout, o.MaxFileSize, o.FailOnError = collectorTime, collectorTime, maxCollectorReply, true
	o.Resolver, o.CAFile, o.CADir, o.Getenv = of.Resolver, of.CAFile, of.CADir, of.Getenv
	f, err := fetch.New(o)
	if err != nil {
		return err
	}
	defer f.Close()
	reply := &collectorReply{}
	if err := f.Fetch(ctx, nil, p.spans.collector, reply); err != nil {
		return err
	}
	return reply.refused()
}

// A collectorReply is what a collector answers.
type collectorReply struct{ body []byte }

// Head drops a head.
func (*collectorReply) Head([]byte) error { return nil }

// Body keeps the body.
func (c *collectorReply) Body(_ context.Context, _ *trace.Scope, b *fetch.Body) error {
	content, err := b.Content(true)
	if err == nil {
		c.body, err = io.ReadAll(content)
	}
	return err
}

// refused says which spans were not taken, if any (ExportTracePartialSuccess). An answer
// that is no JSON says nothing.
func (c *collectorReply) refused() error {
	var reply struct {
		Partial struct {
			Rejected json.Number `json:"rejectedSpans"`
			Message  string      `json:"errorMessage"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(c.body, &reply) != nil || reply.Partial.Rejected == "" || reply.Partial.Rejected == "0" {
		return nil
	}
	return errors.New(strings.TrimSpace(reply.Partial.Rejected.String() + " spans were rejected: " + reply.Partial.Message))
}
