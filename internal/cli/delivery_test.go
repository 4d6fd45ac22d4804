package cli

import (
	"testing"

	"fetchscope/internal/weburl"
)

func TestRemoteFile(t *testing.T) {
	for _, c := range []struct{ name, url, want string }{
		{"the last segment", "http://h/a/b.html", "b.html"},
		{"without the query", "http://h/a/b.html?c=d/e#f", "b.html"},
		{"a folder", "http://h/a/b/", "b"},
		{"several slashes", "http://h/a///", "a"},
		{"no path", "http://h", "fetchscope_response"},
		{"the root", "http://h/?q", "fetchscope_response"},
		{"escapes stay", "http://h/a%2F..%2Fb%20c", "a%2F..%2Fb%20c"},
		{"up and away", "http://h/../../..", "fetchscope_response"},
		{"another system's separators", "http://h/c:%5Cd", "c_%5Cd"},
	} {
		u, err := weburl.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := remoteFile(u); got != c.want {
			t.Errorf("%s: %s is saved as %q, want %q", c.name, c.url, got, c.want)
		}
	}
}
