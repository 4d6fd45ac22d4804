package brotli

import (
	"bufio"
	"encoding/binary"
	"io"
)

// A source reads bits, from the least significant one of each byte on (section 1.5.1).
type source struct {
	in *bufio.Reader
	b  []byte // what in has at hand, none of it taken from in
	cursor
	err error // of in; from there on all bits are zero
}

// A cursor is a place among the bits that are at hand. It is handed on by value, so that
// the loops that take most of the time have it in registers.
type cursor struct {
	acc uint64 // the next bits, the first of them lowest; those beyond n are right or zero
	n   uint   // how many bits there are
	pos int    // of what is at hand: what is before is in acc, or used up
}

// word is how many bytes are loaded at once.
const word = 8

// full is the cursor with 56 bits at least, where a word of b is left.
func (c cursor) full(b []byte) cursor {
	c.acc |= binary.LittleEndian.Uint64(b[c.pos:]) << (c.n & 63)
	c.pos += int(63-c.n) >> 3
	c.n |= 56
	return c
}

// take reads bits that there are.
func (c cursor) take(n uint8) (int, cursor) {
	v := c.acc & (1<<(n&63) - 1)
	return int(v), c.behind(uint(n))
}

func (c cursor) behind(n uint) cursor {
	c.acc >>= n & 63
	c.n -= n
	return c
}

// load takes over what is at hand, and waits for nothing.
func (s *source) load() {
	if s.pos+word <= len(s.b) {
		s.cursor = s.full(s.b)
		return
	}
	for ; s.n <= 56 && s.pos < len(s.b); s.pos++ {
		s.acc |= uint64(s.b[s.pos]) << s.n
		s.n += 8
	}
}

// more sees to it that there are n bits, all of which are taken then. That is why none is
// ever left in acc of what was at hand before.
func (s *source) more(n uint) {
	for s.load(); s.n < n; s.load() {
		if s.err == nil {
			s.wait()
		}
		if s.err != nil {
			s.acc, s.n = 0, 64
		}
	}
}

// wait waits for what comes next.
func (s *source) wait() {
	_, s.err = s.in.Discard(len(s.b))
	if s.err == nil {
		_, s.err = s.in.Peek(1)
	}
	if s.err == io.EOF {
		s.err = io.ErrUnexpectedEOF
	}
	s.b, _ = s.in.Peek(s.in.Buffered())
	s.pos = 0
}

// take reads n bits, 32 at the most, as a number.
func (s *source) take(n uint) int {
	if s.n < n {
		s.more(n)
	}
	v := s.acc & (1<<n - 1)
	s.cursor = s.behind(n)
	return int(v)
}

// symbol reads one by a code.
func (s *source) symbol(c []entry) int {
	if s.n < maxCode {
		s.load()
	}
	e := find(c, s.acc)
	for e.size() > s.n {
		s.more(s.n + 1)
		e = find(c, s.acc)
	}
	s.cursor = s.behind(e.size())
	return e.symbol()
}

// has says whether n bits can be read without waiting.
func (s *source) has(n int) bool { return int(s.n)+8*(len(s.b)-s.pos) >= n }

// align passes over the bits up to the next byte, which must be zero (section 9.2).
func (s *source) align() error {
	if s.take(s.n&7) != 0 {
		return corrupt("9.2", "bits that fill up a byte are set")
	}
	return nil
}

// giveBack leaves whole bytes that are not used up to in.
func (s *source) giveBack() {
	_, _ = s.in.Discard(s.pos - int(s.n>>3)) // which is at hand
	*s = source{in: s.in, err: s.err}
}
