package layout_test

import (
	"strings"
	"testing"

	"fetchscope/render/layout"
)

func TestWhiteSpace(t *testing.T) {
	check(t, []sample{
		{name: "no-break spaces at the start of a line", width: 12, source: "<p>&nbsp;&nbsp;a<br>&nbsp;b&nbsp;&nbsp;cccccccccc", want: "  a\n b\ncccccccccc\n"},
		{name: "kept in a field", width: 10, source: "<textarea>  a\n b   c    dddd e</textarea>", want: "[  a\n b   c\ndddd e]\n"},
		{name: "kept, and hanging at the end of a line", width: 8, source: "<textarea>aaaaaaa      b</textarea>", want: "[aaaaaaa\nb]\n"},
		{name: "tabs", width: 20, source: "<p>x<textarea>\n\ta\tb</textarea>", want: "x[        a       b]\n"},
		{name: "not wrapped at hyphens", width: 10, source: "<p>a <nobr>b-c-d</nobr>-e <nobr>f-g</nobr> h", want: "a b-c-d-e\nf-g h\n"},
		{name: "not wrapped, but wider than the line", width: 8, source: "<p>a <nobr>bbb ccc ddd e</nobr> f", want: "a bbb\nccc ddd\ne f\n"},
		{name: "not wrapped, from a space on", width: 8, source: "<p>aaa<nobr> bbb</nobr> c", want: "aaa bbb\nc\n"},
		{name: "not wrapped, after a space", width: 8, source: "<p>aaaaa <nobr>b-b</nobr>", want: "aaaaa\nb-b\n"},
		{name: "no element is a place to break", width: 6, source: "<p>aa<b>bb</b>cc <i>d</i>-<b>e</b>", want: "aabbcc\nd-e\n"},
		{name: "nor is one in ideographs a place not to", width: 8, source: "<p>天<b>地</b>玄<b>「</b>黄」", want: "天地玄\n「黄」\n"},
	})
}

func TestSoftHyphens(t *testing.T) {
	check(t, []sample{
		{name: "only at the end of a line", width: 11, source: "<p>a&shy;b unbreak&shy;able&shy;.", want: "ab unbreak-\nable.\n"},
		{name: "no room for the hyphen", width: 10, source: "<p>ab unbreak&shy;able", want: "ab\nunbreak-\nable\n"},
		{name: "in a cell", width: 20, source: "<table border=1><tr><td>un&shy;break&shy;able<td>x y</table>", want: "unbreakable │ x y\n"},
		{name: "no width", width: 8, source: "<p>a&shy;&shy;b &#x200b;c&#x2060;d&#xfeff;e f g", want: "ab c\u2060de f\ng\n"},
	})
}

func TestScripts(t *testing.T) {
	check(t, []sample{
		{name: "quotation marks stay with words", width: 10, source: "<p>one “two” «three» (four)", want: "one “two”\n«three»\n(four)\n"},
		{name: "Thai that fits moves to the next line whole", width: 10, source: "<p>abcdef กขคงจ", want: "abcdef\nกขคงจ\n"},
		{name: "Khmer", width: 8, source: "<p>" + strings.Repeat("ក្ខ", 10), want: strings.Repeat("ក្ខ", 8) + "\n" + strings.Repeat("ក្ខ", 2) + "\n"},
		{name: "hangul by syllables", width: 9, source: "<p>한국어 문장", want: "한국어 문\n장\n"},
		{name: "numbers", width: 10, source: "<p>it was $1,200.50 -3.5%", want: "it was\n$1,200.50\n-3.5%\n"},
		{name: "options and paths", width: 12, source: "<p>use --a-b in /usr/share/doc", want: "use --a-b in\n/usr/share/\ndoc\n"},
		{name: "a path that fits a line", width: 12, source: "<p>use /usr/lib/x or", want: "use\n/usr/lib/x\nor\n"},
		{name: "a URL in a cell", width: 30, source: "<table border=1><tr><td>some words<td>https://a.example/and/some/path/of/it<tr><td>a<td>b</table>", want: "some      │ https://a.example/\nwords     │ and/some/path/of/\n          │ it\na         │ b\n"},
		{name: "flags and families", width: 8, source: "<p>🇩🇪🇫🇷🇮🇹🇪🇸🇬🇷 👩‍👩‍👧👨‍👦👍🏽👎", want: "🇩🇪🇫🇷🇮🇹🇪🇸\n🇬🇷 👩‍👩‍👧👨‍👦\n👍🏽👎\n"},
	})
}

func TestDirections(t *testing.T) {
	const (
		rlo, rle, pdf = "\u202e", "\u202b", "\u202c"
		rli, lri, pdi = "\u2067", "\u2066", "\u2069"
	)
	check(t, []sample{
		{name: "closed at the end of a paragraph", source: "<p>a " + rlo + "b<p>c", want: "a " + rlo + "b" + pdf + "\n\nc\n"},
		{name: "in each line", width: 8, source: "<p>" + rli + "aaaa bbbb " + rle + "cccc dddd" + pdf + pdi + " e", want: rli + "aaaa" + pdi + "\n" +
			rli + "bbbb" + pdi + "\n" + rli + rle + "cccc" + pdf + pdi + "\n" + rli + rle + "dddd" + pdf + pdi + " e\n"},
		{name: "ends of nothing", source: "<p>a" + pdf + pdi + "b" + lri + "c" + pdf + "d" + pdi, want: "ab" + lri + "cd" + pdi + "\n"},
		{name: "an isolate ends what is in it", source: "<p>" + lri + rlo + rle + "a" + pdi + "b", want: lri + rlo + rle + "a" + pdf + pdf + pdi + "b\n"},
		{name: "too many", source: "<p>" + strings.Repeat(rli, 100) + "a" + strings.Repeat(pdi, 100) + "b", want: strings.Repeat(rli, 8) + "a" + strings.Repeat(pdi, 8) + "b\n"},
		{name: "preformatted", source: "<pre>a" + rlo + "b\nc</pre>", want: "  a" + rlo + "b" + pdf + "\n  c\n"},
		{name: "in cells", source: "<table border=1><tr><td>" + rlo + "a<td>b</table>", want: rlo + "a" + pdf + " │ b\n"},
	})
}

// A button with nothing but empty blocks in it must leave nothing of its brackets behind:
// they once came out as half a letter.
func TestEmptyButtons(t *testing.T) {
	check(t, []sample{
		{name: "of blocks", source: "<p>a</p><button><div></div></button><p>ж</p>", want: "a\n\nж\n"},
		{name: "of blocks with text", source: "a <button> <div> b </div> </button> c", want: "a\n[b]\nc\n"},
		{name: "in a button", source: "a<button> <ruby>b<rt> </rt></ruby> </button>c", want: "a[b]c\n"},
	})
}

// Twice as much of what a page can do must cost about twice the work, which the lines of
// a text that wraps stand for.
func TestLinesGrowWithText(t *testing.T) {
	for name, piece := range map[string]string{
		"spaces": "a ", "ideographs": "天", "marks": "e\u0301\u0301", "not wrapped": "<nobr>a b</nobr> ",
		"directions": "\u202e a", "no-break": "a&nbsp;b", "quotes": "“", "dollars": "$(",
	} {
		lines := func(n int) int {
			_, s := lay(t, "<p>"+strings.Repeat(piece, n), layout.Options{Width: 40})
			return s.Lines
		}
		if one, two := lines(4000), lines(8000); two > 2*one+1 {
			t.Errorf("%s: %d lines, of twice as much %d", name, one, two)
		}
	}
}
