package mathml

import (
	"strings"

	"golang.org/x/net/html"
)

// fraction writes one part over another; without a line between them they are the two parts
// of a binomial (MathML Core, section 3.3.2).
func (w *writer) fraction(kids []*html.Node) {
	if len(kids) != 2 {
		w.row(kids)
		return
	}
	w.group(kids[0])
	w.add("/")
	w.group(kids[1])
}

// root writes a root of all that is in the element.
func (w *writer) root(sign string, kids []*html.Node) {
	w.add(sign)
	w.grouped(w.apart(kids...))
}

// indexed writes a root with its index.
func (w *writer) indexed(kids []*html.Node) {
	if len(kids) != 2 {
		w.row(kids)
		return
	}
	index := w.apart(kids[1])
	switch up, ok := raised(index); {
	case index == "3":
		w.root("∛", kids[:1])
	case index == "4":
		w.root("∜", kids[:1])
	case ok:
		w.root(up+"√", kids[:1])
	default:
		w.add("root_")
		w.grouped(index)
		w.root(" ", kids[:1])
	}
}

// scripts writes a base and what is below and above it.
func (w *writer) scripts(kids []*html.Node, signs ...string) {
	if len(kids) != len(signs)+1 {
		w.row(kids)
		return
	}
	w.base(kids[0])
	for i, sign := range signs {
		w.script(sign, kids[i+1])
	}
}

// base writes what scripts are of: an operator has no spaces then.
func (w *writer) base(n *html.Node) {
	if n.Data == "mo" {
		w.add(text(n))
		return
	}
	w.group(n)
}

// script writes what is raised or lowered: by Unicode's own letters for that where all of it
// has such, or behind a sign.
func (w *writer) script(sign string, n *html.Node) {
	s := w.apart(n)
	to := raised
	if sign == "_" {
		to = lowered
	}
	switch short, ok := to(s); {
	case s == "":
	case strings.Trim(s, "′″‴") == "":
		w.add(s)
	case ok:
		w.add(short)
	case plain(s):
		w.add(sign + s)
	default:
		w.add(sign + "(" + s + ")")
	}
}

// levels are letters that Unicode has above and below the line too.
const levels = "0123456789+−=()n"

func raised(s string) (string, bool) {
	return level(s, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
}

func lowered(s string) (string, bool) {
	return level(s, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙ")
}

func level(s, to string) (string, bool) {
	letters, from := []rune(to), []rune(levels)
	var out []rune
	for _, r := range strings.ReplaceAll(strings.ReplaceAll(s, "-", "−"), " ", "") {
		at := -1
		for i, f := range from {
			if f == r {
				at = i
			}
		}
		if at < 0 {
			return "", false
		}
		out = append(out, letters[at])
	}
	return string(out), len(out) > 0
}

// accents are the signs over a letter that Unicode can put there.
func accents() *strings.Replacer {
	return strings.NewReplacer("¯", "\u0304", "‾", "\u0304", "―", "\u0304", "^", "\u0302", "ˆ", "\u0302", "~", "\u0303", "˜", "\u0303",
		"˙", "\u0307", ".", "\u0307", "¨", "\u0308", "→", "\u20d7", "ˇ", "\u030c", "´", "\u0301", "`", "\u0300", "˘", "\u0306")
}

// over writes a base with something above it, an accent perhaps.
func (w *writer) over(kids []*html.Node) {
	if len(kids) == 2 && kids[1].Data == "mo" {
		base, sign := text(kids[0]), text(kids[1])
		if mark := accents().Replace(sign); mark != sign && len([]rune(sign)) == 1 && len([]rune(base)) == 1 && len(parts(kids[0])) == 1 {
			w.add(base + mark)
			return
		}
	}
	w.scripts(kids, "^")
}

// multi writes a base with scripts before and behind it (MathML Core, section 3.4.3). Those
// before it come first, as they are read.
func (w *writer) multi(n *html.Node) {
	kids := parts(n)
	if len(kids) == 0 {
		return
	}
	behind, before := kids[1:], []*html.Node(nil)
	for i, k := range kids {
		if k.Data == "mprescripts" && i > 0 {
			behind, before = kids[1:i], kids[i+1:]
		}
	}
	for i, k := range before {
		w.script([]string{"_", "^"}[i%2], k)
	}
	w.base(kids[0])
	for i, k := range behind {
		w.script([]string{"_", "^"}[i%2], k)
	}
}

// table writes rows with semicolons between them.
func (w *writer) table(rows []*html.Node) {
	for i, r := range rows {
		if i > 0 {
			w.add("; ")
		}
		for j, cell := range parts(r) {
			if j > 0 {
				w.add(", ")
			}
			w.add(w.apart(cell))
		}
	}
}

// fenced writes what stands between brackets that attributes name.
func (w *writer) fenced(n *html.Node, kids []*html.Node) {
	left, right, between := "(", ")", ","
	for _, a := range n.Attr {
		switch a.Key {
		case "open":
			left = a.Val
		case "close":
			right = a.Val
		case "separators":
			between = strings.Join(strings.Fields(a.Val), "")
		}
	}
	signs := []rune(between)
	w.add(left)
	for i, k := range kids {
		if i > 0 && len(signs) > 0 {
			w.add(string(signs[min(i, len(signs))-1]) + " ")
		}
		w.row([]*html.Node{k})
	}
	w.add(right)
}
