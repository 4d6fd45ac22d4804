package timeline

import (
	"bytes"
	"encoding/json"
	"flag"
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

// documents are those that the tests of trace keep.
func documents(t *testing.T) map[string]*trace.Document {
	t.Helper()
	paths, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	out := map[string]*trace.Document{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := &trace.Document{}
		if err := json.Unmarshal(b, d); err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".json")] = d
	}
	return out
}

func draw(t *testing.T, d *trace.Document, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// screens are the ways in which every document is drawn.
var screens = map[string]Options{
	"":        {Columns: 80, UTF8: true},
	".ascii":  {Columns: 80},
	".narrow": {Columns: 60, UTF8: true},
	".wide":   {Columns: 120, UTF8: true},
}

func TestWrite(t *testing.T) {
	for name, d := range documents(t) {
		for suffix, o := range screens {
			got := draw(t, d, o)
			path := filepath.Join("testdata", name+suffix+".txt")
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
				t.Errorf("%s%s (-want +got), -update rewrites it:\n%s", name, suffix, diff)
			}
		}
	}
}

// No line is wider than the screen, and without UTF-8 there is ASCII alone.
func TestFitsTheScreen(t *testing.T) {
	for name, d := range documents(t) {
		for columns := 40; columns <= 160; columns += 7 {
			for _, utf8 := range []bool{true, false} {
				text := draw(t, d, Options{Columns: columns, UTF8: utf8})
				for line := range strings.Lines(text) {
					line = strings.TrimSuffix(line, "\n")
					if w := term.Width(line); w > columns {
						t.Errorf("%s at %d columns: %d columns: %q", name, columns, w, line)
					}
					if !utf8 && strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
						t.Errorf("%s without UTF-8: %q", name, line)
					}
				}
			}
		}
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Colour repeats what the glyphs say: without it the text is the same.
func TestColourChangesNothingElse(t *testing.T) {
	for name, d := range documents(t) {
		plain := draw(t, d, Options{Columns: 80, UTF8: true})
		colour := draw(t, d, Options{Columns: 80, UTF8: true, Color: true})
		if colour == plain {
			t.Errorf("%s: no colour", name)
		}
		if diff := cmp.Diff(plain, escapes.ReplaceAllString(colour, "")); diff != "" {
			t.Errorf("%s (-plain +colour without escapes):\n%s", name, diff)
		}
	}
}

// Whatever a peer put into the document, nothing of it controls the terminal.
func TestNothingOfAPeersControlsTheTerminal(t *testing.T) {
	const evil = "\x1b]0;evil\x07\u009b31m\u202e\xff"
	for name, d := range documents(t) {
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		dirty := &trace.Document{}
		if err := json.Unmarshal(b, dirty); err != nil {
			t.Fatal(err)
		}
		spoil(dirty, evil)
		var out bytes.Buffer
		for _, write := range []func() error{
			func() error { return Write(&out, dirty, Options{Columns: 80, UTF8: true}) },
			func() error { return Details(&out, dirty, Options{Columns: 80, UTF8: true}) },
		} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range out.String() {
			if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == utf8.RuneError {
				t.Errorf("%s: %U reaches the terminal", name, r)
				break
			}
		}
	}
}

// spoil puts evil wherever a peer has a say.
func spoil(d *trace.Document, evil string) {
	if d.Error != nil {
		d.Error.Message += evil
		d.Error.Hint += evil
	}
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		x.URL += evil
		if x.Resolve != nil {
			x.Resolve.Addresses = append([]string{evil}, x.Resolve.Addresses...)
			for j := range x.Resolve.Queries {
				x.Resolve.Queries[j].Name += evil
				x.Resolve.Queries[j].Failure = evil
			}
		}
		if x.TLS != nil {
			for j := range x.TLS.Chain {
				x.TLS.Chain[j].Subject += evil
				x.TLS.Chain[j].Names = []string{evil}
			}
		}
		if x.Request != nil {
			x.Request.Method, x.Request.Target = evil, evil
		}
		if r := x.Response; r != nil {
			r.Reason, r.Version = evil, "HTTP/1.1"
			r.Headers = append(r.Headers, trace.Field{evil, evil})
			r.Notes = append(r.Notes, trace.Note{What: evil})
			r.Codings = []string{evil}
		}
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		whole, longest, shortest, shown trace.Time
		want                            string
	}{
		{202_600_000, 96_300_000, 100_000, 3_900_000, "3.9 ms"},
		{66_000_000, 61_000_000, 10_000, 31_000, "0.03 ms"},
		{900_000, 500_000, 20_000, 20_400, "20 µs"},
		{12_000_000_000, 9_000_000_000, 1_000_000, 1_500_000_000, "1.500 s"},
		{2_000_000, 1_230_000, 400, 1_230_000, "1.230 ms"},
	} {
		u := unitFor(c.whole, c.longest, c.shortest)
		if got := u.withName(c.shown, newPen(Options{UTF8: true})); got != c.want {
			t.Errorf("%d of %d (longest %d, shortest %d) is %q, want %q", c.shown, c.whole, c.longest, c.shortest, got, c.want)
		}
	}
}

func TestUncertainTimesAreMarked(t *testing.T) {
	for _, c := range []struct {
		name        string
		time, doubt trace.Time
		want        string
	}{
		{"sure", 12_300_000, 0, "12.3 ms"},
		{"a tenth", 1_000_000, 100_000, "1.0 ms"},
		{"more than a tenth", 1_000_000, 100_001, "~1.0 ms"},
		{"too little to matter", 100_000, 50_000, "0.1 ms"},
		{"more than itself", 30_000, 380_000, "~0.0 ms"},
	} {
		v := &view{unit: unit{size: 1e6, name: "ms", decimals: 1}, pen: newPen(Options{UTF8: true})}
		if got := v.figure(c.time, &c.doubt); got != c.want {
			t.Errorf("%s: %d ± %d is %q, want %q", c.name, c.time, c.doubt, got, c.want)
		}
	}
}

// A mark changes no column: all rows of a table end their times at the same one.
func TestFiguresAreAligned(t *testing.T) {
	figure := regexp.MustCompile(`(?m)^(  ? ?[0-9a-z↪].{8,}?(?:time|[0-9] (?:ms|µs|s))) `)
	for name, d := range documents(t) {
		for i := range d.Exchanges {
			for j := range d.Exchanges[i].Phases {
				if p := &d.Exchanges[i].Phases[j]; p.Duration != nil && j%2 == 0 {
					p.Uncertainty = p.Duration
				}
			}
		}
		for _, m := range figure.FindAllString(draw(t, d, Options{Columns: 80, UTF8: true}), -1) {
			if w := term.Width(m); w != barAt {
				t.Errorf("%s: a time ends at column %d, want %d: %q", name, w, barAt, m)
			}
		}
	}
}

func TestDetailsTellTheDoubt(t *testing.T) {
	var out bytes.Buffer
	if err := Details(&out, documents(t)["reset"], Options{Columns: 80, UTF8: true}); err != nil {
		t.Fatal(err)
	}
	if want := "* close    0.00 ms ±0.40 ms, from tcp_info to tcp_info\n"; !strings.Contains(out.String(), want) {
		t.Errorf("details are\n%s\nwithout %q", out.String(), want)
	}
}
