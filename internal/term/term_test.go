package term

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		"plain":               "plain",
		"naïve 域名":            "naïve 域名",
		"\x1b]0;title\x07":    `\x1b]0;title\x07`,
		"a\nb\tc\r":           `a\x0ab\x09c\x0d`,
		"\u009b31m\x7f":       `\x9b31m\x7f`,
		"\xff\xc2":            `\xff\xc2`,
		"right\u202eleft":     `right\u202eleft`,
		"one\u2028line\u2066": `one\u2028line\u2066`,
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
}

// However the bytes arrive, the same comes out.
func TestWriterDoesNotDependOnPortions(t *testing.T) {
	in := "line\r\nnext\rno\x1b[31m\u009b\xff域\xe5\x9f"
	want := "line\nnext\uFFFDno\uFFFD[31m\uFFFD\uFFFD域\uFFFD"
	for size := 1; size <= len(in); size++ {
		var out bytes.Buffer
		w := &Writer{W: &out}
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != want {
			t.Errorf("in portions of %d: %q, want %q", size, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, in string
		columns  int
		want     string
	}{
		{"nothing", "", 5, ""},
		{"it fits", "one two", 7, "one two"},
		{"between words", "one two  three", 7, "one two|three"},
		{"a word too wide", "a verylongword b", 6, "a|veryl…|b"},
		{"wide characters", "域名 解析 过程", 9, "域名 解析|过程"},
	} {
		if got := strings.Join(Wrap(c.in, c.columns, "…"), "|"); got != c.want {
			t.Errorf("%s: Wrap(%q, %d) = %q, want %q", c.name, c.in, c.columns, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
		want    string
	}{
		{"short", 5, "short"}, {"longer text", 6, "longe…"}, {"域名解析", 5, "域名…"}, {"域名", 2, "…"},
	} {
		if got := Cut(c.in, c.columns, "…"); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.columns, got, c.want)
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name, flag, env string
		color, utf8     bool
	}{
		{"nothing set", "auto", "", false, true},
		{"flag wins over NO_COLOR", "always", "NO_COLOR=1", true, true},
		{"NO_COLOR wins over force", "auto", "NO_COLOR=1 CLICOLOR_FORCE=1", false, true},
		{"forced", "auto", "CLICOLOR_FORCE=1 TERM=dumb", true, true},
		{"never", "never", "CLICOLOR_FORCE=1", false, true},
		{"POSIX locale", "auto", "LC_ALL=C LANG=de_DE.UTF-8", false, false},
		{"UTF-8 locale", "auto", "LANG=zh_CN.utf8", false, true},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got := Detect(nil, c.flag, func(k string) string { return env[k] })
		if got.Color != c.color || got.UTF8 != c.utf8 || got.Terminal || got.Columns != DefaultColumns {
			t.Errorf("%s: %+v, want colour %t, UTF-8 %t", c.name, got, c.color, c.utf8)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("\x1b[2J\u202e域\xff")
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, dangerous) {
			t.Errorf("Safe(%q) = %q", s, got)
		}
		var out bytes.Buffer
		w := &Writer{W: &out}
		w.Write([]byte(s))
		w.Flush()
		clean := strings.NewReplacer("\n", "", "\t", "").Replace(out.String())
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, dangerous) {
			t.Errorf("Writer made %q of %q", out.String(), s)
		}
	})
}
