package ladder

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fetchscope/internal/term"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestWrite(t *testing.T) {
	paths, err := filepath.Glob("../testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := &trace.Document{}
		if err := json.Unmarshal(b, d); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		check(t, name, d, Options{Columns: 80, UTF8: true})
		check(t, name+".ascii", d, Options{Columns: 80})
		check(t, name+".narrow", d, Options{Columns: 60, UTF8: true})
		check(t, name+".narrowest", d, Options{Columns: 40, UTF8: true})
	}
}

// A document whose server's states were seen, as on loopback.
func bothSides(t *testing.T) *trace.Document {
	t.Helper()
	b, err := os.ReadFile("../testdata/secure.json")
	if err != nil {
		t.Fatal(err)
	}
	d := &trace.Document{}
	if err := json.Unmarshal(b, d); err != nil {
		t.Fatal(err)
	}
	c := d.Exchanges[0].Connection
	c.States = slices.DeleteFunc(c.States, func(s trace.StateTime) bool { return s.Side == trace.Server })
	for _, s := range []trace.StateTime{
		{State: trace.Established, Start: 26_400_000, Uncertainty: 14_000_000, Evidence: trace.Inferred},
		{State: trace.CloseWait, Start: 188_100_000, Uncertainty: 14_000_000, Evidence: trace.SockDiag},
		{State: trace.LastAck, Start: 188_600_000, Uncertainty: 150_000, Evidence: trace.SockDiag},
		{State: trace.Closed, Start: 12_216_600_000, Uncertainty: 14_000_000, Evidence: trace.SockDiag},
	} {
		s.Side = trace.Server
		c.States = append(c.States, s)
	}
	return d
}

func TestBothSides(t *testing.T) {
	d := bothSides(t)
	check(t, "both", d, Options{Columns: 80, UTF8: true})
	check(t, "both.tight", d, Options{Columns: 68, UTF8: true})
	check(t, "both.narrow", d, Options{Columns: 60, UTF8: true})
	check(t, "both.narrowest", d, Options{Columns: 40})
}

// Whatever the width, no line is wider; and from 40 columns on, or as many as the moments
// need, it is a ladder.
func TestFitsTheScreen(t *testing.T) {
	d := bothSides(t)
	for columns := 20; columns <= 120; columns++ {
		for _, utf8 := range []bool{true, false} {
			var out bytes.Buffer
			if err := Write(&out, d, Options{Columns: columns, UTF8: utf8}); err != nil {
				t.Fatal(err)
			}
			if drawn := strings.Contains(out.String(), "FIN_WAIT_2"); drawn != (columns >= 40) {
				t.Errorf("%d columns: drawn %v:\n%s", columns, drawn, out.String())
			}
			for line := range strings.Lines(out.String()) {
				if w := term.Width(strings.TrimSuffix(line, "\n")); w > columns {
					t.Errorf("%d columns: %d in %q", columns, w, line)
				}
			}
		}
	}
}

func check(t *testing.T, name string, d *trace.Document, o Options) {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, d, o); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("%s (-want +got), -update rewrites it:\n%s", name, diff)
	}
	for line := range strings.Lines(out.String()) {
		if w := term.Width(strings.TrimSuffix(line, "\n")); w > o.Columns {
			t.Errorf("%s: %d columns: %q", name, w, line)
		}
		if !o.UTF8 && strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("%s: not ASCII: %q", name, line)
		}
	}
}
