// Package css reads the syntax of style sheets.
//
// It is the lowest part of step 5's styling: characters come in; rules, declarations and
// tokens come out, and whether conditions hold. [Walk] passes over a sheet once and tells
// a [Visitor] of its rules and declarations as stretches of the source, without looking
// into those that the visitor has no use for; a [Scanner] turns such a stretch into
// tokens. What a property or a selector means is for packages style and selector.
//
// It implements CSS Syntax Level 3 with nesting, Media Queries Level 4 and 5 as far as
// what they ask can be known ([Media]), and the conditions of CSS Conditional Rules
// ([Supports]). Nothing fails: what is not valid is dropped as the standards say, and
// every function is linear in its input.
package css

// maxNesting bounds rules in rules, and conditions in conditions. What is deeper is
// skipped; style sheets written by hand have four levels, generated ones eight.
const maxNesting = 32

// Lower returns a name with its ASCII letters in lower case, the name itself where it has
// none in upper case.
func Lower(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return lowered(s, i)
		}
	}
	return s
}

func lowered(s string, from int) string {
	b := []byte(s)
	for i := from; i < len(b); i++ {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// EqualFold reports whether two names differ in nothing but the case of ASCII letters.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if low(a[i]) != low(b[i]) {
			return false
		}
	}
	return true
}

func low(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// IsSpace reports white space (section 4.2), before and after line ends are made alike.
func IsSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
}

// isName reports the bytes of a name that needs no escapes: those of letters beyond ASCII
// are all alike. NUL stands for U+FFFD, which is such a letter.
func isName(c byte) bool { return isNameStart(c) || '0' <= c && c <= '9' || c == '-' }

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80 || c == 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
