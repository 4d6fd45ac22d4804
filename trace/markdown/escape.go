package markdown

import (
	"strings"

	"fetchscope/internal/term"
)

// maxSpan is how much of a text a line shows: a ticket is for people, and the document has
// the rest.
const maxSpan = 300

// code is a text as a code span: no Markdown, HTML, link or mention holds inside one, and
// none ends before a run of as many backticks as it began with (section 6.3).
func code(s string) string {
	s = term.Cut(term.Safe(s), maxSpan, "…")
	if strings.Trim(s, " ") == "" {
		return "(nothing)"
	}
	ticks := strings.Repeat("`", longestRun(s)+1)
	// One space at each end is taken away again where both are there.
	if edge := func(c byte) bool { return c == '`' || c == ' ' }; edge(s[0]) || edge(s[len(s)-1]) {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

// fenced is a block of lines, which ends at a line of as many backticks as it began with
// (section 4.5).
func fenced(lines []string) string {
	most := 2
	safe := make([]string, len(lines))
	for i, l := range lines {
		safe[i] = term.Safe(l)
		most = max(most, longestRun(safe[i]))
	}
	fence := strings.Repeat("`", most+1)
	return fence + "http\n" + strings.Join(safe, "\n") + "\n" + fence
}

// longestRun counts the backticks that stand one behind the other.
func longestRun(s string) (most int) {
	run := 0
	for i := range len(s) {
		if run++; s[i] != '`' {
			run = 0
		}
		most = max(most, run)
	}
	return most
}

// word is a word of ours, for where code has no place: letters, digits and what joins them; an
// underscore within a word means nothing.
// A document from elsewhere may have anything in its stead.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ', r == '-', r == ',', r == '.', r == '_':
			return r
		}
		return '?'
	}, s)
}
