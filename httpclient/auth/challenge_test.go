package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	realm := func(scheme, value string) Challenge {
		return Challenge{Scheme: scheme, Params: []Param{{"realm", value}}}
	}
	tests := []struct {
		name   string
		fields []string
		want   []Challenge
		err    error
	}{
		{"none", nil, nil, nil},
		{"empty", []string{"", " , ,"}, nil, nil},
		{"a scheme alone", []string{"Negotiate"}, []Challenge{{Scheme: "Negotiate"}}, nil},
		{"a parameter", []string{`Basic realm="a"`}, []Challenge{realm("Basic", "a")}, nil},
		{"without quotes", []string{`Basic realm=a`}, []Challenge{realm("Basic", "a")}, nil},
		{"spaces round the sign", []string{"Basic realm =\t\"a\""}, []Challenge{realm("Basic", "a")}, nil},
		{"escaped", []string{`Basic realm="a\"\b\\"`}, []Challenge{realm("Basic", `a"b\`)}, nil},
		{"a comma in quotes", []string{`Basic realm="a, Digest b=c"`}, []Challenge{realm("Basic", "a, Digest b=c")}, nil},
		{"several parameters", []string{`Digest realm="a", nonce=b,qop="auth,auth-int"`}, []Challenge{{
			Scheme: "Digest", Params: []Param{{"realm", "a"}, {"nonce", "b"}, {"qop", "auth,auth-int"}},
		}}, nil},
		{"no comma between them", []string{`Digest realm="a" nonce="b"`}, []Challenge{{Scheme: "Digest", Params: []Param{{"realm", "a"}, {"nonce", "b"}}}}, nil},
		{"empty elements", []string{`Basic realm="a", , charset=UTF-8 ,`}, []Challenge{{Scheme: "Basic", Params: []Param{{"realm", "a"}, {"charset", "UTF-8"}}}}, nil},
		{"several in a field", []string{`Newauth realm="a", type=1, title="x \"y\"", Basic realm="b"`}, []Challenge{
			{Scheme: "Newauth", Params: []Param{{"realm", "a"}, {"type", "1"}, {"title", `x "y"`}}}, realm("Basic", "b"),
		}, nil},
		{"schemes in a row", []string{`Negotiate, NTLM, Basic realm=a`}, []Challenge{{Scheme: "Negotiate"}, {Scheme: "NTLM"}, realm("Basic", "a")}, nil},
		{"several fields", []string{`Negotiate`, `Basic realm=a`}, []Challenge{{Scheme: "Negotiate"}, realm("Basic", "a")}, nil},
		{"token68", []string{`NTLM TlRM+/==, Basic realm=a`}, []Challenge{{Scheme: "NTLM", Token: "TlRM+/=="}, realm("Basic", "a")}, nil},
		{"odd value without quotes", []string{`Digest nonce=a/b==, realm=c:d`}, []Challenge{{Scheme: "Digest", Params: []Param{{"nonce", "a/b=="}, {"realm", "c:d"}}}}, nil},
		{"quotes not closed", []string{`Basic realm="a`}, nil, ErrSyntax},
		{"nothing behind a backslash", []string{`Basic realm="a\`}, nil, ErrSyntax},
		{"a quote within", []string{`Basic realm=a"b"`}, nil, ErrSyntax},
		{"no scheme", []string{`="a"`}, nil, ErrSyntax},
		{"a scheme that is none", []string{`Basic; realm=a`}, nil, ErrSyntax},
		{"no name", []string{`Basic realm=a, ="b"`}, nil, ErrSyntax},
		{"what stands before an error", []string{`Basic realm=a, Digest realm="`}, []Challenge{realm("Basic", "a")}, ErrSyntax},
		{"what stands in another field", []string{`Digest realm="`, `Basic realm=a`}, []Challenge{realm("Basic", "a")}, ErrSyntax},
		{"too long", []string{`Basic realm="` + strings.Repeat("a", maxValue+1) + `"`}, nil, ErrTooMany},
		{"too long without quotes", []string{`Basic realm=a` + strings.Repeat(":", maxValue)}, nil, ErrTooMany},
		{"too many parameters", []string{"Basic a=1" + strings.Repeat(",a=1", maxParams)}, nil, ErrTooMany},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse(tt.fields)
			if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
				t.Errorf("%q: the error %v, want %v; challenges -want +got:\n%s", tt.fields, err, tt.err, diff)
			}
		})
	}
}

func TestTooManyChallenges(t *testing.T) {
	got, err := Parse([]string{strings.Repeat("A,", maxChallenges), "A"})
	if len(got) != maxChallenges || !errors.Is(err, ErrTooMany) {
		t.Errorf("%d challenges and %v, want %d and %v", len(got), err, maxChallenges, ErrTooMany)
	}
}

// The last one counts, as with curl.
func TestRepeatedParameter(t *testing.T) {
	c := Challenge{Params: []Param{{"nonce", "1"}, {"NONCE", "2"}}}
	if got, ok := c.Param("Nonce"); got != "2" || !ok {
		t.Errorf("%q, %v", got, ok)
	}
	if got, ok := c.Param("realm"); got != "" || ok {
		t.Errorf("%q, %v of none", got, ok)
	}
}

// BenchmarkParse is for comparing the throughput of a size with that of twice the size: they
// are alike where the work is linear.
func BenchmarkParse(b *testing.B) {
	for _, unit := range []string{",", " ", "A,", "a=1,", `\\`, "A a=1,", "a ", "="} {
		for _, n := range []int{1 << 14, 1 << 15} {
			b.Run(fmt.Sprintf("%q/%d", unit, n), func(b *testing.B) {
				field := []string{"A " + strings.Repeat(unit, n/len(unit))}
				b.SetBytes(int64(len(field[0])))
				for b.Loop() {
					_, _ = Parse(field) // refused or not, the work is what counts
				}
			})
		}
	}
}

// FuzzParse: challenges keep within the limits, and written down again they are the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`Basic realm="a"`, `Digest realm="a", nonce=b, qop="auth,auth-int", algorithm=SHA-256`, `NTLM TlRM==, Negotiate`,
		`Newauth realm="a\"b", Basic`, `Digest nonce`, `Basic realm=`, "a b=\"\x00\xff\"",
	} {
		f.Add(s, "Basic realm=x")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		got, _ := Parse([]string{one, two})
		if len(got) > maxChallenges {
			t.Fatalf("%d challenges", len(got))
		}
		again, err := Parse([]string{written(got)})
		if err != nil {
			t.Fatalf("%q: %v", written(got), err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Fatalf("%q: -first +again:\n%s", written(got), diff)
		}
		answerable(t, got)
	})
}

// written are challenges as a field.
func written(challenges []Challenge) string {
	var out []string
	for _, c := range challenges {
		s := c.Scheme
		if c.Token != "" {
			s += " " + c.Token
		}
		for i, p := range c.Params {
			s += map[bool]string{true: " ", false: ", "}[i == 0] + p.Name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.Value) + `"`
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// answerable checks that whatever is answered fits into a field, and asks for no more.
func answerable(t *testing.T, challenges []Challenge) {
	t.Helper()
	s := New(Digest, Credentials{Login: &Login{"a\r\n\"b", "c"}})
	if !s.Challenged([]string{written(challenges)}) {
		return
	}
	got, probing, err := s.Authorize(Request{Method: "GET", URI: "/"})
	if err != nil || probing || !strings.HasPrefix(got, "Digest username=") {
		t.Fatalf("%q, %v, %v", got, probing, err)
	}
	if i := strings.IndexFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		t.Fatalf("a control character in %q", got)
	}
	if s.Challenged([]string{`Digest realm="` + quote(s.digest.realm) + `", nonce=other`}) && s.digest.nonce != "other" {
		t.Fatal("an answer that was refused is given again")
	}
}
