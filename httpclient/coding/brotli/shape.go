package brotli

import (
	"math/bits"
	"slices"
)

// A shape is a code as a stream says it: the length of the word of each symbol, 0 for none,
// and how many words there are of each length.
type shape struct {
	lengths []uint8
	counts  [maxCode + 1]int
	order   []uint16 // the symbols in the order of their words
	free    int      // of 1<<maxCode: what words take up of all that there can be
}

// begin makes it a shape of so many symbols, none of which has a word.
func (s *shape) begin(symbols int) {
	s.lengths = grown(s.lengths, symbols)
	clear(s.lengths)
	s.counts, s.free = [maxCode + 1]int{}, 1<<maxCode
}

// grown is p with the length n, of whatever it holds.
func grown[T any](p []T, n int) []T {
	if n > cap(p) {
		return make([]T, n)
	}
	return p[:n]
}

// set gives a symbol's word a length.
func (s *shape) set(symbol, length int) {
	if length > 0 {
		s.lengths[symbol] = uint8(length)
		s.counts[length]++
		s.free -= 1 << (maxCode - length)
	}
}

// sort puts the symbols that have words in the order of their words: those of each length
// in their own order behind the shorter ones (section 3.2).
func (s *shape) sort() {
	var next [maxCode + 2]int
	for length := 1; length <= maxCode; length++ {
		next[length+1] = next[length] + s.counts[length]
	}
	s.order = grown(s.order, next[maxCode+1])
	for symbol, length := range s.lengths {
		if length > 0 {
			s.order[next[length]] = uint16(symbol)
			next[length]++
		}
	}
}

// simpleCodes are the lengths of words where a code names its symbols, by their number
// and one more bit.
var simpleCodes = [...][4]uint8{2: {1, 1}, 3: {1, 2, 2}, 4: {2, 2, 2, 2}, 5: {1, 2, 3, 3}}

// readCode reads a code for so many symbols and adds it to c (section 3.4).
func (r *Reader) readCode(c *codes, symbols int) error {
	const simple = 1
	r.shape.begin(symbols)
	if skipped := r.in.take(2); skipped != simple {
		return r.readLengths(c, skipped)
	}
	var named [4]int
	n := r.in.take(2) + 1
	for i := range n {
		named[i] = r.in.take(uint(bits.Len(uint(symbols - 1))))
		if named[i] >= symbols || slices.Contains(named[:i], named[i]) {
			return corrupt("3.4", "symbol %d, which is not one of %d or another of the code", named[i], symbols)
		}
	}
	if n == 1 {
		c.single(named[0])
		return nil
	}
	form := n
	if n == 4 {
		form += r.in.take(1)
	}
	for i := range n {
		r.shape.set(named[i], int(simpleCodes[form][i]))
	}
	c.add(&r.shape)
	return nil
}

// Symbols of the code for lengths: the lengths themselves, and what stands for several.
const (
	lengthAgain = 16 // the last one that was not 0
	lengthZeros = 17
	lengthCodes = 18
)

// readLengths reads a code that is said by the length of each symbol's word (section 3.5).
func (r *Reader) readLengths(c *codes, skipped int) error {
	if err := r.readLengthCode(skipped); err != nil {
		return err
	}
	s, run := &r.shape, lengthRun{prior: 8}
	for i := 0; i < len(s.lengths) && s.free > 0; {
		length, n := run.next(&r.in, r.lengthCode.at(0))
		if i+n > len(s.lengths) {
			return corrupt("3.5", "lengths of more than %d symbols", len(s.lengths))
		}
		for end := i + n; i < end; i++ {
			s.set(i, length)
		}
	}
	if s.free != 0 {
		return corrupt("3.5", "words that are not all that there can be")
	}
	c.add(s)
	return nil
}

// A lengthRun is how the lengths go on.
type lengthRun struct {
	prior  int // the last length that was not 0
	length int // what was said last for several symbols
	times  int // for how many, 0 where that was for one
}

// next reads a length and for how many more symbols it is. What is said of several over
// again does not add up but multiplies.
func (l *lengthRun) next(in *source, code []entry) (length, n int) {
	symbol := in.symbol(code)
	if symbol < lengthAgain {
		if l.times = 0; symbol != 0 {
			l.prior = symbol
		}
		return symbol, 1
	}
	length, extra := l.prior, uint(2)
	if symbol == lengthZeros {
		length, extra = 0, 3
	}
	if length != l.length {
		l.length, l.times = length, 0
	}
	before := l.times
	l.times = max(before-2, 0)<<extra + in.take(extra) + 3
	return length, l.times - before
}

// lengthOrder is the order in which the code for lengths is said.
var lengthOrder = [lengthCodes]uint8{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// readLengthCode reads the code for lengths, the first of which may be skipped.
func (r *Reader) readLengthCode(skipped int) error {
	s := &r.lengthShape
	s.begin(lengthCodes)
	words, only := 0, 0
	for i := skipped; i < lengthCodes && s.free > 0; i++ {
		symbol := int(lengthOrder[i])
		if length := r.readLengthOfLength(); length != 0 {
			words, only = words+1, symbol
			s.set(symbol, length)
		}
	}
	r.lengthCode.reset()
	switch {
	case words == 1:
		r.lengthCode.single(only)
	case s.free != 0:
		return corrupt("3.5", "words of the code for lengths that are not all that there can be")
	default:
		r.lengthCode.add(s)
	}
	return nil
}

// readLengthOfLength reads the length of a word of that code, by a code that is always the
// same.
func (r *Reader) readLengthOfLength() int {
	if v := r.in.take(2); v < 3 {
		return [...]int{0, 4, 3}[v]
	}
	if r.in.take(1) == 0 {
		return 2
	}
	return 1 + 4*r.in.take(1)
}
