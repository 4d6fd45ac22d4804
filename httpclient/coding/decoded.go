package coding

import (
	"bufio"
	"context"
	"errors"
	"io"

	"fetchscope/httpclient"
)

// maxBetween bounds what passes from one coding to the next: compressed twice, nothing
// in real use is as large, and a few bytes can become any amount that never comes out.
const maxBetween = 256 << 20

// decodeBuffer is the room between two codings.
const decodeBuffer = 32 << 10

// firstRead is how much is read of a body at first.
const firstRead = 4 << 10

// A source is what a decoder reads. It remembers its error, to tell a broken connection
// from a broken coding, and ends with the context: where codings lie over one another,
// much can pass without a read of the connection.
type source struct {
	ctx   context.Context
	kind  *kind
	r     io.Reader
	max   int64 // of what may come; 0 without limit
	count int64
	err   error
}

func newSource(ctx context.Context, r io.Reader, k *kind) *source {
	s := &source{ctx: ctx, kind: k, r: r}
	if _, coded := r.(*decoded); coded {
		s.max = maxBetween
	}
	return s
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.ctx.Err() != nil {
		s.err = context.Cause(s.ctx)
		return 0, s.err
	}
	// Reading ahead by more than what came would hide by how much that grows.
	n, err := s.r.Read(p[:min(int64(len(p)), firstRead+s.count)])
	if s.count += int64(n); s.max > 0 && s.count > s.max {
		n, err = 0, s.kind.bad(httpclient.CodeBadCoding, "more than %d bytes lie between two codings", s.max)
	}
	s.err = err
	return n, err
}

// A decoded reads through a coding, which is opened with the first byte: a body may be
// empty.
type decoded struct {
	kind   *kind
	name   string
	open   opener
	source *source
	in     *bufio.Reader
	r      io.Reader
	err    error
}

func (d *decoded) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.r == nil {
		if d.err = d.begin(); d.err != nil {
			return 0, d.err
		}
	}
	n, err := d.r.Read(p)
	if err == io.EOF {
		err = d.behind()
	}
	d.err = d.explain(err)
	if n > 0 {
		return n, nil
	}
	return 0, d.err
}

func (d *decoded) begin() error {
	d.in = bufio.NewReaderSize(d.source, decodeBuffer)
	if _, err := d.in.Peek(1); err != nil {
		return err // empty, or the source's own
	}
	r, err := d.open(d.in)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	d.r = r
	return d.explain(err)
}

var errBehind = errors.New("more follows its end")

// behind looks behind the end of the coding, where the body must end too: it may be
// cut short there, and so may what is coded within it. Readers that go on there differ
// in what they make of it. What came before has been handed over.
func (d *decoded) behind() error {
	if _, err := d.in.Peek(1); err != nil {
		return err
	}
	return errBehind
}

// explain puts an error down to the coding, where the source has none of its own.
func (d *decoded) explain(err error) error {
	switch {
	case err == nil || err == io.EOF:
		return err
	case d.source.err != nil && d.source.err != io.EOF:
		return d.source.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return d.kind.bad(httpclient.CodeCodingCut, "the body ends within its %s coding", d.name)
	}
	return d.kind.bad(httpclient.CodeBadCoding, "the body is no valid %s: %w", d.name, err)
}
