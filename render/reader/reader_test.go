package reader

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// prose is text that an article could have.
const prose = `The harbour was built in 1821, when the river still carried timber, and it was widened twice.
	Ships came in at high water, waited for the lock, and left with salt; nobody counted them until the war.
	Today it is quiet, but the cranes were kept, and on Sundays people come to look at the old warehouses.`

// page is one with much round its text.
const page = `<head><title>Harbour</title><style>p{color:red}</style></head><body>
	<header><a href=/>The Paper</a><nav><a href=/a>News</a> <a href=/b>Sport</a></nav></header>
	<h1>The harbour</h1>
	<div class=wrap><div class="col has-sidebar">
		<div class="articleBody"><style>q{}</style><p>` + prose + `<p>` + prose + `
			<ul><li><a href=/1>More of harbours</a><li><a href=/2>More of rivers</a><li><a href=/3>More of salt</a></ul>
			<form>Write to us <input name=q><button>Send</button></form>
			<aside class=share>Share this</aside><p>` + prose + `</div>
		<div class="sidebar-left"><p>` + prose + `</div>
	</div></div>
	<div id=comments><p>` + prose + `</div>
	<footer>Imprint, privacy, and a long sentence about who owns all of this, which nobody reads.</footer></body>`

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// text is what is written below n, words with a blank between them.
func text(n *html.Node) string {
	if n.Type == html.TextNode && n.Parent.DataAtom != atom.Style {
		return strings.Join(strings.Fields(n.Data), " ")
	}
	var out []string
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		if s := text(k); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

func TestKeep(t *testing.T) {
	one := strings.Join(strings.Fields(prose), " ")
	three := strings.Join([]string{one, one, one}, " ")
	for _, c := range []struct{ name, page, want string }{
		{"an article among furniture", page, "The harbour " + three},
		{"what the page calls main", `<p>` + prose + `<main><h1>Main</h1><p>` + prose + `<p>` + prose + `</main>`, "Main " + one + " " + one},
		{"several articles", `<div class=feed><article><p>` + prose + `</article><article><p>` + prose + `</article></div><nav>Next page</nav>`, one + " " + one},
		{"text without paragraphs", `<table><tr><td><a href=/>Home</a><td>` + prose + `<br>` + prose + `<br>` + prose + `</table>`, three},
		{"hidden text", `<div><p>` + prose + `<p hidden>` + prose + `<p style="display: none">` + prose + `<p>` + prose + `</div>`, one + " " + one + " " + one + " " + one},
		{
			"Chinese", `<nav>首页 新闻</nav><div><p>` + strings.Repeat("港口建于一八二一年，那时河流还运送木材，后来又扩建了两次。", 3) + `<p>` + strings.Repeat("如今这里很安静，但起重机保留了下来。", 3) + `</div>`,
			strings.Repeat("港口建于一八二一年，那时河流还运送木材，后来又扩建了两次。", 3) + " " + strings.Repeat("如今这里很安静，但起重机保留了下来。", 3),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := parse(t, c.page)
			if !Keep(root) {
				t.Fatal("no main content found")
			}
			if got := text(find(root, atom.Body)); got != c.want {
				t.Errorf("kept %q\nwant %q", got, c.want)
			}
		})
	}
}

// A style sheet stays where it was, and so do the ancestors that its selectors name.
func TestKeepLeavesStyleSheets(t *testing.T) {
	root := parse(t, page)
	Keep(root)
	var out strings.Builder
	if err := html.Render(&out, root); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<style>p{color:red}</style>", "<style>q{}</style>", `<div class="wrap"><div class="col has-sidebar"><div class="articleBody">`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is gone from\n%s", want, out.String())
		}
	}
}

// A page of links and labels has no main content, and stays as it is.
func TestKeepNothing(t *testing.T) {
	for _, page := range []string{
		"", "<p>Not found.", "<frameset><frame src=a></frameset>",
		`<ul><li><a href=/1>` + prose + `</a><li><a href=/2>` + prose + `</a></ul>`,
	} {
		root := parse(t, page)
		before := text(root)
		if Keep(root) {
			t.Errorf("%q: found main content", page)
		}
		if got := text(root); got != before {
			t.Errorf("%q became %q", before, got)
		}
	}
}

func TestCallsFurniture(t *testing.T) {
	for _, c := range []struct {
		name string
		want bool
	}{
		{"sidebar", true},
		{"main-nav", true},
		{"mainNav", true},
		{"page_footer", true},
		{"widget-area", true},
		{"comment-body", false},
		{"articleBody", false},
		{"navigator", false},
		{"shareholders", false},
		{"", false},
		{"--", false},
	} {
		if got := callsFurniture(c.name); got != c.want {
			t.Errorf("%q: got %t, want %t", c.name, got, c.want)
		}
	}
}

// What is kept was in the page, and nothing is kept twice.
func FuzzKeep(f *testing.F) {
	f.Add(page)
	f.Add("<main><article><p>" + prose + "</article>" + prose)
	f.Add(strings.Repeat("<div class=nav>", 100) + prose)
	f.Fuzz(func(t *testing.T, page string) {
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Skip("too deep for the parser")
		}
		nodes := map[*html.Node]bool{}
		all(root, func(n *html.Node) { nodes[n] = true })
		Keep(root)
		all(root, func(n *html.Node) {
			if !nodes[n] {
				t.Errorf("%v was not in the page, or is there twice", n.Data)
			}
			delete(nodes, n)
		})
	})
}

func all(n *html.Node, f func(*html.Node)) {
	f(n)
	for k := n.FirstChild; k != nil; k = k.NextSibling {
		all(k, f)
	}
}
