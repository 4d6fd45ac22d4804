package selector

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func page(t testing.TB, source string) *html.Node {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// found returns the ids of the elements that a list matches, in document order, by way of
// an index and the filter as the cascade goes.
func found(root *html.Node, l *List, quirks bool) (ids []string, m *Matcher) {
	m = &Matcher{Quirks: quirks, Budget: NewBudget()}
	var x Index
	for _, s := range l.Selectors {
		x.Add(s, 0)
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if k.Type != html.ElementNode {
				continue
			}
			m.Budget.Begin()
			hit := false
			x.Candidates(k, quirks, func(list []Entry) {
				for _, e := range list {
					hit = hit || m.Match(e.Selector, k)
				}
			})
			if hit {
				id, _ := attribute(k, "id")
				ids = append(ids, id)
			}
			m.Enter(k)
			walk(k)
			m.Leave()
		}
	}
	walk(root)
	return ids, m
}

const shop = `<!doctype html><html id=html lang=en-GB><head id=head></head><body id=body class="shop Main">
<div id=a class="x y"><p id=p1 class=x>one</p><p id=p2>two<b id=b1></b></p><!-- c --><span id=s1>three</span><p id=p3 class="y"></p></div>
<ul id=u><li id=l1>1</li><li id=l2 class=x>2</li><li id=l3>3</li><li id=l4 class=x>4</li><li id=l5 class=x>5</li></ul>
<form id=f><input id=i1 type=TEXT required placeholder=x><input id=i2 type=checkbox checked disabled><input id=i3 readonly value=v>
<fieldset id=fs disabled><legend id=lg><input id=i4></legend><input id=i5></fieldset>
<select id=se><option id=o1>a</option><option id=o2 selected>b</option></select><button id=bt data-Kind="Go now" data-n="a-b c">x</button></form>
<a id=k1 href="/one.html" title="a b">l</a><a id=k2 name=y>m</a><x-y id=xy></x-y>
<div id=d lang=de-Latn-DE-1996 dir=rtl><i id=i lang=fr>x</i><em id=e dir=ltr></em></div>
<svg id=svg viewBox="0 0 1 1"><linearGradient id=lin></linearGradient><a id=sa xlink:href="#z"></a></svg>
<details id=dt open><summary id=su>s</summary></details></body></html>`

