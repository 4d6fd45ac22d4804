package cookie

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// now is the moment of all tests.
var now = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)

var (
	plain  = Origin{Host: "www.example.org", Path: "/a/b/c"}
	secure = Origin{Host: "www.example.org", Path: "/a/b/c", Secure: true}
)

func days(n int) int64 { return now.Add(time.Duration(n) * 24 * time.Hour).Unix() }

// kept is the only cookie of a jar, nil without one.
func kept(j *Jar) *Cookie {
	for _, cookies := range j.domains {
		c := *cookies[0]
		c.created = 0
		return &c
	}
	return nil
}

func TestSet(t *testing.T) {
	usual := func(change func(*Cookie)) *Cookie {
		c := &Cookie{Name: "a", Value: "b", Domain: "www.example.org", HostOnly: true, Path: "/a/b"}
		if change != nil {
			change(c)
		}
		return c
	}
	tests := []struct {
		name   string
		origin Origin
		value  string
		want   *Cookie
		err    error
	}{
		{"bare", plain, "a=b", usual(nil), nil},
		{"white space", plain, " \ta \t= \t b\t ; x", usual(nil), nil},
		{"equals sign in the value", plain, "a=b=c", usual(func(c *Cookie) { c.Value = "b=c" }), nil},
		{"quoted", plain, `a="b"`, usual(func(c *Cookie) { c.Value = `"b"` }), nil},
		{"no value", plain, "a=", usual(func(c *Cookie) { c.Value = "" }), nil},
		{"no name", plain, "b", usual(func(c *Cookie) { c.Name = "" }), nil},
		{"no name, with equals sign", plain, "=b", usual(func(c *Cookie) { c.Name = "" }), nil},
		{"nothing", plain, "", nil, ErrEmpty},
		{"nothing but a sign", plain, " = ; path=/", nil, ErrEmpty},
		{"tab", plain, "a=b\tc", usual(func(c *Cookie) { c.Value = "b\tc" }), nil},
		{"control character", plain, "a=b\x01c", nil, ErrControl},
		{"DEL in an attribute", plain, "a=b; path=/\x7f", nil, ErrControl},
		{"as long as may be", plain, strings.Repeat("n", 4000) + "=" + strings.Repeat("v", 96), usual(func(c *Cookie) {
			c.Name, c.Value = strings.Repeat("n", 4000), strings.Repeat("v", 96)
		}), nil},
		{"too long", plain, strings.Repeat("n", 4000) + "=" + strings.Repeat("v", 97), nil, ErrTooLong},
		{"prefix in a value without name", plain, "__HOST-a=b", nil, ErrPrefix},
		{"prefix behind the sign", plain, "=__Host-a=b", nil, ErrPrefix},

		{"path", plain, "a=b; PATH = /x/", usual(func(c *Cookie) { c.Path = "/x/" }), nil},
		{"last path counts", plain, "a=b; path=/x; path=y", usual(nil), nil},
		{"path too long", plain, "a=b; path=/" + strings.Repeat("x", 1024), usual(nil), nil},
		{"HttpOnly", plain, "a=b; httponly=x", usual(func(c *Cookie) { c.HTTPOnly = true }), nil},
		{"Secure", secure, "a=b; Secure", usual(func(c *Cookie) { c.Secure = true }), nil},
		{"Secure without TLS", plain, "a=b; secure", nil, ErrInsecure},

		{"own domain", plain, "a=b; Domain=www.EXAMPLE.org", usual(func(c *Cookie) { c.Domain, c.HostOnly = "www.EXAMPLE.org", false }), nil},
		{"domain above", plain, "a=b; domain=.example.org", usual(func(c *Cookie) { c.Domain, c.HostOnly = "example.org", false }), nil},
		{"last domain counts", plain, "a=b; domain=com; domain=", usual(nil), nil},
		{"domain below", plain, "a=b; domain=x.www.example.org", nil, ErrDomain},
		{"other domain", plain, "a=b; domain=ample.org", nil, ErrDomain},
		{"domain with a dot behind", plain, "a=b; domain=example.org.", nil, ErrDomain},
		{"public suffix", plain, "a=b; domain=ORG", nil, ErrSuffix},
		{"public suffix of the wild", Origin{Host: "a.b.ck"}, "a=b; domain=b.ck", nil, ErrSuffix},
		{"public suffix with a dot", Origin{Host: "first.me."}, "a=b; domain=.me.", nil, ErrSuffix},
		{"own public suffix", Origin{Host: "co.uk"}, "a=b; domain=co.uk", &Cookie{Name: "a", Value: "b", Domain: "co.uk", HostOnly: true, Path: "/"}, nil},
		{"address", Origin{Host: "127.0.0.1"}, "a=b; domain=127.0.0.1", &Cookie{Name: "a", Value: "b", Domain: "127.0.0.1", HostOnly: true, Path: "/"}, nil},
		{"end of an address", Origin{Host: "127.0.0.1"}, "a=b; domain=0.0.1", nil, ErrDomain},
		{"localhost", Origin{Host: "localhost", Secure: true}, "a=b; domain=localhost; secure", &Cookie{Name: "a", Value: "b", Domain: "localhost", Path: "/", Secure: true}, nil},

		{"expires", plain, "a=b; expires=Wed, 23 Dec 2026 00:00:00 GMT", usual(func(c *Cookie) {
			c.Expires = time.Date(2026, 12, 23, 0, 0, 0, 0, time.UTC).Unix()
		}), nil},
		{"expires is no date", plain, "a=b; expires=tomorrow", usual(nil), nil},
		{"expired", plain, "a=b; expires=Thu, 01 Jan 1970 00:00:00 GMT", nil, nil},
		{"expires too late", plain, "a=b; expires=Fri, 31 Dec 2100 00:00:00 GMT", usual(func(c *Cookie) { c.Expires = days(400) }), nil},
		{"max-age", plain, "a=b; max-age=86400; expires=Thu, 01 Jan 1970 00:00:00 GMT", usual(func(c *Cookie) { c.Expires = days(1) }), nil},
		{"max-age of nothing", plain, "a=b; max-age=0; expires=Fri, 31 Dec 2100 00:00:00 GMT", nil, nil},
		{"max-age below nothing", plain, "a=b; max-age=-99999999999999999999", nil, nil},
		{"max-age beyond numbers", plain, "a=b; max-age=99999999999999999999", usual(func(c *Cookie) { c.Expires = days(400) }), nil},
		{"max-age is no number", plain, "a=b; max-age=1d", usual(nil), nil},
		{"last max-age that is one counts", plain, "a=b; max-age=0; max-age=86400; max-age=x", usual(func(c *Cookie) { c.Expires = days(1) }), nil},

		{"__Secure- kept", secure, "__Secure-a=b; secure", usual(func(c *Cookie) { c.Name, c.Secure = "__Secure-a", true }), nil},
		{"__Secure- broken", secure, "__sEcUrE-a=b", nil, ErrPrefix},
		{"__Host- kept", secure, "__Host-a=b; secure; path=/", usual(func(c *Cookie) { c.Name, c.Secure, c.Path = "__Host-a", true, "/" }), nil},
		{"__Host- of a path", secure, "__host-a=b; secure; path=/a", nil, ErrPrefix},
		{"__Host- without path", Origin{Host: "h.test", Path: "/", Secure: true}, "__Host-a=b; secure", nil, ErrPrefix},
		{"__Host- with domain", secure, "__Host-a=b; secure; path=/; domain=www.example.org", nil, ErrPrefix},
		{"__Host- of a suffix with domain", Origin{Host: "co.uk", Secure: true}, "__Host-a=b; secure; path=/; domain=co.uk", nil, ErrPrefix},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var j Jar
			if err := j.Set(tt.origin, tt.value, now); err != tt.err {
				t.Errorf("Set(%q) = %v, want %v", tt.value, err, tt.err)
			}
			if diff := cmp.Diff(tt.want, kept(&j), cmp.AllowUnexported(Cookie{})); diff != "" {
				t.Errorf("Set(%q) (-want +got):\n%s", tt.value, diff)
			}
		})
	}
}

