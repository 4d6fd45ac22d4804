package zstd

import (
	"encoding/binary"
	"math/bits"
)

// The primes of XXH64.
const (
	prime1 = 0x9e3779b185ebca87
	prime2 = 0xc2b2ae3d27d4eb4f
	prime3 = 0x165667b19e3779f9
	prime4 = 0x85ebca77c2b2ae63
	prime5 = 0x27d4eb2f165667c5
)

// stripe is what XXH64 takes at a time.
const stripe = 32

// A sum is the checksum of a frame: XXH64 with the seed 0 (RFC 8878, section 3.1.1).
type sum struct {
	lanes [4]uint64
	rest  [stripe]byte
	kept  int // of rest
	count uint64
}

func newSum() sum {
	p1, p2 := uint64(prime1), uint64(prime2)
	return sum{lanes: [4]uint64{p1 + p2, p2, 0, -p1}}
}

// add goes on with b.
func (s *sum) add(b []byte) {
	s.count += uint64(len(b))
	if s.kept > 0 {
		n := copy(s.rest[s.kept:], b)
		b = b[n:]
		if s.kept += n; s.kept < stripe {
			return
		}
		s.mix(s.rest[:])
		s.kept = 0
	}
	whole := len(b) &^ (stripe - 1)
	s.mix(b[:whole])
	s.kept = copy(s.rest[:], b[whole:])
}

// mix takes whole stripes.
func (s *sum) mix(b []byte) {
	l := s.lanes
	for ; len(b) >= stripe; b = b[stripe:] {
		l[0] = round(l[0], binary.LittleEndian.Uint64(b))
		l[1] = round(l[1], binary.LittleEndian.Uint64(b[8:]))
		l[2] = round(l[2], binary.LittleEndian.Uint64(b[16:]))
		l[3] = round(l[3], binary.LittleEndian.Uint64(b[24:]))
	}
	s.lanes = l
}

func round(lane, v uint64) uint64 { return bits.RotateLeft64(lane+v*prime2, 31) * prime1 }

// value is the sum of all that was added.
func (s *sum) value() uint64 {
	h := s.lanes[2] + prime5 // the seed
	if s.count >= stripe {
		h = 0
		for i, shift := range [...]int{1, 7, 12, 18} {
			h += bits.RotateLeft64(s.lanes[i], shift)
		}
		for _, lane := range s.lanes {
			h = (h^round(0, lane))*prime1 + prime4
		}
	}
	h += s.count
	b := s.rest[:s.kept]
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^round(0, binary.LittleEndian.Uint64(b)), 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*prime1, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}
