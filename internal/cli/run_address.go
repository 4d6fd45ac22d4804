package cli

import (
	"bytes"
	"context"
	"io"

	"fetchscope/internal/fetch"
	"fetchscope/trace"
	"fetchscope/trace/timeline"
)

// byEachAddress fetches the URL from each address of its host in turn. The result is a table of
// them, or a document each; pages are read and dropped. The error is the first that there
// was: every address has to do.
func (t *transfer) byEachAddress(ctx context.Context) error {
	u := t.url
	each, err := t.fetcher.ByAddress(ctx, u)
	if err != nil {
		return t.finish(&lane{}, failed(u, err), nil, err)
	}
	var rows []timeline.Address
	var first error
	for _, one := range each {
		rec := trace.NewRecorder(nil)
		doc, ended := t.document(rec, u, nil, one.Fetch(ctx, rec, u, dropped{}))
		if ended != nil && first == nil {
			first = ended
		}
		rows = append(rows, timeline.Address{AddrPort: one.Addr, Document: doc})
		t.keepSpans(doc)
		if err := t.put(doc); err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
	}
	if t.format == "" {
		if err := t.tableAddresses(rows); err != nil {
			return err
		}
	}
	return first
}

// tableAddresses writes the table, which is the result.
func (p *program) tableAddresses(rows []timeline.Address) error {
	var b bytes.Buffer
	o := timeline.Options{Columns: p.out.Columns, Color: p.out.Color, UTF8: p.out.UTF8}
	if err := timeline.WriteAddresses(&b, rows, o); err != nil {
		return err
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

// checkByAddress refuses what is about one page.
func (p *operation) checkByAddress() error {
	s := &p.s
	if s.byAddress && (len(s.outputs) > 0 || s.dumpHeader != "" || s.include || s.writeOut != "" || s.format == "jsonl") {
		return usage("--by-address puts a table on stdout, or a document for each address with --format json",
			"leave out -o, -O, -i, -D, -w and --format jsonl")
	}
	if s.byAddress && s.fetch.UnixSocket != "" {
		return usage("--by-address goes through the addresses of a host, and a Unix domain socket has none", "leave out one of both")
	}
	return nil
}

// dropped is where pages go that nobody reads.
type dropped struct{}

// Head drops a head.
func (dropped) Head([]byte) error { return nil }

// Body reads a body to its end.
func (dropped) Body(_ context.Context, sc *trace.Scope, b *fetch.Body) error {
	sc.Emit(trace.PhaseSkipped{Phase: trace.Render, Why: "by address"})
	content, err := b.Content(false)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, content)
	return err
}
