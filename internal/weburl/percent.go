package weburl

import (
	"strings"
)

// encodeSet is a percent-encode set: bit n of lo stands for U+0000 plus n, of
// hi for U+0040 plus n. Bytes above 0x7F are in every set.
type encodeSet struct{ lo, hi uint64 }

// The sets, each built on another as in the standard's section "Percent-encoded
// bytes". Constants, so that starting the program computes nothing.
const (
	c0Lo = 1<<0x20 - 1
	c0Hi = 1 << (0x7F - 64)

	queryLo    = c0Lo | 1<<' ' | 1<<'"' | 1<<'#' | 1<<'<' | 1<<'>'
	fragmentLo = c0Lo | 1<<' ' | 1<<'"' | 1<<'<' | 1<<'>'
	pathLo     = queryLo | 1<<'?'
	pathHi     = c0Hi | 1<<('^'-64) | 1<<('`'-64) | 1<<('{'-64) | 1<<('}'-64)
	userinfoLo = pathLo | 1<<'/' | 1<<':' | 1<<';' | 1<<'='
	userinfoHi = pathHi | 1<<('@'-64) | 1<<('['-64) | 1<<('\\'-64) | 1<<(']'-64) | 1<<('|'-64)
)

var (
	c0Set           = encodeSet{c0Lo, c0Hi}
	fragmentSet     = encodeSet{fragmentLo, c0Hi | 1<<('`'-64)}
	querySet        = encodeSet{queryLo, c0Hi}
	specialQuerySet = encodeSet{queryLo | 1<<'\'', c0Hi}
	pathSet         = encodeSet{pathLo, pathHi}
	userinfoSet     = encodeSet{userinfoLo, userinfoHi}
)

func (s encodeSet) has(b byte) bool {
	switch {
	case b < 64:
		return s.lo>>b&1 != 0
	case b < 128:
		return s.hi>>(b-64)&1 != 0
	default:
		return true
	}
}

// index returns where in text the first byte of the set is, or -1.
func (s encodeSet) index(text string) int {
	for i := range len(text) {
		if s.has(text[i]) {
			return i
		}
	}
	return -1
}

const upperHex = "0123456789ABCDEF"

// appendTo appends text to dst, with the bytes of the set percent-encoded.
func (s encodeSet) appendTo(dst []byte, text string) []byte {
	for i := range len(text) {
		if b := text[i]; s.has(b) {
			dst = append(dst, '%', upperHex[b>>4], upperHex[b&15])
		} else {
			dst = append(dst, b)
		}
	}
	return dst
}

// encode returns text with the bytes of the set percent-encoded.
func (s encodeSet) encode(text string) string {
	i := s.index(text)
	if i < 0 {
		return text
	}
	dst := make([]byte, 0, len(text)+16)
	dst = append(dst, text[:i]...)
	return string(s.appendTo(dst, text[i:]))
}

// percentDecode replaces each "%" and two hex digits by the byte they name. A
// "%" without them stands for itself.
func percentDecode(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	dst := make([]byte, 0, len(s))
	dst = append(dst, s[:i]...)
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			dst = append(dst, hexValue(s[i+1])<<4|hexValue(s[i+2]))
			i += 2
		} else {
			dst = append(dst, s[i])
		}
	}
	return string(dst)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
