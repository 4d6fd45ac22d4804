// Package otlp writes trace documents as spans for an OpenTelemetry collector: the body of
// a request of OTLP over HTTP, in JSON.
//
// It is a function of the documents and of the ids that the run has chosen. A fetch is a
// span, each exchange one of kind CLIENT below it by OpenTelemetry's semantic conventions
// for HTTP, and below that each phase and each DNS query. A server that took part has its
// spans below the exchange's, whose id it was told in traceparent. Ids that nobody was told
// follow from those that somebody was.
//
// It implements the OpenTelemetry Protocol 1.3 (trace service, JSON encoding), the semantic
// conventions for HTTP spans 1.27 and W3C Trace Context.
package otlp

import (
	"io"
	"strconv"

	"fetchscope/trace"
)

// A Fetch is a document with the trace that it belongs to.
type Fetch struct {
	Document *trace.Document
	Context  Context
}

// Options say what is not in the documents.
type Options struct {
	// Version is the program's.
	Version string
	// Secrets leaves the values of a URL's query in.
	Secrets bool
}

// The messages, as far as they are used (opentelemetry/proto/trace/v1). 64-bit integers are
// strings, ids hexadecimal, enumerations numbers.
type (
	request struct {
		Resources []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource resource     `json:"resource"`
		Scopes   []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	span struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		Parent     string      `json:"parentSpanId,omitzero"`
		Name       string      `json:"name"`
		Kind       int         `json:"kind"`
		Start      unixNano    `json:"startTimeUnixNano"`
		End        unixNano    `json:"endTimeUnixNano"`
		Attributes []attribute `json:"attributes,omitzero"`
		Events     []event     `json:"events,omitzero"`
		Status     spanStatus  `json:"status"`
	}
	event struct {
		At         unixNano    `json:"timeUnixNano"`
		Name       string      `json:"name"`
		Attributes []attribute `json:"attributes,omitzero"`
	}
	spanStatus struct {
		Message string `json:"message,omitzero"`
		Code    int    `json:"code,omitzero"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		String *string `json:"stringValue,omitzero"`
		Int    *string `json:"intValue,omitzero"`
		Bool   *bool   `json:"boolValue,omitzero"`
	}
)

// Kinds and codes of spans.
const (
	kindInternal = 1
	kindClient   = 3
	codeError    = 2
)

// UnixNano is a moment in nanoseconds of Unix time.
type unixNano int64

// MarshalJSON writes a string, as all 64-bit integers are in JSON.
func (u unixNano) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatInt(int64(u), 10)), nil
}

// Write writes the spans of a run.
func Write(w io.Writer, fetches []Fetch, o Options) error {
	spans := []span{}
	for _, f := range fetches {
		b := &builder{doc: f.Document, context: f.Context, o: o}
		b.fetch()
		spans = append(spans, b.spans...)
	}
	return trace.WriteJSON(w, request{[]resourceSpans{{
		Resource: resource{attributes(text("service.name", "fetchscope"), text("service.version", o.Version))},
		Scopes:   []scopeSpans{{scope{"fetchscope", o.Version}, spans}},
	}}}, false)
}

func text(key, s string) attribute { return attribute{key, value{String: &s}} }

func number(key string, n int64) attribute {
	s := strconv.FormatInt(n, 10)
	return attribute{key, value{Int: &s}}
}

func truth(key string, is bool) attribute { return attribute{key, value{Bool: &is}} }

// attributes leaves those out that say nothing.
func attributes(list ...attribute) (out []attribute) {
	for _, a := range list {
		if a.Value.String == nil || *a.Value.String != "" {
			out = append(out, a)
		}
	}
	return out
}
