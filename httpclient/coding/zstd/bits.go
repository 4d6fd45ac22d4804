package zstd

import (
	"encoding/binary"
	"math/bits"
)

// A forward reads bits from the least significant one of the first byte on.
type forward struct {
	b   []byte
	pos int // in bits
}

// take reads n bits, 15 at the most. Behind the end there are zeros.
func (f *forward) take(n int) int {
	v := 0
	for i := 2; i >= 0; i-- {
		v <<= 8
		if at := f.pos>>3 + i; at < len(f.b) {
			v |= int(f.b[at])
		}
	}
	v = v >> (f.pos & 7) & (1<<n - 1)
	f.pos += n
	return v
}

// end returns what follows the last byte that was begun.
func (f *forward) end() ([]byte, bool) {
	n := (f.pos + 7) >> 3
	if n > len(f.b) {
		return nil, false
	}
	return f.b[n:], true
}

// A backward reads bits from the last byte's highest one down to the first byte's lowest
// (RFC 8878, section 4.1). The stream begins below the highest bit that is set.
type backward struct {
	b    []byte
	at   int    // of b, where what is in v begins
	v    uint64 // the next bits, those of them that are used up being the highest
	used uint   // of v's; more than 64 where more was taken than there was
}

// begin takes a stream on; one without its mark is none.
func (r *backward) begin(b []byte) bool {
	if len(b) == 0 || b[len(b)-1] == 0 {
		return false
	}
	*r = backward{b: b, at: len(b), used: 64}
	r.fill()
	r.used += uint(bits.LeadingZeros8(b[len(b)-1])) + 1
	r.fill()
	return true
}

// fill sees to it that 33 bits or all that are left can be taken.
func (r *backward) fill() {
	if r.used >= 32 {
		r.load()
	}
}

func (r *backward) load() {
	for r.used >= 32 && r.at >= 4 { // twice where nothing was left
		r.at -= 4
		r.v = r.v<<32 | uint64(binary.LittleEndian.Uint32(r.b[r.at:]))
		r.used -= 32
	}
	for r.used >= 8 && r.at > 0 && r.at < 4 {
		r.at--
		r.v = r.v<<8 | uint64(r.b[r.at])
		r.used -= 8
	}
}

// take reads n bits, no more than fill has seen to. Behind the end there is anything,
// which over then says.
func (r *backward) take(n uint8) uint32 {
	v := uint32(r.v << (r.used & 63) >> 1 >> (63 - n&63))
	r.used += uint(n)
	return v
}

// over says whether more was taken than there was.
func (r *backward) over() bool { return r.used > 64 }

// done says whether all has been taken, and no more.
func (r *backward) done() bool { return r.at == 0 && r.used == 64 }
