package css

import (
	"fmt"
	"strings"
	"testing"
)

// shown writes the tokens of a source in short.
func shown(source string) string {
	s := Scanner{Source: source}
	var out []string
	for t := s.Next(); t.Kind != EOF; t = s.Next() {
		out = append(out, short(t))
	}
	return strings.Join(out, " ")
}

func short(t Token) string {
	switch t.Kind {
	case Space:
		return "_"
	case Delim:
		return string(rune(t.Char))
	case Hash:
		if t.ID {
			return "id(" + t.Name + ")"
		}
	case Number:
		return fmt.Sprintf("%g", t.Number)
	case Percentage:
		return fmt.Sprintf("%g%%", t.Number)
	case Dimension:
		return fmt.Sprintf("%g:%s", t.Number, t.Name)
	}
	return [...]string{"", "ident", "function", "at", "hash", "string", "bad-string", "url", "bad-url", "", "", "", "", "", "CDO", "CDC"}[t.Kind] + "(" + t.Name + ")"
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"names", "a -b --c _d é", "ident(a) _ ident(-b) _ ident(--c) _ ident(_d) _ ident(é)"},
		{"escapes", `\61 b \000043d \"x n\6f\6e\65`, `ident(ab) _ ident(Cd) _ ident("x) _ ident(none)`},
		{"escapes of no character", `\0 \d800 \110000x`, "ident(\ufffd\ufffd\ufffdx)"},
		{"an escape at a line end is none", "\\\na", `\ _ ident(a)`},
		{"an escape at the end", `a\`, "ident(a\ufffd)"},
		{"NUL", "a\x00b", "ident(a\ufffdb)"},
		{"hashes", "#a #1 #-", "id(a) _ hash(1) _ hash(-)"},
		{"a hash of nothing", "# a", "# _ ident(a)"},
		{"at", "@media @-x @ y", "at(media) _ at(-x) _ @ _ ident(y)"},
		{"strings", `"a'b" 'c"d' "e\"f" "g\
h" "\41"`, `string(a'b) _ string(c"d) _ string(e"f) _ string(gh) _ string(A)`},
		{"a string that has no end", `"a b`, "string(a b)"},
		{"a string that ends with its line", "\"a\nb", "bad-string() _ ident(b)"},
		{"numbers", "1 -2 +3.5 .5 1e3 1E-2 1.", "1 _ -2 _ 3.5 _ 0.5 _ 1000 _ 0.01 _ 1 ."},
		{"units", "1px 2% -3em 1e 1e-x 2n+1", "1:px _ 2% _ -3:em _ 1:e _ 1:e-x _ 2:n 1"},
		{"functions", "a( rgb(1,2)", "function(a) _ function(rgb) 1 , 2 )"},
		{"addresses", "url(a.png) url( 'b' ) url() URL(c) url(d\\)e)", "url(a.png) _ function(url) _ string(b) _ ) _ url() _ url(c) _ url(d\\)e)"},
		{"bad addresses", "url(a b) url(a'b)c", "bad-url(a b) _ bad-url(a'b) ident(c)"},
		{"an address without end", "url(a", "url()"},
		{"comments", "a/* b */c/**/d/* e", "ident(a) ident(c) ident(d)"},
		{"marks of HTML", "<!-- a --> <!- b", "CDO() _ ident(a) _ CDC() _ < ! - _ ident(b)"},
		{"brackets", "{[(;:,)]}", "{ [ ( ; : , ) ] }"},
	} {
		if got := shown(c.source); got != c.want {
			t.Errorf("%s: %q\n got %s\nwant %s", c.name, c.source, got, c.want)
		}
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{"": "", "abc": "abc", "aBC": "abc", "ÄB": "Äb"} {
		if got := Lower(in); got != want || !EqualFold(in, want) {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
	if EqualFold("a", "ab") || EqualFold("K", "\u212a") {
		t.Error("names are alike that are not")
	}
}
