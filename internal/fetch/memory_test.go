package fetch

import (
	"encoding/base64"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"fetchscope/httpclient/cookie"
	"fetchscope/httpclient/hsts"
	"fetchscope/internal/netrc"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// setting is a response that sets cookies and redirects.
func setting(to string, cookies ...string) string {
	fields := ""
	for _, c := range cookies {
		fields += "Set-Cookie: " + c + "\r\n"
	}
	return strings.Replace(found(to), "Connection:", fields+"Connection:", 1)
}

// naming leads names to peers.
func naming(t *testing.T, overrides ...string) resolver.Config {
	t.Helper()
	var c resolver.Config
	for _, text := range overrides {
		o, err := resolver.ParseOverride(text)
		if err != nil {
			t.Fatal(err)
		}
		c.Overrides = append(c.Overrides, o)
	}
	return c
}

// at is a URL of a peer by another name; a is its address.
func at(a net.Addr, host, path string) string {
	_, port, _ := net.SplitHostPort(a.String())
	return "http://" + host + ":" + port + path
}

// on is the override that leads a name to a peer.
func on(p *peer, host string) string {
	_, port, _ := net.SplitHostPort(p.Addr().String())
	return host + ":" + port + ":127.0.0.1"
}

func TestCookiesAlongRedirects(t *testing.T) {
	tests := []struct {
		name string
		// sets comes from www.example.org, which redirects to the host and path.
		sets     []string
		to, path string
		o        Options
		want     []string // the Cookie field of both requests
	}{
		{"kept", []string{"a=1; path=/", "b=2; domain=example.org; path=/"}, "www.example.org", "/x", Options{}, []string{"", "a=1; b=2"}},
		{"by their domain", []string{"a=1; path=/", "b=2; domain=example.org; path=/"}, "other.example.org", "/x", Options{}, []string{"", "b=2"}},
		{"by their path", []string{"a=1; path=/x", "b=2; path=/y"}, "www.example.org", "/x", Options{}, []string{"", "a=1"}},
		{"of another's domain", []string{"a=1; domain=example.net"}, "example.net", "/", Options{}, []string{"", ""}},
		{"of a public suffix", []string{"a=1; domain=org"}, "example.org", "/", Options{}, []string{"", ""}},
		{"before those of the command line", []string{"a=1; path=/"}, "www.example.org", "/", Options{Cookie: "own=0; more=0"}, []string{"own=0; more=0", "a=1; own=0; more=0"}},
		{"those of the command line stay", nil, "other.example.org", "/", Options{Cookie: "own=0"}, []string{"own=0", ""}},
		{"or may go", nil, "other.example.org", "/", Options{Cookie: "own=0", Trusted: true}, []string{"own=0", "own=0"}},
		{"a field given counts instead", []string{"a=1; path=/"}, "www.example.org", "/", Options{Cookie: "own=0", Header: []HeaderOption{{Name: "cookie", Value: "x=y"}}}, []string{"x=y", "x=y"}},
		{"of the host that Host names", []string{"a=1; path=/; domain=named.test"}, "www.example.org", "/", Options{Header: []HeaderOption{{Name: "Host", Value: "www.named.test"}}}, []string{"", "a=1"}},
		{"Host is for its own URL", []string{"a=1; path=/; domain=named.test"}, "other.example.org", "/", Options{Header: []HeaderOption{{Name: "Host", Value: "www.named.test"}}}, []string{"", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := listen(t, func(head string, c net.Conn) {
				if strings.HasPrefix(head, "GET /first ") {
					io.WriteString(c, setting(at(c.LocalAddr(), tt.to, tt.path), tt.sets...))
				} else {
					io.WriteString(c, fine)
				}
			})
			o := tt.o
			o.Follow, o.MaxRedirects, o.Cookies = true, 5, &cookie.Jar{}
			o.Resolver = naming(t, on(p, "www.example.org"), on(p, "other.example.org"), on(p, "example.org"), on(p, "example.net"))
			if r := run(t, o, at(p.Addr(), "www.example.org", "/first")); r.err != nil {
				t.Fatal(r.err)
			}
			var got []string
			for _, head := range p.seen() {
				got = append(got, value(head, "Cookie"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Without a jar nothing is kept; with one, an error status does not matter.
func TestCookiesAreKeptWhereWanted(t *testing.T) {
	const refused = "HTTP/1.1 403 Forbidden\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	p := listen(t, say(refused))
	for _, tt := range []struct {
		name string
		jar  *cookie.Jar
		want []string
	}{
		{"no jar", nil, []string{"", ""}},
		{"jar", &cookie.Jar{}, []string{"", "a=1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(p.seen())
			for range tt.want {
				_ = run(t, Options{Cookies: tt.jar, FailOnError: true}, p.url("/")) // 22
			}
			var got []string
			for _, head := range p.seen()[before:] {
				got = append(got, value(head, "Cookie"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("sent %q, want %q", got, tt.want)
			}
		})
	}
}

// What a jar does not take is told, up to a limit, without the value.
func TestRefusedCookiesAreTold(t *testing.T) {
	sets := []string{"a=secret; domain=com", "secret\x01", " b =secret; secure", "kept=1"}
	for range 2 * maxRefusals {
		sets = append(sets, "c=secret; domain=com")
	}
	p := listen(t, say(strings.Replace(setting("/", sets...), "302 Found", "200 OK", 1)))
	o := Options{Cookies: &cookie.Jar{}, Resolver: naming(t, on(p, "h.test"))}
	got := run(t, o, at(p.Addr(), "h.test", "/")).doc.Exchanges[0].Response.RefusedCookies
	if len(got) != maxRefusals {
		t.Fatalf("%d are told of, want %d", len(got), maxRefusals)
	}
	want := []trace.CookieRefused{
		{Name: "a", Why: cookie.ErrSuffix.Error()}, {Name: "", Why: cookie.ErrControl.Error()}, {Name: "b", Why: cookie.ErrInsecure.Error()},
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestHSTSBeforeAnythingIsResolved(t *testing.T) {
	known := &hsts.Cache{}
	if err := known.Learn("www.example.org", "max-age=60", time.Now()); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, url, want string }{
		{"plain", "http://www.example.org/a?b#c", "https://www.example.org/a?b#c"},
		{"port of http", "http://www.example.org:80/", "https://www.example.org/"},
		{"port of its own", "http://u:p@www.example.org:8080/", "https://u:p@www.example.org:8080/"},
		{"dot behind", "http://www.example.org./", "https://www.example.org./"},
		{"another full stop", "http://www.example\u3002org\u3002/", "https://www.example.org./"},
		{"percent-encoded dot", "http://www.example.org%e3%80%82/", "https://www.example.org./"},
		{"https already", "https://www.example.org/", ""},
		{"another host", "http://example.org/", ""},
		{"an address", "http://127.0.0.1/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := weburl.Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			f := &Fetcher{o: Options{HSTS: known}}
			got, from := f.strict(u)
			switch {
			case tt.want == "" && (from != nil || got != u):
				t.Errorf("%s became %s", tt.url, got.Href())
			case tt.want != "" && (from != u || got.Href() != tt.want):
				t.Errorf("%s became %s, want %s", tt.url, got.Href(), tt.want)
			}
		})
	}
}

// A redirect to a host that wants https goes there by https, and the trace says so. What a
// server says without TLS does not count.
func TestHSTSAlongRedirects(t *testing.T) {
	p := listen(t, func(_ string, c net.Conn) {
		reply := found(at(c.LocalAddr(), "strict.test", "/x"))
		io.WriteString(c, strings.Replace(reply, "Connection:", "Strict-Transport-Security: max-age=60\r\nConnection:", 1))
	})
	known := &hsts.Cache{}
	if err := known.Learn("strict.test", "max-age=60", time.Now()); err != nil {
		t.Fatal(err)
	}
	r := run(t, Options{
		Follow: true, MaxRedirects: 5, HSTS: known,
		// Nothing listens there.
		Resolver: naming(t, on(p, "plain.test"), strings.Replace(on(p, "strict.test"), "127.0.0.1", "[::1]", 1)),
	}, at(p.Addr(), "plain.test", "/"))
	if r.err == nil || len(r.doc.Exchanges) != 2 || r.doc.Error.Phase != trace.Connect {
		t.Fatalf("%v after %d exchanges, want the second to fail to connect", r.err, len(r.doc.Exchanges))
	}
	x := r.doc.Exchanges[1]
	if want := at(p.Addr(), "strict.test", "/x"); x.UpgradedFrom != want || x.URL != "https"+strings.TrimPrefix(want, "http") {
		t.Errorf("%s was made of %s, want it of %s", x.URL, x.UpgradedFrom, want)
	}
	if r.doc.Exchanges[0].UpgradedFrom != "" || known.Applies("plain.test", time.Now()) {
		t.Error("what was said without TLS counts")
	}
}

func TestNetrc(t *testing.T) {
	const file = `machine 127.0.0.1 login me password word
machine 127.0.0.1 login you password other
machine other.test login them password theirs
`
	tests := []struct {
		name     string
		userinfo string // of the URL
		to       string // where it redirects, "" for nowhere
		o        Options
		want     []string
	}{
		{"by the host", "", "", Options{NetrcFirst: true}, []string{"me:word"}},
		{"by the URL's login", "you@", "", Options{NetrcFirst: true}, []string{"you:other"}},
		{"an unknown login has no password", "he@", "", Options{NetrcFirst: true}, []string{"he:"}},
		{"before the URL's password", "you:x@", "", Options{NetrcFirst: true}, []string{"you:other"}},
		{"after the URL's password", "you:x@", "", Options{}, []string{"you:x"}},
		{"by the URL's login, optional", "you@", "", Options{}, []string{"you:other"}},
		{"not beside -u", "", "", Options{User: new(string), NetrcFirst: true}, []string{":"}},
		{"within the origin", "", "same", Options{NetrcFirst: true}, []string{"me:word", "me:word"}},
		{"to a host that is in the file", "", "other.test", Options{NetrcFirst: true}, []string{"me:word", "them:theirs"}},
		{"to a host that is not", "", "third.test", Options{NetrcFirst: true}, []string{"me:word", ""}},
		{"to another port", "", "port", Options{NetrcFirst: true}, []string{"me:word", ""}},
		{"to another port that is trusted", "", "port", Options{NetrcFirst: true, Trusted: true}, []string{"me:word", "me:word"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			second := listen(t, say(fine))
			first := listen(t, func(head string, c net.Conn) {
				targets := map[string]string{"same": "/end", "port": second.url("/"), "": "/end"}
				to, ok := targets[tt.to]
				if !ok {
					to = at(second.Addr(), tt.to, "/")
				}
				if tt.to == "" || strings.HasPrefix(head, "GET /end ") {
					io.WriteString(c, fine)
				} else {
					io.WriteString(c, found(to))
				}
			})
			o := tt.o
			o.Netrc, _ = netrc.Read(strings.NewReader(file))
			o.Follow, o.MaxRedirects, o.Resolver = true, 5, naming(t, on(second, "other.test"), on(second, "third.test"))
			url := strings.Replace(first.url("/"), "//", "//"+tt.userinfo, 1)
			if r := run(t, o, url); r.err != nil {
				t.Fatal(r.err)
			}
			var want, got []string
			for _, pair := range tt.want {
				if pair != "" {
					pair = "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
				}
				want = append(want, pair)
			}
			for _, head := range append(first.seen(), second.seen()...) {
				got = append(got, value(head, "Authorization"))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A file that is broken before the host is found ends a fetch that needs it.
func TestBrokenNetrc(t *testing.T) {
	p := listen(t, say(fine))
	for _, tt := range []struct {
		name, file string
		first      bool
		want       trace.Code
	}{
		{"needed", `machine x.test password "`, true, CodeNetrc},
		{"optional", `machine x.test password "`, false, ""},
		{"broken behind", "machine 127.0.0.1 login a\nmachine x.test password \"", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := Options{NetrcFirst: tt.first}
			o.Netrc, _ = netrc.Read(strings.NewReader(tt.file))
			r := run(t, o, p.url("/"))
			var got trace.Code
			if r.doc.Error != nil {
				got = r.doc.Error.Code
			}
			if got != tt.want {
				t.Errorf("%v, want the code %q", r.err, tt.want)
			}
		})
	}
}
