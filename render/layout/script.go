package layout

import "unicode/utf8"

// isIdeograph reports whether r stands for a word, and a line end beside it for no space:
// Han, kana, hangul, their punctuation, and pictographs of full width.
func isIdeograph(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x11FF, r >= 0x2E80 && r <= 0xA4CF, r >= 0xA960 && r <= 0xA97F:
		return true
	case r >= 0xAC00 && r <= 0xD7FB, r >= 0xF900 && r <= 0xFAFF, r >= 0xFE30 && r <= 0xFE6F:
		return true
	case r >= 0xFF00 && r <= 0xFFEF, r >= 0x1F300 && r <= 0x1FAFF, r >= 0x20000 && r <= 0x3FFFF:
		return true
	}
	return false
}

// isHangul reports Korean letters.
func isHangul(r rune) bool {
	return r >= 0x1100 && r <= 0x11FF || r >= 0x3130 && r <= 0x318F ||
		r >= 0xA960 && r <= 0xA97F || r >= 0xAC00 && r <= 0xD7FB
}

// syllableAt returns the length and the width of what stays together at i where text is
// broken anywhere: a cluster, in Thai and Lao with the vowels that are written before and
// after the consonant they are said after.
func syllableAt(t []byte, i int) (n, width int) {
	n, width = clusterAt(t, i)
	if r, _ := utf8.DecodeRune(t[i:]); leadsSyllable(r) && i+n < len(t) {
		k, w := clusterAt(t, i+n)
		n, width = n+k, width+w
	}
	for i+n < len(t) && width < MinWidth {
		if r, _ := utf8.DecodeRune(t[i+n:]); !endsSyllable(r) {
			break
		}
		k, w := clusterAt(t, i+n)
		n, width = n+k, width+w
	}
	return n, width
}

// leadsSyllable reports the vowels of Thai and Lao that stand before their consonant
// (Unicode, Logical_Order_Exception, in part).
func leadsSyllable(r rune) bool {
	return r >= 0x0E40 && r <= 0x0E44 || r >= 0x0EC0 && r <= 0x0EC4
}

// endsSyllable reports the vowels of Thai and Lao that stand behind it, and the signs of
// repetition and abbreviation.
func endsSyllable(r rune) bool {
	switch r {
	case 0x0E2F, 0x0E30, 0x0E32, 0x0E33, 0x0E45, 0x0E46, 0x0EAF, 0x0EB0, 0x0EB2, 0x0EB3, 0x0EC6:
		return true
	}
	return false
}
