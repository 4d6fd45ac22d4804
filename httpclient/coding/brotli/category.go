package brotli

import "math"

// A category is what is known of the blocks of a kind (section 6): of how many types they
// are, of which ones the present one and the one before are, and how much of the present
// one is left.
type category struct {
	types             int
	current, previous int
	left              int
}

// maxTypes is how many types of blocks there can be, and codes of a kind.
const maxTypes = 256

// readCategory reads what the head of a meta-block says of the blocks of a kind (section
// 9.2).
func (r *Reader) readCategory(kind int) error {
	b, c := &r.blocks[kind], &r.blockCodes[kind]
	*b = category{types: r.readNumber(), previous: 1, left: math.MaxInt}
	c.reset()
	if b.types == 1 {
		return nil
	}
	if err := r.readCode(c, b.types+2); err != nil {
		return err
	}
	if err := r.readCode(c, len(lengthExtra)); err != nil {
		return err
	}
	b.left = r.readBlockLength(c)
	return nil
}

// readNumber reads how many there are of something, up to maxTypes (section 9.2).
func (r *Reader) readNumber() int {
	if r.in.take(1) == 0 {
		return 1
	}
	n := uint(r.in.take(3))
	return 1 + 1<<n + r.in.take(n)
}

// lengthExtra are how many bits are added to each symbol for the length of a block, whose
// numbers follow one another from 1 on.
var lengthExtra = [...]uint8{2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24}

func (r *Reader) readBlockLength(c *codes) int {
	symbol := r.in.symbol(c.at(1))
	return 1 + sum(lengthExtra[:symbol]) + r.in.take(uint(lengthExtra[symbol]))
}

// sum is where the numbers begin behind those that have so many bits added.
func sum(extra []uint8) int {
	n := 0
	for _, e := range extra {
		n += 1 << e
	}
	return n
}

// nextBlock goes over to the next block of a kind.
func (r *Reader) nextBlock(kind int) {
	b, c := &r.blocks[kind], &r.blockCodes[kind]
	next := r.in.symbol(c.at(0)) - 2
	switch next {
	case -2:
		next = b.previous
	case -1:
		next = (b.current + 1) % b.types
	}
	b.current, b.previous = next, b.current
	b.left = r.readBlockLength(c)
}
