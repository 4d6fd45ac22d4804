package css

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A teller notes what it is told of.
type teller struct {
	out   []string
	depth int
}

func (t *teller) note(s string) { t.out = append(t.out, strings.Repeat(" ", t.depth)+s) }

func (t *teller) Begin(at, prelude string) bool {
	if at == "skipped" {
		t.note("@skipped")
		return false
	}
	if at != "" {
		at = "@" + at + " "
	}
	t.note(at + prelude + " {")
	t.depth++
	return true
}

func (t *teller) End() { t.depth--; t.note("}") }

func (t *teller) Declaration(name, value string) {
	value, important := Important(value)
	if important {
		value += " !"
	}
	t.note(name + ": " + value)
}

func (t *teller) Statement(at, prelude string) { t.note("@" + at + " " + prelude + ";") }

func told(source string) string {
	t := &teller{}
	Walk(source, t)
	return strings.Join(t.out, "\n")
}

func TestWalk(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"a rule", "p , li{display : none;color:red}", "p , li {\n display: none\n color: red\n}"},
		{"marks of HTML around", "<!--\na{b:c}\n-->", "a {\n b: c\n}"},
		{"no end", ".h{display:none} .x{color:red", ".h {\n display: none\n}\n.x {\n color: red\n}"},
		{"a prelude without a block", "a{b:c} d", "a {\n b: c\n}"},
		{"importance", "a{b:c!important;d:e ! IMPORTANT ;f:g !x;h:i!/**/important/**/;important:important}", "a {\n b: c !\n d: e !\n f: g !x\n h: i !\n important: important\n}"},
		{"statements", "@import url(x;y.css) print;@charset 'x';@layer a,b", "@import url(x;y.css) print;\n@charset 'x';\n@layer a,b;"},
		{"at-rules", "@MEDIA print{a{b:c}}@skipped{x{y:z}}d{e:f}", "@media print {\n a {\n  b: c\n }\n}\n@skipped\nd {\n e: f\n}"},
		{"rules in rules", "a{b:c; & d{e:f}g:h;&:hover{i:j} @media x{k:l}}", "a {\n b: c\n & d {\n  e: f\n }\n g: h\n &:hover {\n  i: j\n }\n @media x {\n  k: l\n }\n}"},
		{"a rule in a rule that looks like a declaration", "a{b:hover{c:d}e:f}", "a {\n b:hover {\n  c: d\n }\n e: f\n}"},
		{"custom properties with blocks", "a{--x:{b:c;d:e};--y : {};f:g}", "a {\n --x: {b:c;d:e}\n --y: {}\n f: g\n}"},
		{"strings and brackets hide what ends", `a{b:";}";c:'\'}';d:(;});e:[;}];f:url(;})}g{h:i}`, "a {\n b: \";}\"\n c: '\\'}'\n d: (;})\n e: [;}]\n f: url(;})\n}\ng {\n h: i\n}"},
		{"a string ends with its line", "a{b:'x\n;c:d}", "a {\n b: 'x\n c: d\n}"},
		{"what closes nothing", "a{b:c)];d:e}}f{g:h}", "a {\n b: c)]\n d: e\n}\n}f {\n g: h\n}"},
		{"a bracket that is not closed takes all", "a{b:(c;}d{e:f}", "a {\n b: (c;}d{e:f}\n}"},
		{"comments", "/*a{b:c}*/d/*{*/{/*e:f;*/g/**/:/*;*/h/*}*/}", "d/*{*/ {\n g: /*;*/h/*}*/\n}"},
		{"no declarations", "a{;;b;:c;1:d;e f:g;h:i}", "a {\n h: i\n}"},
		{"an escaped name", `a{d\69 splay:none;\64isplay:block}`, "a {\n display: none\n display: block\n}"},
		{"an escaped bracket", `.a\{b{c:d}`, `.a\{b {` + "\n c: d\n}"},
		{"semicolons in a prelude", "a;b{c:d}e{f:g}", "a;b {\n c: d\n}\ne {\n f: g\n}"},
		{"an empty sheet", " /**/ ", ""},
	} {
		if d := cmp.Diff(c.want, told(c.source)); d != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.source, d)
		}
	}
}

