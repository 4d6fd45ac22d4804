// Package brotli reads Brotli streams (RFC 7932): the coding br of the package coding, in
// step 4.
//
// It takes a stream and gives what it holds. Some 64 kB are decoded at a time, and what has
// been decoded is given before more of the stream is waited for, so that a server that
// sends bit by bit is seen to. No more memory is taken than what has come out needs, up to
// a window and a quarter. Every rule of the format is held to: what is reserved, what must
// be zero, what must add up.
//
// Left out are compressing, windows beyond those of the standard (large_window), and
// shared dictionaries, which HTTP has a coding of its own for. A library could do this, but
// links net/http, at the cost of every fetch; tests hold this package against it.
package brotli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxStep is how much is decoded before it is handed over: what a processor keeps at hand.
const maxStep = 64 << 10

// A Reader gives what a stream holds. What breaks the rules is an error that says which; a
// stream cut short is io.ErrUnexpectedEOF.
type Reader struct {
	in  source
	err error

	// out is what has been decoded, as far back as distances may reach. What is before at
	// has been handed over.
	out    []byte
	at     int
	window int

	metaBlock
	command
	last [4]int // distances, the latest first

	shape, lengthShape shape
	lengthCode         codes
}

// NewReader returns a Reader of the stream that in has. Behind the end of the stream
// nothing is taken from in.
func NewReader(in *bufio.Reader) *Reader { return &Reader{in: source{in: in}} }

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
		if r.in.err != nil { // which makes anything else out of order
			r.err = r.in.err
		}
	}
	n := copy(p, r.out[r.at:])
	r.at += n
	return n, nil
}

// advance reads what comes next.
func (r *Reader) advance() error {
	switch r.state {
	case atStart:
		return r.readWindow()
	case betweenBlocks:
		return r.beginBlock()
	case inSkipped:
		return r.skip()
	case inRaw:
		return r.readRaw()
	}
	return r.readCommands()
}

// errCorrupt is what broken rules have in common.
var errCorrupt = errors.New("corrupt")

// corrupt is an error about the stream, with the section of RFC 7932 that it breaks.
func corrupt(section, format string, args ...any) error {
	return fmt.Errorf("%w: %s (RFC 7932, section %s)", errCorrupt, fmt.Sprintf(format, args...), section)
}

// finish leaves what follows the stream to whoever reads on.
func (r *Reader) finish() error {
	if err := r.in.align(); err != nil {
		return err
	}
	r.in.giveBack()
	return io.EOF
}