func TestMatch(t *testing.T) {
	root := page(t, shop)
	for _, c := range []struct{ selector, want string }{
		// types, classes, ids
		{"p", "p1 p2 p3"},
		{"P.x", "p1"},
		{"*.x.y", "a"},
		{".x", "a p1 l2 l4 l5"},
		{".Main", "body"},
		{".main", ""},
		{"#p2, #s1", "p2 s1"},
		{"#p2.x", ""},
		{`#\70 2, .\79`, "a p2 p3"},
		// combinators
		{"div p", "p1 p2 p3"},
		{"body > p", ""},
		{"div>p", "p1 p2 p3"},
		{"p + p", "p2"},
		{"p ~ p", "p2 p3"},
		{"p+span~p", "p3"},
		{"body div b, html > body > div > p > b", "b1"},
		{"div ~ ul > li + li", "l2 l3 l4 l5"},
		{".x .x", "p1"},
		{"ul .y", ""},
		// attributes
		{"[class]", "body a p1 p3 l2 l4 l5"},
		{"[class=x]", "p1 l2 l4 l5"},
		{"[class~=y]", "a p3"},
		{"[type=text]", "i1"},
		{"[type=text s]", ""},
		{"[TYPE='TEXT' s]", "i1"},
		{"[data-kind='go now']", ""},
		{"[data-kind='go now' i]", "bt"},
		{"[data-n|=a], [data-n~=c]", "bt"},
		{"[href^='/one'][href$='.html'][href*='e.h']", "k1"},
		{"[title~=b]", "k1"},
		{"[title^=''], [title*=''], [title$=''], [title~='']", ""},
		{"[lang|=en]", "html"},
		{"[viewBox]", "svg"},
		{"[viewbox]", ""},
		{"[href]", "k1"},
		{"[*|href]", "k1 sa"},
		{"[|href]", "k1"},
		// places
		{"li:first-child, li:last-child", "l1 l5"},
		{"li:nth-child(2n+1)", "l1 l3 l5"},
		{"li:nth-child(even)", "l2 l4"},
		{"li:nth-child(-n + 2)", "l1 l2"},
		{"li:nth-child(n+4)", "l4 l5"},
		{"li:nth-child(3)", "l3"},
		{"li:nth-last-child(2)", "l4"},
		{"li:nth-child(2 of .x)", "l4"},
		{"li:nth-last-child(1 of .x)", "l5"},
		{"p:nth-of-type(2)", "p2"},
		{"p:last-of-type", "p3"},
		{"span:only-of-type, b:only-child", "b1 s1"},
		{"p:nth-last-of-type(3)", "p1"},
		{":root", "html"},
		{"p:empty", "p3"},
		// functions
		{":is(p, li).x", "p1 l2 l4 l5"},
		{":is(.x, :bogus, #p3)", "a p1 p3 l2 l4 l5"},
		{":where(#a) > :not(p)", "s1"},
		{"p:not(.x, .y)", "p2"},
		{":not(:not(b))", "b1"},
		{"li:not(:hover):nth-child(1)", "l1"},
		{"div:has(> b)", ""},
		{"div:has(b)", "a"},
		{"p:has(+ span)", "p2"},
		{"p:has(~ .y)", "p1 p2"},
		{"body > :has(p b)", "a"},
		{":has(> li:nth-child(5))", "u"},
		{"p:has(+ * + p)", "p2"},
		{"body:has(.absent), ul:not(:has(p))", "u"},
		{":has(:is(.absent))", ""},
		// states
		{":link", "k1"},
		{"a:any-link", "k1"},
		{":visited, :hover, a:active, :focus-within, :target", ""},
		{":checked", "i2 o2"},
		{":disabled", "i2 fs i5"},
		{"input:enabled", "i1 i3 i4"},
		{":required", "i1"},
		{"input:optional", "i2 i3 i4 i5"},
		{"input:read-write", "i1 i4"},
		{"p:read-only", "p1 p2 p3"},
		{":placeholder-shown", "i1"},
		{"input:invalid", "i1"},
		{":not(:defined)", "xy"},
		{":open", "dt"},
		{"i:lang(fr), em:lang(de), em:lang(en)", "i e"},
		{"em:lang(de-DE), em:lang('*-1996')", "e"},
		{"em:lang(de-1901)", ""},
		{":dir(rtl)", "d i"},
		// foreign elements
		{"lineargradient, linearGradient", "lin"},
		{"svg|a", ""},
		{"*|a", "k1 k2 sa"},
		{"|a", ""},
		// parts
		{"p::before, p:before", "p1 p2 p3"},
		{"p::selection, p::-webkit-x, p::part(a)", ""},
		// lists in which one cannot match
		{":is(:hover, #a)", "a"},
		{":is()", ""},
	} {
		l, ok := Parse(c.selector, Context{})
		if !ok {
			if c.selector != "svg|a" {
				t.Errorf("%s is not valid", c.selector)
			}
			continue
		}
		got, _ := found(root, l, false)
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.selector, g, c.want)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, s := range []string{
		"", ",", "a,", ",a", "a,,b", "a >", "> a", "a > > b", "a + ~ b", "#1", ".1", ".", "#", "a:bogus", "a::bogus", "a:not(:bogus)", "a:not()",
		"[", "[]", "[=a]", "[a=]", "[a=b c]", "[a!=b]", "a)", "a(", "a{", "a b!", "*a", "a*", ":nth-child()", ":nth-child(2n+)", ":nth-child(+ 2)",
		":nth-child(n2)", ":nth-child(a of b)", ":nth-of-type(1 of a)", "a::before b", "a::before.c", "a::before::after", ":is(a", ":has()", ":has(:has(a))",
		":is(a::before) b,", ":host(", "a:moz-any(b)", "a::-moz-selection", "a:-moz-focusring", "div#a&b*", "%", "a;b", ":lang(1)", "::part", ": a", "a : b",
		strings.Repeat("a ", maxCompounds+1), strings.Repeat(":not(", maxDepth+2) + "a" + strings.Repeat(")", maxDepth+2),
	} {
		switch l, ok := Parse(s, Context{}); {
		case s == ":is(a" || s == ":host(": // the end of the source closes
			if !ok {
				t.Errorf("%.40q is not valid", s)
			}
		case ok:
			t.Errorf("%.40q is valid: %d selectors", s, len(l.Selectors))
		}
	}
}