func TestDates(t *testing.T) {
	want := time.Date(2027, 4, 18, 22, 50, 12, 0, time.UTC)
	tests := []struct {
		name, text string
		want       time.Time
	}{
		{"of RFC 9110", "Sun, 18 Apr 2027 22:50:12 GMT", want},
		{"of RFC 850", "Sunday, 18-Apr-27 22:50:12 GMT", want},
		{"of asctime", "Sun Apr 18 22:50:12 2027", want},
		{"any order", "2027 aprilis 22:50:12.345 18", want},
		{"a zone does not count", "18 Apr 2027 22:50:12 +0900", want},
		{"the first of each counts", "18 Apr May 2027 2028 22:50:12 23:00:00 1", want},
		{"single digits", "1 Jan 2030 1:2:3", time.Date(2030, 1, 1, 1, 2, 3, 0, time.UTC)},
		{"two digits of a year", "1 Jan 70 00:00:00", time.Unix(0, 0).UTC()},
		{"two digits of this century", "1 Jan 69 00:00:00", time.Date(2069, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"29 February", "29 Feb 2028 00:00:00", time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"no 29 February", "29 Feb 2027 00:00:00", time.Time{}},
		{"no such hour", "18 Apr 2027 24:00:00", time.Time{}},
		{"no such minute", "18 Apr 2027 23:60:00", time.Time{}},
		{"no seconds", "18 Apr 2027 22:50", time.Time{}},
		{"too many digits", "18 Apr 2027 022:50:12", time.Time{}},
		{"no day", "Apr 2027 22:50:12", time.Time{}},
		{"day 0", "0 Apr 2027 22:50:12", time.Time{}},
		{"a day of three digits is a year", "018 Apr 2027 22:50:12", time.Time{}},
		{"before there was GMT", "18 Apr 1600 22:50:12", time.Time{}},
		{"a month cut short", "18 Ap 2027 22:50:12", time.Time{}},
		{"too long", "18 Apr 2027 22:50:12" + strings.Repeat(".", 60), time.Time{}},
		{"nothing", "", time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := parseDate(tt.text)
			if ok == tt.want.IsZero() || ok && !got.Equal(tt.want) {
				t.Errorf("parseDate(%q) = %v, %v, want %v", tt.text, got, ok, tt.want)
			}
		})
	}
}

// What lasts as long as may be ends with the minute that is nearest, as with curl.
func TestTheLongestEndsWithAMinute(t *testing.T) {
	for second, want := range map[int]int64{0: 0, 29: 0, 30: 60, 59: 60} {
		var j Jar
		if err := j.Set(plain, "a=b; max-age=99999999999", now.Add(time.Duration(second)*time.Second)); err != nil {
			t.Fatal(err)
		}
		if got := kept(&j).Expires; got != days(400)+want {
			t.Errorf("at second %d: %d, want %d", second, got, days(400)+want)
		}
	}
}
