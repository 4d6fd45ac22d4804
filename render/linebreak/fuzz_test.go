package linebreak_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"fetchscope/render/linebreak"
)

func FuzzBreaks(f *testing.F) {
	for i, s := range []string{
		"one two-three --four", "天地。「玄」ー", "e\u0301 \u0301", "👩‍👩‍👧 🇩🇪🇫🇷 1️⃣ 👍🏽",
		"\u0600字\u0d4e字", "a\r\n\u0301b\u200b\u0301", "ᬓ᭄ᬓ᭄ᬓ\u1B44", "\xff\xe5\xad", "ｶ ﾞ", "$(.5", "ᬓ᭄᭄ᬓ", "ᬓ᭄᭄ᮓ", "🇩\x00🇫🇷", "a\v \u0301", "🇪\u200d🇫🇷", strings.Repeat("-", 9),
	} {
		f.Add(s, uint8(i))
	}
	f.Fuzz(func(t *testing.T, s string, mode uint8) {
		o := linebreak.Options{Words: linebreak.Words(mode % 3), Strict: mode&4 != 0}
		got := cut(s, o)
		if strings.Join(got, "") != s {
			t.Fatalf("%q: the pieces %q are another text", s, got)
		}
		if i := slices.Index(got[:len(got)-1], ""); i >= 0 {
			t.Errorf("%q: an empty piece among %q", s, got)
		}
		if utf8.ValidString(s) {
			whole(t, s, got)
		}
		plain := cut(s, linebreak.Options{Untailored: true})
		if strings.Join(plain, "") != s {
			t.Errorf("%q: the pieces %q are another text", s, plain)
		}
	})
}

// whole checks that no piece begins within a grapheme cluster.
func whole(t *testing.T, s string, pieces []string) {
	t.Helper()
	borders := map[int]bool{}
	at := 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		borders[at] = true
		at += len(g.Value())
	}
	at = 0
	for _, p := range pieces {
		if at > 0 && at < len(s) && !borders[at] {
			t.Errorf("%q: a break within a cluster at %d", s, at)
		}
		at += len(p)
	}
}

// What a text is followed by changes nothing before its last opportunity after a space:
// nothing looks further than the rest of a word.
func FuzzPrefix(f *testing.F) {
	f.Add("one two", "three")
	f.Add("a «b", "» .5")
	f.Fuzz(func(t *testing.T, a, b string) {
		alone, both := cut(a+" x ", linebreak.Options{}), cut(a+" x "+b, linebreak.Options{})
		n := len(alone) - 1
		if len(both) < n || !slices.Equal(alone[:n], both[:n]) {
			t.Errorf("%q and then %q: got %q, alone %q", a, b, both, alone)
		}
	})
}

func benchmark(b *testing.B, text string) {
	t := []byte(strings.Repeat(text, 64<<10/len(text)))
	var br linebreak.Breaker
	b.SetBytes(int64(len(t)))
	b.ReportAllocs()
	for b.Loop() {
		br.Reset(t)
		for k := linebreak.None; k != linebreak.End; {
			_, k = br.Next()
		}
	}
}

func BenchmarkASCII(b *testing.B) {
	benchmark(b, "The harbour master keeps a list of ships (and of their cargoes), which is read at 8:30. ")
}

func BenchmarkMixed(b *testing.B) {
	benchmark(b, "Über die Häfen – „Wer führt das Buch?“ – 港の長は船の一覧を持っている。Капитан порта ведёт список кораблей. ")
}

func BenchmarkIdeographs(b *testing.B) {
	benchmark(b, "港の長は、船とその積荷の一覧を持っており、毎朝八時半に読み上げる。")
}
