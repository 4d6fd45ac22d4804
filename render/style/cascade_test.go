package style

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func document(t testing.TB, source string) *html.Node {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// seen returns the words of a page that are neither hidden nor invisible, as they are
// written.
func seen(root *html.Node, c *Computed) string {
	var out []string
	k := c.Cursor()
	var walk func(n *html.Node, s *Style)
	walk = func(n *html.Node, s *Style) {
		for x := n.FirstChild; x != nil; x = x.NextSibling {
			switch {
			case x.Type == html.TextNode && !s.Invisible:
				out = append(out, strings.Fields(x.Data)...)
			case x.Type == html.ElementNode:
				if e := k.Next(); e.Display != None && !e.Replaced {
					walk(x, e)
				}
			}
		}
	}
	walk(root, &Style{})
	return strings.Join(out, " ")
}

// shows returns the words that a page shows at 80 columns.
func shows(t *testing.T, source string) string {
	t.Helper()
	root := document(t, source)
	return seen(root, Compute(root, Options{Width: 80}))
}

// The order in which declarations win: each case has a word that the winner shows or
// hides. "always" keeps the page from showing nothing.
func TestCascadeOrder(t *testing.T) {
	for _, c := range []struct {
		name, css, body string
		shown           bool
	}{
		{"the author wins over the user agent", "p{display:none}", "<p>x", false},
		{"the user agent's rules stand", "", "<p hidden>x", false},
		{"the author wins over hints", "p{display:block}", "<p hidden>x", true},
		{"the later wins", "p{display:none}p{display:block}", "<p>x", true},
		{"the later declaration wins", "p{display:none;display:block}", "<p>x", true},
		{"one that is not valid does not count", "p{display:none;display:bogus}", "<p>x", false},
		{"the more specific wins", "p.a{display:block}p{display:none}", "<p class=a>x", true},
		{"an id is more than classes", "#i{display:block}.a.b.c.d.e.f.g.h.i.j.k{display:none}", "<p id=i class='a b c d e f g h i j k'>x", true},
		{"where weighs nothing", ":where(#i){display:block}p{display:none}", "<p id=i>x", false},
		{"is weighs as its heaviest", ":is(#z,p){display:block}p.a{display:none}", "<p class=a>x", true},
		{"a style attribute wins", "#i{display:none}", "<p id=i style='display:block'>x", true},
		{"importance wins over a style attribute", "p{display:none!important}", "<p style='display:block'>x", false},
		{"an important style attribute wins over all", "#i{display:none!important}", "<p id=i style='display:block!important'>x", true},
		{"importance wins over specificity", "p{display:none!important}#i{display:block}", "<p id=i>x", false},
		{"the more specific of the important", "#i{display:block!important}p{display:none!important}", "<p id=i>x", true},
		{"what is in no layer wins", "p{display:none}@layer a{#i{display:block}}", "<p id=i>x", false},
		{"the later layer wins", "@layer a{#i{display:block}}@layer b{p{display:none}}", "<p id=i>x", false},
		{"layers in the order of their first name", "@layer b,a;@layer a{p{display:block}}@layer b{p{display:none}}", "<p>x", true},
		{"important layers run backwards", "@layer a{p{display:none!important}}@layer b{#i{display:block!important}}", "<p id=i>x", false},
		{"an important layer wins over none", "@layer a{p{display:none!important}}#i{display:block!important}", "<p id=i>x", false},
		{"layers in layers", "@layer a{@layer b{p{display:none}}p{display:block}}", "<p>x", true},
		{"layers with dots", "@layer a.b{p{display:block}}@layer a{@layer c{p{display:none}}}", "<p>x", false},
		{"layers without names are their own", "@layer{p{display:none}}@layer{p{display:block}}", "<p>x", true},
		{"a layer in a rule", "p{@layer a{display:none}display:block}", "<p>x", true},
		{"nested rules", "div{& p{display:none}}", "<div><p>x</p></div>", false},
		{"nested rules weigh their parents", "#d{p{display:none}}p.a{display:block}", "<div id=d><p class=a>x</p></div>", false},
		{"what is behind a nested rule is later", "p{&.a{display:none}display:block}", "<p class=a>x", false},
		{"what is behind a nested rule of equal weight wins", "p{&{display:none}display:block}", "<p>x", true},
		{"conditions in rules", "p{@media screen{display:none}}", "<p>x", false},
		{"a bad selector takes its whole rule", "p:bogus,p{display:none}", "<p>x", true},
		{"initial is inline", "p{display:none}p{display:initial}", "<p>x", true},
		{"unset is initial where nothing is inherited", "p{display:none}p{display:unset}", "<p>x", true},
		{"inherit", "div{display:inline-block}p{display:none}p{display:inherit}", "<div><p>x</p></div>", true},
		{"revert is the user agent's", "dialog{display:block}dialog.a{display:revert}", "<dialog class=a>x</dialog>", false},
		{"revert-layer is the layer's before", "@layer a{p{display:block}}@layer b{p{display:none}p{display:revert-layer}}", "<p>x", true},
		{"all", "p{display:none}p{all:revert}", "<p>x", true},
		{"visibility is inherited", "div{visibility:hidden}", "<div><p>x</p></div>", false},
		{"and can be seen again", "div{visibility:hidden}p{visibility:visible}", "<div><p>x</p></div>", true},
		{"visibility collapses", "p{visibility:collapse}", "<p>x", false},
		{"content-visibility", "p{content-visibility:hidden}", "<p>x", false},
		{"content-visibility of an inline box", "span{content-visibility:hidden}", "<span>x</span>", true},
		{"found when searched", "", "<p hidden=until-found>x", false},
		{"popovers", "", "<p popover>x", false},
		{"transparent is shown", "p{opacity:0;position:absolute;left:-999em;clip:rect(0,0,0,0);height:0;overflow:hidden;font-size:0}", "<p>x", true},
		{"a scope", "@scope (div) to (.lim){p{display:none}}", "<div><p>x</p></div>", false},
		{"a scope's limit", "@scope (div) to (.lim){p{display:none}}", "<div><section class=lim><p>x</p></section></div>", true},
		{"outside of a scope", "@scope (div){p{display:none}}", "<p>x", true},
		{"a scope weighs nothing", "@scope (#d){p{display:none}}p{display:block}", "<div id=d><p>x</p></div>", true},
		{"key frames hide nothing", "@keyframes p{from{display:none}}@font-face{display:none}@page{p{display:none}}", "<p>x", true},
		{"unknown at-rules", "@bogus{p{display:none}}", "<p>x", true},
		{"an import is not fetched", "@import url(x.css);p{display:none}", "<p>x", false},
		{"the screen's rules", "@media screen and (min-width:600px){p{display:none}}", "<p>x", false},
		{"wider screens' rules", "@media (min-width:641px){p{display:none}}", "<p>x", true},
		{"print's rules", "@media print{p{display:none}}", "<p>x", true},
		{"what is supported", "@supports (display:grid) and (not (display:bogus)){p{display:none}}", "<p>x", false},
		{"what is not", "@supports (-ms-ime-align:auto) or (-moz-appearance:none){p{display:none}}", "<p>x", true},
		{"selectors that are supported", "@supports selector(:has(a)){p{display:none}}", "<p>x", false},
		{"starting styles are over", "@starting-style{p{display:none}}", "<p>x", true},
		{"a page in quirks mode", "", "<p>x", true},
	} {
		got := shows(t, "<!doctype html><style>"+c.css+"</style><body><i>always</i> "+c.body)
		want := "always"
		if c.shown {
			want += " x"
		}
		if got != want {
			t.Errorf("%s: %s in %s: shows %q, want %q", c.name, c.css, c.body, got, want)
		}
	}
}

// Which style sheets of a page count.
func TestSources(t *testing.T) {
	const rule = "p{display:none}"
	for _, c := range []struct {
		name, head string
		shown      bool
	}{
		{"a sheet", "<style>" + rule + "</style>", false},
		{"marked for old browsers", "<style><!-- " + rule + " --></style>", false},
		{"of the type", "<style type='TEXT/css'>" + rule + "</style>", false},
		{"of another type", "<style type='text/less'>" + rule + "</style>", true},
		{"for print", "<style media=print>" + rule + "</style>", true},
		{"for wide screens", "<style media='(min-width:60em)'>" + rule + "</style>", true},
		{"in a template", "<template><style>" + rule + "</style></template>", true},
		{"without scripts", "<noscript><style>" + rule + "</style></noscript>", false},
		{"in the body", "<body><div><style>" + rule + "</style></div>", false},
		{"in a picture", "<body><svg><style>" + rule + "</style></svg>", false},
		{"with a title", "<style title=a>" + rule + "</style>", false},
		{"with another title", "<style title=a></style><style title=b>" + rule + "</style>", true},
		{"a comment", "<!--<style>" + rule + "</style>-->", true},
		{"elsewhere", "<link rel=stylesheet href=hides.css>", true},
	} {
		if got := shows(t, "<!doctype html>"+c.head+"<i>always</i><p>x"); (got == "always x") != c.shown {
			t.Errorf("%s: shows %q", c.name, got)
		}
	}
}

func TestFetch(t *testing.T) {
	asked := []string{}
	fetch := func(href string) ([]byte, error) {
		asked = append(asked, href)
		if href == "none.css" {
			return nil, fmt.Errorf("not there")
		}
		return []byte("\ufeffp{display:none}\xff"), nil
	}
	for _, c := range []struct {
		name, head string
		shown      bool
		asked      string
	}{
		{"a sheet", "<link rel='Preload STYLESHEET' href=' a.css '>", false, "a.css"},
		{"for print", "<link rel=stylesheet media=print href=a.css>", true, ""},
		{"an alternative", "<link rel='alternate stylesheet' title=x href=a.css>", true, ""},
		{"disabled", "<link rel=stylesheet disabled href=a.css>", true, ""},
		{"another thing", "<link rel=icon href=a.css>", true, ""},
		{"nowhere", "<link rel=stylesheet>", true, ""},
		{"one that does not come", "<link rel=stylesheet href=none.css>", true, "none.css"},
		{"in order", "<link rel=stylesheet href=a.css><style>p{display:block}</style>", true, "a.css"},
		{"too many", strings.Repeat("<link rel=stylesheet href=none.css>", maxFetched+1), true, strings.TrimSpace(strings.Repeat("none.css ", maxFetched))},
	} {
		asked = asked[:0]
		root := document(t, "<!doctype html>"+c.head+"<i>always</i><p>x")
		got := Compute(root, Options{Width: 80, Fetch: fetch})
		if s := seen(root, got); (s == "always x") != c.shown || strings.Join(asked, " ") != c.asked {
			t.Errorf("%s: shows %q, asks for %q", c.name, s, asked)
		}
		if got.Cut() != (c.name == "too many") {
			t.Errorf("%s: cut is %v", c.name, got.Cut())
		}
	}
}

func TestVariables(t *testing.T) {
	nested := "p{"
	for i := range 200 {
		nested += fmt.Sprintf("--v%d:var(--v%d);", i, i+1)
	}
	doubled := "p{--v0:none;"
	for i := range 40 {
		doubled += fmt.Sprintf("--v%d:var(--v%d) var(--v%d);", i+1, i, i)
	}
	for _, c := range []struct {
		name, css, body string
		shown           bool
	}{
		{"a value", ":root{--d:none}p{display:var(--d)}", "<p>x", false},
		{"set nearer", ":root{--d:none}div{--d:block}p{display:var(--d)}", "<div><p>x</p></div>", true},
		{"by a style attribute", "p{display:var(--d)}", "<p style='--d:none'>x", false},
		{"in a style attribute", "p{--d:none}", "<p style='display:var(--d)'>x", false},
		{"a fallback", "p{display:var(--d,none)}", "<p>x", false},
		{"a fallback that is not needed", "p{--d:block;display:var(--d,none)}", "<p>x", true},
		{"a fallback with another", "p{display:var(--d,var(--e,none))}", "<p>x", false},
		{"not there: as if unset", "p{display:none}p{display:var(--d)}", "<p>x", true},
		{"not valid: as if unset, not the one before", "p{display:none}p{--d:bogus;display:var(--d)}", "<p>x", true},
		{"inherited where it is not valid", "div{visibility:hidden}p{visibility:visible}p{visibility:var(--d)}", "<div><p>x</p></div>", false},
		{"of another", ":root{--d:var(--e);--e:none}p{display:var(--d)}", "<p>x", false},
		{"found out where it is set", ":root{--d:var(--e);--e:none}p{--e:block;display:var(--d)}", "<p>x", false},
		{"a cycle", "p{--d:var(--e);--e:var(--d);display:var(--d,none)}", "<p>x", false},
		{"itself", "p{--d:var(--d,none);display:var(--d,none)}", "<p>x", false},
		{"initial is nothing", ":root{--d:none}p{--d:initial;display:var(--d,block)}", "<p>x", true},
		{"inherit is the one around", ":root{--d:none}p{--d:block}p.a{--d:inherit;display:var(--d)}", "<p class=a>x", false},
		{"importance", "p{--d:none!important;display:var(--d)}p{--d:block}", "<p>x", false},
		{"layers", "@layer a{p{--d:block}}p{--d:none}p{display:var(--d)}", "<p>x", false},
		{"part of a value", "p{--d:none;display:var(--d) }p{display:/**/var(--d)}", "<p>x", false},
		{"wide values", "p{display:none}p{--d:revert;display:var(--d)}", "<p>x", true},
		{"names are told apart by case", "p{--D:none;display:var(--d,block)}", "<p>x", true},
		{"and var is not", "p{--d:none;display:VAR(--d)}", "<p>x", false},
		{"too many in a row", nested + "--v200:none;display:var(--v0,block)}", "<p>x", true},
		{"growing", doubled + "content:var(--v40);display:var(--v40)}", "<p>x", true},
		{"content", "p{--d:'';}p::before{content:var(--d)}", "<p>x", true},
	} {
		got := shows(t, "<!doctype html><style>"+c.css+"</style><body><i>always</i> "+c.body)
		if (got == "always x") != c.shown {
			t.Errorf("%s: shows %q", c.name, got)
		}
	}
}

// A page that hides all of its text is shown, by as little as is needed.
func TestOverridden(t *testing.T) {
	for _, c := range []struct {
		name, source, want string
		overridden         bool
	}{
		{"nothing hidden", "<p>a", "a", false},
		{"part of it", "<style>p{display:none}</style>a<p>b", "a", false},
		{"the body", "<style>body{display:none}</style>a<p hidden>b", "a", true},
		{"the root", "<html style='visibility:hidden'>a", "a", true},
		{"the body, and a menu in it", "<style>body{display:none!important}.menu{display:none}</style>a<p class=menu>b", "a", true},
		{"what is in the body", "<style>#app{display:none}.menu{display:none}</style><div id=app>a<p class=menu>b</div>", "a b", true},
		{"skipped", "<body style='content-visibility:hidden'>a", "a", true},
		{"no text at all", "<style>p{display:none}</style><p></p>", "", false},
		{"hidden by the user agent alone", "<p hidden>a", "", false},
		{"a picture is seen", "<style>p{display:none}</style><p>a</p><img alt=b>", "", false},
	} {
		root := document(t, "<!doctype html>"+c.source)
		got := Compute(root, Options{Width: 80})
		if s := seen(root, got); s != c.want || got.Overridden() != c.overridden {
			t.Errorf("%s: shows %q (overridden %v), want %q (%v)", c.name, s, got.Overridden(), c.want, c.overridden)
		}
	}
}

// Whether a page has quirks is seen by its classes, which then have no case.
func TestQuirky(t *testing.T) {
	for doctype, want := range map[string]bool{
		"": true, "<!doctype html>": false, "<!DOCTYPE html SYSTEM 'about:legacy-compat'>": false, "<!doctype foo>": true,
		`<!doctype html public "-//W3C//DTD HTML 3.2 Final//EN">`: true, `<!doctype html public "-//IETF//DTD HTML//EN">`: true,
		`<!doctype html public "-//W3C//DTD HTML 4.01//EN">`: false, `<!doctype html public "-//W3C//DTD HTML 4.01 Transitional//EN">`: true,
		`<!doctype html public "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">`:                    false,
		`<!doctype html public "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`: false,
		`<!doctype html public "-//W3C//DTD HTML 4.0 Transitional//EN">`:                                                            true,
	} {
		got := shows(t, doctype+"<style>.A{display:none}</style><i>always</i><p class=a>x")
		if (got == "always") != want {
			t.Errorf("%q: shows %q", doctype, got)
		}
	}
}
