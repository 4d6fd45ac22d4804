package brotli

// readLiterals reads a literal, and as many more as are at hand.
func (r *Reader) readLiterals(full int) {
	b := &r.blocks[ofLiterals]
	if b.left == 0 {
		r.nextBlock(ofLiterals)
	}
	literal := r.readLiteral()
	if r.in.err == nil {
		r.out = append(r.out, literal)
		r.took(1)
		r.in.cursor = r.literalsAtHand(r.in.cursor, full)
	}
}

// took counts literals.
func (r *Reader) took(n int) {
	r.blocks[ofLiterals].left -= n
	r.left -= n
	if r.insert -= n; r.insert == 0 {
		r.phase = inDistance
	}
}

// before are the last byte and the one before it.
func (r *Reader) before() (p1, p2 uint8) {
	if n := len(r.out); n > 1 {
		return r.out[n-1], r.out[n-2]
	} else if n == 1 {
		return r.out[0], 0
	}
	return 0, 0
}

// codesOfBlock are the codes of a literal in its block by its context, and the context by
// the bytes before.
func (r *Reader) codesOfBlock() (codes *[literalContexts]uint8, contexts *[2 * firstBefore]uint8) {
	current := r.blocks[ofLiterals].current
	return (*[literalContexts]uint8)(r.literalMap[current*literalContexts:]), &contextsBy[r.modes[current]]
}

// readLiteral reads one.
func (r *Reader) readLiteral() uint8 {
	codes, contexts := r.codesOfBlock()
	p1, p2 := r.before()
	code := codes[(contexts[p1]|contexts[firstBefore+int(p2)])%literalContexts]
	return uint8(r.in.symbol(r.codes[ofLiterals].at(int(code))))
}

// literalsAtHand reads the literals that are at hand. Most of the time of all goes by here.
func (r *Reader) literalsAtHand(s cursor, full int) cursor {
	n := min(r.insert, r.blocks[ofLiterals].left, full-len(r.out))
	codes, contexts := r.codesOfBlock()
	entries, starts := r.codes[ofLiterals].entries, r.codes[ofLiterals].starts
	b, out := r.in.b, r.out[len(r.out):len(r.out)+n]
	p1, p2 := r.before()
	for i := range out {
		if s.n < maxCode {
			if s.pos+word > len(b) {
				n = i
				break
			}
			s = s.full(b)
		}
		context := (contexts[p1] | contexts[firstBefore+int(p2)]) % literalContexts
		e := find(entries[starts[codes[context]]:], s.acc)
		s = s.behind(e.size())
		p1, p2 = uint8(e.symbol()), p1
		out[i] = p1
	}
	r.out = r.out[:len(r.out)+n]
	r.took(n)
	return s
}
