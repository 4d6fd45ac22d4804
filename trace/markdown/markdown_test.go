package markdown

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
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
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		out[name] = document(t, name)
	}
	return out
}

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

func write(t testing.TB, d *trace.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWrite(t *testing.T) {
	for name, d := range documents(t) {
		got := write(t, d)
		path := filepath.Join("testdata", name+".md")
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

// The texts that a peer might try, each of which would mean something outside of code.
var hostile = []string{
	"`", "``", "x`y``z```", " ` ", "``` \n# heading\n", "\n\n<script>alert(1)</script>", "|||", `\|`, "a|b\n|c|", "@everyone #1 https://evil.test/",
	"</details>", "![x](https://evil.test/x)", "**bold** _x_ ~~y~~", "\x1b]0;x\x07\u009b", "\u202e\u2066", "\xff\xfe", "", "   ", "<!--", "$`x`$", "~~~",
}

// Whatever a peer says, all that is outside of code spans and fences is the same.
func TestNothingOfAPeersIsMarkup(t *testing.T) {
	for name := range documents(t) {
		marked := document(t, name)
		spoil(marked, "peer")
		want := skeleton(t, write(t, marked))
		for _, evil := range hostile {
			dirty := document(t, name)
			spoil(dirty, evil)
			text := write(t, dirty)
			if diff := cmp.Diff(want, skeleton(t, text)); diff != "" {
				t.Errorf("%s with %q (-harmless +hostile):\n%s", name, evil, diff)
			}
			if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == '\u202e' || r == 0x9b }) {
				t.Errorf("%s with %q: a control character", name, evil)
			}
		}
	}
}

// spoil puts a text wherever a peer has a say.
func spoil(d *trace.Document, text string) {
	d.URL = text
	if d.Error != nil {
		d.Error.Message, d.Error.Hint = text, "hint "+text
	}
	for i := range d.Exchanges {
		x := &d.Exchanges[i]
		x.URL = text
		if r := x.Response; r != nil {
			r.Reason, r.Version = text, text
			r.Headers = append(r.Headers, trace.Field{text, text})
		}
		if r := x.Request; r != nil {
			r.Method, r.Target = text, text
		}
		if x.TLS != nil {
			x.TLS.Cipher = text
			for j := range x.TLS.Chain {
				x.TLS.Chain[j].Subject = text
			}
			for j := range x.TLS.Problems {
				x.TLS.Problems[j].Message = text
			}
		}
	}
}

// skeleton is a text as a reader of Markdown sees it, without what is in code: fences first,
// then spans, as blocks come before what is in them.
func skeleton(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "" && len(ticks) >= len(fence) && strings.TrimSpace(line) == ticks:
			fence = ""
			out.WriteString("END\n")
		case fence != "":
		case len(ticks) >= 3 && !strings.Contains(line[len(ticks):], "`"):
			fence = ticks
			out.WriteString("FENCE\n")
		default:
			out.WriteString(spans(t, line) + "\n")
		}
	}
	if fence != "" {
		t.Errorf("a fence does not end:\n%s", text)
	}
	return out.String()
}

// spans replaces the code spans of a line.
func spans(t *testing.T, line string) string {
	t.Helper()
	out := ""
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			return strings.ReplaceAll(out+line, "(nothing)", "CODE")
		}
		out += line[:start]
		rest := strings.TrimLeft(line[start:], "`")
		ticks := len(line) - start - len(rest)
		end := closing(rest, ticks)
		if end < 0 {
			t.Errorf("a span does not end: %q", line)
			return out
		}
		out += "CODE"
		line = rest[end+ticks:]
	}
}

// closing is where a run of exactly so many backticks begins.
func closing(s string, ticks int) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			continue
		}
		n := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if n == ticks {
			return i
		}
		i += n
	}
	return -1
}

func TestCode(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "`plain`", "": "(nothing)", "  ": "(nothing)", "a`b": "``a`b``", "`": "`` ` ``", " x": "`  x `", "``x`": "``` ``x` ```", "a\nb": "`a\\x0ab`",
	} {
		if got := code(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
