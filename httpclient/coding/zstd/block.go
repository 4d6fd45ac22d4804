package zstd

import (
	"io"
	"slices"
)

// maxBlockHeader is the size of a block's header.
const maxBlockHeader = 3

// Types of blocks (RFC 8878, section 3.1.1.2.2).
const (
	blockRaw = iota
	blockRLE
	blockCompressed
)

// readBlock reads a block and adds what it holds to out.
func (r *Reader) readBlock() error {
	r.begun = len(r.out)
	header, err := r.number(maxBlockHeader)
	if err != nil {
		return err
	}
	if header&1 != 0 {
		r.state = behindBlocks
	}
	kind, size := header>>1&3, int(header>>3)
	if size > r.most() {
		return corrupt("3.1.1.2.4", "a block of %d bytes", size)
	}
	switch kind {
	case blockRaw:
		err = r.readRaw(size)
	case blockRLE:
		err = r.readRLE(size)
	case blockCompressed:
		err = r.readCompressed(size)
	default:
		return corrupt("3.1.1.2.2", "a block of the reserved type")
	}
	return r.took(err)
}

// most is how much a block of the frame may hold.
func (r *Reader) most() int { return min(r.window, maxBlock) }

// took counts what a block added.
func (r *Reader) took(err error) error {
	added := r.out[r.begun:]
	r.count += uint64(len(added))
	if r.sized && r.count > r.size {
		r.out = r.out[:r.begun]
		return corrupt("3.1.1.1.4", "a frame of %d bytes holds more", r.size)
	}
	if r.summed {
		r.sum.add(added)
	}
	return err
}

// room makes room for n more bytes behind out, which has been handed over: what offsets
// reach no more goes when half a window of it has come together.
func (r *Reader) room(n int) {
	if len(r.out)+n > cap(r.out) {
		most := r.window + r.window/2 + maxBlock
		if len(r.out)+n > most {
			kept := copy(r.out, r.out[len(r.out)-r.window:])
			r.out = r.out[:kept]
		} else {
			grown := make([]byte, len(r.out), min(most, max(2*cap(r.out), len(r.out)+n)))
			copy(grown, r.out)
			r.out = grown
		}
	}
	r.at, r.begun = len(r.out), len(r.out)
}

// readRaw takes what came of a block that is cut short too.
func (r *Reader) readRaw(size int) error {
	r.room(size)
	r.out = r.out[:r.begun+size]
	n, err := io.ReadFull(r.in, r.out[r.begun:])
	r.out = r.out[:r.begun+n]
	return cut(err)
}

func (r *Reader) readRLE(size int) error {
	b, err := r.in.ReadByte()
	if err != nil {
		return cut(err)
	}
	r.room(size)
	r.out = r.out[:r.begun+size]
	fill(r.out[r.begun:], b)
	return nil
}

func fill(p []byte, b byte) {
	if len(p) == 0 {
		return
	}
	p[0] = b
	for n := 1; n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
}

// readCompressed reads a block of literals and sequences (section 3.1.1.3).
func (r *Reader) readCompressed(size int) error {
	r.packed = slices.Grow(r.packed[:0], size)[:size]
	if _, err := io.ReadFull(r.in, r.packed); err != nil {
		return cut(err)
	}
	rest, err := r.readLiterals(r.packed)
	if err != nil {
		return err
	}
	r.room(r.most())
	return r.readSequences(rest)
}
