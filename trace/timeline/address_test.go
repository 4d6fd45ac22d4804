package timeline

import (
	"strings"
	"testing"

	"fetchscope/internal/term"
)

func TestAddress(t *testing.T) {
	const long = "https://www.example.com/archive/2026/11/home.html?from=feed"
	for _, c := range []struct {
		name, url string
		room      int
		want      string
	}{
		{"it fits", "http://h/a/b", 12, "http://h/a/b"},
		{"the middle of the path", long, 55, "https://www.example.com/archive/20…/home.html?from=feed"},
		{"hardly any path", long, 45, "https://www.example.com/…/home.html?from=feed"},
		{"the scheme too", long, 42, "www.example.com/archi…/home.html?from=feed"},
		{"the query at last", long, 30, "www.example.com/…/home.html?f…"},
		{"a host alone", "http://www.example.com/", 12, "www.exampl…/"},
		{"a long host", "http://www.a-long-name.example:12345/one/two", 27, "www.a-long-name.exampl…/two"},
		{"a folder", "http://h.example/one/two/three/four/", 26, "http://h.example/on…/four/"},
		{"a query without a path", "http://h.example?" + strings.Repeat("q", 20), 16, "h.example?qqqqq…"},
		{"slashes in a query", "http://h.example/a/b/c/d?u=/x/y/z", 28, "h.example/a/b/c/d?u=/x/y/z"},
		{"no room", long, 1, "…"},
	} {
		v := &view{o: Options{UTF8: true}, pen: newPen(Options{UTF8: true})}
		got := v.address(c.url, c.room)
		if got != c.want {
			t.Errorf("%s: %q in %d columns is %q, want %q", c.name, c.url, c.room, got, c.want)
		}
		if w := term.Width(got); w > c.room {
			t.Errorf("%s: %q takes %d columns of %d", c.name, got, w, c.room)
		}
	}
}

// Whatever an address is, it takes no more room than there is, and is whole where it fits.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"https://me:x@www.example.com:8443/a/b/c?d=e#f", "http://h", "/", "//", "?", "://", "a://b//c//",
		"http://域名.example/路径/页面", "http://h/\x1b[31m/\u202e",
	} {
		f.Add(s, uint8(20), true)
	}
	f.Fuzz(func(t *testing.T, url string, room uint8, utf8 bool) {
		v := &view{pen: newPen(Options{UTF8: utf8})}
		got := v.address(url, int(room))
		if w := term.Width(got); w > max(int(room), len(v.pen.ellipsis)) {
			t.Errorf("%q in %d columns is %q, of %d", url, room, got, w)
		}
		if whole := v.pen.text(url); term.Width(whole) <= int(room) && got != whole {
			t.Errorf("%q fits %d columns, but is %q", url, room, got)
		}
		if origin, path, last := parts(url); origin+path+last != url {
			t.Errorf("%q falls into %q, %q and %q", url, origin, path, last)
		}
	})
}
