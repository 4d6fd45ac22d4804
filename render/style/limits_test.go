package style

import (
	"fmt"
	"strings"
	"testing"
)

// What is larger than the limits is cut, and said to be.
func TestLimits(t *testing.T) {
	many := func(n int, rule string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, rule, i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, sheet string
		cut         bool
		want        string
	}{
		{"a sheet", "p{display:none}", false, "always"},
		{"too many bytes", strings.Repeat("a{color:red}    ", maxSource/16) + "p{display:none}", true, "always x"},
		{"too many rules", many(maxRules, ".x{display:none}#a%d{float:left}") + "p{display:none}", true, "always x"},
		{"rules for nobody", many(maxRules/4, ".a%d{display:none}") + "p{display:none}", false, "always"},
		{"too many custom properties", many(maxCustom+1, "p{--a%d:none}") + "p{display:var(--a1)}", true, "always"},
		{"more layers than are told apart", many(2*maxLayers, "@layer l%d{p{display:block}}") + "p{display:none}", false, "always"},
		{"conditions in conditions", strings.Repeat("@media all{", 10_000) + "p{display:none}", false, "always x"},
		{"a selector of thousands", strings.TrimSuffix(strings.Repeat("p,", 10_000), ",") + "{display:none}", false, "always"},
	} {
		root := document(t, "<!doctype html><style>"+c.sheet+"</style><i>always</i><p class=y>x")
		got := Compute(root, Options{Width: 80})
		if s := seen(root, got); s != c.want || got.Cut() != c.cut {
			t.Errorf("%s: shows %q, cut %v; want %q, %v", c.name, s, got.Cut(), c.want, c.cut)
		}
	}
}

// The steps of matching are in proportion to the page, and its styles are shared, whatever
// its sheets are.
func TestWork(t *testing.T) {
	var attrs, has strings.Builder
	for i := range 500 {
		fmt.Fprintf(&attrs, "[data-x*='%d'] [class^='a%d']{display:block}", i, i)
		fmt.Fprintf(&has, "div:has(.q%d) p{display:block}", i)
	}
	for _, c := range []struct{ name, sheet, unit string }{
		{"attributes", attrs.String(), "<p data-x=zzz class=a>x</p>"},
		{"has", has.String(), "<div class=q><p>x</p></div>"},
		{"chains", strings.Repeat("* ", 100) + "{display:block}", "<div><p>x</p></div>"},
		{"custom properties", "*{--a:none;--b:var(--a)}p{display:var(--b);display:block}", "<p>x</p>"},
		{"counters", "p{counter-increment:a}p::before{content:counter(a)}", "<p>x</p>"},
	} {
		compute := func(n int) *Computed {
			return Compute(document(t, "<!doctype html><style>"+c.sheet+"</style>"+strings.Repeat(c.unit, n)), Options{Width: 80})
		}
		one, two := compute(800), compute(1600)
		const reserved, own = 6_000_000, 256
		if most := reserved + len(two.of)*own; two.steps > most {
			t.Errorf("%s: %d steps for %d elements", c.name, two.steps, len(two.of))
		}
		if two.steps > 2*one.steps+reserved/100 {
			t.Errorf("%s: %d steps, %d on twice as much", c.name, one.steps, two.steps)
		}
		if len(two.styles) > 40 {
			t.Errorf("%s: %d styles for %d elements", c.name, len(two.styles), len(two.of))
		}
	}
}

// Whatever a sheet is, styling ends, within its budget, with one style for each element
// that is displayed, and twice the same.
func FuzzCompute(f *testing.F) {
	const body = `<body class=a id=b style="display:var(--x)"><div title=t><p>one<b>two</b></p><ul><li>three<li hidden>four</ul></div>
<table><tr><td align=right>five</table><q>six</q><svg><title>seven</title></svg><details><summary>eight</summary></details>`
	for _, s := range []string{
		"p{display:none!important}b::before{content:attr(title) counter(a,lower-roman)'x'}", "@layer a,b;@layer b{div{& p{all:revert-layer}}}",
		":root{--x:var(--y,none);--y:var(--x)}@media(width<900px){li:nth-child(odd of li){list-style:'- '}}", "@scope(div)to(li){:scope p{float:left}}",
		"@supports selector(a:has(b)) and (display:flex){div:has(>p){display:flex}}", "*{white-space:pre nowrap;quotes:'a''b';counter-reset:a 1 b}",
		"<!--@import url(x);-->@namespace svg url(http://www.w3.org/2000/svg);svg|title{display:block}", "body{visibility:hidden;content-visibility:hidden}",
	} {
		f.Add(s, uint8(80))
	}
	f.Fuzz(func(t *testing.T, sheet string, width uint8) {
		page := "<!doctype html><style>" + strings.ReplaceAll(sheet, "</", "< /") + "</style>" + body
		root := document(t, page)
		one, two := Compute(root, Options{Width: int(width)}), Compute(root, Options{Width: int(width)})
		if a, b := seen(root, one), seen(root, two); a != b {
			t.Errorf("once %q, then %q", a, b)
		}
		if most := 6_000_000 + 256*len(one.of); one.steps > most {
			t.Errorf("%d steps", one.steps)
		}
	})
}
