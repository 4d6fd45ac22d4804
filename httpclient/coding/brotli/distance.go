package brotli

// nearby are the distances that symbols say by one of the last ones (section 4): which one,
// and what is added to it.
var nearby = [16]struct{ which, add int8 }{
	{0, 0},
	{1, 0},
	{2, 0},
	{3, 0},
	{0, -1},
	{0, 1},
	{0, -2},
	{0, 2},
	{0, -3},
	{0, 3},
	{1, -1},
	{1, 1},
	{1, -2},
	{1, 2},
	{1, -3},
	{1, 3},
}

// readDistance reads from where is repeated.
func (r *Reader) readDistance() error {
	if r.implicit {
		return r.reached(0, r.last[0])
	}
	if r.blocks[ofDistances].left == 0 {
		r.nextBlock(ofDistances)
	}
	symbol := r.in.symbol(r.distanceCode())
	base, extra := r.distanceOf(symbol)
	return r.reached(symbol, base+r.in.take(uint(extra))<<r.postfix)
}

// distanceCode is the code for the next distance.
func (r *Reader) distanceCode() []entry {
	b := &r.blocks[ofDistances]
	b.left--
	context := min(r.copy-2, distanceContexts-1)
	return r.codes[ofDistances].at(int(r.distanceMap[b.current*distanceContexts+context]))
}

// distanceOf is the distance that a symbol stands for, and how many bits are added to it,
// above those that are part of the symbol (section 4).
func (r *Reader) distanceOf(symbol int) (base int, extra uint8) {
	if symbol < len(nearby) {
		return r.last[nearby[symbol].which] + int(nearby[symbol].add), 0
	}
	symbol -= len(nearby)
	if symbol < r.direct {
		return symbol + 1, 0
	}
	symbol -= r.direct
	low, high := symbol&(1<<r.postfix-1), symbol>>r.postfix
	extra = uint8(1 + high>>1)
	return ((2+high&1)<<extra-4)<<r.postfix + low + r.direct + 1, extra
}

// reached goes over to what stands so far back, or to the dictionary.
func (r *Reader) reached(symbol, distance int) error {
	if distance <= 0 {
		return corrupt("4", "a distance of %d", distance)
	}
	if reach := min(r.window, len(r.out)); distance > reach {
		return r.readWord(distance - reach - 1)
	}
	if r.copy > r.left {
		return corrupt("9.3", "%d bytes repeated where %d are left", r.copy, r.left)
	}
	if symbol != 0 {
		r.last = [4]int{distance, r.last[0], r.last[1], r.last[2]}
	}
	r.distance, r.phase = distance, inCopy
	return nil
}
