// Package coding undoes the content codings of a body (RFC 9110, section 8.4.1): gzip
// (RFC 1952) and deflate, which is zlib's format (RFC 1950) and by a common mistake raw
// deflate (RFC 1951). It streams: the memory it takes does not depend on how much comes
// out. How much may come out is for the reader to bound. br and zstd are left out: they
// are not asked for.
package coding

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// Accept is the Accept-Encoding that asks for what can be undone.
const Accept = "deflate, gzip"

// maxChain bounds the codings laid over one another: real servers use one.
const maxChain = 5

// maxBetween bounds what passes from one coding to the next: compressed twice, nothing
// in real use is as large, and a few bytes can become any amount that never comes out.
const maxBetween = 256 << 20

// decodeBuffer is the room between two codings.
const decodeBuffer = 32 << 10

// NewReader returns r with the codings undone, which are named as in Content-Encoding:
// in the order in which they were applied. Its errors are *httpclient.Errors where the
// coding is to blame, else r's own.
func NewReader(r io.Reader, codings []string) (io.Reader, error) {
	if len(codings) > maxChain {
		return nil, bad(httpclient.CodeBadCoding, "%d content codings, more than %d", len(codings), maxChain)
	}
	for i := len(codings) - 1; i >= 0; i-- {
		d, err := decoderOf(codings[i])
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		s := &source{r: r}
		if _, inner := r.(*decoded); inner {
			s.max = maxBetween
		}
		r = &decoded{name: strings.ToLower(codings[i]), open: d, source: s}
	}
	return r, nil
}

// decoderOf finds what undoes a coding; nil for the one that does nothing.
func decoderOf(name string) (func(*bufio.Reader) (io.Reader, error), error) {
	switch strings.ToLower(name) {
	case "gzip", "x-gzip":
		return func(r *bufio.Reader) (io.Reader, error) { return gzip.NewReader(r) }, nil
	case "deflate":
		return openDeflate, nil
	case "identity", "":
		return nil, nil
	}
	return nil, bad(httpclient.CodeBadCoding, "content coding %q is not known", excerpt(name))
}

// openDeflate tells zlib's format by its header (RFC 1950, section 2.2) from raw
// deflate.
func openDeflate(r *bufio.Reader) (io.Reader, error) {
	h, err := r.Peek(2)
	if err != nil {
		return nil, err
	}
	if h[0]&0x0f == 8 && (uint(h[0])<<8|uint(h[1]))%31 == 0 {
		return zlib.NewReader(r)
	}
	return flate.NewReader(r), nil
}

// A source remembers its error, to tell a broken connection from a broken coding.
type source struct {
	r     io.Reader
	max   int64 // of what may come; 0 without limit
	count int64
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if s.count += int64(n); s.max > 0 && s.count > s.max {
		n, err = 0, bad(httpclient.CodeBadCoding, "more than %d bytes lie between two content codings", s.max)
	}
	s.err = err
	return n, err
}

// A decoded reads through a coding, which is opened with the first byte: a body may be
// empty.
type decoded struct {
	name   string
	open   func(*bufio.Reader) (io.Reader, error)
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
// cut short there, and so may what is coded within it.
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
		return bad(httpclient.CodeCodingCut, "the body ends within its %s coding", d.name)
	}
	return bad(httpclient.CodeBadCoding, "the body is no valid %s: %w", d.name, err)
}

func bad(code trace.Code, format string, args ...any) error {
	return &httpclient.Error{Phase: trace.Receive, Code: code, Section: "RFC 9110, section 8.4", Err: fmt.Errorf(format, args...)}
}

// excerptSize is how much of an unknown coding's name an error quotes.
const excerptSize = 40

func excerpt(s string) string { return s[:min(len(s), excerptSize)] }
