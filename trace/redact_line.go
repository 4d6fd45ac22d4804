package trace

import (
	"slices"
	"strings"
)

// A HeadRedactor hides in the lines of a head what no view shows. Its zero value is for
// the head's beginning.
type HeadRedactor struct {
	// hidden says that the line before was of a field that is hidden: it may go on in the
	// next (obs-fold: RFC 9112, section 5.2).
	hidden bool
}

// Line returns a line as views show it, with its line end.
func (h *HeadRedactor) Line(line string) string {
	end := line[len(strings.TrimRight(line, "\r\n")):]
	name, _, isField := strings.Cut(line, ":")
	folded := line != end && (line[0] == ' ' || line[0] == '\t')
	switch {
	case folded && h.hidden:
		return redacted + end
	case folded:
		return redactURL(line, false)
	}
	h.hidden = isField && slices.ContainsFunc(secretFields, func(s string) bool {
		return strings.EqualFold(s, strings.TrimRight(name, " \t"))
	})
	if h.hidden {
		return name + ": " + redacted + end
	}
	return redactURL(line, false)
}
