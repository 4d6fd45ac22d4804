package render

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, contentType, want string }{
		{"plain", "a\n\tb\n", "text/plain", "a\n\tb\n"},
		{"line ends", "a\r\nb\rc\r\n", "", "a\nb\nc\n"},
		{"escapes", "\x1b[31mred\x07\x7f\u009b\x00", "", "[31mred"},
		{"directions", "a\u202eb\u2066c", "", "abc"},
		{"UTF-8 by its look", "é", "", "é"},
		{"Windows by its look", "\xe9", "", "é"},
		{"declared", "\xc4\xc1", "text/plain; charset=koi8-r", "да"},
		{"mark", "\xff\xfea\x00b\x00", "text/plain; charset=utf-8", "ab"},
		{"malformed", "a\xffb", "text/plain; charset=utf-8", "a\ufffdb"},
		{"cut in a letter", "a\xc3", "text/plain; charset=utf-8", "a\ufffd"},
		{"nothing", "", "", ""},
		{"long", strings.Repeat("äöü\r\n", 40_000), "", strings.Repeat("äöü\n", 40_000)},
	} {
		for how, r := range map[string]*bytes.Reader{"whole": bytes.NewReader([]byte(c.in))} {
			var out bytes.Buffer
			if err := Text(&out, r, c.contentType); err != nil || out.String() != c.want {
				t.Errorf("%s, %s: got %.60q, %v, want %.60q", c.name, how, out.String(), err, c.want)
			}
		}
		if len(c.in) > 100 {
			continue
		}
		var out bytes.Buffer
		err := Text(&out, iotest.OneByteReader(strings.NewReader(c.in)), "text/plain; charset=utf-8")
		if want := clean(strings.ReplaceAll(strings.ReplaceAll(c.in, "\r\n", "\n"), "\r", "\n")); c.contentType == "" && isPlain(c.in) && (err != nil || out.String() != want) {
			t.Errorf("%s, byte by byte: got %q, %v, want %q", c.name, out.String(), err, want)
		}
	}
}

func isPlain(s string) bool { return strings.ToValidUTF8(s, "") == s }

func TestFilterDirections(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"balanced":        {"a\u202eb\u2067c\u2069\u202cd", "a\u202eb\u2067c\u2069\u202cd\n"},
		"open":            {"a\u202eb", "ab\n"},
		"ended too often": {"\u2066a\u2069\u2069", "a\n"},
		"crossed":         {"\u2066a\u202eb\u2069c\u202c", "abc\n"},
		"too deep":        {strings.Repeat("\u2066", 99) + "a" + strings.Repeat("\u2069", 99), "a\n"},
		"with others":     {"\u2066a\x1b\u200b\u2069", "\u2066a\u2069\n"},
	} {
		var out strings.Builder
		f := newFilter(&out)
		f.Line([]byte(c.in))
		if err := f.close(); err != nil || out.String() != c.want {
			t.Errorf("%s: got %q, %v, want %q", name, out.String(), err, c.want)
		}
	}
}

func TestFilter(t *testing.T) {
	var all []byte
	for r := rune(0); r < 0x3000; r++ {
		all = append(all, string(r)...)
	}
	for _, r := range clean(string(all)) {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7F && r < 0xA0 || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
			t.Errorf("%U passed", r)
		}
	}
	for in, want := range map[string]string{
		"\xed\xa0\x80":                 "\ufffd\ufffd\ufffd", // a surrogate
		"\u200e\u0644\u200d\U0001F468": "\u200e\u0644\u200d\U0001F468",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}