func TestSpecificity(t *testing.T) {
	for _, c := range []struct {
		selector string
		a, b, c  Specificity
	}{
		{"*", 0, 0, 0},
		{"li", 0, 0, 1},
		{"ul li", 0, 0, 2},
		{"ul ol+li", 0, 0, 3},
		{"h1 + *[rel=up]", 0, 1, 1},
		{"ul ol li.red", 0, 1, 3},
		{"li.red.level", 0, 2, 1},
		{"#x34y", 1, 0, 0},
		{"a:link", 0, 1, 1},
		{"a::before", 0, 0, 2},
		{"#s12:not(FOO)", 1, 0, 1},
		{".foo :is(.bar, #baz)", 1, 1, 0},
		{":where(#a.b) c", 0, 0, 1},
		{":not(:hover)", 0, 1, 0},
		{":has(> #a, b)", 1, 0, 0},
		{":nth-child(2n+1)", 0, 1, 0},
		{":nth-child(even of li, .item)", 0, 2, 0},
		{":nth-last-child(2n of li)", 0, 1, 1},
		{":lang(de)", 0, 1, 0},
		{strings.Repeat(".a", 300), 0, 255, 0},
	} {
		l, ok := Parse(c.selector, Context{})
		want := c.a<<16 | c.b<<8 | c.c
		if !ok || len(l.Selectors) != 1 || l.Selectors[0].Specificity != want {
			t.Errorf("%.40s: got %+v, want %06x", c.selector, l, want)
		}
	}
}

func TestNesting(t *testing.T) {
	root := page(t, shop)
	for _, c := range []struct {
		parent, selector, want string
		weight                 Specificity
	}{
		{"div", "p", "p1 p2 p3", 2},
		{"div", "& p", "p1 p2 p3", 2},
		{"div", "> p", "p1 p2 p3", 2},
		{"p", "+ span", "s1", 2},
		{"p", "&.x", "p1", 0x101},
		{"p", ".x&", "p1", 0x101},
		{"p", "div &", "p1 p2 p3", 2},
		{"p, #none", "& b", "b1", 0x10001},
		{"p", "&", "p1 p2 p3", 1},
		{"p", "& + &", "p2", 2},
		{"li", ":is(&, b)", "l1 l2 l3 l4 l5 b1", 1},
		{"li", ":not(&).x", "a p1", 0x101},
	} {
		parent, _ := Parse(c.parent, Context{})
		l, ok := Parse(c.selector, Context{Parent: parent})
		if !ok {
			t.Errorf("%s in %s is not valid", c.selector, c.parent)
			continue
		}
		got, _ := found(root, l, false)
		if !same(got, strings.Fields(c.want)) || l.Selectors[0].Specificity != c.weight {
			t.Errorf("%s in %s: got %s with %06x, want %s with %06x", c.selector, c.parent, got, l.Selectors[0].Specificity, c.want, c.weight)
		}
	}
}

