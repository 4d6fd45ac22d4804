package weburl

import (
	"strings"
	"testing"
)

// hostile are inputs that make parsers loop, overflow or disagree with themselves.
var hostile = []string{
	"", ":", "//", "http:", "http://", "http:///", `http:\\\\`, "http://@", "http://@@@h", "http://u:p@h:@:",
	"http://[", "http://]", "http://[]:", "http://[::1%25]", "http://%", "http://%zz", "http://%00", "http://h%ff",
	"http://1.2.3.4.5", "http://0x", "http://4294967296", "http://1.2.3.", "http://１。２",
	"http://xn--", "http://xn--ä", "http://ｘn--4ca.ä", "http://\u00ad", "http://ä..ß。", "http://xn--99999999999.é",
	"http://אa.1", "http://a\u200db.ä", "http://=\u0338", "http://h\ufffd", "http://h/\xf0\x9f\xff\xed\xa0\x80",
	"file:", "file:///C|/../..", "file://C|/", "file:/C:\\..", "file://localhost", "file:///./C|", "//d|?x",
	"data: a  ?b", "data: \t", "a:/..//b", "a:/.//b", "a://u:p@", "a://\x7f^", "a:b#c#d", "?", "#", ".", "..", "/..",
	"http://h/a/%2e%2E/.%2e/..", "\x00http://h\t/\n\x1f", "ht\ttp://h:6553\n6/", "http://h:00000000000000000000080/",
}

func FuzzParse(f *testing.F) {
	bases := []string{"http://u:p@h.test:81/a/b?q#f", "file://srv/C:/a?q", "git:/a//b", "data:,a b#f"}
	for i, s := range hostile {
		f.Add(bases[i%len(bases)], s)
	}
	f.Fuzz(func(t *testing.T, base, input string) {
		if u, err := Parse(input); err == nil {
			checkURL(t, u)
		} else {
			checkText(t, err.Error())
		}
		b, err := Parse(base)
		if err != nil {
			return
		}
		if u, err := b.Parse(input); err == nil {
			checkURL(t, u)
		}
	})
}

// checkURL asserts what holds for every URL.
func checkURL(t *testing.T, u *URL) {
	t.Helper()
	href := u.Href()
	for i := range len(href) {
		// The standard leaves a space in an opaque path and nowhere else.
		if c := href[i]; c < ' ' || c > '~' || c == ' ' && !u.opaque {
			t.Fatalf("%q holds %#x", href, c)
		}
	}
	checkText(t, u.Redacted())
	v, err := Parse(href)
	if err != nil {
		t.Fatalf("%q does not parse again: %v", href, err)
	}
	if *v != *u {
		t.Fatalf("%q parsed again is %q: %#v, want %#v", href, v.Href(), *v, *u)
	}
	if same, err := u.Parse(href); err != nil || *same != *u {
		t.Fatalf("%q against itself is %v, %v", href, same, err)
	}
	for _, w := range []*URL{u.WithoutCredentials(), u.WithoutFragment()} {
		if x, err := Parse(w.Href()); err != nil || *x != *w {
			t.Fatalf("%q, derived, does not parse to itself: %v, %v", w.Href(), x, err)
		}
	}
	if u.Special() && (!strings.HasPrefix(u.Target(), "/") || u.hasHost == (u.host.text == "") && u.scheme != "file") {
		t.Fatalf("%q: target %q, host %q", href, u.Target(), u.host.text)
	}
}

func checkText(t *testing.T, s string) {
	t.Helper()
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 }); i >= 0 {
		t.Fatalf("%q holds a control character at %d", s, i)
	}
}
