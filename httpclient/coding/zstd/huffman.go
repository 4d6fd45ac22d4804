package zstd

import "math/bits"

const (
	// maxCode is the longest code of a literal (RFC 8878, section 4.2.1).
	maxCode = 11
	// maxWeightLog bounds the table of weights (section 4.2.1.2).
	maxWeightLog = 6
)

// A huffman decodes literals.
type huffman struct {
	known  bool
	log    uint8
	codes  [1 << maxCode]uint16 // the literal, and the length of its code in the low byte
	states [1 << maxWeightLog]entry
}

// read reads the description of the codes off the start of b (section 4.2.1).
func (h *huffman) read(b []byte) (rest []byte, err error) {
	h.known = false
	if len(b) == 0 {
		return nil, corrupt("4.2.1", "no description of a Huffman tree")
	}
	var weights [256]uint8
	n, size := 0, int(b[0])
	b = b[1:]
	if size >= 128 {
		n, size = size-127, (size-127+1)/2
	}
	if size > len(b) {
		return nil, corrupt("4.2.1", "a Huffman tree that is cut short")
	}
	if n > 0 {
		for i := range n {
			weights[i] = b[i/2] >> (4 * (1 - i%2)) & 15
		}
	} else if n, err = h.weights(b[:size], weights[:255]); err != nil {
		return nil, err
	}
	return b[size:], h.build(weights[:n+1])
}

// weights decodes weights by two states in turns, up to the end of their bits (section
// 4.2.1.2).
func (h *huffman) weights(b []byte, into []uint8) (int, error) {
	d, b, err := readDistribution(b, maxWeightLog, maxCode+1)
	if err != nil {
		return 0, err
	}
	t := d.build(h.states[:], func(symbol int) (uint32, uint8) { return uint32(symbol), 0 })
	var r backward
	if !r.begin(b) {
		return 0, corrupt("4.1", "bits without their mark")
	}
	states := [2]uint32{r.take(t.log), r.take(t.log)}
	if r.over() {
		return 0, corrupt("4.2.1.2", "weights that are cut short")
	}
	for n := 0; n+1 < len(into); n++ {
		e := t.entries[states[n&1]]
		into[n] = uint8(e.base)
		r.fill()
		states[n&1] = uint32(e.next) + r.take(e.bits)
		if r.over() {
			into[n+1] = uint8(t.entries[states[1-n&1]].base)
			return n + 2, nil
		}
	}
	return 0, corrupt("4.2.1.2", "more weights than literals")
}

// build makes the codes. The last weight follows from the others (section 4.2.1).
func (h *huffman) build(weights []uint8) error {
	sum := 0
	for _, w := range weights {
		if w > maxCode {
			return corrupt("4.2.1", "a weight of %d", w)
		}
		sum += 1 << w >> 1
	}
	log := bits.Len(uint(sum))
	left := 1<<log - sum
	if sum == 0 || log > maxCode || left&(left-1) != 0 {
		return corrupt("4.2.1", "weights that make no Huffman tree")
	}
	weights[len(weights)-1] = uint8(bits.Len(uint(left)))
	h.known, h.log = true, uint8(log)
	at := 0
	for w := 1; w <= log; w++ {
		for literal, have := range weights {
			if int(have) == w {
				code := uint16(literal)<<8 | uint16(log+1-w)
				for range 1 << w >> 1 {
					h.codes[at] = code
					at++
				}
			}
		}
	}
	return nil
}

// decode fills p with the literals of one stream, which must hold just those (section
// 4.2.2).
func (h *huffman) decode(p, b []byte) error {
	var r backward
	if !r.begin(b) {
		return corrupt("4.2.2", "literals without their mark")
	}
	codes, shift := h.codes[:1<<h.log], 63-uint(h.log)
	for len(p) >= 3 && !r.over() { // three codes are 33 bits at the most
		r.fill()
		c := codes[r.v<<(r.used&63)>>1>>shift]
		r.used += uint(c & 0xff)
		p[0] = byte(c >> 8)
		c = codes[r.v<<(r.used&63)>>1>>shift]
		r.used += uint(c & 0xff)
		p[1] = byte(c >> 8)
		c = codes[r.v<<r.used>>1>>shift]
		r.used += uint(c & 0xff)
		p[2] = byte(c >> 8)
		p = p[3:]
	}
	for i := range p {
		r.fill()
		c := codes[r.v<<r.used>>1>>shift]
		r.used += uint(c & 0xff)
		p[i] = byte(c >> 8)
	}
	if r.fill(); !r.done() {
		return corrupt("4.2.2", "literals of another size than they say")
	}
	return nil
}
