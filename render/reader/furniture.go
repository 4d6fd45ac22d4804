package reader

import (
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// furniture says that an element is round the content, by what it is. In an article an aside
// or a footer is rather the article's own.
func furniture(n *html.Node, article bool) bool {
	switch n.DataAtom {
	case atom.Nav, atom.Dialog, atom.Menu:
		return true
	case atom.Aside, atom.Footer:
		return !article
	}
	switch attr(n, "role") {
	case "navigation", "complementary", "contentinfo", "banner", "search", "menu", "menubar", "dialog", "alertdialog", "toolbar":
		return true
	}
	return false
}

// names are the words in class names and ids that authors give to what is round the content,
// true, and to the content, false. They are
// made when they are first needed.
var names struct {
	once sync.Once
	set  map[string]bool
}

func makeNames() {
	set := map[string]bool{}
	for _, w := range strings.Fields(`ad ads advert advertisement advertorial banner breadcrumb breadcrumbs comment
		comments consent cookie cookies disqus footer gdpr login masthead menu modal nav navbar navbox navigation
		newsletter noprint outbrain pager pagination popup promo promoted recommended related share sharedaddy
		sharing shoutbox sidebar signup skip social sponsor sponsored subscribe taboola tags toc toolbar widget widgets`) {
		set[w] = true
	}
	for _, w := range strings.Fields("article body content entry main page post story text") {
		set[w] = false
	}
	names.set = set
}

// longestName bounds the class names of an element that are looked at, in bytes: some have
// hundreds, none of which names a part of the page.
const longestName = 256

// named says that a class name or the id of an element calls it furniture. The last word of a
// name is what the thing is, those before say of what kind: a comment-body is a body, a
// page-footer a footer.
func named(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Body, atom.Main, atom.Article, atom.H1, atom.P, atom.Pre, atom.Blockquote, atom.A:
		return false
	}
	for _, key := range [...]string{"class", "id"} {
		name := attr(n, key)
		for one := range strings.FieldsSeq(name[:min(len(name), longestName)]) {
			if callsFurniture(one) {
				return true
			}
		}
	}
	return false
}

func callsFurniture(name string) bool {
	names.once.Do(makeNames)
	found, last := false, false
	for w := range parts(name) {
		around, known := names.set[w]
		found = found || around
		last = known && !around
	}
	return found && !last
}

// parts yields the words of a name, in lower case: main-nav has two, as has mainNav.
func parts(name string) func(func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		for i := 0; i <= len(name); i++ {
			end := i == len(name) || !letter(name[i])
			if !end && (i == start || !upper(name[i]) || upper(name[i-1])) {
				continue
			}
			if i > start && !yield(strings.ToLower(name[start:i])) {
				return
			}
			start = i
			if end {
				start++
			}
		}
	}
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80 }
func upper(c byte) bool  { return c >= 'A' && c <= 'Z' }

// tidy takes out of the main content what is furniture, what asks for input, and lists of
// links that no text goes with.
func (s *survey) tidy(n *html.Node, article bool) {
	for k := n.FirstChild; k != nil; {
		next := k.NextSibling
		switch {
		case k.Type != html.ElementNode || k.DataAtom == atom.Style:
		case furniture(k, article) || named(k) || s.asks(k) || s.linksAlone(k):
			n.RemoveChild(k)
		default:
			s.tidy(k, article || isArticle(k))
		}
		k = next
	}
}

func inArticle(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if isArticle(n) {
			return true
		}
	}
	return false
}

// fewLetters are those of the words round the fields of a form. One with more holds the page.
const fewLetters = 200

func (s *survey) asks(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Button, atom.Input, atom.Select, atom.Textarea, atom.Iframe:
		return true
	case atom.Form:
		return s.of[n].letters < fewLetters
	}
	return false
}

// linksAlone says that a block is nothing but three links or more: a menu of some kind.
func (s *survey) linksAlone(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Ul, atom.Ol, atom.Div, atom.Section:
		m := s.of[n]
		return m.links > 2 && m.letters < 5*m.links && m.paragraphs == 0
	}
	return false
}
