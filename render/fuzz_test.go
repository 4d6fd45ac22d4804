package render_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"fetchscope/render"
)

func FuzzRender(f *testing.F) {
	page, err := os.ReadFile("testdata/harbour.html")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page, uint8(80), uint8(0))
	for i, s := range []string{
		"<table><tr><td rowspan=2 colspan=3>a<td>b<tr><td>c<tfoot><td>d</table>",
		"<ol reversed start=-3 type=i><li><p>a<p>b<li value=9999>c</ol>",
		"<p>a\u00ad\u00adb\u200b日本語。「あ」<b> c</b>\u202e&#27;[31m&nbsp;&nbsp;",
		"<pre>\n\ta\n\n  b</pre><textarea>\n x\n</textarea><meter value=1e999>",
		"<p>a\u2067b c\u202ed e f\u2069 g<table><tr><td>\u202ax<td>y\u2069</table>", "<p>\u202e <p>a<pre>\u2066</pre>",
		"<p><nobr>a-b c</nobr> d&nbsp;e<textarea>  f\tg </textarea><button><div></div></button>",
		"\x7f", "\xff\xfe<\x00p\x00>\x00", "<svg><text>a</text></svg><math><mi>x", "<frameset><frame src=a name=b>",
		"<a href='x y'><div><img src=a.png></div></a><q>a<q>b", "<ul><li><ul><li>x<br><br>y<hr><hr><h1>z",
	} {
		f.Add([]byte(s), uint8(10*i+7), uint8(i))
	}
	modes := []render.Links{render.LinksNone, render.LinksInline, render.LinksFootnotes}
	f.Fuzz(func(t *testing.T, page []byte, width, links uint8) {
		o := render.Options{Width: int(width)%150 + 8, Links: modes[int(links)%3], Base: "http://a/b", ResolveLink: joined}
		var one, two bytes.Buffer
		if err := render.Render(&one, bytes.NewReader(page), nil, o); err != nil {
			t.Fatal(err)
		}
		if err := render.Render(&two, bytes.NewReader(page), nil, o); err != nil || one.String() != two.String() {
			t.Errorf("not the same twice: %v", err)
		}
		sound(t, one.String())
		if !strings.ContainsAny(string(bytes.ToLower(page)), "\x00") {
			bounded(t, page, one.String(), o)
		}
	})
}

// sound checks what every rendering is.
func sound(t *testing.T, s string) {
	if !utf8.ValidString(s) {
		t.Error("not UTF-8")
	}
	for _, r := range s {
		if r < ' ' && r != '\n' || r >= 0x7F && r < 0xA0 {
			t.Fatalf("%U in the output %q", r, s)
		}
	}
	for line := range strings.Lines(s) {
		if !closed(line) {
			t.Errorf("a direction goes on beyond its line %q", line)
		}
	}
	if s == "" {
		return
	}
	if s[0] == '\n' || s[len(s)-1] != '\n' || strings.HasSuffix(s, "\n\n") || strings.Contains(s, " \n") {
		t.Errorf("blank at an end: %q", s)
	}
}

// closed reports whether all directions that a line opens end in it.
func closed(line string) bool {
	ends := ""
	for _, r := range line {
		switch {
		case r == 0x202C || r == 0x2069:
			if !strings.HasPrefix(ends, string(r)) {
				return false
			}
			ends = ends[len(string(r)):]
		case r >= 0x202A && r <= 0x202E:
			ends = "\u202c" + ends
		case r >= 0x2066 && r <= 0x2068:
			ends = "\u2069" + ends
		}
	}
	return ends == ""
}

// bounded checks that no line is too wide but for what does not break, and that
// blank lines come one at a time.
func bounded(t *testing.T, page []byte, s string, o render.Options) {
	low := strings.ToLower(string(page))
	for _, e := range []string{"<pre", "<xmp", "<listing", "<plaintext"} {
		if strings.Contains(low, e) || strings.Contains(low, "\xff\xfe") || strings.Contains(low, "\xfe\xff") {
			return
		}
	}
	if strings.Contains(s, "\n\n\n") {
		t.Errorf("two blank lines: %q", s)
	}
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		if displaywidth.String(line) <= o.Width {
			continue
		}
		longest := 0
		for _, w := range strings.Fields(line) {
			longest = max(longest, displaywidth.String(w))
		}
		if longest < min(12, o.Width/4) {
			t.Errorf("%d columns of %d: %q", displaywidth.String(line), o.Width, line)
		}
	}
}
