package cli

import (
	"errors"
	"strings"
	"testing"

	"fetchscope/resolver"

	"github.com/google/go-cmp/cmp"
)

func TestQuestions(t *testing.T) {
	const nine = "9.2.0.192.in-addr.arpa. PTR"
	for _, c := range []struct {
		name, words, want string
		format            string
		family            resolver.Family
	}{
		{name: "a name alone", words: "www.test", want: "www.test A, www.test AAAA"},
		{name: "of a document", words: "www.test", want: "www.test A", format: "json"},
		{name: "of one family", words: "www.test", want: "www.test AAAA", family: resolver.IPv6},
		{name: "types in any place and case", words: "mx www.test TYPE65", want: "www.test MX, www.test TYPE65"},
		{name: "several names", words: "a.test b.test A TXT", want: "a.test A, a.test TXT, b.test A, b.test TXT"},
		{name: "a name like a type", words: "mx. A", want: "mx. A"},
		{name: "no type at all", words: "www.test MXX", want: "www.test A, www.test AAAA, MXX A, MXX AAAA"},
		{name: "an address", words: "192.0.2.9", want: nine},
		{name: "an address of a document", words: "192.0.2.9", want: nine, format: "json"},
		{name: "an address with its type", words: "192.0.2.9 ptr", want: nine},
		{name: "an address with another type", words: "192.0.2.9 CNAME", want: "9.2.0.192.in-addr.arpa. CNAME"},
		{name: "an address in brackets", words: "[::]", want: strings.Repeat("0.", 32) + "ip6.arpa. PTR"},
		{name: "an address and a name", words: "192.0.2.9 www.test", want: nine + ", www.test A, www.test AAAA"},
		{name: "a name with a backslash", words: `\@x A`, want: `\@x A`},
	} {
		p := one()
		p.format, p.s.fetch.Resolver.Family = c.format, c.family
		questions, err := p.questions(strings.Fields(c.words))
		var got []string
		for _, q := range questions {
			got = append(got, q.name+" "+q.qtype)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" || err != nil {
			t.Errorf("%s, %q: %v (-want +got)\n%s", c.name, c.words, err, diff)
		}
	}
}

// one is the operation of a command line that says nothing.
func one() *operation {
	p := &program{global: usual()}
	return &operation{program: p, s: defaults(p.global)}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	for _, c := range []struct{ name, words, message, hint string }{
		{"nothing", "", "no name", "NAME [TYPE ...]"},
		{"types alone", "MX A", "MX is a record type", "MX."},
		{"a transfer", "test AXFR", "AXFR records cannot be asked for", "TYPEn"},
		{"no such number", "test type70000", "TYPE70000", "65535"},
		{"the address of an address", "192.0.2.1 A", "is an address", "PTR"},
		{"dig's server", "@192.0.2.1 test", "@192.0.2.1", "--server 192.0.2.1"},
		{"dig's options", "test +trace", "+trace", "--iterate"},
	} {
		_, err := one().questions(strings.Fields(c.words))
		var e *statusError
		if !errors.As(err, &e) || e.status != statusUsage || !strings.Contains(e.Error(), c.message) || !strings.Contains(e.hint, c.hint) {
			t.Errorf("%s, %q: %+v, want %q and a hint with %q", c.name, c.words, err, c.message, c.hint)
		}
	}
}

func TestWhatIsNoName(t *testing.T) {
	for _, c := range []struct{ word, why, hint string }{
		{"https://www.example.com:8443/x?y", "it is a URL", "fetchscope resolve www.example.com;"},
		{"https://[2001:db8::1]/", "it is a URL", "fetchscope resolve 2001:db8::1;"},
		{"://", "it is a URL", "host alone"},
		{"www.example.com:443", "a port", "fetchscope resolve www.example.com"},
		{"www.example.com", "", ""},
		{"a/b.example.com", "", ""},
		{"a:b", "", ""},
		{"a:", "", ""},
	} {
		q := question{name: c.word}
		q.refuse()
		got := ""
		if q.err != nil {
			got = q.err.Err.Error()
		}
		if !strings.HasPrefix(got, c.why) || c.why == "" && got != "" || !strings.Contains(q.hint, c.hint) {
			t.Errorf("%q is refused for %q, hint %q; want %q, %q", c.word, got, q.hint, c.why, c.hint)
		}
	}
}

// Every code that a question can end with says what to try; of a cancelled one nobody
// needs to be told.
func TestResolveHints(t *testing.T) {
	for _, iterate := range []bool{false, true} {
		p := one()
		p.s.fetch.Resolver.Iterate = iterate
		for _, c := range resolver.Codes {
			e := &resolver.Error{Name: "a.local", Code: c.Code}
			hint := p.resolveHint(question{name: "a.test", typed: "a.test"}, e)
			if fileHints()[c.Code] == "" && c.Code != resolver.Cancelled && hint == "" && (iterate || c.Code != resolver.Lame) {
				t.Errorf("%s has no hint (--iterate: %t)", c.Code, iterate)
			}
		}
	}
}
