package brotli

import "io"

// A metaBlock is a part of the stream that has codes of its own (section 9.2).
type metaBlock struct {
	state state
	final bool // none follows
	left  int  // how many bytes of it are still to come

	// For each kind of block, its blocks and the codes that they are read by.
	blocks [kinds]category
	codes  [kinds]codes
	// blockCodes are those for the types and the lengths of blocks.
	blockCodes [kinds]codes
	mapCode    codes

	modes       []uint8 // how a literal's context is found, by the type of its block
	literalMap  []uint8 // which code a literal has, by the type of its block and its context
	distanceMap []uint8
	postfix     uint // bits of a distance that are part of its symbol
	direct      int  // how many symbols are a distance as they are
}

type state int

// What comes next.
const (
	atStart state = iota
	betweenBlocks
	inSkipped
	inRaw
	inCommands
)

// The kinds of what blocks consist of.
const (
	ofLiterals = iota
	ofCommands
	ofDistances
	kinds
)

// readWindow reads the head of the stream: how far distances reach (section 9.1).
func (r *Reader) readWindow() error {
	makeTables()
	bits := 16
	if r.in.take(1) == 1 {
		bits = 17 + r.in.take(3)
	}
	if bits == 17 {
		switch more := r.in.take(3); more {
		case 0:
		case 1:
			return corrupt("9.1", "a window of the reserved size")
		default:
			bits = 8 + more
		}
	}
	r.window = 1<<bits - 16
	r.last = [4]int{4, 11, 15, 16}
	r.state = betweenBlocks
	return nil
}

// beginBlock reads the head of a meta-block. Behind the last one the stream ends.
func (r *Reader) beginBlock() error {
	if r.final {
		return r.finish()
	}
	r.final = r.in.take(1) == 1
	if r.final && r.in.take(1) == 1 {
		return r.finish()
	}
	const none = 3
	more := r.in.take(2)
	if more == none {
		return r.beginSkipped()
	}
	const least = 4
	size, ok := r.number(4, uint(least+more), least)
	if !ok {
		return corrupt("9.2", "a size with a zero in front")
	}
	r.left = size
	if !r.final && r.in.take(1) == 1 {
		r.state = inRaw
		return r.leaveBits()
	}
	r.state = inCommands
	return r.readHeader()
}

// number reads a number that is one more than its digits say, each of so many bits. The
// last and highest is not zero where there are more than it takes.
func (r *Reader) number(width, digits, least uint) (int, bool) {
	v := r.in.take(width * digits)
	return v + 1, digits <= least || v>>(width*(digits-1)) != 0
}

// leaveBits goes over to whole bytes.
func (r *Reader) leaveBits() error {
	err := r.in.align()
	r.in.giveBack()
	return err
}

// beginSkipped reads the rest of the head of a meta-block that holds nothing of the content.
func (r *Reader) beginSkipped() error {
	if r.in.take(1) != 0 {
		return corrupt("9.2", "the reserved bit is set")
	}
	r.left = 0
	if digits := r.in.take(2); digits > 0 {
		size, ok := r.number(8, uint(digits), 1)
		if !ok {
			return corrupt("9.2", "a size with a zero in front")
		}
		r.left = size
	}
	r.state = inSkipped
	return r.leaveBits()
}

// skip passes over it.
func (r *Reader) skip() error {
	_, err := r.in.in.Discard(r.left)
	r.state = betweenBlocks
	return cut(err)
}

// readRaw gives what there is of a meta-block that is not compressed.
func (r *Reader) readRaw() error {
	full := r.room(min(r.left, maxStep))
	n, err := r.in.in.Read(r.out[len(r.out):full])
	r.out = r.out[:len(r.out)+n]
	if r.left -= n; r.left == 0 {
		r.state = betweenBlocks
	}
	return cut(err)
}

// cut makes an end where more had to come the error that it is.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readHeader reads what a compressed meta-block has in front: its blocks, contexts and
// codes.
func (r *Reader) readHeader() error {
	r.command = command{}
	for kind := range r.blocks {
		if err := r.readCategory(kind); err != nil {
			return err
		}
	}
	r.postfix = uint(r.in.take(2))
	r.direct = r.in.take(4) << r.postfix
	r.modes = grown(r.modes, r.blocks[ofLiterals].types)
	for i := range r.modes {
		r.modes[i] = uint8(r.in.take(2))
	}
	var literals, distances int
	var err error
	if r.literalMap, literals, err = r.readMap(r.literalMap, r.blocks[ofLiterals].types*literalContexts); err != nil {
		return err
	}
	if r.distanceMap, distances, err = r.readMap(r.distanceMap, r.blocks[ofDistances].types*distanceContexts); err != nil {
		return err
	}
	return r.readCodes([kinds]int{literals, r.blocks[ofCommands].types, distances})
}

// readCodes reads the codes of each kind (section 9.2).
func (r *Reader) readCodes(numbers [kinds]int) error {
	const literals, shortDistances, longDistances = 256, 16, 48
	symbols := [kinds]int{literals, len(commands), shortDistances + r.direct + longDistances<<r.postfix}
	for kind := range r.codes {
		c := &r.codes[kind]
		c.reset()
		for range numbers[kind] {
			if err := r.readCode(c, symbols[kind]); err != nil || r.in.err != nil {
				return err
			}
		}
	}
	return nil
}
