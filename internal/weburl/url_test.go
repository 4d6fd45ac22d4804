package weburl

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parts are the components as the JavaScript class URL names them.
type parts struct {
	Href, Protocol, Username, Password, Host, Hostname, Port, Pathname, Search, Hash string
}

func partsOf(u *URL) parts {
	return parts{
		u.Href(), u.Protocol(), u.Username(), u.Password(), u.Host(),
		u.Hostname(), u.Port(), u.Pathname(), u.Search(), u.Hash(),
	}
}

func mustParse(t *testing.T, input string) *URL {
	t.Helper()
	u, err := Parse(input)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestComponents(t *testing.T) {
	for _, tt := range []struct {
		name, input string
		want        parts
	}{
		{"everything", "HTTPS://Ann:s3cret@Shop.Test:8443/a/b?c=d#e", parts{
			"https://Ann:s3cret@shop.test:8443/a/b?c=d#e", "https:", "Ann", "s3cret",
			"shop.test:8443", "shop.test", "8443", "/a/b", "?c=d", "#e",
		}},
		{"least", "http:shop.test", parts{
			"http://shop.test/", "http:", "", "", "shop.test", "shop.test", "", "/", "", "",
		}},
		{"empty query and fragment", "ws://shop.test/?#", parts{
			"ws://shop.test/?#", "ws:", "", "", "shop.test", "shop.test", "", "/", "", "",
		}},
		{"opaque path", "mailto:ann@shop.test?subject=hi", parts{
			"mailto:ann@shop.test?subject=hi", "mailto:", "", "", "", "", "",
			"ann@shop.test", "?subject=hi", "",
		}},
		{"opaque host", "git://Shop.Test:09/x", parts{
			"git://Shop.Test:9/x", "git:", "", "", "Shop.Test:9", "Shop.Test", "9", "/x", "", "",
		}},
		{"file", `file:\\srv\share\x`, parts{
			"file://srv/share/x", "file:", "", "", "srv", "srv", "", "/share/x", "", "",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, partsOf(mustParse(t, tt.input))); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.input, diff)
			}
		})
	}
}

func TestEffectivePort(t *testing.T) {
	for input, want := range map[string]uint16{
		"http://h.test":       80,
		"ws://h.test:":        80,
		"https://h.test:443":  443,
		"wss://h.test:444":    444,
		"ftp://h.test":        21,
		"https://h.test:0":    0,
		"http://h.test:00080": 80,
		"gopher://h.test":     0,
		"gopher://h.test:70":  70,
		"file:///etc/hosts":   0,
		"data:,x":             0,
	} {
		if got := mustParse(t, input).EffectivePort(); got != want {
			t.Errorf("EffectivePort of %q = %d, want %d", input, got, want)
		}
	}
}

func TestTarget(t *testing.T) {
	for input, want := range map[string]string{
		"http://h.test":           "/",
		"http://h.test?q":         "/?q",
		"http://h.test/a?#f":      "/a?",
		"http://h.test/a b?c d#e": "/a%20b?c%20d",
		"http://h.test//x/../#":   "//",
	} {
		if got := mustParse(t, input).Target(); got != want {
			t.Errorf("Target of %q = %q, want %q", input, got, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	for _, tt := range []struct {
		name, input    string
		user, password string
		ok             bool
		redacted       string
	}{
		{"none", "http://h.test/", "", "", false, "http://h.test/"},
		{"empty", "http://:@h.test/", "", "", false, "http://h.test/"},
		{"user", "http://ann@h.test/", "ann", "", true, "http://ann@h.test/"},
		{"password only", "http://:p@h.test/", "", "p", true, "http://:…@h.test/"},
		{"colons in the password", "http://a:b:c@h.test/", "a", "b:c", true, "http://a:…@h.test/"},
		{"at signs", "http://a@b:c@d@h.test/", "a@b", "c@d", true, "http://a%40b:…@h.test/"},
		{"encoded bytes", "http://%00%ff:%41%zz@h.test/", "\x00\xff", "A%zz", true, "http://%00%ff:…@h.test/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := mustParse(t, tt.input)
			user, password, ok := u.Credentials()
			if user != tt.user || password != tt.password || ok != tt.ok {
				t.Errorf("Credentials of %q = %q, %q, %t, want %q, %q, %t",
					tt.input, user, password, ok, tt.user, tt.password, tt.ok)
			}
			if got := u.Redacted(); got != tt.redacted {
				t.Errorf("Redacted of %q = %q, want %q", tt.input, got, tt.redacted)
			}
		})
	}
}

func TestWithout(t *testing.T) {
	const input = "http://a:b@h.test/p?q#f"
	u := mustParse(t, input)
	if got, want := u.WithoutCredentials().Href(), "http://h.test/p?q#f"; got != want {
		t.Errorf("WithoutCredentials of %q = %q, want %q", input, got, want)
	}
	if got, want := u.WithoutFragment().Href(), "http://a:b@h.test/p?q"; got != want {
		t.Errorf("WithoutFragment of %q = %q, want %q", input, got, want)
	}
	if got := u.Href(); got != input {
		t.Errorf("%q became %q: a URL must not change", input, got)
	}
}

func TestSameOrigin(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"http://h.test/a", "http://u@H.TEST:80/b#c", true},
		{"http://h.test", "https://h.test", false},
		{"http://h.test:443", "https://h.test", false},
		{"http://h.test", "http://h.test.", false},
		{"http://h.test", "http://h.test:81", false},
		{"http://127.0.0.1", "http://0x7f.1", true},
		{"file:///a", "file:///a", false},
		{"git://h.test/", "git://h.test/", false},
	} {
		if got := mustParse(t, tt.a).SameOrigin(mustParse(t, tt.b)); got != tt.want {
			t.Errorf("SameOrigin of %q and %q = %t, want %t", tt.a, tt.b, got, tt.want)
		}
	}
}
