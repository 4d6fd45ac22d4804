package layout_test

import (
	"strings"
	"testing"

	"fetchscope/render/layout"
)

// sheet is a page of a style sheet and a body.
func sheet(css, body string) string { return "<!doctype html><style>" + css + "</style>" + body }

func TestGenerated(t *testing.T) {
	check(t, []sample{
		{name: "before and after", source: sheet("b::before{content:'<'}b::after{content:'>'}", "a <b>b</b> c"), want: "a <b> c\n"},
		{name: "blocks", source: sheet("p::before{content:'note';display:block}", "<p>a"), want: "note\na\n"},
		{name: "attributes", source: sheet("a::after{content:' (' attr(href) attr(none) ')'}", "<a href=x>a</a>"), want: "a (x)\n"},
		{name: "icons of a font", source: sheet("b::before{content:'\\f101'}i::before{content:'\\f102  x'}", "a<b>b</b><i>c</i>"), want: "ab xc\n"},
		{name: "what clears floats", source: sheet("p::after{content:' ';display:table}", "<p>a</p><p>b</p>"), want: "a\n\nb\n"},
		{name: "line ends", source: sheet("p::after{content:'b\\A c';white-space:pre}", "<p>a "), want: "a b\nc\n"},
		{name: "invisible", source: sheet("b::before{content:'x';visibility:hidden}", "<b>a</b>"), want: "a\n"},
		{name: "transformed", source: sheet("b::before{content:'x ';text-transform:uppercase}", "<b>a</b>"), want: "X a\n"},
		{name: "quotes", source: sheet("q{quotes:'<' '>' '(' ')'}", "<q>a <q>b <q>c</q></q></q>"), want: "<a (b (c))>\n"},
		{name: "no quotes", source: sheet("q{quotes:none}i::before{content:close-quote}", "<q>a</q> <i>b</i>"), want: "a b\n"},
		{name: "quotes that are not written", source: sheet("i::before{content:no-open-quote}", "<i><q>a</q></i>"), want: "‘a’\n"},
		{name: "before a list and in it", source: sheet("ul::before{content:'list'}li::after{content:'.'}", "<ul><li>a<li>b</ul>"), want: "  list\n  • a.\n  • b.\n"},
		{name: "in cells", source: sheet("td::before{content:attr(data-l) ': '}", "<table><tr><td data-l=k>a<td data-l=v>b</table>"), want: "k: a  v: b\n"},
	})
}

func TestCounters(t *testing.T) {
	const outline = "ol{counter-reset:s;list-style:none}li{counter-increment:s}li::before{content:counters(s,'.') ' '}"
	check(t, []sample{
		{name: "headings", source: sheet("body{counter-reset:c}h3{counter-increment:c;counter-reset:d}h3::before{content:counter(c) '. '}h4{counter-increment:d}h4::before{content:counter(c) '.' counter(d,lower-alpha) ' '}", "<h3>x</h3><h4>y</h4><h4>z</h4><h3>u</h3><h4>v</h4>"), want: `
── 1. x

─ 1.a y

─ 1.b z

── 2. u

─ 2.a v
`},
		{name: "outlines", source: sheet(outline, "<ol><li>a<ol><li>b<li>c</ol><li>d</ol>"), want: "1 a\n1.1 b\n1.2 c\n2 d\n"},
		{name: "what is hidden is not counted", source: sheet(outline, "<ol><li>a<li hidden>b<li>c</ol>"), want: "1 a\n2 c\n"},
		{name: "by other steps", source: sheet("p{counter-increment:n -2}div{counter-reset:n 5}p::before{content:counter(n) ' '}i{counter-set:n 40}", "<div><p>a</p><i></i><p>b</p></div>"), want: "3 a\n\n38 b\n"},
		{name: "on pseudo-elements", source: sheet("body{counter-reset:n}b::before{counter-increment:n;content:''}b::after{content:counter(n)}", "<b>a</b><b>b</b>"), want: "a1b2\n"},
		{name: "none that was made", source: sheet("b::before{content:counter(n) counters(n,'.')}", "<b>a</b>"), want: "00a\n"},
		{name: "of siblings that count anew", source: sheet("p{counter-reset:n}b{counter-increment:n}b::before{content:counter(n)}", "<p><b>a</b><b>b</b></p><p><b>c</b></p>"), want: "1a2b\n\n1c\n"},
		{name: "items of a list", source: sheet("li::before{content:counter(list-item,upper-roman) ' '}li{list-style:none}", "<ol start=4><li>a<li>b</ol>"), want: "  IV a\n  V b\n"},
	})
}

