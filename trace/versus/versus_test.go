package versus

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/internal/term"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func document(t testing.TB, name string) *trace.Document {
	t.Helper()
	b, err := os.ReadFile("../testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := trace.ReadDocument(b)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(t testing.TB) (out []string) {
	t.Helper()
	paths, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, p := range paths {
		out = append(out, strings.TrimSuffix(filepath.Base(p), ".json"))
	}
	return out
}

func draw(t testing.TB, a, b *trace.Document, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, [2]Side{{"before.json", a}, {"after.json", b}}, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWrite(t *testing.T) {
	for _, pair := range [][2]string{{"secure", "expired"}, {"secure", "captured"}, {"redirected", "reused"}, {"unresolved", "refusing"}} {
		for suffix, o := range map[string]Options{"": {Columns: 80, UTF8: true}, ".narrow": {Columns: 60}} {
			got := draw(t, document(t, pair[0]), document(t, pair[1]), o)
			path := filepath.Join("testdata", pair[0]+"-"+pair[1]+suffix+".txt")
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
				t.Errorf("%s (-want +got), -update rewrites it:\n%s", path, diff)
			}
		}
	}
}

// No line is wider than the screen, without UTF-8 there is ASCII alone, and whatever a peer
// says nothing controls the terminal or makes a line of its own.
func TestFitsTheScreen(t *testing.T) {
	const evil = "\x1b]0;x\x07\u009b31m\u202e\n\xff"
	for _, a := range names(t) {
		for _, b := range names(t) {
			for _, o := range []Options{{Columns: 80, UTF8: true}, {Columns: 80}, {Columns: 44, UTF8: true}, {Columns: 71}} {
				left, right := document(t, a), document(t, b)
				lines := strings.Count(draw(t, left, right, o), "\n")
				spoil(left, evil)
				spoil(right, evil)
				text := draw(t, left, right, o)
				if n := strings.Count(text, "\n"); n > lines+3 {
					t.Errorf("%s and %s: %d lines are %d with hostile ones", a, b, lines, n)
				}
				check(t, text, o)
			}
		}
	}
}

func check(t *testing.T, text string, o Options) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if w := term.Width(line); w > o.Columns {
			t.Errorf("%d columns of %d: %q", w, o.Columns, line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == '\u202e' || r >= 0x7f && (!o.UTF8 || r < 0xa0) }) {
			t.Errorf("not fit for the screen: %q", line)
		}
	}
}

func spoil(d *trace.Document, evil string) {
	d.URL += evil
	if d.Error != nil {
		d.Error.Message += evil
	}
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		x.URL += evil
		if x.Connection != nil {
			x.Connection.Remote += evil
		}
		if x.Response != nil {
			x.Response.Reason, x.Response.Version, x.Response.Codings = evil, evil, []string{evil}
		}
	}
}

// The same fetch twice differs in nothing.
func TestTheSameDiffersInNothing(t *testing.T) {
	for _, name := range names(t) {
		d := document(t, name)
		text := draw(t, d, d, Options{Columns: 80, UTF8: true})
		if strings.Contains(text, "→") || strings.Contains(text, "~") || strings.Contains(text, "+0.1") {
			t.Errorf("%s differs from itself:\n%s", name, text)
		}
	}
}

// A difference that the uncertainty of both could explain is marked.
func TestDoubtfulDifferencesAreMarked(t *testing.T) {
	v := &view{unit: unitFor(1e6)}
	for _, c := range []struct {
		name string
		a, b figure
		want string
		sign int
	}{
		{"more", figure{took: 1e6, known: true}, figure{took: 3e6, known: true}, "+2.00", slower},
		{"less", figure{took: 3e6, known: true}, figure{took: 1e6, known: true}, "-2.00", faster},
		{"nothing", figure{took: 3e6, known: true}, figure{took: 3e6, known: true, doubt: 5}, "0.00", same},
		{"within both doubts", figure{took: 1e6, doubt: 1e6, known: true}, figure{took: 3e6, doubt: 1e6, known: true}, "~+2.00", same},
		{"one is not known", figure{word: "skipped"}, figure{took: 3e6, known: true}, "", same},
	} {
		if got, sign := v.delta(c.a, c.b); got != c.want || sign != c.sign {
			t.Errorf("%s: %q (%d), want %q (%d)", c.name, got, sign, c.want, c.sign)
		}
	}
}

func FuzzWrite(f *testing.F) {
	for _, name := range []string{"unresolved", "nobody"} {
		b, _ := json.Marshal(document(f, name))
		f.Add(b)
	}
	other := document(f, "secure")
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := trace.ReadDocument(b)
		if err != nil {
			return
		}
		check(t, draw(t, d, other, Options{Columns: 80, UTF8: true}), Options{Columns: 80, UTF8: true})
	})
}
