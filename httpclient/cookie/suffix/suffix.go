// Package suffix knows the public suffixes: the domains below which anybody can have a
// name, so that no cookie may be for all of one (RFC 6265bis, section 5.3).
//
// It takes a domain and says whether it is one, by the public suffix list of Date
// (https://publicsuffix.org), the rules of its ICANN section and of its private one alike.
// The list is a text that is searched where it lies in the program: nothing is made of it
// when the program starts, and a fetch without cookies never touches it. Left out is what
// nothing here asks for: which suffix a name has, and which section a rule is of.
//
// Names are compared as they are: in lower case, and in ASCII where they are international.
package suffix

import (
	_ "embed"
	"strings"
)

//go:generate go run ./generate

// list has a line for each domain with suffixes right below it, and in the line the labels
// that make a suffix of it, both in order and each with its end behind it:
//
//	ck !www,*,
//
// says that every name right below ck is a suffix, except www.ck. A name without a dot is
// one in any case, and in no line.
//
//go:embed list.txt
var list string

const (
	lineEnd   = '\n'
	labelEnd  = ','
	anyLabel  = "*"
	exception = "!"
)

// IsPublic says whether a domain is a public suffix. One without a dot counts as one, by
// the list's rule for what it does not know.
func IsPublic(domain string) bool {
	label, parent, below := strings.Cut(domain, ".")
	if !below {
		return true
	}
	labels, known := find(list, lineEnd, parent)
	if !known || has(labels, exception+label) {
		return false
	}
	return has(labels, label) || has(labels, anyLabel)
}

func has(labels, label string) bool {
	_, ok := find(labels, labelEnd, label)
	return ok
}

// find searches entries for the one with that first word, and returns what follows the
// word.
func find(entries string, end byte, word string) (rest string, ok bool) {
	for entries != "" {
		begin := strings.LastIndexByte(entries[:len(entries)/2], end) + 1
		size := strings.IndexByte(entries[begin:], end)
		first, rest, _ := strings.Cut(entries[begin:begin+size], " ")
		switch {
		case word < first:
			entries = entries[:begin]
		case word > first:
			entries = entries[begin+size+1:]
		default:
			return rest, true
		}
	}
	return "", false
}
