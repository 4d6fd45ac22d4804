package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"fetchscope/internal/term"
	"fetchscope/trace"
	"fetchscope/trace/tree"
)

// showResolution writes one of several answers: its document, or how it was found, and
// then its records, which are what is wanted and so come last on a screen.
func (p *operation) showResolution(doc *trace.ResolveDocument, i, several int) error {
	if p.s.format == "json" {
		return trace.WriteJSON(p.stdout, doc, several == 1)
	}
	if err := p.drawResolution(doc, i > 0); err != nil {
		return err
	}
	return writeRecords(p.stdout, doc.Answers)
}

// draws reports whether the tree is drawn.
func (p *operation) draws() bool { return p.s.format == "" && p.s.view != "none" && !p.s.silent }

// drawResolution writes the trace for people, apart from that of a question before.
func (p *operation) drawResolution(doc *trace.ResolveDocument, apart bool) error {
	if p.s.silent {
		return nil
	}
	var b bytes.Buffer
	o := tree.Options{Columns: p.err.Columns, Color: p.err.Color, UTF8: p.err.UTF8}
	var err error
	switch p.s.view {
	case "none":
		err = tree.Denial(&b, doc, o)
	case "full":
		err = errors.Join(tree.Write(&b, doc, o), tree.Details(&b, doc, o))
	default:
		err = tree.Write(&b, doc, o)
	}
	if err != nil {
		return err
	}
	if apart && p.draws() {
		fmt.Fprintln(p.stderr)
	}
	_, err = p.stderr.Write(b.Bytes())
	return err
}

// Columns of a record: a name and a type take as much at least, so that the records of
// several questions stand below one another.
const (
	nameColumn = 30
	typeColumn = 6
)

// writeRecords writes name, TTL, type and data of each, as scripts cut them.
func writeRecords(w io.Writer, records []trace.RR) error {
	names, types := nameColumn, typeColumn
	for _, rr := range records {
		names, types = max(names, len(rr.Name)), max(types, len(rr.Type))
	}
	var b strings.Builder
	for _, rr := range records {
		fmt.Fprintf(&b, "%-*s %7d  %-*s %s\n", names, term.Safe(rr.Name), rr.TTL, types, term.Safe(rr.Type), term.Safe(rr.Data))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
