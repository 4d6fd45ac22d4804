// Package coding undoes the codings of a body: content codings (RFC 9110, section 8.4.1)
// and transfer codings beside chunked (RFC 9112, section 7.2). Those are gzip (RFC 1952);
// deflate, which is zlib's format (RFC 1950) and by a common mistake raw deflate
// (RFC 1951); br (RFC 7932); and zstd (RFC 8878, with the window of RFC 9659).
//
// It takes a body as framed and gives the content, in step 4. It streams: the memory it
// takes does not depend on how much comes out, and a decoder is made with the first byte
// that it is for. How much may come out is for the reader to bound. compress is left out,
// which nobody sends, and so are dictionaries (dcb, dcz), which are never offered.
package coding

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/coding/brotli"
	"fetchscope/httpclient/coding/zstd"
	"fetchscope/trace"
)

// Accept is the Accept-Encoding that asks for what can be undone, in curl's order.
const Accept = "deflate, gzip, br, zstd"

// maxChain bounds the codings laid over one another: real servers use one. Each has
// decoders of its own, of which br's are the largest with a window of up to 16 MB and a
// quarter of that.
const maxChain = 5

// An opener makes what undoes a coding.
type opener func(*bufio.Reader) (io.Reader, error)

// content are the content codings. Servers say none where they mean identity.
var content = kind{"content", "RFC 9110, section 8.4", func(name string) (opener, bool) {
	switch name {
	case "gzip", "x-gzip":
		return openGzip, true
	case "deflate":
		return openDeflate, true
	case "br":
		return func(r *bufio.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }, true
	case "zstd":
		return func(r *bufio.Reader) (io.Reader, error) { return zstd.NewReader(r), nil }, true
	case "identity", "none", "":
		return nil, true
	}
	return nil, false
}}

// transfer are the transfer codings beside chunked.
var transfer = kind{"transfer", "RFC 9112, section 7", func(name string) (opener, bool) {
	switch name {
	case "gzip", "x-gzip":
		return openGzip, true
	case "deflate":
		return openDeflate, true
	}
	return nil, false
}}

// A kind is what codings are of.
type kind struct {
	name, section string
	open          func(name string) (opener, bool)
}

// NewReader returns r with the content codings undone, which are named as in
// Content-Encoding: in the order in which they were applied. Its errors are
// *httpclient.Errors where a coding is to blame, the cause of ctx once that has ended,
// else r's own.
func NewReader(ctx context.Context, r io.Reader, codings []string) (io.Reader, error) {
	return content.undo(ctx, r, codings)
}

// NewTransferReader does the same for transfer codings beside chunked, which is framing
// and undone before.
func NewTransferReader(ctx context.Context, r io.Reader, codings []string) (io.Reader, error) {
	return transfer.undo(ctx, r, codings)
}

func (k *kind) undo(ctx context.Context, r io.Reader, codings []string) (io.Reader, error) {
	if len(codings) > maxChain {
		return nil, k.bad(httpclient.CodeBadCoding, "%d %s codings, more than %d", len(codings), k.name, maxChain)
	}
	for i := len(codings) - 1; i >= 0; i-- {
		name := strings.ToLower(codings[i])
		open, known := k.open(name)
		switch {
		case !known:
			return nil, k.bad(httpclient.CodeBadCoding, "%s coding %q is not known", k.name, excerpt(codings[i]))
		case open != nil:
			r = &decoded{kind: k, name: name, open: open, source: newSource(ctx, r, k)}
		}
	}
	return r, nil
}

func (k *kind) bad(code trace.Code, format string, args ...any) error {
	return &httpclient.Error{Phase: trace.Receive, Code: code, Section: k.section, Err: fmt.Errorf(format, args...)}
}

// excerptSize is how much of an unknown coding's name an error quotes.
const excerptSize = 40

func excerpt(s string) string { return s[:min(len(s), excerptSize)] }
