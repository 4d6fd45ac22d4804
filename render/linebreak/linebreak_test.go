package linebreak_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fetchscope/render/linebreak"
)

// cut returns the pieces of a text between its breaks.
func cut(s string, o linebreak.Options) []string {
	b := linebreak.Breaker{Options: o}
	b.Reset([]byte(s))
	var out []string
	for last := 0; ; {
		i, k := b.Next()
		out = append(out, s[last:i])
		last = i
		if k == linebreak.End {
			return out
		}
	}
}

// A sample is a text with a bar wherever a line may end.
type sample struct{ name, text string }

func check(t *testing.T, o linebreak.Options, samples []sample) {
	t.Helper()
	for _, c := range samples {
		want := strings.Split(c.text, "|")
		got := cut(strings.Join(want, ""), o)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.text, d)
		}
	}
}

// Each rule has a text in which it decides. Texts are ours.
func TestRules(t *testing.T) {
	check(t, linebreak.Options{Untailored: true}, []sample{
		{"LB1: ambiguous letters are letters", "a§b"},
		{"LB1: Thai is letters without a dictionary, its marks are marks", "กินข้าว"},
		{"LB1: small kana begin no line", "きっ|と"},
		{"LB2 and LB3: nothing", ""},
		{"LB2: not before the first character", "-"},
		{"LB4: a form feed", "a\f|b"},
		{"LB5: CR and LF are one", "a\r\n|b\r|c\n|d\u0085|e"},
		{"LB6: not before a line end", "a \n|\n|b"},
		{"LB7: not before spaces", "a  |b"},
		{"LB8: after a zero width space and spaces", "a\u200b  |)"},
		{"LB8a: not after a joiner", "字\u200d字|字"},
		{"LB9: marks go with their letter", "字\u0301|字"},
		{"LB10: a mark after a space is a letter", "a |\u0301b"},
		{"LB11: a word joiner", "字\u2060字|字 \u2060字"},
		{"LB12: after a no-break space", "字\u00a0字"},
		{"LB12a: before a no-break space, but for hyphens and spaces", "a |\u00a0b-|\u00a0c‐|\u00a0d"},
		{"LB13: closing punctuation", "字 )|字|字 ！|字 /|字"},
		{"LB14: after an opening bracket", "字|( 字"},
		{"LB15a: after a quotation mark that opens", "a |« b »"},
		{"LB15b: before one that closes", "« b » |c"},
		{"LB15c: a decimal point after a space", "by |.5"},
		{"LB15d: but not another stop", "by .a"},
		{"LB16: after a bracket, before what begins no line", "」 々"},
		{"LB17: dashes in a row", "a|— —|b"},
		{"LB18: after spaces", "a |b"},
		{"LB19: quotation marks that do not say which they are", "字\"字\"字"},
		{"LB19a: those that do, beside Latin", "a“b”c"},
		{"LB19a: and beside ideographs", "字|“字”|字"},
		{"LB20: objects", "a|\ufffc|b"},
		{"LB20a: a hyphen that begins a word", "a |-b"},
		{"LB21: hyphens and tabs end, accents begin a line", "well-|known\t|´字"},
		{"LB21a: Hebrew hyphens", "א-字"},
		{"LB21b: a solidus in Hebrew", "א/ב"},
		{"LB22: leaders", "字……|字"},
		{"LB23: letters and digits", "a1b"},
		{"LB23a: signs before and after ideographs", "$字|字%"},
		{"LB24: signs with letters", "$a%"},
		{"LB25: numbers", "$(12.35)%|字-5|字|$.5"},
		{"LB25: a bracket in a price", "$(.5"},
		{"LB26: jamo", "ᄀ각ᆨ|가"},
		{"LB27: hangul with signs", "$가%"},
		{"LB28: letters", "aβ"},
		{"LB28a: syllables of Balinese", "ᬓ᭄ᬓ|ᬓ"},
		{"LB29: a stop in a name", "e.g"},
		{"LB30: brackets of a word", "a(s)b|字|(字)|字"},
		{"LB30a: flags are two letters", "🇩🇪|🇫🇷|🇦 |🇩🇪|字"},
		{"LB30b: skin tones", "👍🏽|👍"},
		{"LB31: everything else", "字|字|a"},
	})
}

func TestCSS(t *testing.T) {
	check(t, linebreak.Options{}, []sample{
		{"small kana begin a line", "き|っ|と"},
		{"only a line feed forces", "a\f|b\u2028|c"},
		{"an option's name", "the |--long-|flag |-x"},
		{"in brackets", "(-v)"},
		{"a path", "in |/usr/share/doc |or |and/or"},
		{"a URL", "https://a.example/b/c"},
		{"a slash between ideographs", "天/|地"},
		{"a hyphen alone", "a |- |b"},
		{"a mark on a space", "a \u0301b"},
		{"a modifier after what takes none", "字🏽"},
		{"half-width marks after a space", "ｶ ﾞ"},
		{"what is prefixed to a cluster", "\u0600字"},
		{"kinsoku: what begins no line", "天|地。|玄|黄、|宇|宙」|洪|荒！|日々|ー"},
		{"kinsoku: what ends none", "天|「地」|（玄）|黄"},
		{"soft hyphens", "un\u00ad|break"},
		{"full-width Latin", "Ａ|Ｂ"},
	})
}

func TestSlashes(t *testing.T) {
	check(t, linebreak.Options{Slashes: true}, []sample{
		{"a path", "in |/usr/|share/|doc |or |and/|or"},
		{"a URL", "https://a.example/|b/|c"},
	})
}

func TestWords(t *testing.T) {
	check(t, linebreak.Options{Words: linebreak.BreakAll}, []sample{
		{"break-all", "a|b |1|2. |字|ก|า |(c|d)"},
	})
	check(t, linebreak.Options{Words: linebreak.KeepAll}, []sample{
		{"keep-all", "한국어 |日本語、|中文 |a-|b"},
	})
	check(t, linebreak.Options{Strict: true}, []sample{
		{"strict", "きっ|と"},
	})
}

func TestForced(t *testing.T) {
	var b linebreak.Breaker
	b.Reset([]byte("a b\n\nc"))
	var got []linebreak.Break
	for range 6 {
		_, k := b.Next()
		got = append(got, k)
	}
	want := []linebreak.Break{linebreak.Opportunity, linebreak.Forced, linebreak.Forced, linebreak.End, linebreak.End, linebreak.End}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestComplex(t *testing.T) {
	for r, want := range map[rune]bool{'a': false, 'ก': true, 'ລ': true, 'ក': true, 'မ': true, '字': false, '\u0e31': false} {
		if got := linebreak.Complex(r); got != want {
			t.Errorf("%U: got %v", r, got)
		}
	}
}
