package fetch

import (
	"context"
	"fmt"
	"io"
	"slices"

	"fetchscope/httpclient/coding"
	"fetchscope/trace"
)

// A Content reads a body within its limits, with its codings undone where asked for.
type Content struct {
	b       *Body
	r       io.Reader
	body    *limited
	codings []string // that are undone, in the order in which they were applied
	bounded bool     // by the ratio too
	count   int64
	err     error
}

// Content returns the body's content. decode undoes its content codings; transfer codings
// are undone unless the body is wanted raw.
func (b *Body) Content(decode bool) (*Content, error) {
	if b.MaxSize > 0 && b.Response.Length > b.MaxSize {
		return nil, tooLarge(b.MaxSize)
	}
	body := &limited{r: b.Response.Body, max: b.MaxSize}
	c := &Content{b: b, r: body, body: body}
	if !b.Response.HasBody || b.Raw {
		return c, nil
	}
	if err := c.undo(b.Response.TransferCodings, coding.NewTransferReader); err != nil || !decode {
		return c, err
	}
	return c, c.undo(b.Response.Header.Elements("Content-Encoding"), coding.NewReader)
}

// Page returns the content for rendering: decoded, and bounded by the ratio too, as nobody
// asked how large it is to become.
func (b *Body) Page() (*Content, error) {
	c, err := b.Content(true)
	if c != nil {
		c.bounded = true
	}
	return c, err
}

// undo lays a reader over the content that undoes codings.
func (c *Content) undo(codings []string, open func(context.Context, io.Reader, []string) (io.Reader, error)) error {
	if len(codings) == 0 {
		return nil
	}
	r, err := open(c.b.ctx, c.r, codings)
	if err != nil {
		return err
	}
	c.r, c.codings = r, slices.Concat(codings, c.codings)
	return nil
}

// Limits of what may come out of codings for rendering. Real pages shrink to a tenth, and
// tables of nothing but zeros to a few hundredths; gzip's limit is about 1/1030, which
// only a bomb reaches for long.
const (
	maxRatio  = 500
	ratioFrom = 1 << 20 // a short text of one letter may be anything
)

// Read returns the next bytes of the content. It ends with the context also where much
// comes out of little, and so without a read of the connection.
func (c *Content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	if err != io.EOF && c.b.ctx.Err() != nil {
		err = &Failure{Phase: trace.Receive, Err: context.Cause(c.b.ctx)}
	}
	c.count += int64(n)
	if most := c.b.MaxSize; most > 0 && c.count > most {
		n -= int(c.count - most)
		err = tooLarge(most)
	}
	if err == nil && c.bounded && c.count > ratioFrom && c.count/maxRatio > c.body.count {
		err = &Failure{Phase: trace.Receive, Code: CodeBomb, Err: fmt.Errorf(
			"%d bytes came out of %d: more than %d times as much", c.count, c.body.count, maxRatio)}
	}
	if err != nil {
		c.err = err
		c.end()
	}
	if n > 0 {
		return n, nil
	}
	return 0, c.err
}

// end tells how much came out of the codings.
func (c *Content) end() {
	if len(c.codings) > 0 {
		c.b.sc.Emit(trace.Decoded{Codings: c.codings, Bytes: c.count})
	}
}

// A limited reads no more than it may, and counts.
type limited struct {
	r          io.Reader
	count, max int64 // max is 0 without limit
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.count += int64(n)
	if over := l.count - l.max; l.max > 0 && over > 0 {
		return n - int(over), tooLarge(l.max)
	}
	return n, err
}

func tooLarge(max int64) error {
	return &Failure{Phase: trace.Receive, Code: CodeTooLarge, Err: fmt.Errorf("the body is larger than %d bytes", max)}
}
