package render

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// parse makes the tree of a page. It never fails: a page that the parser refuses all
// the same is read without structure.
func parse(page []byte) *html.Node {
	root, err := html.ParseWithOptions(bytes.NewReader(bound(page)), html.ParseOptionEnableScripting(false))
	if err != nil {
		return flat(page)
	}
	return root
}

// flat makes a tree of text in paragraphs, one for each stretch between tags that are
// not inline.
func flat(page []byte) *html.Node {
	root := &html.Node{Type: html.DocumentNode}
	para := paragraph(root)
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return root
		case html.TextToken:
			para.AppendChild(&html.Node{Type: html.TextNode, Data: string(z.Text())})
		case html.StartTagToken:
			name, _ := z.TagName()
			e := classify(name)
			switch a := atom.Atom(e.id); {
			case a == atom.Script, a == atom.Style, a == atom.Title:
				z.Next() // the raw text
			case e.class&special != 0, a == atom.Br, a == atom.Hr:
				para = paragraph(root)
			}
		}
	}
}

func paragraph(root *html.Node) *html.Node {
	p := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	root.AppendChild(p)
	return p
}

// facts are what the trace says of a tree.
type facts struct {
	title    string
	base     string // of <base href>
	elements int
	refresh  refresh
}

// maxTitle bounds the title that is told, in bytes. Browsers show less of it.
const maxTitle = 512

// survey walks a tree for its facts, without recursion.
func survey(root *html.Node) facts {
	var f facts
	for n := root; n != nil; n = following(n, root) {
		if n.Type != html.ElementNode {
			continue
		}
		f.elements++
		switch {
		case n.Namespace != "":
		case n.DataAtom == atom.Title && f.title == "" && n.FirstChild != nil:
			f.title = clip(strings.Join(strings.Fields(clean(n.FirstChild.Data)), " "), maxTitle)
		case n.DataAtom == atom.Meta && f.refresh.url == "" && strings.EqualFold(attr(n, "http-equiv"), "refresh"):
			f.refresh, _ = readRefresh(attr(n, "content"))
		case n.DataAtom == atom.Base && f.base == "":
			for _, a := range n.Attr {
				if a.Key == "href" {
					f.base = strings.TrimSpace(a.Val)
				}
			}
		}
	}
	return f
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// following returns the node after n in the order of the document.
func following(n, root *html.Node) *html.Node {
	if n.FirstChild != nil {
		return n.FirstChild
	}
	for n != root && n.NextSibling == nil {
		n = n.Parent
	}
	if n == root {
		return nil
	}
	return n.NextSibling
}

// clip cuts a text to n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
