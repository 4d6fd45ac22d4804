package layout

import (
	"strings"
	"unicode/utf8"
)

// breaksAfterHyphen reports whether a line may end after the hyphen at i, which has
// width columns of its word before it: between letters, not in front of an option's
// name nor within a number (Unicode Standard Annex 14, LB21 and LB25, in part).
func breaksAfterHyphen(t []byte, i, width int) bool {
	return width > 1 && isLetter(t[i-1]) && i+2 < len(t) && isLetter(t[i+1]) && t[i+2] != ' '
}

func isLetter(c byte) bool {
	return c >= utf8.RuneSelf || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// breaksBetween reports whether a line may end between the cluster that starts with
// before and what is at i: round ideographs and dashes, but for the punctuation that
// must stay with its text (UAX 14, LB13 to LB15, LB30; JIS X 4051, kinsoku shori).
func breaksBetween(t []byte, before rune, i int) bool {
	after, _ := utf8.DecodeRune(t[i:])
	if after == ' ' || after == '\n' || after == '\u00ad' || after == '\u200b' {
		return false
	}
	if before == '—' && isIdeograph(after) == isIdeograph(before) {
		return after != '—' && !staysBack(after)
	}
	if !isIdeograph(before) && !isIdeograph(after) {
		return false
	}
	return !staysForward(before) && !staysBack(after)
}

// isIdeograph reports whether a line may end beside r: Han, kana, hangul, their
// punctuation, and pictographs of full width.
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

// staysBack reports what must not start a line.
func staysBack(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.IndexByte(")]},.!?:;%'\"/", byte(r)) >= 0
	}
	switch {
	case r == '\u00a0', r == '\u2060', r == '\u200d', r == '\ufeff':
		return true // no-break space, word joiner
	case r >= 0x300 && r <= 0x36F, r >= 0xFE00 && r <= 0xFE0F:
		return true // combining marks, variation selectors
	}
	return strings.ContainsRune("、。，．・：；？！）］｝」』】〉》〕〗〙〛〟’”»›…‥％‰℃°"+
		"ーァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎゕゖ々〻ゝゞヽヾ゛゜｡､･｣ｰﾞﾟ！？‼⁇⁈⁉—–", r)
}

// staysForward reports what must not end a line.
func staysForward(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.IndexByte("([{'\"", byte(r)) >= 0
	}
	return r == '\u00a0' || r == '\u2060' || r == '\u200d' ||
		strings.ContainsRune("（［｛「『【〈《〔〖〘〚〝‘“«‹｢＄￥￡$", r)
}

// unspaced reports letters of scripts that are written without spaces and break by
// dictionary: Thai, Lao, Myanmar, Khmer. Words of theirs that do not fit are broken
// anywhere.
func unspaced(r rune) bool {
	return r >= 0x0E00 && r <= 0x0EFF || r >= 0x1000 && r <= 0x109F || r >= 0x1780 && r <= 0x17FF
}
