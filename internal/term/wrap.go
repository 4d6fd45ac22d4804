package term

import "strings"

// Wrap breaks a text into lines of at most so many columns, between words. A word that
// is wider by itself is cut.
func Wrap(s string, columns int, ellipsis string) []string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && Width(line)+1+Width(w) > columns {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += Cut(w, columns, ellipsis)
	}
	return append(lines, line)
}
