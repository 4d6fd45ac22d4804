package hsts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// now is the moment of all tests.
var now = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)

// written is a cache as a file, without the lines that begin every one.
func written(t *testing.T, c *Cache) string {
	t.Helper()
	var b strings.Builder
	if err := c.Write(&b, now); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), fileHead)
	if !ok {
		t.Fatalf("the file begins with %.100q", b.String())
	}
	return text
}

func TestLearn(t *testing.T) {
	const day = `"20261123 06:00:00"`
	tests := []struct {
		name, host, value string
		want              string // the file
		err               error
	}{
		{"plain", "h.test", "max-age=86400", "h.test " + day, nil},
		{"quoted", "h.test", `max-age="86400"`, "h.test " + day, nil},
		{"hosts below", "h.test", "max-age=86400 ; includeSubDomains", ".h.test " + day, nil},
		{"letters and order", "H.Test.", " ;INCLUDESUBDOMAINS; Max-Age = 86400;", ".h.test " + day, nil},
		{"unknown directives", "h.test", `x; y=";max-age=0"; max-age=86400; preload`, "h.test " + day, nil},
		{"beyond numbers", "h.test", "max-age=99999999999999999999", `h.test "unlimited"`, nil},
		{"beyond dates", "h.test", "max-age=9223372036854775807", `h.test "unlimited"`, nil},
		{"none", "h.test", "max-age=0", "", nil},
		{"address", "127.0.0.1", "max-age=86400", "", nil},
		{"address of six", "::1", "max-age=86400", "", nil},
		{"no max-age", "h.test", "includeSubDomains", "", ErrHeader},
		{"empty", "h.test", "", "", ErrHeader},
		{"no number", "h.test", "max-age=1d", "", ErrHeader},
		{"below nothing", "h.test", "max-age=-1", "", ErrHeader},
		{"quotes that stay open", "h.test", `max-age="86400`, "", ErrHeader},
		{"twice", "h.test", "max-age=86400; max-age=0", "", ErrHeader},
		{"hosts below twice", "h.test", "max-age=86400; includeSubDomains; includesubdomains", "", ErrHeader},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c Cache
			if err := c.Learn(tt.host, tt.value, now); err != tt.err {
				t.Errorf("Learn(%q) = %v, want %v", tt.value, err, tt.err)
			}
			if got := strings.TrimSuffix(written(t, &c), "\n"); got != tt.want {
				t.Errorf("Learn(%q) gives %q, want %q", tt.value, got, tt.want)
			}
		})
	}
}

