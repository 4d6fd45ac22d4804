package layout_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fetchscope/render/layout"
)

// Everything that is drawn beside the text of a page, with ASCII alone.
func TestASCII(t *testing.T) {
	for _, s := range []sample{
		{name: "items", source: "<ul><li>a<ul><li>b<ul><li>c</ul></ul></ul>", want: "  * a\n    o b\n      + c\n"},
		{name: "tables", source: "<table><tr><th>k<th>value<tr><td>one<td>1</table>", want: "k   | value\n----+------\none | 1\n"},
		{name: "rows apart", width: 12, source: "<table border><tr><td>a<td>one two three<tr><td>b<td>four five six</table>", want: `
a | one two
  | three
..+.........
b | four
  | five six
`},
		{name: "headings", source: "<h1>One</h1><h2>Two</h2><h3>Three</h3><h4>Four</h4>", want: `
One
===

Two
---

-- Three

- Four
`},
		{name: "a rule", width: 10, source: "a<hr>b", want: "a\n----------\nb\n"},
		{name: "quotations", source: "<blockquote>a<blockquote>b</blockquote></blockquote>", want: "| a\n|\n| | b\n"},
		{name: "quotation marks", source: "<p lang=fr><q>a <q>b</q></q>", want: "\"a 'b'\"\n"},
		{name: "details", source: "<details><summary>a</summary>b</details><details open><summary>c</summary>d</details>", want: "> a\nb\nv c\nd\n"},
		{name: "fields", width: 60, source: "<input type=checkbox checked> <input type=radio checked> <input type=password value=x> <input type=file> <select><option>one</select>", want: "[x] (*) [********] [...] [one v]\n"},
		{name: "a gauge", source: "<meter value=.4></meter>", want: "####......\n"},
		{name: "raised and lowered", source: "<p>10<sup>6</sup> H<sub>2</sub>O the 1<sup>st</sup>", want: "10^6 H2O the 1st\n"},
		{name: "the page's own letters", source: "<p>“naïve” • 域名", want: "“naïve” • 域名\n"},
	} {
		if s.width == 0 {
			s.width = 40
		}
		got, _ := lay(t, s.source, layout.Options{Width: s.width, ASCII: true})
		if d := cmp.Diff(strings.TrimPrefix(s.want, "\n"), got); d != "" {
			t.Errorf("%s: %q at %d (-want +got):\n%s", s.name, s.source, s.width, d)
		}
	}
}
