package brotli

import "sync"

// A command says how many literals follow, and how much is repeated then of what came
// before (section 5).
type command struct {
	phase    phase
	insert   int // literals that are still to come
	copy     int // bytes to repeat
	distance int // from how far back
	implicit bool
}

type phase int

// What comes next of a command.
const (
	inCommand phase = iota
	inLiterals
	inDistance
	inCopy
)

// A commandCode is what a command's symbol stands for.
type commandCode struct {
	insert, copy           uint16
	insertExtra, copyExtra uint8 // bits that are added
	implicit               bool  // the distance is the last one, and is not said
}

// commands are the commands by their symbols.
var commands [704]commandCode

// insertExtra are how many bits are added to each code for a number of literals, whose
// numbers follow one another.
var insertExtra = [24]uint8{6: 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24}

// copyExtra are the same for how much is repeated, which is 2 at least.
var copyExtra = [24]uint8{8: 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24}

// cells are, for each 64 symbols of commands, the first codes for literals and for copies.
var cells = [...][2]uint8{{0, 0}, {0, 8}, {0, 0}, {0, 8}, {8, 0}, {8, 8}, {0, 16}, {16, 0}, {8, 16}, {16, 8}, {16, 16}}

var tables sync.Once

// makeTables makes the tables that are the same for all streams, with the first one.
func makeTables() {
	tables.Do(func() {
		makeContexts()
		for symbol := range commands {
			cell := cells[symbol>>6]
			insert, again := cell[0]+uint8(symbol>>3&7), cell[1]+uint8(symbol&7)
			commands[symbol] = commandCode{
				insert: uint16(sum(insertExtra[:insert])), insertExtra: insertExtra[insert],
				copy: uint16(2 + sum(copyExtra[:again])), copyExtra: copyExtra[again],
				implicit: symbol < 2<<6,
			}
		}
	})
}

// Bits that are enough for a part of a command: for the change to another block, a symbol,
// and what is added to that.
const (
	blockBits    = maxCode + maxCode + 24
	commandBits  = blockBits + maxCode + 24 + 24
	distanceBits = blockBits + maxCode + 24
)

// readCommands reads commands until a step is full, or until more of the stream has to be
// waited for when something can be handed over.
func (r *Reader) readCommands() error {
	full := r.room(min(r.left, maxStep))
	for r.left > 0 && len(r.out) < full {
		if err := r.readAtHand(full); err != nil {
			return err
		}
		if r.left == 0 || len(r.out) == full || r.at < len(r.out) && r.waits() {
			break
		}
		if err := r.readPart(full); err != nil {
			return err
		}
		if r.in.err != nil {
			return r.in.err
		}
	}
	if r.left == 0 {
		r.state = betweenBlocks
	}
	return nil
}

// waits says whether what comes next might have to be waited for.
func (r *Reader) waits() bool {
	switch r.phase {
	case inCommand:
		return !r.in.has(commandBits)
	case inLiterals:
		return !r.in.has(maxCode) || r.blocks[ofLiterals].left == 0 && !r.in.has(blockBits+maxCode)
	case inDistance:
		return !r.in.has(distanceBits)
	}
	return false
}

// readPart reads the next part of a command, with all that may stand in the way: the end of
// a block, of a step, or of what is at hand.
func (r *Reader) readPart(full int) error {
	switch r.phase {
	case inCommand:
		if r.blocks[ofCommands].left == 0 {
			r.nextBlock(ofCommands)
		}
		c := r.begun(r.in.symbol(r.codes[ofCommands].at(r.blocks[ofCommands].current)))
		return r.sized(r.in.take(uint(c.insertExtra)), r.in.take(uint(c.copyExtra)))
	case inLiterals:
		r.readLiterals(full)
	case inDistance:
		return r.readDistance()
	case inCopy:
		r.repeat(full)
	}
	return nil
}

// begun goes over to a command.
func (r *Reader) begun(symbol int) *commandCode {
	r.blocks[ofCommands].left--
	c := &commands[symbol]
	r.insert, r.copy, r.implicit = int(c.insert), int(c.copy), c.implicit
	return c
}

// sized adds to it what is said beside its symbol.
func (r *Reader) sized(insert, again int) error {
	r.insert += insert
	r.copy += again
	if r.insert > r.left {
		return corrupt("9.3", "%d literals where %d bytes are left", r.insert, r.left)
	}
	r.phase = inLiterals
	if r.insert == 0 {
		r.phase = inDistance
	}
	return nil
}
