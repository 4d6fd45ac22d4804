package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A survey says of each element what is in it.
type survey struct{ of map[*html.Node]measure }

// A measure is of an element with all that is in it.
type measure struct {
	// prose is in points, without what is furniture.
	prose float64
	// raw is the same with what only its names call furniture, own that of no element in it.
	raw, own float64
	// letters are those in no link.
	letters, links, paragraphs int
}

// A stretch is a run of text and inline elements between blocks.
type stretch struct{ letters, linked, marks int }

// take measures body and all that is in it.
func take(body *html.Node) *survey {
	s := &survey{of: map[*html.Node]measure{}}
	s.measure(body, place{}, &stretch{})
	s.sift(body, s.of[body].raw*mostNamed)
	return s
}

// A place is what an element is in.
type place struct{ link, article bool }

// measure measures an element, of which everything but blocks belongs to a stretch that may
// have begun before it.
func (s *survey) measure(n *html.Node, in place, run *stretch) measure {
	if skipped(n) || furniture(n, in.article) {
		return measure{}
	}
	m := measure{}
	if n.DataAtom == atom.A {
		in.link = true
		m.links++
	}
	in.article = in.article || isArticle(n)
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		switch {
		case k.Type == html.TextNode:
			m.letters += run.add(k.Data, in.link)
		case k.Type == html.ElementNode && block(k):
			m.end(run)
			inner := stretch{}
			below := s.measure(k, in, &inner)
			m.with(below)
		case k.Type == html.ElementNode:
			m.with(s.measure(k, in, run))
		}
	}
	if block(n) {
		m.end(run)
	}
	if n.DataAtom == atom.P {
		m.paragraphs++
	}
	s.of[n] = m
	return m
}

// end ends a stretch, which is prose of the element.
func (m *measure) end(run *stretch) {
	p := run.points()
	m.own += p
	m.raw += p
	*run = stretch{}
}

// with adds what an element in it has.
func (m *measure) with(below measure) {
	m.raw += below.raw
	m.letters += below.letters
	m.links += below.links
	m.paragraphs += below.paragraphs
}

// mostNamed is the share of a page's prose above which an element is not furniture, whatever
// it is called: names such as "has-sidebar" are given to the whole page too.
const mostNamed = 0.6

// sift adds up the prose of an element without that of furniture.
func (s *survey) sift(n *html.Node, most float64) float64 {
	m, known := s.of[n]
	if !known || m.raw < most && named(n) {
		return 0
	}
	m.prose = m.own
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		m.prose += s.sift(k, most)
	}
	s.of[n] = m
	return m.prose
}

// add counts the letters of a text, and the marks that sentences have. It returns the
// letters that are in no link.
func (r *stretch) add(text string, linked bool) (own int) {
	n := 0
	for _, c := range text {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			n += weight(c)
		case strings.ContainsRune(",;،、，。．.!?！？؟।", c):
			r.marks++
		}
	}
	r.letters += n
	if linked {
		r.linked += n
		return 0
	}
	return n
}

// weight is how many letters of an alphabet a letter stands for: a word is two of Chinese or
// Japanese.
func weight(c rune) int {
	if c >= utf8.RuneSelf && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
		return 3
	}
	return 1
}

// shortest is what a stretch must have, in letters that are in no link, to be prose rather
// than a label; long is where it counts no more for being longer.
const (
	shortest = 25
	long     = 1000
)

// points weighs a stretch: one for each hundred letters of text, more with the marks of
// sentences, less the more of it are links.
func (r stretch) points() float64 {
	own := r.letters - r.linked
	if own < shortest {
		return 0
	}
	p := float64(min(own, long))/100 + float64(min(r.marks, 10))/4
	return p * float64(own) / float64(r.letters)
}

// skipped says that nothing of an element is text of the page.
func skipped(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Select, atom.Textarea, atom.Button, atom.Iframe, atom.Object, atom.Svg:
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "style" && strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none") {
			return true
		}
	}
	return false
}

// block says that an element begins a line of its own (HTML, section 15.3.3, in part).
func block(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Center, atom.Dd, atom.Details, atom.Dialog,
		atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Li, atom.Main,
		atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody, atom.Td,
		atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul, atom.Caption:
		return true
	}
	return n.Data == "search"
}
