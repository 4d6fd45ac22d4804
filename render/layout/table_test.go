package layout_test

import (
	"strings"
	"testing"

	"fetchscope/render/layout"
)

func TestTables(t *testing.T) {
	check(t, []sample{
		{name: "plain", source: "<table><tr><td>a<td>bcd<tr><td>efg<td>h</table>", want: "a    bcd\nefg  h\n"},
		{name: "heads", source: "a<table><tr><th>k<th>value<tr><td>one<td>1</table>b", want: `
a

k   │ value
────┼──────
one │ 1

b
`},
		{name: "heads at the side", source: "<table><tr><th>k<td>v<tr><th>kk<td>w</table>", want: "k  │ v\nkk │ w\n"},
		{name: "caption and foot", source: "<table><caption>c</caption><tfoot><tr><td>f<td>g<tbody><tr><td>a<td>b</table>", want: "c\na │ b\nf │ g\n"},
		{name: "wrapped", width: 20, source: "<table><tr><th>k<th>v<tr><td>a<td>one two three four five<tr><td>b<td>c<tr><td>d<td>e</table>", want: `
k │ v
──┼─────────────────
a │ one two three
  │ four five
b │ c
d │ e
`},
		{name: "most rows wrapped", width: 12, source: "<table border><tr><td>a<td>one two three<tr><td>b<td>four five six</table>", want: `
a │ one two
  │ three
┄┄┼┄┄┄┄┄┄┄┄┄
b │ four
  │ five six
`},
		{name: "alignment", source: "<table><tr><td align=right>1<td align=center>mid<tr><td align=right>100<td>centre</table>", want: "  1   mid\n100  centre\n"},
		{name: "spans", source: "<table border><tr><td colspan=2>wide one<td>c<tr><td rowspan=2>a<td>b<td>c<tr><td>d<td>e</table>", want: `
wide one │ c
a  │ b   │ c
   │ d   │ e
`},
		{name: "a span that lasts", width: 20, source: "<table border><tr><td rowspan=3>one<br>two<br>three<td>a<tr><td>b</table>", want: "one   │ a\ntwo   │ b\nthree │\n"},
		{name: "nested", source: "<table><tr><td>a<td><table><tr><td>b<td>c<tr><td>d<td>e</table><td>f</table>", want: "a  b  c  f\n   d  e\n"},
		{name: "arranging the page", width: 20, source: "<table><tr><td>one two three four five six<td><table><tr><td>b</table></table>", want: "one two three four\nfive six\nb\n"},
		{name: "too many columns", width: 20, source: "<table><tr><th>aaa<th>bbb<th>ccc<th>ddd<tr><td>1<td>2<td>3<td>4</table>", want: "aaa │ bbb │ ccc │\nddd\n1 │ 2 │ 3 │ 4\n"},
		{name: "words broken to fit", width: 16, source: "<table><tr><th>aaaaaaaaaa<th>b<tr><td>c<td>dddddddddd</table>", want: `
aaaaaaa │ b
aaa     │
────────┼───────
c       │ dddddd
        │ dddd
`},
		{name: "wide letters", source: "<table border><tr><td>天地<td>a<tr><td>b<td>c</table>", want: "天地 │ a\nb    │ c\n"},
		{name: "blocks in cells", source: "<table border><tr><td><p>a</p><p>b</p><td><ul><li>c</ul></table>", want: "a │   • c\n  │\nb │\n"},
		{name: "nothing in it", source: "<table><tr><td></td></tr></table>a", want: "a\n"},
	})
}

// What a page of tables costs must be in proportion to the page, whatever its spans
// say. Lines stand for the work; the limits bound the rest.
func TestHostileTables(t *testing.T) {
	for name, s := range map[string]string{
		"spans":         "<table>" + strings.Repeat("<tr><td colspan=900 rowspan=40000>cell", 300) + "</table>",
		"absurd spans":  "<table><tr><td>a<td colspan=18446744073709551617>b<td rowspan=-7>c<tr><td colspan=0>d</table>",
		"cells":         "<table>" + strings.Repeat("<tr>"+strings.Repeat("<td>1", 300), 100) + "</table>",
		"rows":          "<table>" + strings.Repeat("<tr><td>a<td>b", 20_000) + "</table>",
		"one row":       "<table><tr>" + strings.Repeat("<td>1", 20_000) + "</table>",
		"empty spans":   "<table><tr>" + strings.Repeat("<td rowspan=65534>", 200) + strings.Repeat("<tr><td>x", 20_000) + "</table>",
		"columns":       "<table><colgroup span=77777777><col span=88888888></colgroup><tr><td>a</table>",
		"nested tables": strings.Repeat("<table><tr><td>left<td>", 90) + strings.Repeat("</table>", 90),
		"narrow nests":  strings.Repeat("<table border><tr><th>L<td>", 100) + strings.Repeat("</table>", 100),
	} {
		got, n := lay(t, s, layout.Options{Width: 80})
		if most := len(s)/4 + 100; n.Lines > most {
			t.Errorf("%s: %d lines of %d bytes", name, n.Lines, len(s))
		}
		if most := 40*len(s) + 1<<16; len(got) > most {
			t.Errorf("%s: %d bytes of %d", name, len(got), len(s))
		}
	}
}
