package altsvc

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// lines are the entries of a cache as a file has them.
func lines(t *testing.T, c *Cache, now time.Time) []string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b, now); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), fileHead)
	if !ok {
		t.Fatalf("%q does not begin as curl's files do", b.String())
	}
	return slices.DeleteFunc(strings.Split(text, "\n"), func(s string) bool { return s == "" })
}

func TestLearn(t *testing.T) {
	const tomorrow = `"20261123 12:00:00" 0 0`
	tests := []struct {
		name, value string
		want        []string
	}{
		{"another port", `h2=":8443"`, []string{"h1 h.test 443 h2 h.test 8443 " + tomorrow}},
		{"another host", `http/1.1="other.test:8443"`, []string{"h1 h.test 443 h1 other.test 8443 " + tomorrow}},
		{"encoded", `http%2F1.1="other.test:8443"`, []string{"h1 h.test 443 h1 other.test 8443 " + tomorrow}},
		{"an IPv6 address", `h3="[::1]:443"`, []string{"h1 h.test 443 h3 [::1] 443 " + tomorrow}},
		{"for a minute, persistent", `h3=":443"; ma=60 ; persist=1`, []string{`h1 h.test 443 h3 h.test 443 "20261122 12:01:00" 1 0`}},
		{"quoted", `h3=":443"; ma="60"`, []string{`h1 h.test 443 h3 h.test 443 "20261122 12:01:00" 0 0`}},
		{"other parameters", `h3=":443"; x="a;b,c"; y`, []string{"h1 h.test 443 h3 h.test 443 " + tomorrow}},
		{"several", `h3=":443", h2="a.test:1" , , h2="b.test:2"`, []string{"h1 h.test 443 h3 h.test 443 " + tomorrow, "h1 h.test 443 h2 a.test 1 " + tomorrow, "h1 h.test 443 h2 b.test 2 " + tomorrow}},
		{"an unknown protocol", `h9=":443", h2=":1"`, []string{"h1 h.test 443 h2 h.test 1 " + tomorrow}},
		{"nothing left of its time", `h3=":443"; ma=0`, nil},
		{"an age beyond all numbers", `h3=":443"; ma=99999999999999999999`, []string{"h1 h.test 443 h3 h.test 443 " + tomorrow}},
		{"clear", " Clear ", nil},
		{"malformed behind", `h3=":443", h2`, []string{"h1 h.test 443 h3 h.test 443 " + tomorrow}},
		{"no port", `h3="h.test"`, nil},
		{"port 0", `h3=":0"`, nil},
		{"a port too large", `h3=":65536"`, nil},
		{"a host that is none", `h3="a b:1"`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Cache{}
			c.Learn("h.test", 443, `h2="before.test:1"`, noon)
			c.Learn("H.test.", 443, tt.value, noon)
			if got := lines(t, c, noon); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, value := range []string{"", "h3", `h3=x:1`, `h3="x:1`, `h3="\"x:1"`} {
		t.Run("unreadable "+value, func(t *testing.T) {
			c := &Cache{}
			c.Learn("h.test", 443, `h2="before.test:1"`, noon)
			c.Learn("h.test", 443, value, noon)
			if got := lines(t, c, noon); len(got) != 1 {
				t.Errorf("%q, want what was known before", got)
			}
		})
	}
}

func TestLookup(t *testing.T) {
	c := &Cache{}
	c.Learn("h.test", 443, `h3=":1", http/1.1="a.test:2"; ma=60, http/1.1="b.test:3"`, noon)
	tests := []struct {
		name, host string
		port       uint16
		at         time.Duration
		want       string
	}{
		{"the first of HTTP/1.1", "h.test", 443, 0, "a.test:2"},
		{"the same host", "H.TEST.", 443, 0, "a.test:2"},
		{"behind its time", "h.test", 443, time.Minute, "b.test:3"},
		{"behind all times", "h.test", 443, 24 * time.Hour, ""},
		{"another port", "h.test", 444, 0, ""},
		{"another host", "a.test", 443, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if host, port, ok := c.Lookup(tt.host, tt.port, noon.Add(tt.at)); ok {
				got = fmt.Sprintf("%s:%d", host, port)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if _, _, ok := (*Cache)(nil).Lookup("h.test", 443, noon); ok {
		t.Error("no cache knows something")
	}
}

func TestFile(t *testing.T) {
	const good = `h1 h.test 443 h1 a.test 8443 "20261123 12:00:00" 1 7`
	tests := []struct {
		name, line string
		want       bool
	}{
		{"an entry", good, true},
		{"with more white space", "  " + strings.ReplaceAll(good, " 443 ", "\t443  ") + "\r", true},
		{"addresses", `h2 [::1] 443 h3 127.0.0.1 8443 "20261123 12:00:00" 0 0`, true},
		{"behind its time", strings.Replace(good, "20261123", "20261122", 1), false},
		{"a comment", "# " + good, false},
		{"a word too many", good + " 0", false},
		{"a word too few", strings.TrimSuffix(good, " 7"), false},
		{"no date", strings.Replace(good, "20261123 12:00:00", "tomorrow", 1), false},
		{"an unknown protocol", strings.Replace(good, "h1 a", "h9 a", 1), false},
		{"no port", strings.Replace(good, "8443", "x", 1), false},
		{"an address without brackets", strings.Replace(good, "a.test", "::1", 1), false},
		{"too long", strings.Replace(good, " ", strings.Repeat(" ", maxLine), 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Cache{}
			if err := c.Read(strings.NewReader(fileHead+tt.line+"\n"+tt.line), noon); err != nil {
				t.Fatal(err)
			}
			if got := lines(t, c, noon); (len(got) == 1) != tt.want || tt.want && got[0] != strings.Join(strings.Fields(tt.line), " ") {
				t.Errorf("%q, want it taken: %v", got, tt.want)
			}
		})
	}
}

// Servers cannot fill the memory.
func TestCacheIsBounded(t *testing.T) {
	c := &Cache{}
	for i := range maxEntries + 10 {
		c.Learn(fmt.Sprintf("h%d.test", i), 443, `h2=":1"`, noon)
	}
	c.Learn("last.test", 443, strings.Repeat(`h2=":1",`, 1000), noon)
	if got := len(lines(t, c, noon)); got != maxEntries {
		t.Errorf("%d entries, want %d", got, maxEntries)
	}
	if got := len(slices.DeleteFunc(lines(t, c, noon), func(s string) bool { return !strings.Contains(s, "last.test") })); got > maxOffers {
		t.Errorf("%d of one field, want %d at most", got, maxOffers)
	}
}

// Whatever is learnt or read can be written and read again, and is the same then.
func FuzzCache(f *testing.F) {
	f.Add(`h3=":443"; ma=60; persist=1, http/1.1="[::1]:8443"`, `h1 h.test 443 h1 a.test 8443 "20261123 12:00:00" 1 7`)
	f.Add(`clear`, ``)
	f.Add(`h2="a.test:1"; x="a;b,c"`, `h2 [::1] 1 h3 b 2 "99991231 23:59:59" 0 4294967295`)
	f.Fuzz(func(t *testing.T, field, line string) {
		c := &Cache{}
		c.Learn("h.test", 443, field, noon)
		if err := c.Read(strings.NewReader(line), noon); err != nil {
			t.Fatal(err)
		}
		before := lines(t, c, noon)
		again := &Cache{}
		if err := again.Read(strings.NewReader(strings.Join(before, "\n")), noon); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, lines(t, again, noon)); diff != "" {
			t.Fatalf("-before +again:\n%s", diff)
		}
		if host, port, ok := c.Lookup("h.test", 443, noon); ok && (host == "" || port == 0) {
			t.Fatalf("leads to %q:%d", host, port)
		}
	})
}
