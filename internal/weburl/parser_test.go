package weburl

import "testing"

// hrefCase gives what a reference becomes; an empty want means it is refused.
type hrefCase struct{ name, base, input, want string }

func runHrefCases(t *testing.T, cases []hrefCase) {
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			u, err := resolve(tt.base, tt.input)
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("%q against %q = %q, want an error", tt.input, tt.base, u.Href())
			case tt.want != "" && err != nil:
				t.Errorf("%q against %q: %v, want %q", tt.input, tt.base, err, tt.want)
			case err == nil && u.Href() != tt.want:
				t.Errorf("%q against %q = %q, want %q", tt.input, tt.base, u.Href(), tt.want)
			}
		})
	}
}

func resolve(base, input string) (*URL, error) {
	if base == "" {
		return Parse(input)
	}
	b, err := Parse(base)
	if err != nil {
		return nil, err
	}
	return b.Parse(input)
}

func TestSchemeStates(t *testing.T) {
	const base = "http://h.test/dir/page?q#f"
	runHrefCases(t, []hrefCase{
		{"scheme start/upper case", "", "WsS://h.test", "wss://h.test/"},
		{"scheme start/digit", "", "1http://h.test", ""},
		{"scheme start/empty", "", "", ""},
		{"scheme/all its characters", "", "a1+b-c.d:x", "a1+b-c.d:x"},
		{"scheme/other character", "", "a_b:x", ""},
		{"scheme/no colon", "", "http", ""},
		{"scheme/not a scheme is a path", base, "a_b:x", "http://h.test/dir/a_b:x"},
		{"no scheme/opaque base", "data:,x", "y", ""},
		{"no scheme/opaque base, query", "data:,x", "?y", ""},
		{"no scheme/opaque base, fragment", "data:,x?q#old", "#new", "data:,x?q#new"},
		{"no scheme/opaque base, empty reference", "data:,x", "", ""},
		{"special relative or authority/same scheme", base, "http:other", "http://h.test/dir/other"},
		{"special relative or authority/two slashes", base, "http://other", "http://other/"},
		{"special relative or authority/one slash", base, "http:/other", "http://h.test/other"},
		{"special authority slashes/another scheme", base, "https:other", "https://other/"},
		{"special authority ignore slashes", "", `http:/\/\h.test/a`, "http://h.test/a"},
		{"path or authority/path", "", "git:/a/b", "git:/a/b"},
		{"path or authority/authority", "", "git://a/b", "git://a/b"},
		{"path or authority/backslash", "", `git:/\a`, `git:/\a`},
	})
}

func TestRelativeStates(t *testing.T) {
	const base = "http://u:p@h.test:81/dir/sub/page?q#f"
	runHrefCases(t, []hrefCase{
		{"relative/empty", base, "", "http://u:p@h.test:81/dir/sub/page?q"},
		{"relative/query", base, "?x", "http://u:p@h.test:81/dir/sub/page?x"},
		{"relative/empty query", base, "?", "http://u:p@h.test:81/dir/sub/page?"},
		{"relative/fragment", base, "#x", "http://u:p@h.test:81/dir/sub/page?q#x"},
		{"relative/path", base, "x", "http://u:p@h.test:81/dir/sub/x"},
		{"relative/dot", base, ".", "http://u:p@h.test:81/dir/sub/"},
		{"relative/up", base, "../x", "http://u:p@h.test:81/dir/x"},
		{"relative/up too far", base, "../../../../x", "http://u:p@h.test:81/x"},
		{"relative slash/path", base, "/x", "http://u:p@h.test:81/x"},
		{"relative slash/backslash", base, `\x`, "http://u:p@h.test:81/x"},
		{"relative slash/authority drops credentials", base, "//o.test/x", "http://o.test/x"},
		{"relative slash/slash and backslash", base, `/\o.test`, "http://o.test/"},
		{"relative slash/many slashes", base, "////o.test", "http://o.test/"},
		{"relative slash/other scheme", "git://h/a/b", "//o/x", "git://o/x"},
		{"relative slash/other scheme, empty host", "git://h/a/b", "///x", "git:///x"},
		{"relative/other scheme, backslash", "git://h/a/b", `\x`, `git://h/a/\x`},
		{"relative/other scheme without host", "git:/a/b", "c", "git:/a/c"},
		{"relative/other scheme without path", "git://h", "c", "git://h/c"},
	})
}

