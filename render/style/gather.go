package style

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fetchscope/render/css"
)

// maxFetched bounds the style sheets of other addresses. Pages have five.
const maxFetched = 64

// A gatherer goes over a page once before it is styled, for its sheets.
type gatherer struct {
	*computer
	fetch   func(href string) ([]byte, error)
	fetched int
	set     string // the sheets with a title that are used: those of the first
}

// gather reads all style sheets of a page in their order, without recursion.
func (g *gatherer) gather(root *html.Node) {
	for n := root.FirstChild; n != nil; n = g.after(n, root) {
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case n.Data == "style":
			g.styleElement(n)
		case n.DataAtom == atom.Link && g.fetch != nil && n.Namespace == "":
			g.link(n)
		}
		for i := range n.Attr {
			if n.Attr[i].Key == "style" && strings.Contains(n.Attr[i].Val, "--") {
				g.inlineBlock(n.Attr[i].Val) // so that what it names is known
			}
		}
	}
}

// after returns the next node of the document. What is in a template is another one.
func (g *gatherer) after(n, root *html.Node) *html.Node {
	if n.FirstChild != nil && n.DataAtom != atom.Template {
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

// styleElement reads a style element (HTML, section 4.2.6).
func (g *gatherer) styleElement(n *html.Node) {
	if n.FirstChild == nil || !g.applies(n) {
		return
	}
	text := n.FirstChild.Data
	if n.FirstChild.NextSibling != nil {
		var b strings.Builder
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if k.Type == html.TextNode {
				b.WriteString(k.Data)
			}
		}
		text = b.String()
	}
	g.reader.read(text)
}

// link reads the style sheet that a link names (HTML, section 4.6.7.19). One that does
// not come is left out.
func (g *gatherer) link(n *html.Node) {
	rel := " " + strings.Join(strings.Fields(css.Lower(attr(n, "rel"))), " ") + " "
	href := strings.TrimSpace(attr(n, "href"))
	if !strings.Contains(rel, " stylesheet ") || href == "" || has(n, "disabled") {
		return
	}
	if strings.Contains(rel, " alternate ") && attr(n, "title") != "" || !g.applies(n) {
		return
	}
	if g.fetched++; g.fetched > maxFetched {
		g.reader.dropped = true
		return
	}
	if text, err := g.fetch(href); err == nil {
		g.reader.read(decoded(text))
	}
}

// decoded makes text of a sheet's bytes. Only what is between quotation marks matters
// beyond ASCII, and that is UTF-8 or gone.
func decoded(b []byte) string {
	s := strings.TrimPrefix(string(b), "\ufeff")
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, string(utf8.RuneError))
}

// applies reports whether a style or link element's sheet is used: by its type, its
// medium, and the set that its title puts it in (CSSOM, section 6.2).
func (g *gatherer) applies(n *html.Node) bool {
	if t := attr(n, "type"); t != "" && !css.EqualFold(t, "text/css") {
		return false
	}
	if t := attr(n, "title"); t != "" {
		if g.set == "" {
			g.set = t
		}
		if t != g.set {
			return false
		}
	}
	return g.reader.media.Matches(attr(n, "media"))
}

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return n.Attr[i].Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for i := range n.Attr {
		if n.Attr[i].Key == key && n.Attr[i].Namespace == "" {
			return true
		}
	}
	return false
}

// quirky reports whether browsers read a page in quirks mode (HTML, section 13.2.6.4.1),
// by its document type.
func quirky(root *html.Node) bool {
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.DoctypeNode {
			return quirkyType(n)
		}
	}
	return true
}

func quirkyType(n *html.Node) bool {
	public, system := "", ""
	for _, a := range n.Attr {
		switch a.Key {
		case "public":
			public = css.Lower(a.Val)
		case "system":
			system = css.Lower(a.Val)
		}
	}
	switch {
	case n.Data != "html", public == "html", public == "-/w3c/dtd html 4.0 transitional/en",
		public == "-//w3o//dtd w3 html strict 3.0//en//", strings.HasPrefix(system, "http://www.ibm.com/data/dtd/v11/ibmxhtml1-"):
		return true
	case strings.HasPrefix(public, "-//w3c//dtd html 4.01 frameset//"), strings.HasPrefix(public, "-//w3c//dtd html 4.01 transitional//"):
		return system == ""
	}
	for p := range strings.FieldsSeq(quirkyTypes) {
		if strings.HasPrefix(public, strings.ReplaceAll(p, "_", " ")) {
			return true
		}
	}
	return false
}

// quirkyTypes are what public identifiers begin with that stand for quirks, with _ for a
// space, shortened where all that begin alike do.
const quirkyTypes = `+//silmaril//dtd_html_pro_v0r11 -//as//dtd_html_3.0 -//advasoft_ltd//dtd_html_3.0
-//ietf//dtd_html -//metrius//dtd_metrius -//microsoft//dtd_internet_explorer_ -//netscape_comm._corp.//dtd_
-//o'reilly_and_associates//dtd_html_ -//sq//dtd_html_2.0 -//softquad -//spyglass//dtd_html_2.0
-//sun_microsystems_corp.//dtd_hotjava_ -//w3c//dtd_html_3 -//w3c//dtd_html_4.0_frameset
-//w3c//dtd_html_4.0_transitional -//w3c//dtd_html_experimental -//w3c//dtd_w3_html -//w3o//dtd_w3_html_3.0
-//webtechs//dtd_mozilla_html`