func TestMarkers(t *testing.T) {
	list := func(style string, n int) string {
		return sheet("ol{list-style:"+style+"}", "<ol start="+strings.Repeat("1", n)+"><li>a</ol>")
	}
	check(t, []sample{
		{name: "text", source: sheet("ul{list-style:'→ '}", "<ul><li>a</ul>"), want: "  → a\n"},
		{name: "of the pseudo-element", source: sheet("li::marker{content:'#' counter(list-item) ':'}", "<ol><li>a<li>b</ol>"), want: "  #1: a\n  #2: b\n"},
		{name: "none", source: sheet("ul{list-style:none}", "<ul><li>a<ul><li>b</ul></ul>"), want: "a\nb\n"},
		{name: "items that are none", source: sheet("li{display:block}", "<ul><li>a<li>b</ul>"), want: "  a\n  b\n"},
		{name: "items in a line", source: sheet("li{display:inline}", "<ul><li>a</li> <li>b</ul>"), want: "  a b\n"},
		{name: "other elements", source: sheet("p{display:list-item;list-style:square}", "<p>a"), want: "▪ a\n"},
		{name: "zero", source: list("decimal-leading-zero", 1), want: "  01. a\n"},
		{name: "Greek", source: list("lower-greek", 2), want: "  λ. a\n"},
		{name: "Hebrew", source: list("hebrew", 3), want: "  קיא. a\n"},
		{name: "Armenian", source: list("armenian", 2), want: "  ԺԱ. a\n"},
		{name: "Georgian", source: list("georgian", 4), want: "  ჩრია. a\n"},
		{name: "Katakana", source: list("katakana", 2), want: "  サ. a\n"},
		{name: "stems", source: list("cjk-heavenly-stem", 1), want: "  甲. a\n"},
		{name: "more than there are stems", source: list("cjk-heavenly-stem", 2), want: "  11. a\n"},
		{name: "Arabic", source: list("arabic-indic", 2), want: "  ١١. a\n"},
		{name: "Chinese digits", source: list("cjk-decimal", 2), want: "  一一. a\n"},
		{name: "Thai", source: list("thai", 2), want: "  ๑๑. a\n"},
	})
}

func TestTransforms(t *testing.T) {
	check(t, []sample{
		{name: "upper case", source: sheet("p{text-transform:uppercase}", "<p>straße <b>é</b>"), want: "STRASSE É\n"},
		{name: "upper case in Turkish", source: sheet("p{text-transform:uppercase}", "<p lang=tr>iı"), want: "İI\n"},
		{name: "lower case", source: sheet("p{text-transform:lowercase}", "<p>AÉ"), want: "aé\n"},
		{name: "capitals", source: sheet("p{text-transform:capitalize}", "<p>it's (one) o<b>ne</b> <b>two</b>-three 3rd"), want: "It's (One) One Two-Three 3rd\n"},
		{name: "full width", source: sheet("p{text-transform:full-width}", "<p>a1"), want: "ａ１\n"},
	})
}