func TestWalkBlock(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"declarations", "a:b;C:d", "a: b\nC: d"},
		{"a stray brace", "a:b}c:d;e:f", "a: b}c:d\ne: f"},
		{"a rule", "a:b;c{d:e}f:g", "a: b\nc {\n d: e\n}\nf: g"},
	} {
		v := &teller{}
		WalkBlock(c.source, v)
		if d := cmp.Diff(c.want, strings.Join(v.out, "\n")); d != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.name, c.source, d)
		}
	}
}

// What is nested deeper than anybody nests is skipped, and what comes after is read.
func TestNestingBounded(t *testing.T) {
	got := told(strings.Repeat("a{", 100_000) + strings.Repeat("}", 100_000) + "b{c:d}")
	if n := strings.Count(got, "a {"); n != maxNesting {
		t.Errorf("%d levels are read, want %d", n, maxNesting)
	}
	if !strings.HasSuffix(got, "b {\n c: d\n}") {
		t.Errorf("the rule behind is lost: %.200q", got[max(0, len(got)-200):])
	}
}

// Sources that invite reading the same again and again are read in time that is in
// proportion: a test that is not would not end.
func TestHostileSheets(t *testing.T) {
	const n = 200_000
	for name, s := range map[string]string{
		"braces":      strings.Repeat("{[(", n),
		"addresses":   strings.Repeat("a{b:url(", n),
		"quotes":      strings.Repeat("a{b:'", n),
		"comments":    strings.Repeat("/*a", n),
		"starts":      strings.Repeat("/", n) + strings.Repeat("/*/", n),
		"backslashes": "a{b:url(" + strings.Repeat("\\", n) + strings.Repeat(")", n),
		"custom":      strings.Repeat("--a ", n),
		"colons":      "a{" + strings.Repeat("b:", n),
		"at":          strings.Repeat("@a ", n) + strings.Repeat("@a{", n),
		"important":   "a{" + strings.Repeat("b:c! ! ! important important!;", n/8),
		"closers":     strings.Repeat("a{(", n) + strings.Repeat("}])", n),
	} {
		t.Run(name, func(*testing.T) { Walk(s, &teller{}) })
	}
}

func FuzzWalk(f *testing.F) {
	for _, s := range []string{
		"a{b:c!important;&d{e:f}}@media(x){g{h:i}}@layer j;", "a{--b:{c};d:url(e;f)}/*g*/'h\\'i'", "{[(<!---->)]}\\{", "@import 'x';a,b>c{d:e;f:g}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v := &teller{}
		Walk(s, v)
		if v.depth != 0 {
			t.Errorf("%d blocks are left open", v.depth)
		}
		size := 0
		for _, line := range v.out {
			size += len(strings.TrimLeft(line, " "))
		}
		if size > 8*len(s)+64 { // names with escapes grow, nothing is told twice
			t.Errorf("%d bytes are told of %d", size, len(s))
		}
		tokens(t, s)
		(Media{Width: 640, Height: 600}).Matches(s)
		Supports(s, func(string, string) bool { return true }, func(string) bool { return true })
	})
}

// tokens checks that those of a source follow each other and leave nothing out but
// comments.
func tokens(t *testing.T, source string) {
	s := Scanner{Source: source}
	at := 0
	for {
		k := s.Next()
		if gap := source[at:k.Start]; gap != "" && !strings.HasPrefix(gap, "/*") {
			t.Fatalf("%q is in no token of %q", gap, source)
		}
		if k.Kind == EOF {
			return
		}
		if k.End <= k.Start {
			t.Fatalf("a token of no length at %d of %q", k.Start, source)
		}
		at = k.End
	}
}
