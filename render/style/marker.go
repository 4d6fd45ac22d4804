package style

import "fetchscope/render/css"

// A Marker is the kind of mark before a list item, or the way in which a number is
// written (CSS Counter Styles 3, section 6).
type Marker uint8

// The values of list-style-type. Bullet is the mark of an unordered list by its depth,
// Text one of the page's own.
const (
	Bullet Marker = iota
	NoMarker
	Text
	Disc
	Circle
	Square
	Closed // disclosure-closed
	Open   // disclosure-open
	Decimal
	DecimalZero
	LowerAlpha
	UpperAlpha
	LowerRoman
	UpperRoman
	LowerGreek
	Armenian
	LowerArmenian
	Georgian
	Hebrew
	Hiragana
	HiraganaIroha
	Katakana
	KatakanaIroha
	CJKStem
	CJKBranch
	// Arabic and those behind it write decimal numbers with digits of their own.
	Arabic
	Bengali
	Khmer
	CJKDecimal
	Devanagari
	Gujarati
	Gurmukhi
	Kannada
	Lao
	Malayalam
	Mongolian
	Myanmar
	Oriya
	Persian
	Tamil
	Telugu
	Thai
	Tibetan
)

// markers are the names in the order of the values, from Disc on. Other names stand
// for the same.
var markers = [...]string{
	"disc", "circle", "square", "disclosure-closed", "disclosure-open", "decimal",
	"decimal-leading-zero", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman",
	"lower-greek", "armenian", "lower-armenian", "georgian", "hebrew", "hiragana",
	"hiragana-iroha", "katakana", "katakana-iroha", "cjk-heavenly-stem",
	"cjk-earthly-branch", "arabic-indic", "bengali", "khmer", "cjk-decimal", "devanagari",
	"gujarati", "gurmukhi", "kannada", "lao", "malayalam", "mongolian", "myanmar", "oriya",
	"persian", "tamil", "telugu", "thai", "tibetan",
}

// markerOf returns the marker of a name. Any name is a counter style, and one that is
// not known counts in decimal numbers (CSS Counter Styles 3, section 2).
func markerOf(name string) Marker {
	name = css.Lower(name)
	switch name {
	case "none":
		return NoMarker
	case "-text-bullet":
		return Bullet
	case "lower-latin":
		return LowerAlpha
	case "upper-latin":
		return UpperAlpha
	case "upper-armenian":
		return Armenian
	case "cambodian":
		return Khmer
	}
	for i, m := range markers {
		if m == name {
			return Disc + Marker(i)
		}
	}
	return Decimal
}

// markerOfType reads the type attribute of a list (HTML, sections 15.3.7 and 4.4.5); its
// letters alone tell case apart.
func markerOfType(v string) (Marker, bool) {
	switch v {
	case "1":
		return Decimal, true
	case "a":
		return LowerAlpha, true
	case "A":
		return UpperAlpha, true
	case "i":
		return LowerRoman, true
	case "I":
		return UpperRoman, true
	}
	switch css.Lower(v) {
	case "none", "disc", "circle", "square":
		return markerOf(v), true
	}
	return 0, false
}
