package form

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime/quotedprintable"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/payload"
)

// An encoder is how a part's content is written (RFC 2045, section 6); "" is as it is,
// without a word about it.
type encoder string

const (
	binary          encoder = "binary"
	eightBit        encoder = "8bit"
	sevenBit        encoder = "7bit"
	inBase64        encoder = "base64"
	quotedPrintable encoder = "quoted-printable"
)

// ErrEncoder says that there is no such encoder.
var ErrEncoder = errors.New("wanted the encoder binary, 8bit, 7bit, base64 or quoted-printable")

// errNot7Bit is that of content that 7bit promises not to hold (RFC 2045, section 2.7).
var errNot7Bit = errors.New("the content is not 7bit: another encoder takes it")

func newEncoder(name string) (encoder, error) {
	e := encoder(strings.ToLower(name))
	switch e {
	case binary, eightBit, sevenBit, inBase64, quotedPrintable:
		return e, nil
	}
	return "", ErrEncoder
}

// over returns content as the encoder writes it.
func (e encoder) over(c httpclient.Content) httpclient.Content {
	switch e {
	case sevenBit, inBase64, quotedPrintable:
		return encoded{c, e}
	}
	return c
}

// An encoded is content behind an encoder.
type encoded struct {
	httpclient.Content
	by encoder
}

// Size is known but for quoted-printable, where it depends on every byte.
func (e encoded) Size() int64 {
	n := e.Content.Size()
	switch {
	case n <= 0 || e.by == sevenBit:
		return n
	case e.by == quotedPrintable || n > 1<<61:
		return payload.Unknown
	}
	letters := (n + 2) / 3 * 4
	return letters + (letters-1)/encodedLine*2
}

func (e encoded) Open() (io.ReadCloser, error) {
	r, err := e.Content.Open()
	if err != nil {
		return nil, err
	}
	if e.by == sevenBit {
		return sevenBits{r}, nil
	}
	out := &encodedReader{from: r}
	if e.by == inBase64 {
		out.to = base64.NewEncoder(base64.StdEncoding, &lines{to: &out.ready})
	} else {
		w := quotedprintable.NewWriter(&out.ready)
		w.Binary = true // a file's line ends are its own
		out.to = w
	}
	return out, nil
}

// A sevenBits refuses what is not ASCII.
type sevenBits struct{ io.ReadCloser }

func (s sevenBits) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	for i, b := range p[:n] {
		if b >= 0x80 {
			return i, errNot7Bit
		}
	}
	return n, err
}

// encodedPiece is how much is encoded at a time.
const encodedPiece = 32 << 10

// An encodedReader encodes as it is read.
type encodedReader struct {
	from  io.ReadCloser
	to    io.WriteCloser
	ready bytes.Buffer
	piece []byte
	err   error
}

func (r *encodedReader) Read(p []byte) (int, error) {
	if r.piece == nil {
		r.piece = make([]byte, encodedPiece)
	}
	for r.ready.Len() == 0 && r.err == nil {
		var n int
		n, r.err = r.from.Read(r.piece)
		_, _ = r.to.Write(r.piece[:n]) // to memory
		if r.err == io.EOF {
			_ = r.to.Close()
		}
	}
	if r.ready.Len() > 0 {
		return r.ready.Read(p)
	}
	return 0, r.err
}

func (r *encodedReader) Close() error { return r.from.Close() }

// encodedLine is how long a line of base64 may be (RFC 2045, section 6.8).
const encodedLine = 76

// A lines breaks text into lines, with no end behind the last.
type lines struct {
	to   *bytes.Buffer
	used int
}

func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if l.used == encodedLine {
			l.to.WriteString("\r\n")
			l.used = 0
		}
		m := min(len(p), encodedLine-l.used)
		l.to.Write(p[:m])
		l.used += m
		p = p[m:]
	}
	return n, nil
}
