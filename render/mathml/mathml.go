// Package mathml writes formulas in a line, as a person would type them.
//
// It is a stage of package render between parsing and styling: each math element of a tree
// gets a single text in the place of what was in it. It knows the elements of MathML Core
// (sections 3.2 to 3.6) and mfenced of MathML 3 (section 3.3.8); of others it writes what is
// in them. Annotations and phantoms are not shown by a browser, and left out. It does not
// know what a formula means: a fraction has a slash and parentheses where its parts are more
// than a name or a number.
package mathml

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Flatten puts the line of each formula below root into the place of its elements. It goes as
// deep as the tree, which the parser bounds.
func Flatten(root *html.Node) {
	for k := root.FirstChild; k != nil; k = k.NextSibling {
		switch {
		case k.Type != html.ElementNode:
		case k.Namespace == "math" && k.Data == "math":
			line := Line(k)
			k.FirstChild, k.LastChild = nil, nil
			k.AppendChild(&html.Node{Type: html.TextNode, Data: line})
		default:
			Flatten(k)
		}
	}
}

// Line writes a formula.
func Line(math *html.Node) string {
	w := writer{}
	w.row(parts(math))
	return strings.TrimSpace(string(w.out))
}

// maxNesting bounds how deep in one another parts are told apart, since each is written
// before it is known whether it needs parentheses. No formula that a person reads has a
// quarter of it; deeper in, parts are written as they come.
const maxNesting = 40

// A writer has what was written so far.
type writer struct {
	out   []byte
	depth int
}

// apart writes a part by itself.
func (w *writer) apart(kids ...*html.Node) string {
	inner := writer{depth: w.depth + 1}
	inner.row(kids)
	return strings.TrimSpace(string(inner.out))
}

// node writes one element.
func (w *writer) node(n *html.Node) {
	kids := parts(n)
	if w.depth > maxNesting {
		w.row(kids)
		return
	}
	switch n.Data {
	case "mi", "mn", "mtext":
		w.add(text(n))
	case "ms":
		w.add(`"` + text(n) + `"`)
	case "mo":
		w.operator(text(n))
	case "mspace":
		w.space()
	case "mphantom", "annotation", "annotation-xml", "none", "mprescripts":
	case "semantics":
		w.row(kids[:min(len(kids), 1)])
	case "mfrac":
		w.fraction(kids)
	case "msqrt":
		w.root("√", kids)
	case "mroot":
		w.indexed(kids)
	case "msub", "munder":
		w.scripts(kids, "_")
	case "msup":
		w.scripts(kids, "^")
	case "mover":
		w.over(kids)
	case "msubsup", "munderover":
		w.scripts(kids, "_", "^")
	case "mmultiscripts":
		w.multi(n)
	case "mtable":
		w.table(kids)
	case "mfenced":
		w.fenced(n, kids)
	default:
		w.row(kids)
	}
}

func (w *writer) row(kids []*html.Node) {
	for _, k := range kids {
		if k.Type == html.TextNode {
			w.add(strings.Join(strings.Fields(k.Data), " "))
			continue
		}
		w.node(k)
	}
}

func (w *writer) add(s string) { w.out = append(w.out, s...) }

// space ends what is written by one space.
func (w *writer) space() {
	if n := len(w.out); n > 0 && w.out[n-1] != ' ' {
		w.out = append(w.out, ' ')
	}
}

// operator writes a sign, with spaces round one that stands between two terms. What is there
// to be heard alone, as the times of "2x", is left out (Unicode, section 22.6).
func (w *writer) operator(s string) {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r >= '\u2061' && r <= '\u2064':
	case size < len(s) || size == 0:
		w.add(s)
	case r == ',' || r == ';':
		w.add(s + " ")
	case w.between() && infix(r):
		w.space()
		w.add(s + " ")
	default:
		w.add(s)
	}
}

// between says that a term stands before: a sign there is no sign of what follows.
func (w *writer) between() bool {
	t := strings.TrimRight(string(w.out[max(0, len(w.out)-utf8.UTFMax-1):]), " ")
	r, size := utf8.DecodeLastRuneInString(t)
	return size > 0 && !infix(r) && !strings.ContainsRune("([{,;|⟨", r)
}

// infix says that a sign stands between terms rather than before or behind one: operators,
// relations and arrows.
func infix(r rune) bool {
	return strings.ContainsRune("+-<=>±×÷·*", r) || r >= '←' && r <= '⇿' || r >= '∈' && r <= '∍' ||
		r >= '−' && r <= '∘' || r == '∝' || r >= '∧' && r <= '∪' || r >= '∴' && r <= '⋿'
}

// group writes a part that belongs together, in parentheses where that is not plain.
func (w *writer) group(n *html.Node) {
	w.grouped(w.apart(n))
}

func (w *writer) grouped(s string) {
	if plain(s) {
		w.add(s)
		return
	}
	w.add("(" + s + ")")
}

// plain says that nobody takes a part for two: a name, a number, or something in brackets.
func plain(s string) bool {
	if r, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("([{", r) {
		return closes(s)
	}
	letters, digits := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r) || r == '.':
			digits++
		case unicode.IsMark(r) || r == '′':
		case unicode.IsLetter(r) || r == '∞':
			letters++
		default:
			return false
		}
	}
	return letters == 0 || digits == 0
}

// closes says that the bracket a text begins with is closed by its end.
func closes(s string) bool {
	depth := 0
	for i, r := range s {
		switch {
		case strings.ContainsRune("([{", r):
			depth++
		case strings.ContainsRune(")]}", r):
			depth--
		}
		if depth == 0 {
			return i+utf8.RuneLen(r) == len(s)
		}
	}
	return false
}

// text is what a token says.
func text(n *html.Node) string {
	var out []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if k.Type == html.TextNode {
				out = append(out, k.Data)
			}
			walk(k)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(strings.Join(out, "")), " ")
}

// parts are what an element is made of: white space between elements is not.
func parts(n *html.Node) []*html.Node {
	var out []*html.Node
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch k.Type {
		case html.ElementNode:
			out = append(out, k)
		case html.TextNode:
			if strings.TrimSpace(k.Data) != "" {
				out = append(out, k)
			}
		}
	}
	return out
}
