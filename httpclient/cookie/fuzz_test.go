package cookie

import (
	"strings"
	"testing"
)

// Whatever a server sets, what is sent back has no control character and no more than may
// be, goes to no other host, and survives a file.
func FuzzSet(f *testing.F) {
	for _, s := range []string{
		"a=b", "a=b; domain=example.org; path=/; secure; httponly; max-age=60", "; ; ;", "=", "a=b\tc; path=\"/\"",
		"__Host-a=b; secure; path=/", "a=b; expires=Sun, 06 Nov 2094 08:49:37 GMT", "a=b; max-age=-1; expires=99:99:99",
		"a=b; domain=.com; domain=..org; domain=%2e", "\x00=\x7f", "a=\xff\xfe; domain=\xc3\xa9", strings.Repeat("a", 5000),
		strings.Repeat("a=b;", 5000), "expires=1 jan 69 0:0:0; expires=31 feb 2030 23:59:59",
	} {
		f.Add("www.example.org", "/a/b", s)
	}
	f.Add("127.0.0.1", "", "a=b; domain=127.0.0.1")
	f.Add("a..b.", "//", "a=b; domain=b.; path=//")
	f.Fuzz(func(t *testing.T, host, path, value string) {
		o := Origin{Host: host, Path: path, Secure: true}
		var j Jar
		if j.Set(o, value, now) != nil {
			return
		}
		for _, cookies := range j.domains {
			checkCookie(t, o, cookies[0])
		}
		got := j.Header(o, now)
		if strings.ContainsFunc(got, isControl) || len(got) > maxHeader {
			t.Fatalf("Header = %q", got)
		}
		if other := (Origin{Host: "elsewhere.test", Path: path, Secure: true}); j.Header(other, now) != "" && !domainMatch(other.Host, host) {
			t.Fatalf("%q goes to another host", value)
		}
	})
}

// checkCookie asserts what holds for every cookie that is kept.
func checkCookie(t *testing.T, o Origin, c *Cookie) {
	t.Helper()
	if !domainMatch(o.Host, c.Domain) || !strings.HasPrefix(c.Path, "/") || len(c.Name)+len(c.Value) > maxPair || c.text() == "" {
		t.Fatalf("kept: %+v of %+v", c, o)
	}
	if c.Expires > days(400)+30 {
		t.Fatalf("it lasts too long: %+v", c)
	}
}

// Whatever a file holds, what is written of it is read again as it is.
func FuzzRead(f *testing.F) {
	f.Add("h.test\tFALSE\t/\tFALSE\t0\ta\tb\n#HttpOnly_.h.test\tTRUE\t/x/\tTRUE\t22139150993\tc\td\te\n")
	f.Add("Set-Cookie: a=b; domain=h.test\r\n\tTRUE\tTRUE\n.\tFALSE\tTRUE\tTRUE\n#HttpOnly_#\t\t\t\t\t\t\n")
	f.Add("aaa\t\t///\t\t0\td\t")
	f.Add("#HttpOnly_#\tx\t/\tx\t0\ta\tb\n..x\tx\t/\tx\t0\ta\tb")
	f.Add("h\tx\t//\tx\t9223372036854775807\t=\t;\n" + strings.Repeat("x", 9000) + "\n127.0.0.1\tTRUE\t/\tFALSE\t0\ta\tb")
	f.Fuzz(func(t *testing.T, text string) {
		var j, again Jar
		if err := j.Read(strings.NewReader(text), false, now); err != nil {
			t.Fatal(err)
		}
		first := written(t, &j)
		for line := range strings.Lines(first) {
			if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), isControl) || strings.Count(line, "\t") < fields-1 {
				t.Fatalf("written: %q", line)
			}
		}
		if err := again.Read(strings.NewReader(first), false, now); err != nil {
			t.Fatal(err)
		}
		if second := written(t, &again); second != first {
			t.Fatalf("written %q, and read and written %q", first, second)
		}
	})
}

// Whatever looks like a date is one that there is.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"Sun, 06 Nov 2094 08:49:37 GMT", "99:99:99 99 dec 9999", "1:2:3 1 jan 0000", "::: 1 1 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseDate(s)
		if !ok {
			return
		}
		if y := got.Year(); y < 1601 || y > 9999 {
			t.Fatalf("%q is %v", s, got)
		}
		if again, ok := parseDate(got.Format("Mon, 02 Jan 2006 15:04:05 GMT")); !ok || !again.Equal(got) {
			t.Fatalf("%q is %v, and that is %v", s, got, again)
		}
	})
}
