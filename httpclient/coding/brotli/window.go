package brotli

import "encoding/binary"

// slack is what may be written behind a step: a word of the dictionary with what is put
// round it, or some bytes that are written over again.
const slack = 64

// room makes room for n more bytes behind out, which has been handed over, and returns
// where they end. What distances reach no more goes when a quarter of a window of it has
// come together.
func (r *Reader) room(n int) (full int) {
	most := r.window + r.window/4 + maxStep + slack
	if len(r.out)+n+slack > most {
		kept := copy(r.out, r.out[len(r.out)-r.window:])
		r.out = r.out[:kept]
	}
	if need := len(r.out) + n + slack; need > cap(r.out) {
		grown := make([]byte, len(r.out), min(most, max(2*cap(r.out), need)))
		copy(grown, r.out)
		r.out = grown
	}
	r.at = len(r.out)
	return r.at + n
}

// repeat repeats what came before, as far as the step goes.
func (r *Reader) repeat(full int) {
	n := min(r.copy, full-len(r.out))
	r.out = again(r.out, r.distance, n)
	r.left -= n
	if r.copy -= n; r.copy == 0 {
		r.phase = inCommand
	}
}

// again adds n bytes to p which stand so far before its end, and which they may overlap.
// There is room for them, and for slack more.
func again(p []byte, distance, n int) []byte {
	from, at := len(p)-distance, len(p)
	const short = 32
	if n <= short && distance >= word { // most are; what is written too much is written over
		q := p[from : at+short+word]
		for i := 0; i < n; i += word {
			binary.LittleEndian.PutUint64(q[distance+i:], binary.LittleEndian.Uint64(q[i:]))
		}
		return p[:at+n]
	}
	p = p[:at+n]
	for at < len(p) {
		at += copy(p[at:], p[from:at])
	}
	return p
}