func TestAuthorityStates(t *testing.T) {
	runHrefCases(t, []hrefCase{
		{"authority/encoded", "", "http://a b:c/d@h.test", ""},
		{"authority/userinfo set", "", "http://a^[|]';=:é@h.test", "http://a%5E%5B%7C%5D'%3B%3D:%C3%A9@h.test/"},
		{"authority/no host", "", "http://u:p@", ""},
		{"authority/no host, other scheme", "", "git://u@/x", ""},
		{"authority/backslash ends it", "", `http://h.test\@o.test`, "http://h.test/@o.test"},
		{"authority/backslash in another scheme", "", `git://u\@h/`, "git://u%5C@h/"},
		{"host/none", "", "http://", ""},
		{"host/only query", "", "https://?q", ""},
		{"host/none, other scheme", "", "git://", "git://"},
		{"host/none but a port", "", "git://:80", ""},
		{"host/colon in brackets", "", "http://[::1]:8/", "http://[::1]:8/"},
		{"port/default", "", "ftp://h.test:21/", "ftp://h.test/"},
		{"port/default of another", "", "ftp://h.test:80/", "ftp://h.test:80/"},
		{"port/empty", "", "http://h.test:/", "http://h.test/"},
		{"port/highest", "", "http://h.test:65535/", "http://h.test:65535/"},
		{"port/too high", "", "http://h.test:65536/", ""},
		{"port/beyond any integer", "", "http://h.test:99999999999999999999999/", ""},
		{"port/not digits", "", "http://h.test:8a/", ""},
		{"port/two", "", "http://h.test:8:9/", ""},
		{"port/zero in another scheme", "", "git://h:0", "git://h:0"},
	})
}

func TestFileStates(t *testing.T) {
	const base = "file://srv/C:/dir/page?q#f"
	runHrefCases(t, []hrefCase{
		{"file/no slash", "", "file:a", "file:///a"},
		{"file/one slash", "", "file:/a", "file:///a"},
		{"file/empty", "", "file:", "file:///"},
		{"file/base, empty", base, "", "file://srv/C:/dir/page?q"},
		{"file/base, query", base, "?x", "file://srv/C:/dir/page?x"},
		{"file/base, fragment", base, "#x", "file://srv/C:/dir/page?q#x"},
		{"file/base, path", base, "x", "file://srv/C:/dir/x"},
		{"file/base, drive stays", base, "../../../x", "file://srv/C:/x"},
		{"file/base, drive letter", base, "D|/x", "file://srv/D:/x"},
		{"file/base, drive letter at the end", base, "D|", "file://srv/D:"},
		{"file/base, no drive letter", base, "D|x", "file://srv/C:/dir/D|x"},
		{"file/base of another scheme", "http://h.test/", "file:a", "file:///a"},
		{"file slash/base drive", base, "/x", "file://srv/C:/x"},
		{"file slash/base drive, own drive", base, "/D:/x", "file://srv/D:/x"},
		{"file slash/base without drive", "file://srv/a", "/x", "file://srv/x"},
		{"file host/localhost", "", "file://LOCALHOST/x", "file:///x"},
		{"file host/encoded localhost", "", "file://l%6Fcalhost/x", "file:///x"},
		{"file host/drive letter", "", "file://c|/x", "file:///c:/x"},
		{"file host/drive letter, base", base, "//d:/x", "file:///d:/x"},
		{"file host/empty", "", "file:///x", "file:///x"},
		{"file host/port", "", "file://srv:80/x", ""},
		{"file host/address", "", "file://0x7f.1/x", "file://127.0.0.1/x"},
		{"path/drive letter later", "", "file:///a/C|/x", "file:///a/C|/x"},
		{"path/drive letter survives dots", "", "file:///C:/../..", "file:///C:/"},
		{"path/empty segments", "", "file:////a//b", "file:////a//b"},
	})
}

