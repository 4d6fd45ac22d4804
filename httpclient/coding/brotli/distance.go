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

// readDistance reads from where is repeated: out of what came before, or out of the
// dictionary.
func (r *Reader) readDistance() error {
	symbol := 0
	if !r.implicit {
		symbol = r.readDistanceSymbol()
	}
	distance := 0
	if symbol < len(nearby) {
		distance = r.last[nearby[symbol].which] + int(nearby[symbol].add)
	} else {
		distance = r.readFar(symbol - len(nearby))
	}
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

func (r *Reader) readDistanceSymbol() int {
	b := &r.blocks[ofDistances]
	if b.left == 0 {
		r.nextBlock(ofDistances)
	}
	b.left--
	context := min(r.copy-2, distanceContexts-1)
	return r.in.symbol(r.codes[ofDistances].at(int(r.distanceMap[b.current*distanceContexts+context])))
}

// readFar reads the rest of a distance that is said in full (section 4).
func (r *Reader) readFar(symbol int) int {
	if symbol < r.direct {
		return symbol + 1
	}
	symbol -= r.direct
	low := symbol & (1<<r.postfix - 1)
	high := symbol >> r.postfix
	extra := uint(1 + high>>1)
	base := (2+high&1)<<extra - 4
	return (base+r.in.take(extra))<<r.postfix + low + r.direct + 1
}
