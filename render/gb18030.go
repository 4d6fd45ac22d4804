package render

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// A gb18030Decoder decodes GB 18030 and GBK (section 10.2.1): two bytes, or four of which
// the second and the fourth are digits.
type gb18030Decoder struct {
	held []byte // up to three bytes of a character
}

func (d *gb18030Decoder) decode(to, from []byte) []byte {
	for i := 0; i < len(from); i++ {
		if b := from[i]; b < utf8.RuneSelf && len(d.held) == 0 {
			run := asciiRun(from[i:])
			to = append(to, run...)
			i += len(run) - 1
			continue
		}
		to = d.take(to, from[i])
	}
	return to
}

// take takes one byte.
func (d *gb18030Decoder) take(to []byte, b byte) []byte {
	digit := b >= '0' && b <= '9'
	switch n := len(d.held); {
	case n == 0 && b < utf8.RuneSelf:
		return append(to, b)
	case n == 0 && b == 0x80:
		return append(to, "€"...)
	case n == 0 && b == 0xFF:
		return append(to, fffd...)
	case n == 0, n == 1 && digit, n == 2 && b >= 0x81 && b <= 0xFE:
		d.held = append(d.held, b)
		return to
	case n == 1:
		return d.pair(to, b)
	case n == 3 && digit:
		return d.four(to, b)
	}
	// The first byte was wrong; what came after it is looked at again.
	again := [4]byte{}
	n := copy(again[:], append(d.held[1:], b))
	d.held = d.held[:0]
	to = append(to, fffd...)
	for _, b := range again[:n] {
		to = d.take(to, b)
	}
	return to
}

func (d *gb18030Decoder) pair(to []byte, b byte) []byte {
	a := d.held[0]
	d.held = d.held[:0]
	r := gb18030()[a-0x80][b]
	if r == 0 {
		r = privateGB(a, b)
	}
	if r != 0 {
		return utf8.AppendRune(to, r)
	}
	to = append(to, fffd...)
	if b < utf8.RuneSelf {
		to = append(to, b)
	}
	return to
}

// privateGB returns the characters for private use, which have three areas, and those that
// GB 18030 has put elsewhere since the index was made.
func privateGB(a, b byte) rune {
	switch {
	case a >= 0xAA && a <= 0xAF && b >= 0xA1 && b <= 0xFE:
		return 0xE000 + rune(a-0xAA)*94 + rune(b-0xA1)
	case a >= 0xF8 && a <= 0xFE && b >= 0xA1 && b <= 0xFE:
		return 0xE234 + rune(a-0xF8)*94 + rune(b-0xA1)
	case a >= 0xA1 && a <= 0xA7 && b >= 0x40 && b <= 0x7E:
		return 0xE4C6 + rune(a-0xA1)*96 + rune(b-0x40)
	case a >= 0xA1 && a <= 0xA7 && b >= 0x80 && b <= 0xA0:
		return 0xE4C6 + rune(a-0xA1)*96 + rune(b-0x41)
	}
	pair := rune(a)<<8 | rune(b)
	for _, m := range movedGB {
		if m[0] == pair {
			return m[1]
		}
	}
	for _, g := range gapsGB {
		if pair >= g.first && pair <= g.last {
			return g.private + pair - g.first
		}
	}
	return 0
}

// gapsGB are the pairs between those of real characters, which are for private use too.
var gapsGB = [...]struct{ first, last, private rune }{
	{0xA2AB, 0xA2B0, 0xE766},
	{0xA2E4, 0xA2E4, 0xE76D},
	{0xA2EF, 0xA2F0, 0xE76E},
	{0xA2FD, 0xA2FE, 0xE770},
	{0xA4F4, 0xA4FE, 0xE772},
	{0xA5F7, 0xA5FE, 0xE77D},
	{0xA6B9, 0xA6C0, 0xE785},
	{0xA6F6, 0xA6FE, 0xE797},
	{0xA7C2, 0xA7D0, 0xE7A0},
	{0xA7F2, 0xA7FE, 0xE7AF},
	{0xA896, 0xA8A0, 0xE7BC},
	{0xA8C1, 0xA8C4, 0xE7C9},
	{0xA8EA, 0xA8FE, 0xE7CD},
	{0xA958, 0xA958, 0xE7E2},
	{0xA95B, 0xA95B, 0xE7E3},
	{0xA95D, 0xA95F, 0xE7E4},
	{0xA997, 0xA9A3, 0xE7F4},
	{0xA9F0, 0xA9FE, 0xE801},
	{0xD7FA, 0xD7FE, 0xE810},
	{0xFE51, 0xFE53, 0xE816},
	{0xFE6C, 0xFE6C, 0xE831},
	{0xFE76, 0xFE76, 0xE83B},
	{0xFE91, 0xFE91, 0xE855},
}

// movedGB are pairs, and the characters outside of the private use areas that they have
// now: from GB 18030-2005 on, and from the edition of 2022.
var movedGB = [...][2]rune{
	{0xA8BC, 0x1E3F},
	{0xA6D9, 0xFE10},
	{0xA6DA, 0xFE12},
	{0xA6DB, 0xFE11},
	{0xA6DC, 0xFE13},
	{0xA6DD, 0xFE14},
	{0xA6DE, 0xFE15},
	{0xA6DF, 0xFE16},
	{0xA6EC, 0xFE17},
	{0xA6ED, 0xFE18},
	{0xA6F3, 0xFE19},
	{0xFE59, 0x9FB4},
	{0xFE61, 0x9FB5},
	{0xFE66, 0x9FB6},
	{0xFE67, 0x9FB7},
	{0xFE6D, 0x9FB8},
	{0xFE7E, 0x9FB9},
	{0xFE90, 0x9FBA},
	{0xFEA0, 0x9FBB},
}

func (d *gb18030Decoder) four(to []byte, b byte) []byte {
	h := d.held
	p := (int32(h[0])-0x81)*12600 + (int32(h[1])-'0')*1260 + (int32(h[2])-0x81)*10 + int32(b) - '0'
	var out []byte
	whole := [4]byte{h[0], h[1], h[2], b}
	if p <= 39419 || p >= 189000 && p <= 1237575 {
		out, _ = simplifiedchinese.GB18030.NewDecoder().Bytes(whole[:])
	}
	if r, n := utf8.DecodeRune(out); n > 0 && n == len(out) {
		d.held = h[:0]
		return utf8.AppendRune(to, r)
	}
	d.held = h[:0]
	to = append(to, fffd...)
	for _, b := range whole[1:] {
		to = d.take(to, b)
	}
	return to
}

func (d *gb18030Decoder) end(to []byte) []byte {
	if len(d.held) > 0 {
		d.held = d.held[:0]
		to = append(to, fffd...)
	}
	return to
}