func TestPathStates(t *testing.T) {
	runHrefCases(t, []hrefCase{
		{"path start/other scheme, query", "", "git://h?q", "git://h?q"},
		{"path start/other scheme, fragment", "", "git://h#f", "git://h#f"},
		{"path/backslash", "", `http://h.test/a\b`, "http://h.test/a/b"},
		{"path/backslash, other scheme", "", `git://h/a\b`, `git://h/a\b`},
		{"path/single dots", "", "http://h.test/./a/./b/.", "http://h.test/a/b/"},
		{"path/double dots", "", "http://h.test/a/../b/..", "http://h.test/"},
		{"path/double dots and backslash", "", `http://h.test/a/..\b`, "http://h.test/b"},
		{"path/encoded dots", "", "http://h.test/a/%2e/%2E%2e/b/.%2e/%2e.", "http://h.test/"},
		{"path/three dots", "", "http://h.test/a/.../%2e%2e%2e", "http://h.test/a/.../%2e%2e%2e"},
		{"path/dots in a name", "", "http://h.test/a/..b/.c", "http://h.test/a/..b/.c"},
		{"path/dots over empty segments", "", "http://h.test/a//../..", "http://h.test/"},
		{"path/encode set", "", "http://h.test/ \"<>^`{}\x7fé'|[]%~", "http://h.test/%20%22%3C%3E%5E%60%7B%7D%7F%C3%A9'|[]%~"},
		{"path/no host but two slashes", "", "git:/..//x", "git:/.//x"},
		{"path/no host but two slashes, again", "", "git:/.//x", "git:/.//x"},
		{"path/dots alone, other scheme", "", "git:/a/..", "git:/"},
		{"opaque path/space inside", "", "data:a b", "data:a b"},
		{"opaque path/space at the end", "", "data:a  ", "data:a"},
		{"opaque path/space before query", "", "data:a  ?b", "data:a %20?b"},
		{"opaque path/space before fragment", "", "data: #b", "data:%20#b"},
		{"opaque path/encode set", "", "data:<\x01\x7fé\">", "data:<%01%7F%C3%A9\">"},
		{"opaque path/empty", "", "data:", "data:"},
		{"query/special", "", "http://h.test?'\"<>#`", "http://h.test/?%27%22%3C%3E#%60"},
		{"query/other scheme", "", "git://h?'\"`{", "git://h?'%22`{"},
		{"query/question marks", "", "http://h.test??a?", "http://h.test/??a?"},
		{"query/UTF-8", "", "http://h.test?é\U0001F600", "http://h.test/?%C3%A9%F0%9F%98%80"},
		{"fragment/encode set", "", "http://h.test# \"<>`#{'é", "http://h.test/#%20%22%3C%3E%60#{'%C3%A9"},
	})
}

func TestInput(t *testing.T) {
	runHrefCases(t, []hrefCase{
		{"controls and spaces around", "", "\x00\x1f http://h.test/\x1b ", "http://h.test/"},
		{"tabs and newlines inside", "", "ht\ntp:\t//h.\r\ntest/\ta", "http://h.test/a"},
		{"NUL inside", "", "http://h.test/a\x00b?\x00#\x00.", "http://h.test/a%00b?%00#%00."},
		{"lone byte", "", "http://h.test/\xff", "http://h.test/%EF%BF%BD"},
		{"start of a character is one U+FFFD", "", "data:\xf0\x9f\x98x", "data:%EF%BF%BDx"},
		{"surrogate is three", "", "data:\xed\xa0\x80", "data:%EF%BF%BD%EF%BF%BD%EF%BF%BD"},
		{"overlong is two", "", "data:\xc0\xaf", "data:%EF%BF%BD%EF%BF%BD"},
		{"cut short at the end", "", "data:\xe2\x82", "data:%EF%BF%BD"},
		{"two starts", "", "data:\xe2\x82\xe2\x82\xac", "data:%EF%BF%BD%E2%82%AC"},
		{"noncharacter", "", "data:\uffff", "data:%EF%BF%BF"},
	})
}