// Tables that style sheets make of other elements, with the parts that they leave out.
func TestTablesOfSheets(t *testing.T) {
	const css = ".t{display:table}.r{display:table-row}.c{display:table-cell}.h{display:table-header-group}.f{display:table-footer-group}.k{display:table-caption}"
	check(t, []sample{
		{name: "whole", source: sheet(css, "<div class=t><div class=r><div class=c>a</div><div class=c>bcd</div></div><div class=r><div class=c>efg</div><div class=c>h</div></div></div>"), want: "a    bcd\nefg  h\n"},
		{name: "without rows", source: sheet(css, "<div class=t><div class=c>a</div> <div class=c>b</div></div>"), want: "a  b\n"},
		{name: "cells alone", source: sheet(css, "x<div class=c>a</div> <div class=c>b</div>y"), want: "x\na  b\ny\n"},
		{name: "cells and what is between them", source: sheet(css, "<div class=t><div class=r>a<div class=c>b</div><p>c</p>d</div></div>"), want: "a  b  c\n\n      d\n"},
		{name: "text in a table", source: sheet(css, "<div class=t>a<div class=r><div class=c>b</div></div></div>"), want: "a\nb\n"},
		{name: "heads, feet and captions", source: sheet(css, "<div class=t><div class=f><div class=r><div class=c>e</div><div class=c>f</div></div></div><div class=h><div class=r><div class=c>a</div><div class=c>b</div></div></div><div class=r><div class=c>c</div><div class=c>d</div></div><div class=k>k</div></div>"), want: "k\na │ b\n──┼──\nc │ d\ne │ f\n"},
		{name: "cells that are blocks", source: sheet("table,tbody,tr,td{display:block}", "<table><tr><td>a<td>b</table>"), want: "a\nb\n"},
		{name: "rows that are hidden", source: sheet(".x{display:none}", "<table><tr><td>a<td>b<tr class=x><td>c<td>d<tr><td>e<td class=x>f</table>"), want: "a  b\ne\n"},
		{name: "rows that are boxes", source: sheet("tr{display:flex}", "<table><tr><td>a<td>b</table>"), want: "a\nb\n"},
	})
}

func TestBoxesOfSheets(t *testing.T) {
	check(t, []sample{
		{name: "items of a flexible box", source: sheet("div{display:flex}", "<div><span>a</span>b<span>c</span></div>"), want: "a\nb\nc\n"},
		{name: "floats", source: sheet("b{float:right}", "a <b>b</b> c"), want: "a\nb\nc\n"},
		{name: "blocks that were none", source: sheet("b{display:block}", "a <b>b</b> c"), want: "a\nb\nc\n"},
		{name: "none that were blocks", source: sheet("p{display:inline}", "<p>a</p> <p>b</p>"), want: "a b\n"},
		{name: "pictures that are blocks", source: sheet("img{display:block}", "a<img alt=b>c"), want: "a\n[b]\nc\n"},
		{name: "contents", source: sheet("div{display:contents}", "a<div>b</div>c"), want: "abc\n"},
		{name: "white space that is kept", source: sheet("p{white-space:pre-line}", "<p>a   b\nc"), want: "a b\nc\n"},
		{name: "code that wraps", width: 10, source: sheet("pre{white-space:pre-wrap}", "<pre>one two\n  three four</pre>"), want: "one two\n  three\nfour\n"},
		{name: "raised", source: sheet("b{vertical-align:super}", "10<b>2</b>"), want: "10²\n"},
		{name: "raised by other means", source: sheet("sup{vertical-align:baseline;position:relative;top:-.5em}", "10<sup>2</sup>"), want: "10²\n"},
	})
}

// What style sheets put in is bounded however many elements there are.
func TestGeneratedBounded(t *testing.T) {
	text := strings.Repeat("generated ", 100)
	source := sheet("b::before{content:'"+text+"'}i{counter-increment:a}i::before{content:counters(a,'"+text+"')}",
		strings.Repeat("<b>x</b> ", 20_000)+strings.Repeat("<i>", 300))
	got, _ := lay(t, source, layout.Options{Width: 80})
	if most := 2<<20 + len(source); len(got) > most {
		t.Errorf("%d bytes of %d", len(got), len(source))
	}
	if n := strings.Count(got, "x"); n != 20_000 {
		t.Errorf("%d of the page's own words are left", n)
	}
}
