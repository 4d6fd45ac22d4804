package bench

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// documents are those that the tests of trace keep, by name.
func documents(t testing.TB) map[string]*trace.Document {
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
		d, err := trace.ReadDocument(b)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".json")] = d
	}
	return out
}

func write(t testing.TB, docs ...*trace.Document) string {
	t.Helper()
	var b bytes.Buffer
	for _, d := range docs {
		if err := Write(&b, d); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	for name, d := range documents(t) {
		got := write(t, d)
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
}

// The lines of the format: a configuration, a result with its values and units, or neither,
// which readers leave out.
var (
	configuration = regexp.MustCompile(`^[a-z][^A-Z\s:]*: \S.*$`)
	result        = regexp.MustCompile(`^Benchmark[A-Z][^ ]* +1( \d+ (ns/op|[a-z]+-B))+$`)
	neither       = regexp.MustCompile(`^(--- FAIL: BenchmarkFetch|    in phase .*)$`)
)

// Whatever a URL holds makes no line of its own.
func TestEveryLineIsOneOfTheFormat(t *testing.T) {
	for name, d := range documents(t) {
		lines := strings.Count(write(t, d), "\n")
		d.URL += "\x1b]0;x\x07\nBenchmarkEvil 1 1 ns/op\n\u2028\u009b\xff"
		text := write(t, d)
		if n := strings.Count(text, "\n"); n != lines {
			t.Errorf("%s: %d lines, not %d:\n%s", name, n, lines, text)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if !configuration.MatchString(line) && !result.MatchString(line) && !neither.MatchString(line) {
				t.Errorf("%s: this is no line: %q", name, line)
			}
		}
	}
}

// A fetch that failed has no results.
func TestFailuresHaveNoResults(t *testing.T) {
	for name, d := range documents(t) {
		if has := strings.Contains(write(t, d), "ns/op"); has == (d.Error != nil) {
			t.Errorf("%s: results: %v, error: %v", name, has, d.Error)
		}
	}
}

// What benchstat itself makes of it: a row for each phase, in seconds.
func TestBenchstatReads(t *testing.T) {
	benchstat, err := exec.LookPath("benchstat")
	if err != nil {
		t.Skip("benchstat is not here: go install golang.org/x/perf/cmd/benchstat@latest")
	}
	file := filepath.Join(t.TempDir(), "old.txt")
	d := documents(t)["secure"]
	if err := os.WriteFile(file, []byte(write(t, d, d, d, d, d, d)), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(benchstat, file, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{`Fetch/phase=tls +31\.00m`, `Fetch/phase=wait-server +68\.24m`, `│ +sec/op`, `body-B`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("there is no %s in\n%s", want, out)
		}
	}
}
