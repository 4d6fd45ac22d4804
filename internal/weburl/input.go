package weburl

import (
	"strings"
	"unicode/utf8"
)

// trim removes leading and trailing C0 controls and spaces, and returns with
// the rest how many bytes it took off the front.
func trim(input string) (text string, lead int) {
	text = strings.TrimLeftFunc(input, isC0OrSpace)
	lead = len(input) - len(text)
	return strings.TrimRightFunc(text, isC0OrSpace), lead
}

func isC0OrSpace(r rune) bool { return r <= ' ' }

// clean is tidy for all of s, and costs nothing for the usual input.
func clean(s string) string {
	if utf8.ValidString(s) && !strings.ContainsAny(s, "\t\n\r") {
		return s
	}
	text, _ := tidy(s, 3*len(s))
	return text
}

// tidy removes ASCII tab and newline from s and decodes it as UTF-8 until it has
// written limit bytes. It also returns how much of s it read, which is how an
// offset in the cleaned text is found again in the input.
func tidy(s string, limit int) (text string, read int) {
	var b strings.Builder
	for read < len(s) {
		c := s[read]
		if c == '\t' || c == '\n' || c == '\r' {
			read++
			continue
		}
		if b.Len() >= limit {
			break
		}
		r, n := utf8.DecodeRuneInString(s[read:])
		if r == utf8.RuneError && n == 1 {
			n = brokenLen(s[read:])
		}
		b.WriteRune(r)
		read += n
	}
	return b.String(), read
}

// brokenLen returns how many bytes one U+FFFD stands for at the start of s,
// which is no UTF-8: the longest beginning of a character that is there, or one
// byte (Encoding Standard, UTF-8 decoder). Go would take each byte for itself.
func brokenLen(s string) int {
	n := 1
	for i := 1; i < utf8.UTFMax && i <= len(s); i++ {
		if !utf8.FullRuneInString(s[:i]) {
			n = i
		}
	}
	return n
}
