package cli

import (
	"bytes"
	"errors"

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
	columns := p.err.Columns
	o := timeline.Options{Columns: columns, Color: p.err.Color, UTF8: p.err.UTF8}
	l := ladder.Options(o)
	var err error
	switch p.view {
	case "ladder":
		err = ladder.Write(&b, doc, l)
	case viewLab:
		err = errors.Join(timeline.Write(&b, doc, o), ladder.Write(&b, doc, l))
	case "full":
		err = errors.Join(timeline.Write(&b, doc, o), timeline.Details(&b, doc, o), ladder.Write(&b, doc, l))
	default:
		err = timeline.Write(&b, doc, o)
	}
	if err != nil {
		return err
	}
	if p.end != nil {
		b.WriteString(p.tellLab(doc))
	}
	if p.err.Terminal {
		b.WriteByte('\n') // a page may follow
	}
	_, err = p.stderr.Write(b.Bytes())
	return err
}
