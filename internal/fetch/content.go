package fetch

import (
	"context"
	"fmt"
	"io"

	"fetchscope/httpclient/coding"
	"fetchscope/trace"
)

// A Content reads a body within its limits, with its codings undone where asked for.
type Content struct {
	b       *Body
	r       io.Reader
	codings []string
	count   int64
	err     error
}

// Content returns the body's content. decode undoes its content codings.
func (b *Body) Content(decode bool) (*Content, error) {
	if b.MaxSize > 0 && b.Response.Length > b.MaxSize {
		return nil, tooLarge(b.MaxSize)
	}
	c := &Content{b: b, r: b.Response.Body}
	if b.MaxSize > 0 {
		c.r = &limited{r: c.r, left: b.MaxSize, max: b.MaxSize}
	}
	codings := b.Response.Header.Elements("Content-Encoding")
	if !decode || len(codings) == 0 || !b.Response.HasBody {
		return c, nil
	}
	c.codings = codings
	var err error
	c.r, err = coding.NewReader(c.r, codings)
	return c, err
}

// Read returns the next bytes of the content. It ends with the context also where much
// comes out of little, and so without a read of the connection.
func (c *Content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	if err == nil && c.b.ctx.Err() != nil {
		err = &Failure{Phase: trace.Receive, Err: context.Cause(c.b.ctx)}
	}
	c.count += int64(n)
	if most := c.b.MaxSize; most > 0 && c.count > most {
		n -= int(c.count - most)
		err = tooLarge(most)
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

// A limited reads no more than it may.
type limited struct {
	r         io.Reader
	left, max int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return n + int(l.left), tooLarge(l.max)
	}
	return n, err
}

func tooLarge(max int64) error {
	return &Failure{Phase: trace.Receive, Code: CodeTooLarge, Err: fmt.Errorf("the body is larger than %d bytes", max)}
}
