package cookie

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// fill sets cookies that are all taken.
func fill(t *testing.T, j *Jar, o Origin, values ...string) {
	t.Helper()
	for _, v := range values {
		if err := j.Set(o, v, now); err != nil {
			t.Fatalf("Set(%q): %v", v, err)
		}
	}
}

func TestHeader(t *testing.T) {
	var j Jar
	fill(t, &j, plain, "first=1; path=/", "second=2; path=/", "deep=3", "all=4; domain=example.org; path=/", "5", "gone=6; path=/; max-age=60")
	fill(t, &j, secure, "tls=7; secure; path=/")
	fill(t, &j, plain, "first=8; path=/") // is no younger for that
	fill(t, &j, Origin{Host: "127.0.0.1", Path: "/"}, "address=9")
	later := now.Add(time.Minute)
	tests := []struct {
		name   string
		origin Origin
		when   time.Time
		want   string
	}{
		{"longer paths, then older ones", plain, now, "deep=3; 5; first=8; second=2; all=4; gone=6"},
		{"what is over", plain, later, "deep=3; 5; first=8; second=2; all=4"},
		{"with TLS", Origin{Host: "www.example.org", Path: "/", Secure: true}, later, "first=8; second=2; all=4; tls=7"},
		{"host in other letters", Origin{Host: "WWW.example.ORG", Path: "/"}, later, "first=8; second=2; all=4"},
		{"path below", Origin{Host: "www.example.org", Path: "/a/b/x"}, later, "deep=3; 5; first=8; second=2; all=4"},
		{"path that begins alike", Origin{Host: "www.example.org", Path: "/a/bc"}, later, "first=8; second=2; all=4"},
		{"no path", Origin{Host: "www.example.org"}, later, "first=8; second=2; all=4"},
		{"host beside", Origin{Host: "example.org", Path: "/"}, later, "all=4"},
		{"host below", Origin{Host: "a.b.example.org", Path: "/"}, later, "all=4"},
		{"other host", Origin{Host: "badexample.org", Path: "/"}, later, ""},
		{"address", Origin{Host: "127.0.0.1", Path: "/"}, later, "address=9"},
		{"other address", Origin{Host: "1.127.0.0.1", Path: "/"}, later, ""},
		{"dot behind", Origin{Host: "www.example.org.", Path: "/"}, later, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := j.Header(tt.origin, tt.when); got != tt.want {
				t.Errorf("Header(%+v) = %q, want %q", tt.origin, got, tt.want)
			}
		})
	}
}

// What comes without TLS leaves cookies alone that came with it.
func TestSecureCookiesAreLeftAlone(t *testing.T) {
	tests := []struct {
		name, old, value string
		host             string
		want             error
	}{
		{"the same", "a=good; secure; path=/", "a=evil; path=/", "www.example.org", ErrOverlay},
		{"taken away", "a=good; secure; path=/", "a=; path=/; max-age=0", "www.example.org", ErrOverlay},
		{"path below", "a=good; secure; path=/", "a=evil; path=/login", "www.example.org", ErrOverlay},
		{"path above", "a=good; secure; path=/login", "a=evil; path=/", "www.example.org", nil},
		{"domain above", "a=good; secure; path=/", "a=evil; path=/; domain=example.org", "www.example.org", ErrOverlay},
		{"domain below", "a=good; secure; path=/; domain=example.org", "a=evil; path=/", "x.www.example.org", ErrOverlay},
		{"domain beside", "a=good; secure; path=/", "a=other; path=/", "other.example.org", nil},
		{"other name", "a=good; secure; path=/", "b=other; path=/", "www.example.org", nil},
		{"not secure", "a=good; path=/", "a=other; path=/", "www.example.org", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var j Jar
			fill(t, &j, secure, tt.old)
			if err := j.Set(Origin{Host: tt.host, Path: "/"}, tt.value, now); err != tt.want {
				t.Errorf("Set(%q) after %q = %v, want %v", tt.value, tt.old, err, tt.want)
			}
		})
	}
}

// A cookie that is over takes the one away that it would replace, and no other.
func TestExpiredCookiesRemove(t *testing.T) {
	var j Jar
	fill(t, &j, plain, "a=1; path=/", "a=2; path=/; domain=www.example.org", "a=3", "b=4; path=/")
	fill(t, &j, plain, "a=; path=/; max-age=0", "c=; path=/; max-age=0")
	if got, want := j.Header(plain, now), "a=3; a=2; b=4"; got != want {
		t.Errorf("left are %q, want %q", got, want)
	}
	fill(t, &j, plain, "a=; max-age=0", "a=; path=/; domain=www.example.org; max-age=0", "b=; path=/; max-age=0")
	if j.count != 0 || len(j.domains) != 0 {
		t.Errorf("%d cookies are left in %d domains", j.count, len(j.domains))
	}
}

func TestFloods(t *testing.T) {
	t.Run("of a domain", func(t *testing.T) {
		var j Jar
		fill(t, &j, secure, "session=kept; secure; path=/")
		for i := range 1000 {
			fill(t, &j, plain, fmt.Sprintf("c%d=%d; path=/", i, i))
		}
		if j.count != maxDomain {
			t.Errorf("%d cookies are kept, want %d", j.count, maxDomain)
		}
		got := j.Header(secure, now)
		if !strings.HasPrefix(got, "session=kept; c821=821; ") || !strings.HasSuffix(got, "; c999=999") {
			t.Errorf("the oldest are to go, but those that are Secure last: %.60q … %q", got, got[len(got)-20:])
		}
	})
	t.Run("of many domains", func(t *testing.T) {
		var j Jar
		for i := range maxCookies + 500 {
			fill(t, &j, Origin{Host: fmt.Sprintf("h%d.example.org", i), Path: "/"}, "a=b")
		}
		if j.count != maxCookies || len(j.domains) != maxCookies {
			t.Errorf("%d cookies are kept, want %d", j.count, maxCookies)
		}
		if got := j.Header(Origin{Host: "h499.example.org", Path: "/"}, now); got != "" {
			t.Errorf("the oldest are kept: %q", got)
		}
	})
	t.Run("of long ones", func(t *testing.T) {
		var j Jar
		for i := range 60 {
			fill(t, &j, plain, fmt.Sprintf("c%d=%s; path=/", i, strings.Repeat("v", 4000)))
		}
		if got := j.Header(plain, now); len(got) > maxHeader || !strings.HasPrefix(got, "c0=v") {
			t.Errorf("the field has %d bytes, want at most %d: %.20q", len(got), maxHeader, got)
		}
	})
}

// Several fetches may share a jar.
func TestJarIsShared(t *testing.T) {
	var j Jar
	var fetches sync.WaitGroup
	for i := range 4 {
		fetches.Go(func() {
			for n := range 100 {
				_ = j.Set(secure, fmt.Sprintf("c%d=%d; path=/", n, i), now)
				_ = j.Header(secure, now)
			}
			_ = j.Write(io.Discard, now)
		})
	}
	fetches.Wait()
	if j.count != 100 {
		t.Errorf("%d cookies are kept, want 100", j.count)
	}
}
