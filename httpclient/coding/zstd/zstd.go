// Package zstd reads Zstandard streams (RFC 8878) as HTTP has them (RFC 9659): the coding
// zstd of the package coding, in step 4.
//
// It takes a stream of frames and gives what they hold. A block of up to 128 kB is read and
// decoded at a time, so that the result does not depend on how the stream is delivered, and
// no more memory is taken than what has come out needs, up to one and a half windows. What
// a frame says of itself is held against what comes: sizes, checksum, offsets.
//
// Left out are dictionaries, which HTTP has codings of their own for, windows beyond those
// of RFC 9659, and compressing. A library could do this, but computes tables of another
// format whenever the program starts, at the cost of every fetch; tests hold this package
// against it.
package zstd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

const (
	// maxWindow is the largest window that a frame may ask for in HTTP (RFC 9659,
	// section 3).
	maxWindow = 8 << 20
	// maxBlock is the most that a block holds, compressed or not (RFC 8878, section
	// 3.1.1.2.4).
	maxBlock = 128 << 10
)

// A Reader gives what the frames of a stream hold. What breaks the rules is an error that
// says which; a stream cut short is io.ErrUnexpectedEOF.
type Reader struct {
	in  *bufio.Reader
	err error

	// out is what the blocks of the frame became, as far back as offsets may reach. What
	// is before at has been handed over.
	out   []byte
	at    int
	begun int // where the present block begins

	frame
	digits  [8]byte // of a number
	packed  []byte  // a compressed block
	literal []byte  // the literals of one
	huffman huffman
	tables  [3]table   // of the sequences' codes
	rooms   [3][]entry // of tables that blocks bring
	repeats [3]int     // the last offsets
}

// NewReader returns a Reader of the stream that in has.
func NewReader(in *bufio.Reader) *Reader { return &Reader{in: in} }

// Read returns the next bytes of the content.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.at == len(r.out) {
		if r.err != nil {
			return 0, r.err
		}
		r.err = r.advance()
	}
	n := copy(p, r.out[r.at:])
	r.at += n
	return n, nil
}

// advance reads what comes next: the start of a frame, a block, the end of a frame.
func (r *Reader) advance() error {
	switch r.state {
	case betweenFrames:
		return r.beginFrame()
	case inBlocks:
		return r.readBlock()
	}
	return r.endFrame()
}

// errCorrupt is what broken rules have in common.
var errCorrupt = errors.New("corrupt")

// corrupt is an error about the stream, with the section of RFC 8878 that it breaks.
func corrupt(section, format string, args ...any) error {
	return fmt.Errorf("%w: %s (RFC 8878, section %s)", errCorrupt, fmt.Sprintf(format, args...), section)
}

// cut makes an end where more had to come the error that it is.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
