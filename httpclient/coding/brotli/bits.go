package brotli

import (
	"bufio"
	"encoding/binary"
	"io"
)

// A source reads bits, from the least significant one of each byte on (section 1.5.1).
type source struct {
	in  *bufio.Reader
	b   []byte // what in has at hand, none of it taken from in
	pos int    // of b: what is before is in acc, or used up
	acc uint64 // the next bits, the first of them lowest; those beyond n are right or zero
	n   uint   // how many bits there are
	err error  // of in; from there on all bits are zero
}

// load takes over what is at hand, and waits for nothing.
func (s *source) load() {
	if s.pos+8 <= len(s.b) {
		s.acc |= binary.LittleEndian.Uint64(s.b[s.pos:]) << s.n
		s.pos += int(63-s.n) >> 3
		s.n |= 56
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
	s.acc >>= n
	s.n -= n
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
	s.acc >>= e.size()
	s.n -= e.size()
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
