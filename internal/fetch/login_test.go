package fetch

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"fetchscope/httpclient/auth"
	"fetchscope/httpclient/payload"

	"github.com/google/go-cmp/cmp"
)

// refusing is a response that asks who is there.
func refusing(challenges ...string) string {
	out := "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n"
	for _, c := range challenges {
		out += "WWW-Authenticate: " + c + "\r\n"
	}
	return out + "\r\n"
}

// asks refuses what has no Authorization.
func asks(challenges ...string) func(string, net.Conn) {
	return func(head string, c net.Conn) {
		if value(head, "Authorization") == "" {
			io.WriteString(c, refusing(challenges...))
		} else {
			io.WriteString(c, fine)
		}
	}
}

// credentialsIn lists what heads tell of who we are: schemes, of Digest with the nonce.
func credentialsIn(heads []string, field string) []string {
	nonce := regexp.MustCompile(`^(Digest) .* nonce="([^"]*)".*`)
	var out []string
	for _, h := range heads {
		v := value(h, field)
		if m := nonce.FindStringSubmatch(v); m != nil {
			v = m[1] + " " + m[2]
		}
		out = append(out, v)
	}
	return out
}

// pair is -u.
func pair(s string) *string { return &s }

func TestSchemes(t *testing.T) {
	const digest, basic = `Digest realm="r", nonce="n", qop="auth"`, `Basic realm="r"`
	tests := []struct {
		name   string
		o      Options
		asking []string
		want   []string
	}{
		{"basic is told at once", Options{User: pair("u:p")}, []string{basic}, []string{"Basic dTpw"}},
		{"digest waits", Options{User: pair("u:p"), Auth: auth.Digest}, []string{basic, digest}, []string{"", "Digest n"}},
		{"digest is not told otherwise", Options{User: pair("u:p"), Auth: auth.Digest}, []string{basic}, []string{""}},
		{"any: the strongest", Options{User: pair("u:p"), Auth: auth.Any}, []string{basic + ", " + digest}, []string{"", "Digest n"}},
		{"any: what there is", Options{User: pair("u:p"), Auth: auth.Any}, []string{"NTLM", basic}, []string{"", "Basic dTpw"}},
		{"any: nothing", Options{User: pair("u:p"), Auth: auth.Any}, []string{"NTLM"}, []string{""}},
		{"a token", Options{Token: pair("t"), Auth: auth.Bearer}, []string{"Bearer"}, []string{"Bearer t"}},
		{"a token before a name", Options{Token: pair("t"), User: pair("u:p"), Auth: auth.Bearer}, []string{"Bearer"}, []string{"Bearer t"}},
		{"any: a token", Options{Token: pair("t"), User: pair("u:p"), Auth: auth.Any}, []string{digest, "Bearer"}, []string{"", "Bearer t"}},
		{"nobody to tell of", Options{Auth: auth.Any}, []string{basic}, []string{""}},
		{"-H counts instead", Options{User: pair("u:p"), Auth: auth.Any, Header: []HeaderOption{{Name: "authorization", Value: "x"}}}, []string{basic}, []string{"x"}},
		{"-H takes it away", Options{User: pair("u:p"), Auth: auth.Any, Header: []HeaderOption{{Name: "Authorization", Remove: true}}}, []string{basic}, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := listen(t, asks(tt.asking...))
			if r := run(t, tt.o, p.url("/")); r.err != nil {
				t.Fatal(r.err)
			}
			if diff := cmp.Diff(tt.want, credentialsIn(p.seen(), "Authorization")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// -u counts before a URL's name and password, at the origin that it was given for.
func TestWhoseCredentials(t *testing.T) {
	second := listen(t, say(fine))
	first := listen(t, func(head string, c net.Conn) {
		to := strings.Replace(second.url("/"), "//", "//url:two@", 1)
		if strings.HasPrefix(head, "GET /same") {
			to = "http://url:two@" + c.LocalAddr().String() + "/end"
		}
		if strings.HasPrefix(head, "GET /end") {
			io.WriteString(c, fine)
		} else {
			io.WriteString(c, found(to))
		}
	})
	const option, one, two = "Basic dTpw", "Basic dXJsOm9uZQ==", "Basic dXJsOnR3bw=="
	for _, tt := range []struct {
		name, path string
		o          Options
		want       []string
	}{
		{"both", "/same", Options{User: pair("u:p")}, []string{option, option}},
		{"at another origin", "/other", Options{User: pair("u:p")}, []string{option, two}},
		{"at another that is trusted", "/other", Options{User: pair("u:p"), Trusted: true}, []string{option, option}},
		{"the URLs' alone", "/other", Options{}, []string{one, two}},
		{"a token stays", "/other", Options{Token: pair("t"), Auth: auth.Bearer}, []string{"Bearer t", two}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(second.seen())
			from := len(first.seen())
			o := tt.o
			o.Follow, o.MaxRedirects = true, 5
			if r := run(t, o, strings.Replace(first.url(tt.path), "//", "//url:one@", 1)); r.err != nil {
				t.Fatal(r.err)
			}
			got := credentialsIn(append(first.seen()[from:], second.seen()[before:]...), "Authorization")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A guard is a server that lets in who knows the password by Digest, and keeps count.
type guard struct {
	*httptest.Server
	challenge string
	hash      func() hash.Hash
	mu        sync.Mutex
	conns     int
	requests  []string
}

func newGuard(t *testing.T, challenge string, hash func() hash.Hash) *guard {
	t.Helper()
	g := &guard{challenge: challenge, hash: hash}
	g.Server = httptest.NewUnstartedServer(g)
	g.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.conns++
		}
	}
	g.Start()
	t.Cleanup(g.Close)
	return g
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests = append(g.requests, fmt.Sprintf("%s %s %d", r.Method, r.RequestURI, len(body)))
	if !g.admits(r, body) {
		w.Header().Set("WWW-Authenticate", "Digest "+g.challenge)
		w.WriteHeader(401)
	}
}

// seen are the requests so far.
func (g *guard) seen() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.requests)
}

// opened counts the connections so far.
func (g *guard) opened() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.conns
}

func (g *guard) sum(parts ...string) string {
	h := g.hash()
	io.WriteString(h, strings.Join(parts, ":"))
	return hex.EncodeToString(h.Sum(nil))
}

// admits computes anew what the client should have (RFC 7616, section 3.4).
func (g *guard) admits(r *http.Request, body []byte) bool {
	field, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Digest ")
	p := map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^, ]*))`).FindAllStringSubmatch(field, -1) {
		p[m[1]] = m[2] + m[3]
	}
	user := "Mufasa"
	if strings.Contains(g.challenge, "userhash=true") {
		user = g.sum(user, "r")
	}
	key := g.sum("Mufasa", "r", "Circle of Life")
	if strings.Contains(g.challenge, "-sess") {
		key = g.sum(key, "n", p["cnonce"])
	}
	about := g.sum(r.Method, r.RequestURI)
	if p["qop"] == "auth-int" {
		about = g.sum(r.Method, r.RequestURI, g.sum(string(body)))
	}
	want := g.sum(key, "n", about)
	if p["qop"] != "" {
		want = g.sum(key, "n", p["nc"], p["cnonce"], p["qop"], about)
	}
	return ok && p["response"] == want && p["username"] == user && p["uri"] == r.RequestURI && p["opaque"] == "o"
}

// A real server admits us by every algorithm, over one connection, and a payload goes out
// once.
func TestDigest(t *testing.T) {
	const common = `realm="r", nonce="n", opaque="o"`
	for _, tt := range []struct {
		name, challenge string
		hash            func() hash.Hash
	}{
		{"as of old", common, md5.New},
		{"MD5", common + `, qop="auth", algorithm=MD5`, md5.New},
		{"MD5 session", common + `, qop="auth", algorithm=MD5-sess`, md5.New},
		{"SHA-256", common + `, qop="auth,auth-int", algorithm=SHA-256`, sha256.New},
		{"SHA-256 session and user hash", common + `, qop="auth", algorithm=SHA-256-sess, userhash=true`, sha256.New},
		{"SHA-512-256", common + `, qop="auth", algorithm=SHA-512-256`, sha512.New512_256},
		{"content too", common + `, qop="auth-int", algorithm=SHA-256`, sha256.New},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newGuard(t, tt.challenge, tt.hash)
			o := Options{User: pair("Mufasa:Circle of Life"), Auth: auth.Digest}
			o.Payload = &Payload{Content: payload.Bytes("some content"), Type: "text/plain"}
			r := run(t, o, g.URL+"/a?b=c")
			if r.err != nil || r.status != 200 {
				t.Fatalf("%d, %v", r.status, r.err)
			}
			if diff := cmp.Diff([]string{"POST /a?b=c 0", "POST /a?b=c 12"}, g.seen()); diff != "" || g.opened() != 1 {
				t.Errorf("%d connections, want 1; requests -want +got:\n%s", g.opened(), diff)
			}
		})
	}
}

// Both exchanges are in the trace.
func TestAuthenticationInTheTrace(t *testing.T) {
	g := newGuard(t, `realm="r", nonce="n", opaque="o"`, md5.New)
	r := run(t, Options{User: pair("Mufasa:Circle of Life"), Auth: auth.Digest, FailOnError: true}, g.URL+"/")
	if r.err != nil {
		t.Fatal(r.err)
	}
	var got []string
	for _, x := range r.doc.Exchanges {
		got = append(got, fmt.Sprint(x.Why, " ", x.Response.Status, " ", x.Connection.Reused))
	}
	if diff := cmp.Diff([]string{"first 401 false", "authentication 200 true"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What is refused stays refused: with -f it is an error, else the page.
func TestWrongPassword(t *testing.T) {
	g := newGuard(t, `realm="r", nonce="n"`, md5.New)
	o := Options{User: pair("Mufasa:wrong"), Auth: auth.Digest}
	if r := run(t, o, g.URL+"/"); r.err != nil || r.status != 401 || len(g.seen()) != 2 {
		t.Errorf("%d, %v after %d requests, want 401 after 2", r.status, r.err, len(g.seen()))
	}
	o.FailOnError = true
	if r := run(t, o, g.URL+"/"); r.doc.Error == nil || r.doc.Error.Code != CodeHTTPError || len(g.seen()) != 4 {
		t.Errorf("%v after %d requests, want %s after 2 more", r.err, len(g.seen()), CodeHTTPError)
	}
}

// A server whose nonces are always stale is not asked without end.
func TestEndlesslyStale(t *testing.T) {
	p := listen(t, say(refusing(`Digest realm="r", nonce="n", stale=true`)))
	r := run(t, Options{User: pair("u:p"), Auth: auth.Digest}, p.url("/"))
	if n := len(p.seen()); r.err != nil || r.status != 401 || n < 2 || n > 10 {
		t.Errorf("%d, %v after %d requests", r.status, r.err, n)
	}
}

// What is sent of a payload before the server has asked.
func TestPayloadsMeanwhile(t *testing.T) {
	const digest = `Digest realm="r", nonce="n"`
	length := []HeaderOption{{Name: "Content-Length", Value: "5"}}
	tests := []struct {
		name    string
		o       Options
		unasked bool
		want    []string
	}{
		{"digest: none", Options{Auth: auth.Digest, Payload: posting("12345")}, false, []string{"0 ", "5 "}},
		{"digest: none whose length -H names", Options{Auth: auth.Digest, Payload: posting("12345"), Header: length}, false, []string{"0 ", "5 "}},
		{"digest: none of unknown size", Options{Auth: auth.Digest, Payload: &Payload{Content: payload.Unsized(payload.Bytes("12345"))}}, false, []string{"0 ", " chunked"}},
		{"digest: nobody asks", Options{Auth: auth.Digest, Payload: posting("12345")}, true, []string{"0 ", "5 "}},
		{"any: all of it", Options{Auth: auth.Any, Payload: posting("12345")}, false, []string{"5 ", "5 "}},
		{"any: nobody asks", Options{Auth: auth.Any, Payload: posting("12345")}, true, []string{"5 "}},
		{"no payload", Options{Auth: auth.Digest}, false, []string{" ", " "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := listen(t, func(head string, c net.Conn) {
				if !tt.unasked {
					asks(digest)(head, c)
				} else {
					io.WriteString(c, fine)
				}
			})
			tt.o.User = pair("u:p")
			if r := run(t, tt.o, p.url("/")); r.err != nil {
				t.Fatal(r.err)
			}
			var got []string
			for _, head := range p.seen() {
				got = append(got, value(head, "Content-Length")+" "+value(head, "Transfer-Encoding"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Content-Length and Transfer-Encoding, -want +got:\n%s", diff)
			}
		})
	}
}

func posting(s string) *Payload { return &Payload{Content: payload.Bytes(s)} }

// A server of HTTP/1.0 is spoken to by HTTP/1.0 then, which knows no chunks.
func TestOutdatedServer(t *testing.T) {
	p := listen(t, func(head string, c net.Conn) {
		io.WriteString(c, strings.Replace(refusing(`Basic realm="r"`), "HTTP/1.1", "HTTP/1.0", 1))
	})
	o := Options{User: pair("u:p"), Auth: auth.Any}
	run(t, o, p.url("/"))
	if heads := p.seen(); len(heads) != 2 || !strings.HasPrefix(heads[1], "GET / HTTP/1.0\r\n") {
		t.Errorf("%q", heads)
	}
	o.Payload = &Payload{Content: payload.Unsized(payload.Bytes("12345"))}
	if r := run(t, o, p.url("/")); r.doc.Error == nil || r.doc.Error.Code != CodeUpload {
		t.Errorf("%v, want %s", r.err, CodeUpload)
	}
}

// A nonce goes to the next request of its origin, and to no other's, trusted or not.
func TestNoncesStayAtHome(t *testing.T) {
	for _, tt := range []struct {
		name    string
		to      string
		trusted bool
		want    []string // of the first server, then the second
	}{
		{"the same origin", "same", false, []string{"", "Digest one", "Digest one"}},
		{"another", "other", false, []string{"", "Digest one", ""}},
		{"another that is trusted", "other", true, []string{"", "Digest one", "", "Digest two"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			second := listen(t, asks(`Digest realm="r", nonce="two"`))
			first := listen(t, func(head string, c net.Conn) {
				to := map[string]string{"same": "/end", "other": second.url("/")}[tt.to]
				switch {
				case value(head, "Authorization") == "":
					io.WriteString(c, refusing(`Digest realm="r", nonce="one"`))
				case strings.HasPrefix(head, "GET /end "):
					io.WriteString(c, fine)
				default:
					io.WriteString(c, found(to))
				}
			})
			o := Options{User: pair("u:p"), Auth: auth.Any, Follow: true, MaxRedirects: 3, Trusted: tt.trusted}
			if r := run(t, o, first.url("/")); r.err != nil {
				t.Fatal(r.err)
			}
			if diff := cmp.Diff(tt.want, credentialsIn(append(first.seen(), second.seen()...), "Authorization")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The next URL begins anew, at the same origin too.
func TestNextURLBeginsAnew(t *testing.T) {
	g := newGuard(t, `realm="r", nonce="n", opaque="o"`, md5.New)
	o := Options{User: pair("Mufasa:Circle of Life"), Auth: auth.Any}
	for range 2 {
		if r := run(t, o, g.URL+"/"); r.status != 200 {
			t.Fatal(r.status)
		}
	}
	if len(g.seen()) != 4 {
		t.Errorf("%q, want two for each", g.seen())
	}
}

// asksProxy is a proxy that asks who is there over and over on one connection, or on one
// each, and is the origin too.
func asksProxy(t *testing.T, closes bool, challenge string) *peer {
	t.Helper()
	return serving(t, func(head string) (reply string, over bool) {
		refusal := strings.NewReplacer("401 Unauthorized", "407 Proxy Authentication Required", "WWW-", "Proxy-").Replace(refusing(challenge))
		if closes { // as proxies of old say it
			refusal = strings.Replace(refusal, "Connection", "Proxy-Connection", 1)
		} else {
			refusal = strings.Replace(refusal, "Connection: close\r\n", "", 1)
		}
		switch asked := value(head, "Proxy-Authorization") == ""; {
		case asked && (strings.HasPrefix(head, "CONNECT ") || strings.HasPrefix(head, "GET http:")):
			return refusal, closes
		case strings.HasPrefix(head, "CONNECT "):
			return "HTTP/1.1 200 Fine\r\n\r\n", false
		}
		return fine, true
	})
}

// serving starts a peer that answers every request of a connection, until one is the last.
func serving(t *testing.T, answer func(head string) (reply string, over bool)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, func(p *peer, c net.Conn) {
		for over := false; !over; {
			head := p.head(c)
			if head == "" {
				return
			}
			var reply string
			reply, over = answer(head)
			io.WriteString(c, reply)
		}
	})
}

func TestProxyLogin(t *testing.T) {
	const digest, basic = `Digest realm="r", nonce="n", qop="auth"`, `Basic realm="r"`
	tests := []struct {
		name       string
		schemes    auth.Schemes
		challenge  string
		tunnel     bool
		closes     bool
		want       []string
		exchanges  int
		lastLayers string
	}{
		{"basic", auth.Basic, basic, false, true, []string{"Basic dTpw"}, 1, "tcp"},
		{"digest", auth.Digest, digest, false, false, []string{"", "Digest n"}, 2, "tcp"},
		{"any", auth.Any, basic, false, true, []string{"", "Basic dTpw"}, 2, "tcp"},
		{"a tunnel by digest", auth.Digest, digest, true, false, []string{"", "Digest n", ""}, 1, "tcp connect:failed connect"},
		{"a tunnel by a new connection", auth.Digest, digest, true, true, []string{"", "Digest n", ""}, 2, "tcp connect"},
		{"a tunnel by any", auth.Any, basic, true, true, []string{"", "Basic dTpw", ""}, 2, "tcp connect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := asksProxy(t, tt.closes, tt.challenge)
			o := Options{Proxy: mustProxy(t, "u:p@"+p.Addr().String()), ProxyAuth: tt.schemes, ProxyTunnel: tt.tunnel}
			r := run(t, o, "http://h.test/")
			if r.err != nil || r.status != 200 {
				t.Fatalf("%d, %v", r.status, r.err)
			}
			if diff := cmp.Diff(tt.want, credentialsIn(p.seen(), "Proxy-Authorization")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if got := kinds(r.doc); len(r.doc.Exchanges) != tt.exchanges || got != tt.lastLayers {
				t.Errorf("%d exchanges, the last over %q, want %d and %q", len(r.doc.Exchanges), got, tt.exchanges, tt.lastLayers)
			}
		})
	}
}

// What a proxy asks for with our own login is no reason to tell it that of the origin, nor
// the other way round.
func TestProxyAndServerEachTheirOwn(t *testing.T) {
	p := serving(t, func(head string) (string, bool) {
		switch {
		case value(head, "Proxy-Authorization") == "":
			return "HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=r, nonce=proxy\r\nContent-Length: 0\r\n\r\n", false
		case value(head, "Authorization") == "":
			return "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=r, nonce=server\r\nContent-Length: 0\r\n\r\n", false
		}
		return fine, true
	})
	o := Options{Proxy: mustProxy(t, "u:p@"+p.Addr().String()), ProxyAuth: auth.Digest, User: pair("v:q"), Auth: auth.Digest}
	if r := run(t, o, "http://h.test/path"); r.err != nil || r.status != 200 {
		t.Fatalf("%d, %v", r.status, r.err)
	}
	heads := p.seen()
	if diff := cmp.Diff([]string{"", "Digest proxy", "Digest proxy"}, credentialsIn(heads, "Proxy-Authorization")); diff != "" {
		t.Errorf("the proxy is told, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"", "", "Digest server"}, credentialsIn(heads, "Authorization")); diff != "" {
		t.Errorf("the server is told, -want +got:\n%s", diff)
	}
	last := heads[len(heads)-1]
	for field, want := range map[string]string{"Proxy-Authorization": `username="u"`, "Authorization": `username="v"`} {
		if got := value(last, field); !strings.Contains(got, want) || !strings.Contains(got, `uri="/path"`) {
			t.Errorf("%s: %s", field, got)
		}
	}
}

// A proxy that refuses for good is an error of the tunnel, and a page without one.
func TestProxyRefuses(t *testing.T) {
	p := listen(t, say(strings.Replace(refusing(`Digest realm="r", nonce="n"`), "401", "407", 1)))
	o := Options{Proxy: mustProxy(t, "u:p@"+p.Addr().String()), ProxyAuth: auth.Digest, ProxyTunnel: true}
	if r := run(t, o, "http://h.test/"); r.doc.Error == nil || r.doc.Error.Code != CodeTunnel {
		t.Errorf("%v, want %s", r.err, CodeTunnel)
	}
}
