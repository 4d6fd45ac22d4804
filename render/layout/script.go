package layout

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
