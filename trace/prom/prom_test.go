package prom

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
	if err := Write(&b, docs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	for name, d := range documents(t) {
		got := write(t, d)
		path := filepath.Join("testdata", name+".prom")
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

// What Prometheus itself reads, and has nothing to say against.
func TestPromtoolAccepts(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not here: it is in Debian's package prometheus")
	}
	var all []*trace.Document
	for _, d := range documents(t) {
		all = append(all, d)
		spoiled := *d
		spoiled.URL += evil
		all = append(all, &spoiled)
	}
	c := exec.Command(promtool, "check", "metrics")
	c.Stdin = strings.NewReader(write(t, all...))
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// The form of each line, by the format's description.
var lines = regexp.MustCompile(`^(?:# HELP [a-z_]+ [^\\\n]+|# TYPE [a-z_]+ gauge|[a-z_]+\{[a-z_0-9]+="(?:[^"\\\n]|\\[\\"])*"(?:,[a-z_0-9]+="(?:[^"\\\n]|\\[\\"])*")*\} -?[0-9][-+.0-9e]*)$`)

const evil = "\x1b]0;x\x07\"} 1\nup 1\n\\\u202e|`\u009b\xff"

// Whatever a peer says, every line is one of ours, and there are as many.
func TestNothingOfAPeersMakesALine(t *testing.T) {
	for name, d := range documents(t) {
		before := strings.Count(write(t, d), "\n")
		d.URL += evil
		for i := range d.Exchanges {
			x := &d.Exchanges[i]
			if x.TLS != nil {
				for j := range x.TLS.Chain {
					x.TLS.Chain[j].Subject, x.TLS.Chain[j].Names = evil, []string{evil, evil}
				}
			}
			if x.Response != nil {
				x.Response.Headers = append(x.Response.Headers, trace.Field{"Last-Modified", evil}, trace.Field{"Content-Length", evil})
				x.Response.Version += evil
			}
		}
		text := write(t, d)
		check(t, text)
		if after := strings.Count(text, "\n"); after > before {
			t.Errorf("%s: %d lines have become %d:\n%s", name, before, after, text)
		}
	}
}

func check(t *testing.T, text string) {
	t.Helper()
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !lines.MatchString(line) {
			t.Errorf("this is no line: %q", line)
		}
		if series := line[:strings.LastIndexByte(line, ' ')]; seen[series] {
			t.Errorf("%s is there twice", series)
		} else {
			seen[series] = true
		}
	}
}

// A metric has one heading, and a series one sample, whatever is fetched how often.
func TestEachSeriesIsThereOnce(t *testing.T) {
	var all []*trace.Document
	for _, d := range documents(t) {
		all = append(all, d, d)
	}
	check(t, write(t, all...))
	first, last := *documents(t)["secure"], *documents(t)["secure"]
	first.ExitCode, last.ExitCode = 7, 28
	if text := write(t, &first, &last); strings.Contains(text, "} 7\n") || !strings.Contains(text, `fetchscope_exit_code{url="https://me:…@www.example.com/"} 28`) {
		t.Errorf("the last fetch does not count:\n%s", text)
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 200: "200", -1: "-1", 0.0000001: "1e-07", 1.1: "1.1", 1763791200.123456: "1.763791200123456e+09"} {
		if got := number(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}
