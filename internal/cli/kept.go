package cli

import (
	"bytes"
	"io"

	"fetchscope/trace"
)

// Limits of what is kept of bodies. Who opens a HAR holds all of it in memory, several
// times over: no page, and none of the scripts on one, is larger than the first, and of a
// run of many the second bounds all.
const (
	maxKeptBody = 8 << 20
	maxKept     = 64 << 20
)

// A kept is a body that is held for the format; over is set where it grew too large.
type kept struct {
	bytes.Buffer
	over bool
}

// Write takes what there is room for.
func (k *kept) Write(p []byte) (int, error) {
	if k.over = k.over || k.Len()+len(p) > maxKeptBody; k.over {
		k.Reset()
		return len(p), nil
	}
	return k.Buffer.Write(p)
}

// keeping returns the reader of a body, of which a format that has a place for it gets
// what is read.
func (d *delivery) keeping(r io.Reader) io.Reader {
	if d.p.format != formatHAR {
		return r
	}
	d.kept = &kept{}
	return io.TeeReader(r, d.kept)
}

// keepBodies puts the bodies into the document that were kept: the page's, and what was
// sent. d is nil where nothing was fetched.
func (t *transfer) keepBodies(doc *trace.Document, d *delivery) {
	last := doc.Last()
	if t.format != formatHAR || last == nil {
		return
	}
	if d != nil && d.kept != nil && !d.kept.over && last.Response != nil {
		last.Response.Content = t.gathered.room(d.kept.Bytes())
	}
	for i := range doc.Exchanges {
		if r := doc.Exchanges[i].Request; r != nil && r.BodyBytes > 0 {
			r.Content = t.gathered.room(t.sent(r.BodyBytes))
		}
	}
}

// room is a body as a document has it, nil for none or where there is no more room.
func (g *gathered) room(body []byte) *trace.Content {
	if body == nil || g.bodies+int64(len(body)) > maxKept {
		return nil
	}
	g.bodies += int64(len(body))
	return trace.NewContent(body)
}

// sent is what was sent, of this size. It is read again, which a stream cannot be.
func (t *transfer) sent(size int64) []byte {
	if t.body == nil || t.body.Size() != size || size > maxKeptBody {
		return nil
	}
	r, err := t.body.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil || int64(len(b)) != size {
		return nil
	}
	return b
}
