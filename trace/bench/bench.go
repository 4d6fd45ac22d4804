// Package bench writes trace documents as results of Go benchmarks, which benchstat
// compares.
//
// It is a function of the documents. A fetch is one iteration of a benchmark for each phase
// that took place, in ns/op: benchstat sets those of several fetches, or of two files of
// them, below one another. The URL is a line of configuration, by which benchstat makes
// tables. A fetch that failed has no results, which would be those of something else.
//
// It implements the Go Benchmark Data Format (golang.org/design/14313-benchmark-format).
package bench

import (
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// Write writes a document's results.
func Write(w io.Writer, d *trace.Document) error {
	var b strings.Builder
	fmt.Fprintf(&b, "url: %s\n", value(d.URL))
	if d.Error != nil {
		fmt.Fprintf(&b, "--- FAIL: BenchmarkFetch\n    in phase %s: %s\n", value(string(d.Error.Phase)), value(string(d.Error.Code)))
	} else {
		results(&b, d)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// value is a text as a configuration can have it: one line.
func value(s string) string { return strings.TrimSpace(term.Safe(s)) }

// results are a line for each phase, those of all exchanges together, for the two parts of
// the wait, and for the whole, with how much went over.
func results(b *strings.Builder, d *trace.Document) {
	for _, p := range trace.Phases() {
		if t, ok := took(d, p); ok {
			line(b, string(p), t)
		}
		if p == trace.Wait {
			parts(b, d)
		}
	}
	if end, ok := lastByte(d); ok {
		fmt.Fprintf(b, "%s %d ns/op", name("last-byte"), end)
		sizes(b, d)
		b.WriteByte('\n')
	}
}

func line(b *strings.Builder, phase string, t trace.Time) {
	fmt.Fprintf(b, "%s %d ns/op\n", name(phase), t)
}

// name is that of a benchmark that ran once.
func name(phase string) string { return fmt.Sprintf("BenchmarkFetch/phase=%-12s 1", phase) }

// took sums a phase over all exchanges; false where it took place in none.
func took(d *trace.Document, p trace.Phase) (sum trace.Time, ok bool) {
	for i := range d.Exchanges {
		if t := d.Exchanges[i].Phase(p).Duration; t != nil {
			sum, ok = sum+*t, true
		}
	}
	return sum, ok
}

// parts are those of the wait, where all of it could be cut.
func parts(b *strings.Builder, d *trace.Document) {
	var network, server trace.Time
	for i := range d.Exchanges {
		r := d.Exchanges[i].Response
		if r == nil || r.WaitNetwork == nil || r.WaitServer == nil {
			return
		}
		network, server = network+*r.WaitNetwork, server+*r.WaitServer
	}
	if len(d.Exchanges) > 0 {
		line(b, "wait-network", network)
		line(b, "wait-server", server)
	}
}

// lastByte is when the last response was there.
func lastByte(d *trace.Document) (trace.Time, bool) {
	if x := d.Last(); x != nil {
		return x.Phase(trace.Receive).End()
	}
	return 0, false
}

// sizes are of all exchanges together. A unit that ends in B is one of bytes.
func sizes(b *strings.Builder, d *trace.Document) {
	var request, head, body int64
	for i := range d.Exchanges {
		if r := d.Exchanges[i].Request; r != nil {
			request += r.Bytes
		}
		if r := d.Exchanges[i].Response; r != nil {
			head, body = head+int64(r.HeaderBytes), body+r.BodyBytes
		}
	}
	fmt.Fprintf(b, " %d request-B %d head-B %d body-B", request, head, body)
}
