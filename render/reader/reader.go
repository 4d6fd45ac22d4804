// Package reader finds the main content of a page: what a person came to read, without the
// menus, lists of links and advertisements round it.
//
// It is a stage of package render between parsing and styling, taken only where a reader asks
// for it. It takes a tree and takes out of it what is not the main content; what stays keeps
// its ancestors, so that style sheets mean the same. No standard says what the main content
// is. What the page itself says of it counts most (main, article, nav, aside: HTML, sections
// 4.3 and 4.4.14); beyond that prose is told from furniture by its length, its punctuation
// and how much of it is links.
package reader

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// leastProse is how much prose, in points, a page must have to be more than furniture: some
// three sentences. A page with less is left whole.
const leastProse = 4

// Keep takes everything but the main content out of the tree. It reports false, and leaves
// the tree as it is, where it finds none. Its work is linear in the size of the tree; it goes
// as deep as that, which the parser bounds.
func Keep(root *html.Node) bool {
	body := find(root, atom.Body)
	if body == nil {
		body = root
	}
	s := take(body)
	if s.of[body].prose < leastProse {
		return false
	}
	main := s.narrow(s.named(body))
	title := heading(body, main)
	if title != nil {
		title.Parent.RemoveChild(title)
	}
	isolate(body, main)
	s.tidy(main, inArticle(main))
	if title != nil {
		main.InsertBefore(title, main.FirstChild)
	}
	return true
}

// named returns the element that the page itself calls its main content: a single main, else
// a single article, that holds most of the prose. Body where there is none.
func (s *survey) named(body *html.Node) *html.Node {
	for _, is := range []func(*html.Node) bool{isMain, isArticle} {
		if n := s.single(body, is); n != nil && s.of[n].prose >= s.of[body].prose/2 {
			return n
		}
	}
	return body
}

// single returns the only element of a kind that has prose and is in no other of that kind;
// nil where there are several.
func (s *survey) single(n *html.Node, is func(*html.Node) bool) *html.Node {
	var found *html.Node
	several := false
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			switch {
			case s.of[k].prose == 0:
			case is(k):
				several = several || found != nil
				found = k
			default:
				walk(k)
			}
		}
	}
	walk(n)
	if several {
		return nil
	}
	return found
}

func isMain(n *html.Node) bool    { return n.DataAtom == atom.Main || attr(n, "role") == "main" }
func isArticle(n *html.Node) bool { return n.DataAtom == atom.Article || attr(n, "role") == "article" }

// mostOf is the share of the prose that the element must have which is gone into: what is
// beside it is then rather remarks than a part of the text.
const mostOf = 0.85

// narrow goes down to where the prose is spread over several elements.
func (s *survey) narrow(n *html.Node) *html.Node {
	for {
		var most *html.Node
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if most == nil || s.of[k].prose > s.of[most].prose {
				most = k
			}
		}
		if most == nil || s.of[most].prose < mostOf*s.of[n].prose || !container(most) {
			return n
		}
		n = most
	}
}

// container says that an element may hold an article, rather than be a part of one.
func container(n *html.Node) bool {
	switch n.DataAtom {
	case atom.P, atom.Pre, atom.Blockquote, atom.Ul, atom.Ol, atom.Dl, atom.Li, atom.Details, atom.Figure:
		return false
	}
	return block(n)
}

// heading is the page's title as a heading, where it stands before the main content and that
// has none of its own.
func heading(body, main *html.Node) *html.Node {
	h := find(body, atom.H1)
	if h == nil || find(main, atom.H1) != nil {
		return nil
	}
	for n := h; n != body; n = n.Parent {
		if furniture(n, false) {
			return nil
		}
	}
	return h
}

// isolate takes out what stands beside the way from body to main, but for style sheets.
func isolate(body, main *html.Node) {
	for n := main; n != body; n = n.Parent {
		for k := n.Parent.FirstChild; k != nil; {
			next := k.NextSibling
			if k != n && k.DataAtom != atom.Style {
				n.Parent.RemoveChild(k)
			}
			k = next
		}
	}
}

// find returns the first element of a kind at or below n.
func find(n *html.Node, a atom.Atom) *html.Node {
	if n.Type == html.ElementNode && n.DataAtom == a && n.Namespace == "" {
		return n
	}
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if f := find(k, a); f != nil {
			return f
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
