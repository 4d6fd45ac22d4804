package linebreak

import (
	"math/bits"
	"unicode/utf8"
)

// A set of classes has a bit for each.
type set uint64

// Classes that the rules name together. Complex scripts are alphabetic where there is no
// dictionary (LB1).
const (
	alpha  = al | alPrepend | alUnassigned | sa | dotted
	letter = alpha | hl
	number = nu | nuPrepend
	han    = id | idUnassigned
	quote  = qu | quPi | quPf
	hangul = jl | jv | jt | h2 | h3
	hyphen = hy | hh
	ends   = bk | cr | lf | nl
	aksara = ak | dotted | as
	every  = ^set(0)
)

// Bits of a table byte beside the number of a class.
const (
	classBits = 0x3F
	extendBit = 0x40 // continues a grapheme cluster
	wideBit   = 0x80 // East Asian Width is F, W or H
)

// A unit is a character to which the marks that follow it are joined (LB9).
type unit struct {
	is  set
	has uint8 // the table byte
}

func (u unit) any(s set) bool { return u.is&s != 0 }
func (u unit) wide() bool     { return u.has&wideBit != 0 }
func (u unit) extends() bool  { return u.has&extendBit != 0 }
func (u unit) plain() bool    { return u.has == 0 }

// class returns the number of the class.
func (u unit) class() int { return bits.TrailingZeros64(uint64(u.is)) }

// lookup returns the class of a rune.
func lookup(r rune) unit {
	if r >= planes {
		return beyond(r)
	}
	i := uint(r) >> blockBits * 2
	block := uint(blockIndex[i])<<8 | uint(blockIndex[i+1])
	c := blockData[block<<blockBits|uint(r)&(1<<blockBits-1)]
	return unit{is: 1 << (c & classBits), has: c}
}

// beyond returns the class of a rune that is in neither of the first two planes.
func beyond(r rune) unit {
	switch {
	case r <= 0x3FFFD && r&0xFFFF <= 0xFFFD: // ideographs, assigned or not
		return unit{id, wideBit}
	case r == 0xE0001, r >= 0xE0020 && r <= 0xE007F, r >= 0xE0100 && r <= 0xE01EF: // tags, variation selectors
		return unit{cm, extendBit}
	}
	return unit{is: al}
}

// unit returns the character at i as the options want it, and its length.
func (b *Breaker) unit(i int) (unit, int) {
	if c := b.text[i]; c < utf8.RuneSelf {
		v := blockData[c] // ASCII is in the first blocks
		return b.tailored(unit{is: 1 << (v & classBits), has: v}), 1
	}
	r, size := utf8.DecodeRune(b.text[i:])
	return b.tailored(lookup(r)), size
}

// special are the classes that the options change.
const special = cj | bk | nl | letter | number

// tailored changes the class of a character as the options ask for it.
func (b *Breaker) tailored(u unit) unit {
	switch {
	case !u.any(special):
	case u.is == cj:
		u.is = id
		if b.Strict || b.Untailored {
			u.is = ns
		}
	case u.any(bk|nl) && !b.Untailored:
		u.is = zw
	case b.Words == BreakAll && u.any((letter|number)&^clustered):
		u.is = id
	}
	return u
}
