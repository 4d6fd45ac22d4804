package cli

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A doorman asks for credentials until there are any, and notes by which scheme they came.
func doorman(t *testing.T, challenges ...string) (url string, schemes func() []string) {
	t.Helper()
	var mu sync.Mutex
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, scheme)
		if scheme == "" {
			w.Header()["Www-Authenticate"] = challenges
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
}

const (
	basicAsked  = `Basic realm="r"`
	digestAsked = `Digest realm="r", nonce="n", qop="auth"`
)

// Several options allow several schemes; the last word on each counts.
func TestLoginOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		args string
		want []string
	}{
		{"basic", "-u u:p", []string{"Basic"}},
		{"a name alone", "-u u", []string{"Basic"}},
		{"digest", "-u u:p --digest", []string{"", "Digest"}},
		{"both", "-u u:p --basic --digest", []string{"", "Digest"}},
		{"digest taken back", "-u u:p --digest --no-digest", []string{"Basic"}},
		{"any", "-u u:p --digest --anyauth", []string{"", "Digest"}},
		{"any taken back", "-u u:p --anyauth --no-anyauth", []string{"Basic"}},
		{"a token", "--oauth2-bearer t", []string{"Bearer"}},
		{"a token and a name", "-u u --oauth2-bearer t", []string{"Bearer"}},
		{"a token, or else a name", "-u u:p --oauth2-bearer t --digest", []string{"", "Digest"}},
		{"two URLs", "-u u:p --anyauth URL", []string{"", "Digest", "", "Digest"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, schemes := doorman(t, basicAsked, digestAsked)
			args := strings.Fields(strings.ReplaceAll(tt.args, "URL", url))
			if status, _, stderr := inProcess("", append(args, "--view", "none", url)...); status != 0 {
				t.Fatalf("%d, %s", status, stderr)
			}
			if diff := cmp.Diff(tt.want, schemes()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Neither names nor passwords, nor what proves that they are known, are in any view.
func TestLoginIsHidden(t *testing.T) {
	url, _ := doorman(t, basicAsked, digestAsked)
	for _, view := range [][]string{
		{"--format", "json"}, {"--format", "jsonl"}, {"-v"}, {"--view", "ladder"}, {"--trace", "-", "-s"}, {"--trace-ascii", "-", "-s"},
	} {
		for _, login := range [][]string{{"-u", "somebody:secret"}, {"-u", "somebody:secret", "--digest"}, {"--oauth2-bearer", "secret"}} {
			args := append(append(view[:len(view):len(view)], login...), url)
			_, stdout, stderr := inProcess("", args...)
			for _, secret := range []string{"somebody", "secret", "response=", "c29tZWJvZHk"} {
				if strings.Contains(stdout+stderr, secret) {
					t.Errorf("%q: %q is shown", args, secret)
				}
			}
			if _, shown, _ := inProcess("", append(args, "--secrets")...); strings.Contains(view[0], "format") && !strings.Contains(shown, "secret") && !strings.Contains(shown, "c29t") && !strings.Contains(shown, "somebody") {
				t.Errorf("%q: --secrets shows nothing", args)
			}
		}
	}
}

// An argument that would make a second line of a head is refused.
func TestLoginOfSeveralLines(t *testing.T) {
	for _, args := range [][]string{{"-u", "u:p\nX: y"}, {"--oauth2-bearer", "t\r\nX: y"}} {
		if status, _, _ := inProcess("", append(args, "--dry-run", "http://h.test/")...); status != statusUsage {
			t.Errorf("%q: exit status %d, want %d", args, status, statusUsage)
		}
	}
}

// White space before a field's colon is sent, and hides nothing of what the field is.
func TestFieldWithAGap(t *testing.T) {
	status, stdout, _ := inProcess("", "--dry-run", "-H", "Authorization : x", "-u", "u:p", "http://h.test/")
	if status != 0 || !strings.Contains(stdout, "\r\nAuthorization : x\r\n") || strings.Contains(stdout, "Basic") {
		t.Errorf("%d, %q", status, stdout)
	}
	url, _ := doorman(t)
	if _, stdout, _ := inProcess("", "--format", "json", "-H", "Authorization : secret", url); strings.Contains(stdout, "secret") {
		t.Error("it is shown")
	}
}
