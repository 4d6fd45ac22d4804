package tree

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"fetchscope/internal/term"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type writer func(io.Writer, *trace.ResolveDocument, Options) error

var writers = map[string]writer{"tree": Write, "details": Details, "denial": Denial}

func draw(t *testing.T, write writer, d *trace.ResolveDocument, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out, d, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWrite(t *testing.T) {
	for name, d := range documents() {
		for _, c := range []struct {
			suffix string
			o      Options
		}{
			{"", Options{Columns: 80, UTF8: true}},
			{".ascii", Options{Columns: 80}},
			{".narrow", Options{Columns: 60, UTF8: true}},
			{".narrowest", Options{Columns: 40, UTF8: true}},
		} {
			golden(t, name+c.suffix, draw(t, Write, d, c.o))
		}
	}
}

func TestDetails(t *testing.T) {
	docs := documents()
	for _, name := range []string{"secure", "lame", "stub", "bogus", "encrypted"} {
		golden(t, name+".details", draw(t, Details, docs[name], Options{Columns: 80, UTF8: true}))
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", name, diff)
	}
}

// Whatever the width, no line is wider; and without UTF-8 it is ASCII.
func TestFitsTheScreen(t *testing.T) {
	for name, d := range documents() {
		for columns := 30; columns <= 120; columns++ {
			for _, utf8 := range []bool{true, false} {
				for kind, write := range writers {
					text := draw(t, write, d, Options{Columns: columns, UTF8: utf8})
					for line := range strings.Lines(text) {
						line = strings.TrimSuffix(line, "\n")
						if w := term.Width(line); w > columns {
							t.Errorf("%s of %s, %d columns: %d in %q", kind, name, columns, w, line)
						}
						if !utf8 && strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
							t.Errorf("%s of %s: not ASCII: %q", kind, name, line)
						}
					}
				}
			}
		}
	}
}

// A tree can be taken in at one look, however much there was to ask.
func TestFitsInHeight(t *testing.T) {
	for name, d := range documents() {
		if n := strings.Count(draw(t, Write, d, Options{Columns: 80, UTF8: true}), "\n"); n > 25 {
			t.Errorf("%s has %d lines, want 25 at most", name, n)
		}
	}
}

// A failure is never left out: each has a line of its own, or is counted in one.
func TestFailuresAreCounted(t *testing.T) {
	counted := regexp.MustCompile(`(\d+) (time-out|REFUSED|port closed|unreachable|failed|lame)`)
	for _, c := range []struct {
		name string
		want int
	}{{"dead", 39}, {"deep", 30}, {"lame", 4}} {
		text := draw(t, Write, documents()[c.name], Options{Columns: 200, UTF8: true})
		got := 0
		for line := range strings.Lines(text) {
			if !strings.HasSuffix(strings.TrimSpace(line), "!") {
				continue
			}
			if m := counted.FindAllStringSubmatch(line, -1); len(m) > 0 && strings.Contains(line, "more") {
				got += number(m[0][1])
			} else {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s tells of %d failures, want %d:\n%s", c.name, got, c.want, text)
		}
	}
}

func number(s string) int {
	n := 0
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colour repeats what signs say: without it the text is the same.
func TestColourChangesNothingElse(t *testing.T) {
	for name, d := range documents() {
		plain := draw(t, Write, d, Options{Columns: 80, UTF8: true})
		colour := draw(t, Write, d, Options{Columns: 80, UTF8: true, Color: true})
		if diff := cmp.Diff(plain, escapes.ReplaceAllString(colour, "")); diff != "" || colour == plain {
			t.Errorf("%s (-plain +colour without escapes):\n%s", name, diff)
		}
	}
}

// Whoever denies is named, with the zone whose SOA record says so.
func TestDenial(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"denied", "no data _443._tcp.example.com. has no TLSA record, says ns1.example.com (203.0.113.53:53): SOA of example.com., serial 2026112201, may be kept 60 s"},
		{"typed", "no name xn--bcher-kva.example. does not exist, says 192.0.2.53:5353: SOA of example., serial 1, may be kept 60 s"},
		{"refers", "no data www.example.com. has no A record, says 198.51.100.4:53, which only refers to other servers: it has not looked further"},
		{"walk", ""},
		{"bogus", ""},
		{"stub", ""},
	} {
		got := strings.Join(strings.Fields(draw(t, Denial, documents()[c.name], Options{Columns: 200, UTF8: true})), " ")
		if got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

func TestIsUnder(t *testing.T) {
	for _, c := range []struct {
		name, zone string
		want       bool
	}{
		{"www.example.com.", "com.", true},
		{"www.example.com.", ".", true},
		{".", ".", true},
		{"Example.COM.", "example.com.", true},
		{"example.com.", "www.example.com.", false},
		{"notcom.", "com.", false},
		{`a\.com.`, "com.", false},
		{`a\\.com.`, "com.", true},
		{"", ".", false},
	} {
		if got := isUnder(c.name, c.zone); got != c.want {
			t.Errorf("isUnder(%q, %q) = %t", c.name, c.zone, got)
		}
	}
}

// FuzzWrite draws documents that anybody may have written: nothing in them is wider
// than the screen, or controls it.
func FuzzWrite(f *testing.F) {
	for _, d := range documents() {
		if b, err := json.Marshal(d); err == nil {
			f.Add(b, 80, true)
		}
	}
	evil := &script{}
	evil.ask("ns\x1b]0;evil\x07. 192.0.2.1 \u202e.", "\u009b. A", 1).lame("\x00", "\xff\u202e")
	b, _ := json.Marshal(evil.ends("\x1b[2J.", "A", "NOERROR", "\x07. 1 A \u009b"))
	f.Add(b, 40, false)
	f.Fuzz(func(t *testing.T, b []byte, columns int, wide bool) {
		d := &trace.ResolveDocument{}
		if json.Unmarshal(b, d) != nil || columns < 30 || columns > 300 {
			return
		}
		for kind, write := range writers {
			text := draw(t, write, d, Options{Columns: columns, UTF8: wide})
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				if w := term.Width(line); w > columns {
					t.Errorf("%s: %d columns of %d: %q", kind, w, columns, line)
				}
				if !utf8.ValidString(line) {
					t.Errorf("%s: no UTF-8: %q", kind, line)
				}
				for _, r := range line {
					if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' {
						t.Fatalf("%s: %U reaches the terminal: %q", kind, r, line)
					}
				}
			}
		}
	})
}
