package layout_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"fetchscope/render/layout"
	"fetchscope/render/style"
)

// A page is a sink that keeps everything.
type page struct{ strings.Builder }

func (p *page) Line(b []byte) {
	p.Write(b)
	p.WriteByte('\n')
}

func (p *page) Shows(b []byte) bool { return strings.TrimSpace(string(b)) != "" }

func lay(t *testing.T, source string, o layout.Options) (string, layout.Stats) {
	t.Helper()
	root, err := html.ParseWithOptions(strings.NewReader(source), html.ParseOptionEnableScripting(false))
	if err != nil {
		t.Fatalf("parse %.80q: %v", source, err)
	}
	var p page
	n := layout.Layout(&p, root, style.Compute(root, style.Options{Width: o.Width}), o)
	return p.String(), n
}

// A sample is a piece of a page and the text it should become.
type sample struct {
	name   string
	width  int // 0: 40
	source string
	want   string
}

func check(t *testing.T, samples []sample) {
	t.Helper()
	for _, s := range samples {
		if s.width == 0 {
			s.width = 40
		}
		got, _ := lay(t, s.source, layout.Options{Width: s.width})
		if d := cmp.Diff(strings.TrimPrefix(s.want, "\n"), got); d != "" {
			t.Errorf("%s: %q at %d (-want +got):\n%s", s.name, s.source, s.width, d)
		}
	}
}

func TestSpace(t *testing.T) {
	check(t, []sample{
		{name: "across elements", source: "<p> a<b> b</b> <i> c</i>d <span> </span>e </p>", want: "a b cd e\n"},
		{name: "between blocks", source: "<div>a</div> <div> b</div>", want: "a\nb\n"},
		{name: "no-break", width: 12, source: "<p>aaa bbb&nbsp;cccc ddd", want: "aaa bbb cccc\nddd\n"},
		{name: "a word too long by its no-break spaces", width: 8, source: "<p>aaaa&nbsp;bbbb&nbsp;cccc", want: "aaaa\nbbbb\ncccc\n"},
		{name: "soft hyphens", width: 10, source: "<p>un&shy;break&shy;able un&shy;broken", want: "unbreak-\nable un-\nbroken\n"},
		{name: "zero width", width: 8, source: "<p>some<wbr>where&#x200b;else", want: "some\nwhere\nelse\n"},
		{name: "line ends", source: "<p>a<br> b<br><br><br>c<br></p><p>d", want: "a\nb\n\nc\n\nd\n"},
		{name: "line end between ideographs", source: "<p>日\n本 a\nb 한\n국", want: "日本 a b 한 국\n"},
		{name: "kept in a field", source: "<textarea>a  b\n c</textarea>", want: "[a  b\n c]\n"},
		{name: "not wrapped", width: 10, source: "<p>a <nobr>b c d</nobr> <nobr>e f g</nobr>", want: "a b c d\ne f g\n"},
	})
}

func TestBreaks(t *testing.T) {
	check(t, []sample{
		{name: "words", width: 10, source: "<p>one two three four", want: "one two\nthree four\n"},
		{name: "a word too long", width: 10, source: "<p>a incomprehensible b", want: "a\nincomprehensible\nb\n"},
		{name: "after hyphens", width: 10, source: "<p>the well-known --long-flag 10-20", want: "the well-\nknown\n--long-\nflag 10-20\n"},
		{name: "ideographs", width: 10, source: "<p>天地玄黄宇宙洪荒", want: "天地玄黄宇\n宙洪荒\n"},
		{name: "no full stop starts a line", width: 10, source: "<p>天地玄黄宇。宙洪", want: "天地玄黄\n宇。宙洪\n"},
		{name: "no bracket ends a line", width: 10, source: "<p>天地玄黄「宇宙」", want: "天地玄黄\n「宇宙」\n"},
		{name: "Latin among ideographs", width: 10, source: "<p>天地玄yellow黄", want: "天地玄\nyellow黄\n"},
		{name: "Thai by clusters", width: 8, source: "<p>" + strings.Repeat("ที่", 12), want: strings.Repeat("ที่", 8) + "\n" + strings.Repeat("ที่", 4) + "\n"},
		{name: "emoji are two columns", width: 8, source: "<p>👩‍👩‍👧‍👦 🇩🇪 1️⃣", want: "👩‍👩‍👧‍👦 🇩🇪 1️⃣\n"},
		{name: "combining marks are none", width: 8, source: "<p>e\u0301e\u0301e\u0301e\u0301 abc d", want: "e\u0301e\u0301e\u0301e\u0301 abc\nd\n"},
	})
}

