package cli

import (
	"bytes"
	"errors"
	"io"

	"fetchscope/internal/term"
	"fetchscope/trace"
	"fetchscope/trace/ladder"
	"fetchscope/trace/timeline"
)

// show writes the document, the trace for people, and a page that was held back for
// it.
func (p *program) show(doc *trace.Document, d *delivery, ended *statusError) error {
	if err := p.put(doc); err != nil {
		return err
	}
	if !p.silent && p.view != "none" {
		if err := p.draw(doc); err != nil {
			return err
		}
		if ended != nil {
			ended.shown = true
		}
	}
	if d != nil {
		if err := d.settle(); err != nil {
			return err
		}
	}
	if ended == nil {
		return nil
	}
	return ended
}

// draw writes the trace for people.
func (p *program) draw(doc *trace.Document) error {
	var b bytes.Buffer
	if err := p.drawOn(&b, doc, p.err); err != nil {
		return err
	}
	if p.end != nil {
		b.WriteString(p.tellLab(doc))
	}
	if p.err.Terminal {
		b.WriteByte('\n') // a page may follow
	}
	_, err := p.stderr.Write(b.Bytes())
	return err
}

// drawOn writes the view that is chosen for a screen.
func (p *program) drawOn(w io.Writer, doc *trace.Document, on term.Screen) error {
	o := timeline.Options{Columns: on.Columns, Color: on.Color, UTF8: on.UTF8}
	l := ladder.Options(o)
	switch p.view {
	case "ladder":
		return ladder.Write(w, doc, l)
	case viewLab:
		return errors.Join(timeline.Write(w, doc, o), ladder.Write(w, doc, l))
	case "full":
		return errors.Join(timeline.Write(w, doc, o), timeline.Details(w, doc, o), ladder.Write(w, doc, l))
	}
	return timeline.Write(w, doc, o)
}
