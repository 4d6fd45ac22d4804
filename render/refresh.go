package render

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A refresh is where a page says that it goes on to, and after how many seconds.
type refresh struct {
	url   string
	after int
}

// longestRefresh bounds the URL that is shown, in bytes.
const longestRefresh = maxBase

// readRefresh reads the content of a meta element that is named refresh (HTML, section
// 4.2.5.3, the shared declarative refresh steps). A page that is only loaded again has no
// URL there.
func readRefresh(content string) (refresh, bool) {
	s := strings.TrimLeft(content, blank)
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	after, err := strconv.Atoi(s[:digits])
	if err != nil && (digits > 0 || !strings.HasPrefix(s, ".")) {
		return refresh{}, false
	}
	s = strings.TrimLeft(s[digits:], "0123456789.")
	if s == "" || !strings.Contains(blank+";,", s[:1]) {
		return refresh{}, false
	}
	s = strings.TrimLeft(s, blank+";,")
	if t := s; len(t) > 3 && strings.EqualFold(t[:3], "url") {
		if t = strings.TrimLeft(t[3:], blank); strings.HasPrefix(t, "=") {
			s = strings.TrimLeft(t[1:], blank)
		}
	}
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		s, _, _ = strings.Cut(s[1:], s[:1])
	}
	s = strings.TrimRight(s, blank)
	return refresh{url: s, after: after}, s != "" && len(s) <= longestRefresh
}

const blank = " \t\r\n\f"

// note puts a line with a link before what is in the page.
func (r refresh) note(root *html.Node) {
	body := first(root, atom.Body)
	if body == nil {
		return
	}
	after := ""
	if r.after > 0 {
		after = " after " + strconv.Itoa(r.after) + " s"
	}
	a := &html.Node{Type: html.ElementNode, Data: "a", DataAtom: atom.A, Attr: []html.Attribute{{Key: "href", Val: r.url}}}
	a.AppendChild(&html.Node{Type: html.TextNode, Data: r.url})
	p := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
	p.AppendChild(&html.Node{Type: html.TextNode, Data: "[goes on to "})
	p.AppendChild(a)
	p.AppendChild(&html.Node{Type: html.TextNode, Data: after + "]"})
	body.InsertBefore(p, body.FirstChild)
}

// first returns the first element of a kind.
func first(root *html.Node, a atom.Atom) *html.Node {
	for n := root; n != nil; n = following(n, root) {
		if n.DataAtom == a && n.Namespace == "" && n.Type == html.ElementNode {
			return n
		}
	}
	return nil
}