func TestBlocks(t *testing.T) {
	check(t, []sample{
		{name: "margins collapse", source: "a<p>b</p><blockquote><p>c</p></blockquote><p></p><p>d", want: "a\n\nb\n\n│ c\n\nd\n"},
		{name: "headings", source: "<h1>One</h1><h2>Two 二</h2><h3>Three</h3>x<h4>Four", want: `
One
═══

Two 二
──────

── Three

x

─ Four
`},
		{name: "a long heading", width: 12, source: "<h1>One two three four</h1>", want: "One two\nthree four\n══════════\n"},
		{name: "a centred heading", width: 11, source: "<h1 align=center>One</h1>", want: "    One\n    ═══\n"},
		{name: "a block in a link in a paragraph", source: "<p>a <a href=x>b<div>c</div>d</a> e", want: "a b\n\nc\nd e\n"},
		{name: "quotations", width: 20, source: "<blockquote>one two three four<blockquote>five</blockquote></blockquote>six", want: "│ one two three four\n│\n│ │ five\n\nsix\n"},
		{name: "rules", source: "a<hr><hr>b", width: 10, want: "a\n──────────\nb\n"},
		{name: "preformatted", source: "a<pre>\n\n  b\tc\n\n\n d  \n</pre>e", want: "a\n\n    b     c\n\n\n   d\n\ne\n"},
		{name: "preformatted and wide", width: 10, source: "<pre>a234567890</pre>", want: "a234567890\n"},
		{name: "centred", width: 9, source: "<center>abc</center><p align=right>d", want: "   abc\n\n        d\n"},
		{name: "definitions", source: "<dl><dt>a<dd>b<dt>c<dd><p>d</p><p>e</p></dl>", want: "a\n    b\nc\n    d\n\n    e\n"},
		{name: "details", source: "<details><summary>a</summary>b</details><details open><summary>c</summary>d</details>", want: "▸ a\nb\n▾ c\nd\n"},
		{name: "not displayed", source: "a<script>b</script><template>c</template><p hidden>d</p><dialog>e</dialog><noscript>f</noscript>", want: "af\n"},
	})
}

func TestLists(t *testing.T) {
	check(t, []sample{
		{name: "nested", source: "<ul><li>a<ul><li>b<ul><li>c<ol><li>d</ol></ul></ul><li>e</ul>", want: `
  • a
    ◦ b
      ▪ c
        1. d
  • e
`},
		{name: "text after a list", source: "<ul><li>a</ul>b", want: "  • a\n\nb\n"},
		{name: "long items", width: 14, source: "<ul><li>one two three", want: "  • one two\n    three\n"},
		{name: "items of paragraphs", source: "<ul><li><p>a</p><li><p>b</p><p>c</p><li>d</ul>", want: "  • a\n  • b\n\n    c\n\n  • d\n"},
		{name: "an empty item", source: "<ol><li>a<li><li>c</ol>", want: "  1. a\n  3. c\n"},
		{name: "a list in a list without an item", source: "<ul><li>a</li><ul><li>b</ul></ul>", want: "  • a\n    ◦ b\n"},
		{name: "numbers line up", source: "<ol start=9><li>a<li>b</ol>", want: "   9. a\n  10. b\n"},
		{name: "backwards", source: "<ol reversed><li>a<li>b<li value=7>c<li>d</ol>", want: "  4. a\n  3. b\n  7. c\n  6. d\n"},
		{name: "letters", source: "<ol type=a start=26><li>a<li>b</ol><ol type=A><li>c</ol>", want: "  z. a\n  aa. b\n\n  A. c\n"},
		{name: "Roman", source: "<ol type=i start=1998><li>a</ol><ol type=I start=4000><li>b</ol>", want: "  mcmxcviii. a\n\n  4000. b\n"},
		{name: "absurd numbers", source: "<ol start=99999999999999999999><li>a<li>b</ol>", want: "  2147483647. a\n  2147483647. b\n"},
		{name: "type of bullets", source: "<ul type=square><li>a<li type=circle>b<li type=none>c</ul>", want: "  ▪ a\n  ◦ b\n  c\n"},
		{name: "an item in no list", source: "<li>a", want: "• a\n"},
		{name: "deeper than the width", width: 16, source: strings.Repeat("<ul><li>", 30) + "word", want: "  • ◦ ▪ ▪ ▪ word\n"},
	})
}

func TestInline(t *testing.T) {
	check(t, []sample{
		{name: "quotes", source: "<q>a <q>b</q></q> <q lang=de>c</q> <span lang=fr><q>d</q></span>", want: "“a ‘b’” „c“ « d »\n"},
		{name: "raised and lowered", source: "H<sub>2</sub>O 10<sup>−8</sup> 1<sup>st</sup>", want: "H₂O 10⁻⁸ 1st\n"},
		{name: "ruby", source: "<ruby>漢<rt>kan</rt>字<rp>(</rp><rt>ji</rt></ruby>", want: "漢(kan)字(ji)\n"},
		{name: "images", source: "<img alt='a  b'><img alt=''><img src=x.png> <img alt='[c]'>", want: "[a b] [c]\n"},
		{name: "a link of nothing but an image", source: "<a href=x><img src='/p/logo.png?1'></a>", want: "[logo.png]\n"},
		{name: "fields", width: 80, source: "<input value=a><input placeholder='b c'> <input> <input type=password value=p> <input type=hidden value=h><input type=checkbox><input type=radio checked> <input type=submit>", want: "[a][b c] [__________] [••••••••] [ ](•) [Submit]\n"},
		{name: "menus", source: "<select><option>a<option>b</select> <select multiple><option selected>c<optgroup><option selected>d</select> <select multiple><option>e</select>", want: "[a ▾] [c, d ▾] [▾]\n"},
		{name: "buttons", source: "<button> Go <b>on</b> </button><button></button>.", want: "[Go on].\n"},
		{name: "gauges", source: "<progress value=3 max=10></progress> <meter value=nan></meter>", want: "▓▓▓░░░░░░░ ░░░░░░░░░░\n"},
		{name: "pictures with text", source: "<svg><title>x</title><text>a</text><text>b</text></svg>c", want: "a b c\n"},
	})
}
