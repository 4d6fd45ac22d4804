package fetch

import (
	"errors"
	"strings"
	"testing"

	"fetchscope/internal/weburl"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

func TestParseProtocols(t *testing.T) {
	for _, c := range []struct{ name, list, want, unknown string }{
		{"one", "http", "http https", ""},
		{"one left out", "-http", "https", ""},
		{"one alone", "=https", "https", ""},
		{"none, then one", "-all,https", "https", ""},
		{"one alone, and another", "=http,+https", "http https", ""},
		{"several signs", "=-+http", "http https", ""},
		{"capitals", "=HTTPS", "https", ""},
		{"unknown ones", "-ftp,gopher", "http https", "ftp gopher"},
		{"an unknown one alone", "=ftp", "", "ftp"},
		{"all left out", "-all", "", ""},
		{"nothing", "", "http https", ""},
	} {
		p, unknown, err := ParseProtocols(c.list)
		var got []string
		for _, s := range supported {
			if p.permits(parsed(t, s+"://h/"), "") == nil {
				got = append(got, s)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q: %v (-want +got)\n%s", c.name, c.list, err, diff)
		}
		if got := strings.TrimSpace(strings.Join(unknown, " ")); got != c.unknown {
			t.Errorf("%s: %q: unknown %q, want %q", c.name, c.list, got, c.unknown)
		}
	}
}

// A redirect does not lead to where it must not.
func TestRedirectIsNotPermitted(t *testing.T) {
	only, _, err := ParseProtocols("=https")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := listen(t, say(fine))
	first := listen(t, say(found(elsewhere.url("/"))))
	for name, o := range map[string]Options{"--proto-redir": {RedirectProtocols: only}, "--proto": {Protocols: only}} {
		o.Follow, o.MaxRedirects = true, 5
		got := run(t, o, first.url("/"))
		var f *Failure
		if !errors.As(got.err, &f) || f.Code != CodeScheme || f.Phase != trace.InRedirect || !strings.Contains(f.Error(), name) {
			t.Errorf("%s: %v", name, got.err)
		}
	}
	f, err := New(Options{Protocols: only})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	u, _ := weburl.Parse("http://h/")
	if bad := f.Check(u); bad == nil || bad.Code != CodeScheme || bad.Phase != trace.InURL {
		t.Errorf("the first URL: %v", bad)
	}
}

func FuzzParseProtocols(f *testing.F) {
	f.Add("=http,-https,+all,--,")
	f.Add("\xec")
	f.Fuzz(func(t *testing.T, list string) {
		p, unknown, err := ParseProtocols(list)
		if (err != nil) != (len(p.without) == len(supported)) || len(unknown) > strings.Count(list, ",")+1 {
			t.Errorf("%q: %v, %v, %v", list, p, unknown, err)
		}
	})
}
