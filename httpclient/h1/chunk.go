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
	// maxSizeLine bounds the digits and the white space of a chunk size: both may go
	// on without changing it.
	maxSizeLine = 256
	// maxChunk is the largest chunk size: what an int64 counts.
	maxChunk = 1<<63 - 1
)

// A chunkParser takes the chunked coding off a body (RFC 9112, section 7.1), fed with
// bytes in any portions.
type chunkParser struct {
	state    chunkState
	left     uint64 // of the present chunk
	digits   int
	line     int    // digits and white space of the present size line
	exts     int    // bytes of all extensions
	trailer  []byte // the trailer section as far as it has come
	begin    int    // of its present line
	trailers fieldSection
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

// between takes what lies between the data, up to data or the end, and says how many
// bytes that were.
func (c *chunkParser) between(b []byte) (n int, err error) {
	for n < len(b) && c.state != inData && c.state != chunksEnded {
		taken := 1
		if c.state == inTrailer {
			taken, err = c.feedTrailer(b[n:])
		} else {
			err = c.step(b[n])
		}
		n += taken
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// data takes data off b, where the state is inData.
func (c *chunkParser) data(b []byte) []byte {
	if uint64(len(b)) >= c.left {
		b = b[:c.left]
		c.state = dataCR
	}
	c.left -= uint64(len(b))
	return b
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
	d, ok := hexDigit(b)
	switch {
	case !ok && c.digits == 0:
		return badChunk("%q instead of a chunk size", b)
	case !ok:
		return c.stepPad(b)
	case c.left > maxChunk>>4:
		return badChunk("a chunk size beyond 2^63")
	}
	c.digits++
	c.left = c.left<<4 | d
	return c.lengthen()
}

func (c *chunkParser) stepPad(b byte) error {
	switch b {
	case '\r':
		if c.state == inPad {
			c.notes.add("white space behind a chunk size", "RFC 9112, section 7.1")
		}
		c.state = sizeLF
	case ';': // white space before it belongs to the grammar
		c.state = inExt
	case ' ', '\t':
		c.state = inPad
		return c.lengthen()
	default:
		return badChunk("%q behind a chunk size", b)
	}
	return nil
}

func (c *chunkParser) lengthen() error {
	if c.line++; c.line > maxSizeLine {
		return badChunk("a chunk size of more than %d characters", maxSizeLine)
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
	if len(c.trailer)+end+1 > maxTrailers {
		return 0, malformed(httpclient.CodeHeadTooBig, "RFC 9112, section 7.1.2", "trailers larger than %d kB", maxTrailers>>10)
	}
	c.trailer = append(c.trailer, b[:end+1]...)
	if b[end] != '\n' {
		return end + 1, nil
	}
	text := c.trailer[:len(c.trailer)-1]
	if len(text) == c.begin || text[len(text)-1] != '\r' {
		return end + 1, badChunk("a line of the trailer section without CR")
	}
	err := c.endTrailer(text[:len(text)-1])
	c.begin = len(c.trailer)
	return end + 1, err
}

// endTrailer takes the line with which the text ends.
func (c *chunkParser) endTrailer(text []byte) error {
	line := text[c.begin:]
	if len(line) == 0 {
		c.state = chunksEnded
		return nil
	}
	if bytes.ContainsAny(line, "\r\x00") {
		return badChunk("a bare CR or a NUL in the trailer section")
	}
	return c.trailers.add(text, c.begin, &c.notes)
}

// fields returns the trailers that have come.
func (c *chunkParser) fields() httpclient.Fields { return c.trailers.fields(string(c.trailer), nil) }

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
