package layout

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/style"
)

// inline writes an element that is part of a paragraph.
func (b *builder) inline(n *html.Node, s *style.Style) {
	if n.Namespace != "" {
		b.foreign(n, s)
		return
	}
	switch n.DataAtom {
	case atom.A:
		b.link(n, s)
	case atom.Br:
		b.newline()
	case atom.Wbr:
		b.word(zwsp)
	case atom.Button:
		b.around(n, s, "[", "]")
	case atom.Rt:
		b.around(n, s, "(", ")")
	case atom.Ol, atom.Ul, atom.Menu, atom.Dir:
		b.lists = append(b.lists, numbering(n, s))
		b.children(n, s)
		b.lists = b.lists[:len(b.lists)-1]
	default:
		defer b.language(n)()
		b.script(n, s)
		b.children(n, s)
	}
}

// foreign writes an element of SVG or MathML. Texts in a picture stand apart from each
// other.
func (b *builder) foreign(n *html.Node, s *style.Style) {
	apart := n.Data == "text" && n.Namespace == "svg"
	if apart && b.run.pending == noGap {
		b.run.pending = spaceGap
	}
	b.children(n, s)
	if apart {
		b.run.pending = spaceGap
	}
}

// around writes an element between two signs, without the white space at its ends,
// or nothing where it has no text.
func (b *builder) around(n *html.Node, s *style.Style, before, after string) {
	outer := b.opening
	if outer == "" {
		b.word("") // the space before the sign
	}
	b.opening += before
	b.children(n, s)
	if len(b.opening) == len(outer)+len(before) {
		b.opening = outer
		b.run.pending = noGap
		return
	}
	b.run.pending = noGap
	b.suffix(after)
}

// quoteMarks returns the outer and inner quotation marks of a language.
func quoteMarks(lang string) [4]string {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	switch lang {
	case "de", "cs", "sk", "bg", "is", "lt", "et", "sl":
		return [4]string{"„", "“", "‚", "‘"}
	case "fr":
		return [4]string{"«\u00a0", "\u00a0»", "“", "”"}
	case "es", "it", "pt", "ru", "uk", "el", "no", "nb", "ca", "eu":
		return [4]string{"«", "»", "“", "”"}
	case "pl", "hu", "ro", "hr", "nl":
		return [4]string{"„", "”", "‚", "’"}
	case "da":
		return [4]string{"»", "«", "›", "‹"}
	case "ja":
		return [4]string{"「", "」", "『", "』"}
	case "sv", "fi":
		return [4]string{"”", "”", "’", "’"}
	}
	return [4]string{"“", "”", "‘", "’"}
}

// maxScript is the longest text, in bytes, that is written in raised or lowered
// digits. Longer ones are sentences.
const maxScript = 16

// script puts raised or lowered text in Unicode's digits of that kind, where all of it
// has such.
func (b *builder) script(n *html.Node, s *style.Style) {
	k := n.FirstChild
	if s.Script != style.Baseline && k != nil && k.Type == html.TextNode && k.NextSibling == nil && len(k.Data) <= maxScript {
		k.Data = b.tree.signs.script(k.Data, s.Script == style.Super)
	}
}

// script raises or lowers a text, or returns it as it is where not all of it can be.
func (g *signs) script(text string, up bool) string {
	const level = "0123456789+-=()ni"
	to := []rune("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₙᵢ")
	if up {
		to = []rune("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
	}
	var out []byte
	for _, c := range text {
		if c == '\u2212' { // MINUS SIGN
			c = '-'
		}
		i := strings.IndexRune(level, c)
		if i < 0 {
			return text
		}
		out = utf8.AppendRune(out, to[i])
	}
	switch {
	case g.raised == "" || text == "":
		return string(out)
	case up:
		return g.raised + text
	}
	return text
}
