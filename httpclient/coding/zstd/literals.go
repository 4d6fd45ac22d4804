package zstd

import (
	"encoding/binary"
	"slices"
)

// Types of literals (RFC 8878, section 3.1.1.3.1.1).
const (
	literalsRaw = iota
	literalsRLE
	literalsCompressed
	literalsTreeless
)

// readLiterals reads the literals off the start of a block into r.literal, and returns
// what follows (section 3.1.1.3.1).
func (r *Reader) readLiterals(b []byte) (rest []byte, err error) {
	if len(b) == 0 {
		return nil, corrupt("3.1.1.3.1", "a block without literals")
	}
	kind, format := int(b[0]&3), int(b[0]>>2&3)
	if kind >= literalsCompressed {
		return r.readCoded(b, kind, format)
	}
	header := [...]int{1, 2, 1, 3}[format]
	if len(b) < header {
		return nil, corrupt("3.1.1.3.1.1", "a header that is cut short")
	}
	size := int(little(b[:header]) >> [...]int{3, 4, 3, 4}[format])
	b = b[header:]
	need := size
	if kind == literalsRLE {
		need = 1
	}
	if size > r.most() || need > len(b) {
		return nil, corrupt("3.1.1.3.1", "%d literals", size)
	}
	if kind == literalsRaw {
		r.literal = append(r.literal[:0], b[:size]...)
		return b[size:], nil
	}
	r.literal = slices.Grow(r.literal[:0], size)[:size]
	fill(r.literal, b[0])
	return b[1:], nil
}

// little reads a number, the least significant byte first.
func little(b []byte) uint64 {
	var all [8]byte
	copy(all[:], b)
	return binary.LittleEndian.Uint64(all[:])
}

// readCoded reads literals that are coded by Huffman, by a tree of their own or the last
// one, in one stream or four (section 3.1.1.3.1.1).
func (r *Reader) readCoded(b []byte, kind, format int) (rest []byte, err error) {
	header, width := [...]int{3, 3, 4, 5}[format], [...]int{10, 10, 14, 18}[format]
	if len(b) < header {
		return nil, corrupt("3.1.1.3.1.1", "a header that is cut short")
	}
	v := little(b[:header])
	size, packed := int(v>>4)&(1<<width-1), int(v>>(4+width))
	b = b[header:]
	if size > r.most() || packed > len(b) {
		return nil, corrupt("3.1.1.3.1", "%d literals in %d bytes", size, packed)
	}
	streams, rest := b[:packed], b[packed:]
	if kind == literalsCompressed {
		if streams, err = r.huffman.read(streams); err != nil {
			return nil, err
		}
	} else if !r.huffman.known {
		return nil, corrupt("3.1.1.3.1.1", "literals by the last Huffman tree, where there was none")
	}
	r.literal = slices.Grow(r.literal[:0], size)[:size]
	if format == 0 {
		return rest, r.huffman.decode(r.literal, streams)
	}
	return rest, r.readFour(streams)
}

// jumpTable is the size of what says where four streams begin (section 3.1.1.3.1.6).
const jumpTable = 6

// readFour reads literals in four streams, the last of which has what is left.
func (r *Reader) readFour(b []byte) error {
	if len(b) < jumpTable {
		return corrupt("3.1.1.3.1.6", "four streams that are cut short")
	}
	jumps, each, p := b[:jumpTable], (len(r.literal)+3)/4, r.literal
	b = b[jumpTable:]
	for i := range 4 {
		size, count := len(b), len(p)
		if i < 3 {
			size, count = int(binary.LittleEndian.Uint16(jumps[2*i:])), each
		}
		if size > len(b) || count > len(p) {
			return corrupt("3.1.1.3.1.6", "four streams that are cut short")
		}
		if err := r.huffman.decode(p[:count], b[:size]); err != nil {
			return err
		}
		b, p = b[size:], p[count:]
	}
	return nil
}
