package cli

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The last of -L and --follow counts, and is told of where both are given.
func TestFollowing(t *testing.T) {
	var mu sync.Mutex
	var methods []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		methods = append(methods, r.Method)
		if r.URL.Path == "/" {
			w.Header().Set("Location", "/end")
			w.WriteHeader(http.StatusSeeOther)
		}
	}))
	defer s.Close()
	for _, tt := range []struct {
		args string
		want []string
		told string
	}{
		{"-X PUT", []string{"PUT"}, ""},
		{"-X PUT -L", []string{"PUT", "PUT"}, ""},
		{"-X PUT --follow", []string{"PUT", "GET"}, ""},
		{"-X DELETE -d x --follow", []string{"DELETE", "GET"}, ""},
		{"-X PUT -L --follow", []string{"PUT", "GET"}, "--follow overrides --location"},
		{"-X PUT --follow -L", []string{"PUT", "PUT"}, "--location overrides --follow"},
		{"-X PUT --follow --no-follow", []string{"PUT"}, ""},
		{"-I --follow", []string{"HEAD", "HEAD"}, ""},
		{"-I -X PUT --follow", []string{"PUT", "HEAD"}, ""},
		{"-X PUT --location-trusted", []string{"PUT", "PUT"}, ""},
	} {
		t.Run(tt.args, func(t *testing.T) {
			mu.Lock()
			methods = nil
			mu.Unlock()
			_, _, stderr := inProcess("", append(strings.Fields(tt.args), "--view", "none", s.URL)...)
			mu.Lock()
			defer mu.Unlock()
			if diff := cmp.Diff(tt.want, methods); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.told == "" && stderr != "" || !strings.Contains(stderr, tt.told) {
				t.Errorf("told %q, want %q", stderr, tt.told)
			}
		})
	}
}

// What --browser stands for, and what options behind it change of that.
func TestBrowser(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
			http.Redirect(w, r, "/end", http.StatusFound)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/plain")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, "cookie: "+r.Header.Get("Cookie")+", agent: "+r.UserAgent())
		_ = z.Close()
	}))
	defer s.Close()
	for _, tt := range []struct {
		args, want string
	}{
		{"--browser", "cookie: a=b, agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"},
		{"--browser -A own", "cookie: a=b, agent: own"},
		{"--browser --no-follow", `<a href="/end">Found</a>`},
		{"--browser --no-browser -L -A own", "cookie: a=b, agent: own"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			args := append(strings.Fields(tt.args), "-s", "--source", s.URL)
			if tt.args == "--browser --no-browser -L -A own" {
				args = append(args, "--compressed")
			}
			if status, stdout, _ := inProcess("", args...); status != 0 || !strings.Contains(stdout, tt.want) {
				t.Errorf("%d, %q, want %q", status, stdout, tt.want)
			}
		})
	}
	if status, _, stderr := inProcess("", "--browser", "--max-redirs", "0", "-S", "--view", "none", s.URL); status != 47 {
		t.Errorf("%d, %s", status, stderr)
	}
}
