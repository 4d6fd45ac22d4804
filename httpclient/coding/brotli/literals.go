package brotli

import "encoding/binary"

// readLiterals reads literals until there are no more, a step is full, or one might have to
// be waited for.
func (r *Reader) readLiterals(full int) {
	b := &r.blocks[ofLiterals]
	if b.left == 0 {
		r.nextBlock(ofLiterals)
	}
	n := r.readAtHand(min(r.insert, b.left, full-len(r.out)))
	if n == 0 {
		literal := r.readLiteral()
		if r.in.err != nil {
			return
		}
		r.out = append(r.out, literal)
		n = 1
	}
	b.left -= n
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

// readAtHand reads as many as n, as far as eight bytes are at hand. It is what takes most
// of the time of all: the state of the bits is in variables, and no call is made.
func (r *Reader) readAtHand(n int) int {
	codes, contexts := r.codesOfBlock()
	entries, starts := r.codes[ofLiterals].entries, r.codes[ofLiterals].starts
	p1, p2 := r.before()
	b, pos, acc, have := r.in.b, r.in.pos, r.in.acc, r.in.n
	out := r.out[len(r.out) : len(r.out)+n]
	for i := range out {
		if have < maxCode {
			if pos+8 > len(b) {
				n = i
				break
			}
			acc |= binary.LittleEndian.Uint64(b[pos:]) << (have & 63)
			pos += int(63-have) >> 3
			have |= 56
		}
		c := entries[starts[codes[(contexts[p1]|contexts[firstBefore+int(p2)])%literalContexts]]:]
		e := c[acc&(1<<rootBits-1)]
		if e.size() > rootBits {
			e = c[uint64(e.symbol())+acc>>rootBits&(1<<((e.size()-rootBits)&63)-1)]
		}
		acc >>= e.size() & 63
		have -= e.size()
		p1, p2 = uint8(e.symbol()), p1
		out[i] = p1
	}
	r.in.pos, r.in.acc, r.in.n = pos, acc, have
	r.out = r.out[:len(r.out)+n]
	return n
}
