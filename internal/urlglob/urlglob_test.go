package urlglob

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExpansion(t *testing.T) {
	for _, c := range []struct{ name, pattern, want string }{
		{"none", "http://h/a", "http://h/a"},
		{"nothing at all", "", ""},
		{"a set", "a{b,c}d", "abd acd"},
		{"a set of one", "{a}", "a"},
		{"elements that are empty", "a{,b,}", "a ab a"},
		{"a range", "[1-3]", "1 2 3"},
		{"a range of one", "[7-7]", "7"},
		{"a step", "[1-8:3]", "1 4 7"},
		{"zeros before", "[08-11]", "08 09 10 11"},
		{"zeros before, and a step", "[000-100:50]", "000 050 100"},
		{"blanks before the end", "[1-  3]", "1 2 3"},
		{"letters", "[a-c]", "a b c"},
		{"capitals", "[X-Z]", "X Y Z"},
		{"letters by steps", "[a-z:10]", "a k u"},
		{"the last changes first", "{a,b}[1-2]", "a1 a2 b1 b2"},
		{"behind a digit", "0[0-1]", "00 01"},
		{"a name", "{<n>a,b}", "a b"},
		{"a name of a range", "[<n>1-2]", "1 2"},
		{"no name", "{<>a,b}", "<>a b"},
		{"a name without an end", "{<a,b}", "<a b"},
		{"an address", "http://[::1]:80/[1-2]", "http://[::1]:80/1 http://[::1]:80/2"},
		{"an address with a zone", "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"},
		{"empty brackets", "http://h/?a[]=b", "http://h/?a[]=b"},
		{"escapes", `\{a\}\[b\]\\c`, `{a}[b]\\c`},
		{"escapes in a set", `{a\,b,\c\}}`, "a,b c}"},
		{"a backslash at the end", `a\`, `a\`},
	} {
		p, err := Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %q: %v", c.name, c.pattern, err)
			continue
		}
		var got []string
		for n := range p.Count() {
			got = append(got, p.At(n))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %q (-want +got)\n%s", c.name, c.pattern, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, pattern, message string
		column                 int
	}{
		{"a set without an end", "a{b,c", "unmatched brace", 6},
		{"braces within braces", "a{b{c}}", "nested brace", 4},
		{"brackets within braces", "{[1-2]}", "nested brace", 2},
		{"a bracket ends no set", "{a]", "unexpected close bracket", 3},
		{"nothing within braces", "a{}", "empty string within braces", 3},
		{"an end alone", "a}b", "unmatched close brace/bracket", 2},
		{"the other end alone", "http://h]/", "unmatched close brace/bracket", 9},
		{"no range", "[", "bad range specification", 2},
		{"not closed", "[1-2", "bad range", 5},
		{"not from a number", "[-1-2]", "bad range specification", 2},
		{"downwards", "[2-1]", "bad range", 6},
		{"a step too wide", "[1-2:5]", "bad range", 8},
		{"a step of a range of one", "[1-1:2]", "bad range", 8},
		{"no step", "[1-2:0]", "bad range", 8},
		{"step without a number", "[1-2:x]", "bad range", 6},
		{"mixed", "[a-3]", "bad range", 6},
		{"letters too far apart", "[A-z]", "bad range", 6},
		{"letters, not closed", "[a-z", "bad range", 2},
		{"a letter's step too wide", "[a-z:300]", "bad range", 9},
		{"beyond all numbers", "[1-9223372036854775808]", "bad range", 4},
		{"at the end of all numbers", "[0-1][9223372036854775806-9223372036854775807]", "range end/step overflow", 47},
		{"more than can be counted", "[0-9223372036854775805][0-9223372036854775805]", "range overflow", 0},
		{"a name twice", "{<a>b,c}[<a>1-2]", "Duplicate glob name", 13},
		{"too many of them", strings.Repeat("{a}", 256), "too many {} sets", 0},
		{"too many elements", "{" + strings.Repeat(",", maxElements) + "}", "range overflow", maxElements + 2},
	} {
		p, err := Parse(c.pattern)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %q stands for %d", c.name, c.pattern, p.Count())
			continue
		}
		if e.Message != c.message || e.Column != c.column {
			t.Errorf("%s: %.40q: %q at %d, want %q at %d", c.name, c.pattern, e.Message, e.Column, c.message, c.column)
		}
	}
}

func TestFill(t *testing.T) {
	url, err := Parse("{<host>one,two}/[01-12]")
	if err != nil {
		t.Fatal(err)
	}
	upload, err := Parse("{<file>a,b}")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file, want string
		column           int
	}{
		{"nothing", "file", "file", 0},
		{"numbers", "#2-#1.txt", "03-two.txt", 0},
		{"a number that is none's", "#3#0#", "#3#0#", 0},
		{"a number beyond all", "#99999999999999999999", "#99999999999999999999", 0},
		{"names", "#<host>#<file>", "twob", 0},
		{"no name", "#<>#<host", "#<>#<host", 0},
		{"a name that is none's", "x#<other>", "", 9},
	} {
		got, err := Fill(c.file, Choice{url, 14}, Choice{upload, 1})
		var e *Error
		if errors.As(err, &e) != (c.column > 0) || e != nil && e.Column != c.column || got != c.want {
			t.Errorf("%s: %q: %q, %v, want %q, column %d", c.name, c.file, got, err, c.want, c.column)
		}
	}
	if got, err := Fill("#1", Choice{Literal("{a}"), 0}); got != "#1" || err != nil {
		t.Errorf("a text has a first set: %q, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "http://h/{a,b}[1-3:2][a-f]", `\{{\},}`, "[<x>0-9]{<y>,}", "[::1][]", "{<a>b}{<a>c}", "[9-1]", "#1#<x>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Parse(s)
		var e *Error
		if err != nil {
			if !errors.As(err, &e) || e.Column < 0 || e.Column > len(s)+1 {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if p.Count() < 1 {
			t.Fatalf("%q stands for %d", s, p.Count())
		}
		for _, n := range []int64{0, p.Count() / 2, p.Count() - 1} {
			// A number has no more digits than both its ends, which are in the pattern.
			if got := p.At(n); len(got) > len(s) {
				t.Errorf("%q: number %d is %q", s, n, got)
			}
			if _, err := Fill(s, Choice{p, n}); err != nil && !errors.As(err, &e) {
				t.Error(err)
			}
		}
		if !strings.ContainsAny(s, `{}[]\`) && (p.Count() != 1 || p.At(0) != s) {
			t.Errorf("%q is %q", s, p.At(0))
		}
	})
}

// Whatever a text is, with a backslash before what is special it stands for itself.
func FuzzEscaped(f *testing.F) {
	f.Add("http://[::1]/{a}")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, `\`) {
			t.Skip("what a backslash does depends on what is behind it")
		}
		escaped := strings.NewReplacer("{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`).Replace(s)
		p, err := Parse(escaped)
		if err != nil || p.Count() != 1 || p.At(0) != s {
			t.Errorf("%q: %v", escaped, err)
		}
	})
}