// A host speaks for itself alone: what one below it says does not change it.
func TestLearnAgain(t *testing.T) {
	var c Cache
	for _, l := range [][2]string{
		{"x.test", "max-age=86400; includeSubDomains"},
		{"y.test", "max-age=60"},
		{"a.x.test", "max-age=0"},
		{"a.x.test", "max-age=120"},
		{"x.test", "max-age=x"},
		{"y.test", "max-age=180; includeSubDomains"},
	} {
		_ = c.Learn(l[0], l[1], now)
	}
	want := ".x.test \"20261123 06:00:00\"\n.y.test \"20261122 06:03:00\"\na.x.test \"20261122 06:02:00\"\n"
	if diff := cmp.Diff(want, written(t, &c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_ = c.Learn("x.test", "max-age=0", now)
	if c.Applies("x.test", now) || c.Applies("b.x.test", now) || !c.Applies("a.x.test", now) {
		t.Error("max-age=0 is to forget that host and no other")
	}
}

func TestApplies(t *testing.T) {
	var c Cache
	_ = c.Learn("one.test", "max-age=60", now)
	_ = c.Learn("all.test", "max-age=60; includeSubDomains", now)
	tests := []struct {
		name, host string
		after      time.Duration
		want       bool
	}{
		{"the host", "one.test", 0, true},
		{"dot behind", "one.test.", 0, true},
		{"other letters", "ONE.test", 0, true},
		{"until it ends", "one.test", time.Minute, false},
		{"below", "a.one.test", 0, false},
		{"below, where that is meant", "a.b.all.test", 0, true},
		{"begins alike", "small.test", 0, false},
		{"above", "test", 0, false},
		{"nothing", "", 0, false},
		{"a dot", ".", 0, false},
		{"an address", "127.0.0.1", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Applies(tt.host, now.Add(tt.after)); got != tt.want {
				t.Errorf("Applies(%q) = %v, want %v", tt.host, got, tt.want)
			}
		})
	}
	if (*Cache)(nil).Applies("one.test", now) {
		t.Error("no cache knows a host")
	}
}

func TestRead(t *testing.T) {
	const file = fileHead + `
  first.test "20301231 10:00:00"
.sub.test. "99991231 23:59:59"
ever.test "unlimited"
127.0.0.1 "unlimited"
over.test "20200101 00:00:00"
bad.test "tomorrow"
alone.test
twice.test "20301231 10:00:00"
.twice.test "20291231 10:00:00"
`
	var c Cache
	long := "long.test \"" + strings.Repeat("x", 3*maxLine) + "\" unlimited\n"
	if err := c.Read(strings.NewReader(file+long+"last.test \"unlimited\""), now); err != nil {
		t.Fatal(err)
	}
	want := `first.test "20301231 10:00:00"
.sub.test "99991231 23:59:59"
ever.test "unlimited"
.twice.test "20301231 10:00:00"
last.test "unlimited"
`
	if diff := cmp.Diff(want, written(t, &c)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFlood(t *testing.T) {
	var c Cache
	for i := range maxEntries + 10 {
		_ = c.Learn(fmt.Sprintf("h%d.test", i), "max-age=60", now)
	}
	if len(c.entries) != maxEntries || c.Applies("h9.test", now) || !c.Applies("h10.test", now) {
		t.Errorf("%d hosts are kept, want the last %d", len(c.entries), maxEntries)
	}
}

// Whatever a server says, the file that is written of it is read as it is, and a host that
// is learnt is known.
func FuzzLearn(f *testing.F) {
	for _, v := range []string{"max-age=1", `max-age="1";;x="a;b\";"`, "includeSubDomains;max-age=9223372036854775807", "max-age", "=;=", `"`, `max-age="`} {
		f.Add("h.test", v)
	}
	f.Add("..", "max-age=1")
	f.Fuzz(func(t *testing.T, host, value string) {
		var c, again Cache
		err := c.Learn(host, value, now)
		if len(c.entries) > 0 && (err != nil || !c.Applies(host, now)) {
			t.Fatalf("learnt of %q: %+v, %v", host, c.entries, err)
		}
		if strings.ContainsAny(host, " \t\n\v\f\r#\"\u0085\u00a0") || strings.HasPrefix(host, ".") || strings.ContainsFunc(host, func(r rune) bool { return r > '~' }) {
			return // no name that a URL can have
		}
		text := written(t, &c)
		if err := again.Read(strings.NewReader(text), now); err != nil || written(t, &again) != text {
			t.Fatalf("written %q, read as %q, %v", text, written(t, &again), err)
		}
	})
}

// Whatever a file holds is read.
func FuzzRead(f *testing.F) {
	f.Add(".h.test \"20301231 10:00:00\"\nx \"unlimited\"\n# y \"unlimited\"\n")
	f.Add(". \"\n.. \"unlimited\"\n 1.2.3.4. \"unlimited\"\n" + strings.Repeat("x", 9000))
	f.Fuzz(func(t *testing.T, text string) {
		var c Cache
		if err := c.Read(strings.NewReader(text), now); err != nil {
			t.Fatal(err)
		}
		for _, e := range c.entries {
			if e.expires <= now.Unix() || e.host == "" || len(e.host) > maxHost {
				t.Fatalf("%q gives %+v", text, e)
			}
		}
	})
}
