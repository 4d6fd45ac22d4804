package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"fetchscope/render/style"
)

// transformed returns text as text-transform has it (CSS Text 3, section 2.1). Turkish and
// Azerbaijani have an i of their own.
func (b *builder) transformed(s string, t style.Transform) string {
	if t == 0 {
		return s
	}
	switch t &^ style.FullWidth {
	case style.Uppercase:
		s = b.upper(s)
	case style.Lowercase:
		s = b.lower(s)
	case style.Capitalize:
		s = b.capitalized(s)
	}
	if t&style.FullWidth != 0 {
		s = strings.Map(wide, s)
	}
	return s
}

// turkish reports whether the text is in a language with a dotless i.
func (b *builder) turkish() bool {
	lang, _, _ := strings.Cut(strings.ToLower(b.lang), "-")
	return lang == "tr" || lang == "az"
}

func (b *builder) upper(s string) string {
	if b.turkish() {
		return strings.ToUpperSpecial(unicode.TurkishCase, s)
	}
	return strings.ToUpper(strings.ReplaceAll(s, "ß", "SS"))
}

func (b *builder) lower(s string) string {
	if b.turkish() {
		return strings.ToLowerSpecial(unicode.TurkishCase, s)
	}
	return strings.ToLower(s)
}

// capitalized writes the first letter of each word as in a title. A word can have begun
// in an element before.
func (b *builder) capitalized(s string) string {
	within := false
	if b.run.pending == noGap && len(b.tree.text) > b.run.start {
		r, _ := utf8.DecodeLastRune(b.tree.text)
		within = inWord(r)
	}
	return strings.Map(func(r rune) rune {
		first := !within && (unicode.IsLetter(r) || unicode.IsDigit(r))
		within = inWord(r) || r == '\'' && within || r == '\u2019' && within
		if first {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// wide returns the form of an ASCII character that is as wide as an ideograph.
func wide(r rune) rune {
	switch {
	case r > ' ' && r < 0x7F:
		return r + 0xFEE0
	case r == ' ':
		return '\u3000'
	}
	return r
}
