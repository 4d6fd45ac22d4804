package h1

import (
	"bytes"

	"fetchscope/httpclient"
)

// Limits of the chunked coding.
const (
	// maxExtensions bounds all chunk extensions of a body together; nobody uses them.
	maxExtensions = 16 << 10
	// maxTrailers bounds the trailer section.
	maxTrailers = 64 << 10
	// maxSizeLine bounds leading zeros and white space of a chunk size.
	maxSizeLine = 256
)

// A chunkParser takes the chunked coding off a body (RFC 9112, section 7.1), fed with
// bytes in any portions.
type chunkParser struct {
	state    chunkState
	left     uint64 // of the present chunk
	digits   int
	line     int // bytes of the present size line
	exts     int // bytes of all extensions
	trailer  []byte
	trailers httpclient.Fields
	size     int // of the trailer section
	notes    notes
}

type chunkState int

// What comes next.
const (
	inSize      chunkState = iota // a digit of the size
	inPad                         // white space behind it
	inExt                         // an extension
	sizeLF                        // the LF behind the size line's CR
	inData                        // data
	dataCR                        // the CR behind the data
	dataLF                        // the LF behind that
	inTrailer                     // a line of the trailer section
	chunksEnded                   // nothing
)

// feed takes bytes off b: it returns data, which is part of b, and how many bytes were
// taken. It returns at every piece of data.
func (c *chunkParser) feed(b []byte) (data []byte, n int, err error) {
	for n < len(b) && c.state != chunksEnded {
		switch c.state {
		case inData:
			data = b[n:]
			if uint64(len(data)) >= c.left {
				data = data[:c.left]
				c.state = dataCR
			}
			c.left -= uint64(len(data))
			return data, n + len(data), nil
		case inTrailer:
			taken, err := c.feedTrailer(b[n:])
			n += taken
			if err != nil {
				return nil, n, err
			}
		default:
			if err := c.step(b[n]); err != nil {
				return nil, n, err
			}
			n++
		}
	}
	return nil, n, nil
}

// step takes one byte of what lies between the data.
func (c *chunkParser) step(b byte) error {
	switch c.state {
	case inSize:
		return c.stepSize(b)
	case inPad:
		return c.stepPad(b)
	case inExt:
		return c.stepExt(b)
	case sizeLF:
		return c.endSize(b)
	case dataCR:
		c.state = dataLF
		return expect(b, '\r', "behind a chunk's data")
	case dataLF:
		c.state = inSize
		return expect(b, '\n', "behind a chunk's data")
	}
	return nil
}

func (c *chunkParser) stepSize(b byte) error {
	if d, ok := hexDigit(b); ok {
		c.digits++
		c.line++
		if c.left > (1<<63-1)>>4 || c.line > maxSizeLine {
			return badChunk("a chunk size beyond 2^63")
		}
		c.left = c.left<<4 | d
		return nil
	}
	if c.digits == 0 {
		return badChunk("%q instead of a chunk size", b)
	}
	return c.stepPad(b)
}

func (c *chunkParser) stepPad(b byte) error {
	c.line++
	switch {
	case b == '\r':
		if c.state == inPad {
			c.notes.add("white space behind a chunk size", "RFC 9112, section 7.1")
		}
		c.state = sizeLF
	case b == ';':
		c.state = inExt
	case (b == ' ' || b == '\t') && c.line <= maxSizeLine:
		c.state = inPad
	default:
		return badChunk("%q behind a chunk size", b)
	}
	return nil
}

// stepExt passes over an extension; what it says concerns nobody here (section 7.1.1).
func (c *chunkParser) stepExt(b byte) error {
	switch c.exts++; {
	case c.exts > maxExtensions:
		return badChunk("chunk extensions larger than %d kB", maxExtensions>>10)
	case b == '\r':
		c.state = sizeLF
	case b == '\n' || b == 0:
		return badChunk("%q in a chunk extension", b)
	}
	return nil
}

func (c *chunkParser) endSize(b byte) error {
	last := c.left == 0
	c.digits, c.line = 0, 0
	c.state = inData
	if last {
		c.state = inTrailer
	}
	return expect(b, '\n', "behind a chunk size")
}

// feedTrailer takes lines of the trailer section, which are fields (section 7.1.2).
func (c *chunkParser) feedTrailer(b []byte) (int, error) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		end = len(b) - 1
	}
	c.size += end + 1
	if c.size > maxTrailers {
		return 0, malformed(httpclient.CodeHeadTooBig, "RFC 9112, section 7.1.2", "trailers larger than %d kB", maxTrailers>>10)
	}
	c.trailer = append(c.trailer, b[:end+1]...)
	if b[end] != '\n' {
		return end + 1, nil
	}
	line := c.trailer[:len(c.trailer)-1]
	c.trailer = c.trailer[:0]
	if len(line) == 0 || line[len(line)-1] != '\r' {
		return end + 1, badChunk("a line of the trailer section without CR")
	}
	return end + 1, c.endTrailer(line[:len(line)-1])
}

func (c *chunkParser) endTrailer(line []byte) error {
	if len(line) == 0 {
		c.state = chunksEnded
		return nil
	}
	if bytes.ContainsAny(line, "\r\x00") {
		return badChunk("a bare CR or a NUL in the trailer section")
	}
	return addField(&c.trailers, line, c.notes.add)
}

func expect(got, want byte, where string) error {
	if got == want {
		return nil
	}
	return badChunk("%q instead of %q %s", got, want, where)
}

func badChunk(format string, args ...any) error {
	return malformed(httpclient.CodeBadChunk, "RFC 9112, section 7.1", format, args...)
}

func hexDigit(b byte) (uint64, bool) {
	switch {
	case digit(b):
		return uint64(b - '0'), true
	case b >= 'a' && b <= 'f':
		return uint64(b-'a') + 10, true
	case b >= 'A' && b <= 'F':
		return uint64(b-'A') + 10, true
	}
	return 0, false
}