// same reports whether two lists have the same words.
func same(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	set := map[string]int{}
	for i := range a {
		set[a[i]]++
		set[b[i]]--
	}
	for _, n := range set {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestNamespaces(t *testing.T) {
	root := page(t, shop)
	spaces := map[string]string{"s": "http://www.w3.org/2000/svg", "h": "http://www.w3.org/1999/xhtml"}
	for selector, want := range map[string]string{"s|a": "sa", "h|a": "k1 k2", "s|*": "svg lin sa", "x|a": "", "a": "k1 k2 sa"} {
		l, _ := Parse(selector, Context{Namespaces: spaces})
		if got, _ := found(root, l, false); strings.Join(got, " ") != want {
			t.Errorf("%s: got %s, want %s", selector, got, want)
		}
	}
	l, _ := Parse("a", Context{Namespaces: map[string]string{"": spaces["s"]}})
	if got, _ := found(root, l, false); strings.Join(got, " ") != "sa" {
		t.Errorf("a default namespace: got %s", got)
	}
}

func TestQuirks(t *testing.T) {
	root := page(t, `<p id=Ab class="Cd">x</p>`)
	for _, s := range []string{"#aB", ".cD", "p.CD#AB"} {
		l, _ := Parse(s, Context{Quirks: true})
		if got, _ := found(root, l, true); len(got) != 1 {
			t.Errorf("%s: got %s", s, got)
		}
		l, _ = Parse(s, Context{})
		if got, _ := found(root, l, false); len(got) != 0 {
			t.Errorf("%s without quirks: got %s", s, got)
		}
	}
}

// The work is in proportion to the page whatever selectors ask: steps are counted, of a
// page and of one twice as long.
func TestLinear(t *testing.T) {
	for _, c := range []struct{ name, selector, unit string }{
		{"descendants", strings.Repeat("* ", 100) + ".none, p", "<div><p><i>x</i></p></div>"},
		{"children", strings.Repeat("*>", 60) + "i", "<p><i>x</i></p>"},
		{"siblings", strings.Repeat("p ~ ", 60) + "p", "<p>x</p>"},
		{"has", "div:has(.none)", "<div><p>x</p></div>"},
		{"has behind", "div:has(~ .none)", "<div>x</div>"},
		{"places", "p:nth-child(3n):nth-last-of-type(2n)", "<p>x</p>"},
		{"places of some", "p:nth-child(2 of .x)", "<p class=x>x</p>"},
		{"lists in lists", ":is(:is(:is(p,.a),:not(:is(.b))),:where(.c)) p", "<div><p class=a>x</p></div>"},
		{"values", "[class*=zzz]", "<p class='" + strings.Repeat("z z ", 100) + "'>x</p>"},
	} {
		l, ok := Parse(c.selector, Context{})
		if !ok {
			t.Fatalf("%s is not valid", c.selector)
		}
		spent := func(n int) int {
			root := page(t, strings.Repeat(c.unit, n))
			_, m := found(root, l, false)
			steps, _ := m.Budget.Spent()
			elements := n * strings.Count(c.unit, "</")
			if most := reserve + (elements+3)*perElement; steps > most {
				t.Errorf("%s: %d steps on %d elements", c.name, steps, elements)
			}
			return steps
		}
		one, two := spent(5_000), spent(10_000)
		if two > reserve+2*max(one-reserve, 0)+reserve/100 {
			t.Errorf("%s: %d steps, and %d on twice as much", c.name, one, two)
		}
	}
}

func TestBudget(t *testing.T) {
	b := Budget{reserve: 10}
	b.Begin()
	if !b.spend(perElement) || !b.spend(10) || b.spend(1) {
		t.Error("the budget is not what an element has and what all have")
	}
	b.Begin()
	if steps, over := b.Spent(); !b.spend(1) || !over || steps != perElement+10 {
		t.Errorf("another element: %d, %v", steps, over)
	}
}

// What is left out since a page has not what it names could not have matched.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{
		"p.x > b#b1, li:nth-child(2n of .x)", ":is(.a,#u) ~ :not([title~='b' i])::before", "div:has(> p + p) , .sh\\6f p", "&.x:where(*|a[href^='/']) a",
		"svg|*:lang(de, 'fr'):dir(rtl)", "a:hover b, :root:not(:empty)", ".x /* c */ .y", "[class='a)'] .z",
	} {
		f.Add(s)
	}
	root := page(f, shop)
	present := Present(root, false)
	parent, _ := Parse("div, .x", Context{})
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []Context{{}, {Parent: parent}} {
			l, ok := Parse(s, c)
			if !ok {
				continue
			}
			got, m := found(root, l, false)
			if len(got) > 0 && !present.MayMatch(s) {
				t.Errorf("%q matches %s and is left out", s, got)
			}
			if steps, _ := m.Budget.Spent(); steps > reserve+64*perElement {
				t.Errorf("%q takes %d steps", s, steps)
			}
			if want := plainly(root, l); fmt.Sprint(want) != fmt.Sprint(got) {
				t.Errorf("%q: with index and filter %s, without %s", s, got, want)
			}
		}
	})
}

// plainly matches without index and filter.
func plainly(root *html.Node, l *List) (ids []string) {
	m := &Matcher{Budget: NewBudget()}
	for n := root; n != nil; n = following(n, root) {
		if m.Budget.Begin(); n.Type == html.ElementNode && m.any(l, n) {
			id, _ := attribute(n, "id")
			ids = append(ids, id)
		}
	}
	return ids
}
