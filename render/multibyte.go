package render

import (
	"bytes"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// An index has the characters of two bytes, by the first less 0x80 and the second; 0
// where there is none.
type index [128][256]rune

// newIndex asks an encoding for all its pairs of bytes, after a prefix. What it makes of
// malformed ones is not asked: the standard's rules for them are here. An index takes
// half a millisecond to make, and only pages in such encodings need one.
func newIndex(e encoding.Encoding, prefix string) *index {
	const first = 0x40 // below it there are no second bytes
	var all []byte
	for a := 0x80; a <= 0xFF; a++ {
		for b := first; b <= 0xFF; b++ {
			all = append(append(all, prefix...), byte(a), byte(b), '\n')
		}
	}
	decoded, _ := e.NewDecoder().Bytes(all) // which replaces and does not fail
	var x index
	for a := range x {
		for b := first; b <= 0xFF; b++ {
			var c []byte
			c, decoded, _ = bytes.Cut(decoded, []byte{'\n'})
			if r, n := utf8.DecodeRune(c); n == len(c) && r != utf8.RuneError {
				x[a][b] = r
			}
		}
	}
	return &x
}

// The indexes, each made when it is first needed.
var (
	eucKR    = indexOf(korean.EUCKR, "")
	big5     = indexOf(traditionalchinese.Big5, "")
	shiftJIS = indexOf(japanese.ShiftJIS, "")
	gb18030  = indexOf(simplifiedchinese.GB18030, "")
	jis0208  = indexOf(japanese.EUCJP, "")
	jis0212  = indexOf(japanese.EUCJP, "\x8f")
)

func indexOf(e encoding.Encoding, prefix string) func() *index {
	return sync.OnceValue(func() *index { return newIndex(e, prefix) })
}

// A pairDecoder decodes encodings of one byte and two, which differ in what their bytes
// mean alone.
type pairDecoder struct {
	*index
	lead byte // the first byte of a pair, or 0
	// alone returns what a byte beyond ASCII stands for by itself, and whether it is
	// the first of a pair instead.
	alone func(b byte) (r rune, leads bool)
	// odd returns what a pair stands for that the index does not have, or "".
	odd func(a, b byte) string
}

func (d *pairDecoder) decode(to, from []byte) []byte {
	for i := 0; i < len(from); i++ {
		b := from[i]
		switch {
		case d.lead != 0:
			var whole bool
			to, whole = d.pair(to, d.lead, b)
			d.lead = 0
			if !whole {
				i--
			}
		case b < utf8.RuneSelf:
			run := asciiRun(from[i:])
			to = append(to, run...)
			i += len(run) - 1
		default:
			r, leads := d.alone(b)
			if leads {
				d.lead = b
			} else {
				to = utf8.AppendRune(to, r)
			}
		}
	}
	return to
}

// pair appends what two bytes stand for. If it is nothing, and the second is ASCII, that
// is not taken.
func (d *pairDecoder) pair(to []byte, a, b byte) ([]byte, bool) {
	if r := d.index[a-0x80][b]; r != 0 {
		return utf8.AppendRune(to, r), true
	}
	if s := d.odd(a, b); s != "" {
		return append(to, s...), true
	}
	return append(to, fffd...), b >= utf8.RuneSelf
}

func (d *pairDecoder) end(to []byte) []byte {
	if d.lead != 0 {
		d.lead = 0
		to = append(to, fffd...)
	}
	return to
}

func noPair(byte, byte) string { return "" }

// leadsFrom81 is what most encodings have: pairs begin with 0x81 to 0xFE.
func leadsFrom81(b byte) (rune, bool) { return utf8.RuneError, b >= 0x81 && b <= 0xFE }

// newEUCKR returns a decoder of EUC-KR (section 13.1.1).
func newEUCKR() *pairDecoder {
	return &pairDecoder{index: eucKR(), alone: leadsFrom81, odd: noPair}
}

// newBig5 returns a decoder of Big5 (section 12.1.1), in which four pairs are letters with
// a mark.
func newBig5() *pairDecoder {
	marked := func(a, b byte) string {
		if a == 0x88 {
			switch b {
			case 0x62:
				return "\u00ca\u0304"
			case 0x64:
				return "\u00ca\u030c"
			case 0xA3:
				return "\u00ea\u0304"
			case 0xA5:
				return "\u00ea\u030c"
			}
		}
		return ""
	}
	return &pairDecoder{index: big5(), alone: leadsFrom81, odd: marked}
}

// newShiftJIS returns a decoder of Shift_JIS (section 13.3.1): katakana are bytes alone,
// and pairs from 0xF040 to 0xF9FC are for private use.
func newShiftJIS() *pairDecoder {
	alone := func(b byte) (rune, bool) {
		switch {
		case b == 0x80:
			return 0x80, false
		case b >= 0xA1 && b <= 0xDF:
			return 0xFF61 + rune(b) - 0xA1, false
		}
		return utf8.RuneError, b != 0xA0 && b <= 0xFC
	}
	private := func(a, b byte) string {
		if a < 0xF0 || a > 0xF9 || b < 0x40 || b == 0x7F || b > 0xFC {
			return ""
		}
		at := rune(b) - 0x40
		if b > 0x7F {
			at--
		}
		return string(0xE000 + (rune(a)-0xF0)*188 + at)
	}
	return &pairDecoder{index: shiftJIS(), alone: alone, odd: private}
}

// An eucJPDecoder decodes EUC-JP (section 13.1.1), in which 0x8F begins three bytes.
type eucJPDecoder struct {
	pairDecoder
	more    *index // of JIS X 0212
	further bool   // 0x8F has come before the lead
}

// newEUCJP returns a decoder of EUC-JP.
func newEUCJP() *eucJPDecoder {
	d := &eucJPDecoder{more: jis0212()}
	d.index, d.odd = jis0208(), noPair
	d.alone = func(b byte) (rune, bool) {
		return utf8.RuneError, b == 0x8E || b == 0x8F || b >= 0xA1 && b <= 0xFE
	}
	return d
}

func (d *eucJPDecoder) decode(to, from []byte) []byte {
	for i := 0; i < len(from); i++ {
		b := from[i]
		switch {
		case d.lead == 0x8F && !d.further && b >= 0xA1 && b <= 0xFE:
			d.lead, d.further = b, true
		case d.further:
			r := d.more[d.lead-0x80][b]
			d.lead, d.further = 0, false
			if r == 0 {
				r = utf8.RuneError
				if b < utf8.RuneSelf {
					i--
				}
			}
			to = utf8.AppendRune(to, r)
		default:
			to = d.pairDecoder.decode(to, from[i:i+1])
		}
	}
	return to
}

func (d *eucJPDecoder) end(to []byte) []byte {
	d.further = false
	return d.pairDecoder.end(to)
}
