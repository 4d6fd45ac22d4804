package render

import "unicode/utf8"

// An iso2022JPDecoder decodes ISO-2022-JP (section 13.2.1), in which escape sequences say
// what the bytes after them are.
type iso2022JPDecoder struct {
	set    byte   // the end of the escape sequence that holds; 0 is ASCII
	lead   byte   // the first byte of a pair, or 0
	escape []byte // what has come of an escape sequence
	idle   bool   // nothing has come since the last one
}

const esc = 0x1B

func (d *iso2022JPDecoder) decode(to, from []byte) []byte {
	for _, b := range from {
		to = d.take(to, b)
	}
	return to
}

// take takes one byte.
func (d *iso2022JPDecoder) take(to []byte, b byte) []byte {
	switch n := len(d.escape); {
	case n == 0 && b == esc:
		d.escape = append(d.escape, b)
		if d.lead != 0 {
			d.lead = 0
			to = append(to, fffd...)
		}
		return to
	case n == 0:
		return d.text(to, b)
	case n == 1 && (b == '$' || b == '('):
		d.escape = append(d.escape, b)
		return to
	case n == 2:
		if set, ok := designated(d.escape[1], b); ok {
			return d.switchTo(to, set)
		}
	}
	return d.take(d.giveUp(to), b)
}

// designated returns the set that the last two bytes of an escape sequence choose.
func designated(a, b byte) (byte, bool) {
	switch {
	case a == '(' && b == 'B':
		return 0, true
	case a == '(' && (b == 'J' || b == 'I'):
		return b, true
	case a == '$' && (b == '@' || b == 'B'):
		return 'B', true
	}
	return 0, false
}

// switchTo ends an escape sequence. One right after another is malformed, since it could
// hide what is between others' eyes and these.
func (d *iso2022JPDecoder) switchTo(to []byte, set byte) []byte {
	d.set, d.escape = set, d.escape[:0]
	if d.idle {
		to = append(to, fffd...)
	}
	d.idle = true
	return to
}

// giveUp makes text of what was no escape sequence.
func (d *iso2022JPDecoder) giveUp(to []byte) []byte {
	n := len(d.escape)
	d.escape, d.idle = d.escape[:0], false
	to = append(to, fffd...)
	if n == 2 {
		to = d.text(to, d.escape[:2][1])
	}
	return to
}

// text takes a byte that is no part of an escape sequence.
func (d *iso2022JPDecoder) text(to []byte, b byte) []byte {
	d.idle = false
	r := utf8.RuneError
	switch {
	case d.lead != 0:
		if x := jis0208()[d.lead][b|0x80]; x != 0 && b < utf8.RuneSelf {
			r = x
		}
		d.lead = 0
	case d.set == 'B' && b >= 0x21 && b <= 0x7E:
		d.lead = b
		return to
	case d.set == 'B', b >= utf8.RuneSelf, b == 0x0E, b == 0x0F:
	case d.set == 'I':
		if b >= 0x21 && b <= 0x5F {
			r = 0xFF61 + rune(b) - 0x21
		}
	case d.set == 'J' && b == '\\':
		r = '¥'
	case d.set == 'J' && b == '~':
		r = '‾'
	default:
		r = rune(b)
	}
	return utf8.AppendRune(to, r)
}

func (d *iso2022JPDecoder) end(to []byte) []byte {
	if len(d.escape) > 0 {
		to = d.giveUp(to)
	}
	if d.lead != 0 {
		d.lead = 0
		to = append(to, fffd...)
	}
	return to
}
