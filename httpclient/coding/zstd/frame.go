package zstd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame is what the header of a frame says, and how far it has come (RFC 8878, section
// 3.1.1).
type frame struct {
	state  state
	window int
	sized  bool   // it says how much it holds
	size   uint64 // how much that is
	count  uint64 // how much has come
	summed bool   // a checksum follows
	sum    sum
}

type state int

// What comes next.
const (
	betweenFrames state = iota
	inBlocks
	behindBlocks
)

const (
	frameMagic    = 0xfd2fb528
	skippedMagic  = 0x184d2a50 // of 16, which differ in the last digit
	skippedDigits = 0xfffffff0
)

// beginFrame reads the header of a frame, or passes over a frame to skip. The end of the
// stream is in order here.
func (r *Reader) beginFrame() error {
	magic := r.digits[:4]
	if _, err := io.ReadFull(r.in, magic); err != nil {
		return err
	}
	switch m := binary.LittleEndian.Uint32(magic); {
	case m == frameMagic:
		return r.readHeader()
	case m&skippedDigits == skippedMagic:
		return r.skipFrame()
	}
	return corrupt("3.1.1", "no frame begins with %x", magic)
}

// skipFrame passes over a frame that holds nothing of the content (section 3.1.2).
func (r *Reader) skipFrame() error {
	size, err := r.number(4)
	if err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, r.in, int64(size))
	return cut(err)
}

// number reads a number of some bytes, the least significant first.
func (r *Reader) number(size int) (uint64, error) {
	r.digits = [8]byte{}
	_, err := io.ReadFull(r.in, r.digits[:size])
	return binary.LittleEndian.Uint64(r.digits[:]), cut(err)
}

var errDictionary = errors.New("a dictionary is wanted, which there is none of in this coding (RFC 8878, section 6.1)")

// readHeader reads a frame's header behind its magic number (section 3.1.1.1).
func (r *Reader) readHeader() error {
	about, err := r.in.ReadByte()
	if err != nil {
		return cut(err)
	}
	single := about&0x20 != 0
	r.frame = frame{state: inBlocks, summed: about&0x04 != 0, sum: newSum()}
	r.out, r.at, r.repeats = r.out[:0], 0, [3]int{1, 4, 8}
	r.huffman.known = false
	r.tables = [3]table{}
	if about&0x08 != 0 {
		return corrupt("3.1.1.1.1.4", "the reserved bit of a frame's header is set")
	}
	window := uint64(0)
	if !single {
		b, err := r.in.ReadByte()
		if err != nil {
			return cut(err)
		}
		window = 1 << (10 + b>>3) // section 3.1.1.1.2
		window += window / 8 * uint64(b&7)
	}
	if dictionary, err := r.number([...]int{0, 1, 2, 4}[about&3]); err != nil {
		return err
	} else if dictionary != 0 {
		return errDictionary
	}
	if err := r.readSize(about>>6, single); err != nil {
		return err
	}
	if single {
		window = r.size
	}
	if window > maxWindow {
		return fmt.Errorf("a window of %d bytes is wanted, more than %d (RFC 9659, section 3)", window, maxWindow)
	}
	r.window = int(window)
	return nil
}

// readSize reads how much the frame holds (section 3.1.1.1.4).
func (r *Reader) readSize(flag byte, single bool) (err error) {
	r.sized = flag != 0 || single
	switch {
	case !r.sized:
	case flag == 0:
		r.size, err = r.number(1)
	case flag == 1:
		r.size, err = r.number(2)
		r.size += 256
	default:
		r.size, err = r.number(4 << (flag - 2))
	}
	return err
}

// endFrame holds what came against what the frame said of it.
func (r *Reader) endFrame() error {
	r.state = betweenFrames
	if r.sized && r.count != r.size {
		return corrupt("3.1.1.1.4", "a frame of %d bytes holds %d", r.size, r.count)
	}
	if !r.summed {
		return nil
	}
	sum, err := r.number(4)
	if err == nil && uint32(sum) != uint32(r.sum.value()) {
		err = corrupt("3.1.1", "the checksum is wrong")
	}
	return err
}
