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
	max     int64
	code    trace.Code
	err     error
}

// Content returns the body's content. decode undoes its content codings. max bounds
// what comes out, with the code of the failure beyond it, beside the body's own limit.
func (b *Body) Content(decode bool, max int64, code trace.Code) (*Content, error) {
	if b.MaxSize > 0 && b.Response.Length > b.MaxSize {
		return nil, tooLarge(CodeTooLarge, b.MaxSize)
	}
	c := &Content{b: b, r: b.Response.Body, max: max, code: code}
	if b.MaxSize > 0 {
		c.r = &limited{r: c.r, left: b.MaxSize, max: b.MaxSize}
	}
	if b.MaxSize > 0 && (max == 0 || b.MaxSize < max) {
		c.max, c.code = b.MaxSize, CodeTooLarge
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
	if c.max > 0 && c.count > c.max {
		n -= int(c.count - c.max)
		err = tooLarge(c.code, c.max)
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
		return n + int(l.left), tooLarge(CodeTooLarge, l.max)
	}
	return n, err
}

func tooLarge(code trace.Code, max int64) error {
	return &Failure{Phase: trace.Receive, Code: code, Err: fmt.Errorf("the body is larger than %d bytes", max)}
}
