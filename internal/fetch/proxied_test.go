package fetch

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/demo"
	"fetchscope/internal/proxies"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/socks"

	"github.com/google/go-cmp/cmp"
)

// A ground is what connections through proxies are tried on.
type ground struct {
	*demo.Internet
	open, closed *proxies.Server // the latter wants a login
}

func newGround(t *testing.T) *ground {
	t.Helper()
	internet, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { internet.Close() })
	g := &ground{Internet: internet}
	for login, at := range map[string]**proxies.Server{"": &g.open, "me:wo:rd": &g.closed} {
		s, err := proxies.Start(login)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		*at = s
	}
	return g
}

// options are those that the origin can be fetched with.
func (g *ground) options() Options {
	return Options{CAFile: g.CAFile, Resolver: resolver.Config{Servers: []resolver.Server{{Addr: g.Resolver, Protocol: resolver.UDP}}}}
}

func mustProxy(t *testing.T, s string) *Proxy {
	t.Helper()
	p, err := ParseProxy(s, "http", "-x")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// kinds lists the layers of a document's last connection.
func kinds(d *trace.Document) string {
	var out []string
	for _, l := range d.Last().Connection.Layers {
		kind := l.Kind
		if l.Outcome != trace.LayerDone {
			kind += ":" + l.Outcome
		}
		out = append(out, kind)
	}
	return strings.Join(out, " ")
}

// inOrder checks that each layer began when the one below was there.
func inOrder(t *testing.T, d *trace.Document) {
	t.Helper()
	var end trace.Time
	for _, l := range d.Last().Connection.Layers {
		if l.Duration == nil || l.Start+l.Uncertainty < end {
			t.Errorf("the layer %s is from %d for %v, the one below to %d", l.Kind, l.Start, l.Duration, end)
			continue
		}
		end = l.Start + *l.Duration - l.Uncertainty
	}
}

func TestThroughProxies(t *testing.T) {
	g := newGround(t)
	open, closed := g.open.Addr.String(), g.closed.Addr.String()
	roots := filepath.Join(t.TempDir(), "proxy.pem")
	if err := os.WriteFile(roots, append(g.open.AuthorityPEM, g.closed.AuthorityPEM...), 0o600); err != nil {
		t.Fatal(err)
	}
	login := "me:wo%3Ard"
	https := fmt.Sprintf("127.0.0.1:%d", g.HTTPS)
	httpsName, httpName := fmt.Sprintf("%s:%d", demo.Host, g.HTTPS), fmt.Sprintf("%s:%d", demo.Host, g.HTTP)
	for _, tt := range []struct {
		name, proxy, before string
		plain               bool
		change              func(*Options)
		layers              string
		seen                []string // what the beginnings of what the proxies saw are
	}{
		{name: "socks4", proxy: "socks4://" + open, layers: "tcp socks4 tls", seen: []string{"socks4  " + https}},
		{name: "socks4a", proxy: "socks4a://" + open, layers: "tcp socks4a tls", seen: []string{"socks4a  " + httpsName}},
		{name: "socks5", proxy: "socks5://" + open, layers: "tcp socks5 tls", seen: []string{"socks5  " + https}},
		{name: "socks5h", proxy: "socks5h://" + open, layers: "tcp socks5h tls", seen: []string{"socks5  " + httpsName}},
		{name: "socks5h, http", proxy: "socks5h://" + open, plain: true, layers: "tcp socks5h", seen: []string{"socks5  " + httpName}},
		{name: "a login in the URL", proxy: "socks5://me:wo%3Ard@" + closed, layers: "tcp socks5 tls", seen: []string{"socks5 me:wo:rd " + https}},
		{name: "a login by -U", proxy: "socks5://" + closed, change: func(o *Options) { o.ProxyUser = &login }, layers: "tcp socks5 tls", seen: []string{"socks5 me:wo:rd " + https}},
		{name: "a user for socks4", proxy: "socks4://me@" + closed, layers: "tcp socks4 tls", seen: []string{"socks4 me " + https}},
		{name: "http, forwarded", proxy: open, plain: true, layers: "tcp", seen: []string{"GET " + g.PlainURL("/text") + " HTTP/1.1\r\n"}},
		{name: "http, tunnelled", proxy: open, plain: true, change: func(o *Options) { o.ProxyTunnel = true }, layers: "tcp connect", seen: []string{"CONNECT " + httpName + " HTTP/1.1\r\n"}},
		{name: "https, tunnelled", proxy: closed, change: func(o *Options) { o.ProxyUser = &login }, layers: "tcp connect tls", seen: []string{"CONNECT " + httpsName + " HTTP/1.1\r\nHost: " + httpsName + "\r\nProxy-Authorization: Basic bWU6d286cmQ=\r\n"}},
		{name: "an https proxy, forwarded", proxy: "https://" + open, plain: true, layers: "tcp tls", seen: []string{"tls GET " + g.PlainURL("/text")}},
		{name: "an https proxy, tunnelled", proxy: "https://" + open, layers: "tcp tls connect tls", seen: []string{"tls CONNECT " + httpsName}},
		{name: "socks before http", proxy: open, before: closed, change: func(o *Options) { o.PreProxy.Login, o.PreProxy.User = true, "me" }, layers: "tcp socks4 connect tls", seen: []string{"CONNECT " + httpsName, "socks4 me " + open}},
		{name: "socks before an https proxy", proxy: "https://" + open, before: "socks5h://me:wo%3Ard@" + closed, plain: true, layers: "tcp socks5h tls", seen: []string{"tls GET ", "socks5 me:wo:rd " + open}},
		{name: "socks before, alone", before: "socks5://" + open, layers: "tcp socks5 tls", seen: []string{"socks5  " + https}},
		{name: "connect-to makes a tunnel", proxy: open, plain: true, change: func(o *Options) {
			o.ConnectTo = []ConnectTo{{Host: demo.Host, ToHost: "else.test"}}
		}, layers: "tcp connect", seen: []string{fmt.Sprintf("CONNECT else.test:%d ", g.HTTP)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := g.options()
			o.ProxyCAFile = roots
			if tt.proxy != "" {
				o.Proxy = mustProxy(t, tt.proxy)
			}
			if tt.before != "" {
				var err error
				if o.PreProxy, err = ParsePreProxy(tt.before); err != nil {
					t.Fatal(err)
				}
			}
			if tt.change != nil {
				tt.change(&o)
			}
			url := g.URL("/text")
			if tt.plain {
				url = g.PlainURL("/text")
			}
			before := [2]int{len(g.open.Seen()), len(g.closed.Seen())}
			r := run(t, o, url)
			if r.err != nil || r.status != 200 {
				t.Fatalf("%v, status %d", r.err, r.status)
			}
			if got := kinds(r.doc); got != tt.layers {
				t.Errorf("layers %q, want %q", got, tt.layers)
			}
			inOrder(t, r.doc)
			seen := append(g.open.Seen()[before[0]:], g.closed.Seen()[before[1]:]...)
			if len(seen) != len(tt.seen) {
				t.Fatalf("the proxies saw %q, want %q", seen, tt.seen)
			}
			for i, want := range tt.seen {
				if !strings.HasPrefix(seen[i], want) {
					t.Errorf("a proxy saw %q, want %q", seen[i], want)
				}
			}
			if body := unwatched(t, o, url); body != r.body {
				t.Errorf("with nobody watching the body is %q, want %q", body, r.body)
			}
		})
	}
}

// unwatched fetches without a recorder, by the plain socket.
func unwatched(t *testing.T, o Options, url string) string {
	t.Helper()
	u, err := weburl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var s sink
	if err := f.Fetch(t.Context(), nil, u, &s); err != nil {
		t.Error(err)
	}
	return s.body.String()
}

// What a SOCKS proxy is told of a name that it cannot be told an address of, or that it does
// not have to be, is decided here.
func TestSOCKSTargets(t *testing.T) {
	g := newGround(t)
	long := strings.Repeat("long.", 51) + "test" // 259 bytes
	fails := func(scheme, url string, want trace.Code, phase trace.Phase) {
		t.Helper()
		o := g.options()
		o.Proxy = mustProxy(t, scheme+"://"+g.open.Addr.String())
		r := run(t, o, url)
		var f *Failure
		if !errors.As(r.err, &f) || f.Code != want || f.Phase != phase {
			t.Errorf("%s %s: %v, want %s in %s", scheme, url, r.err, want, phase)
		}
	}
	fails("socks5", "http://nowhere.fetchscope.test/", socks.CodeUnresolved, trace.Resolve)
	fails("socks4", "http://[::1]/", socks.CodeNeedsIPv4, trace.Connect)
	if seen := g.open.Seen(); len(seen) > 0 {
		t.Errorf("the proxy was asked for %q", seen)
	}
	o := g.options()
	o.Proxy = mustProxy(t, "socks5h://"+g.open.Addr.String())
	h := &hop{f: &Fetcher{o: o}}
	h.via.Socks = *o.Proxy
	h.target = socks.Target{Name: long, Port: 80}
	conn, err := transport.Dial(t.Context(), nil, 0, []netip.AddrPort{g.open.Addr})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context(), transport.CloseOptions{})
	if err := h.socks(t.Context(), conn); codeOf(err) != socks.CodeLongName {
		t.Errorf("a name of %d bytes: %v", len(long), err)
	}
	o.Proxy = mustProxy(t, "proxy.nowhere.test:1")
	var f *Failure
	if r := run(t, o, "http://h.test/"); !errors.As(r.err, &f) || f.Code != CodeProxyName {
		t.Errorf("a proxy without an address: %v", r.err)
	}
}

// A record is as much as comes at once.
type record struct{}

// script is a server that says what it is to, after so many bytes have come, and then waits
// for the other side to close, or closes at once.
func script(t *testing.T, waits bool, steps ...any) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for _, s := range steps {
			switch s := s.(type) {
			case int:
				_, err = io.CopyN(io.Discard, c, int64(s))
			case string:
				_, err = io.WriteString(c, s)
			case record:
				_, err = c.Read(make([]byte, 64<<10))
			}
			if err != nil {
				return
			}
		}
		if waits {
			_, _ = io.Copy(io.Discard, c)
		}
	}()
	t.Cleanup(func() { l.Close(); <-over })
	return l.Addr().String()
}

func TestHostileProxies(t *testing.T) {
	const toPort80 = len("\x05\x01\x00\x03\x06h.test\x00\x50")
	connect := len("CONNECT h.test:443 HTTP/1.1\r\nHost: h.test:443\r\nUser-Agent: fetchscope/\r\nProxy-Connection: Keep-Alive\r\n\r\n")
	for _, tt := range []struct {
		name, scheme, url string
		waits             bool
		steps             []any
		code              trace.Code
		layers            string
	}{
		{"socks: silence", "socks5h", "http://h.test/", true, []any{3}, transport.CodeTimeout, "tcp socks5h:failed"},
		{"socks: silence after the greeting", "socks5h", "http://h.test/", true, []any{3, "\x05\x00"}, transport.CodeTimeout, "tcp socks5h:failed"},
		{"socks: a reply that does not end", "socks5h", "http://h.test/", true, []any{3, "\x05\x00", toPort80, "\x05\x00\x00\x03\xff"}, transport.CodeTimeout, "tcp socks5h:failed"},
		{"socks: closed at once", "socks5h", "http://h.test/", false, nil, socks.CodeClosed, "tcp socks5h:failed"},
		{"socks: another protocol", "socks5h", "http://h.test/", true, []any{3, "HTTP/1.0 400 Bad Request\r\n\r\n"}, socks.CodeVersion, "tcp socks5h:failed"},
		{"socks: refused", "socks5h", "http://h.test/", true, []any{3, "\x05\x00", toPort80, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"}, socks.CodeNotAllowed, "tcp socks5h:failed"},
		{"socks4: refused", "socks4a", "http://h.test/", true, []any{16, "\x00\x5b\x00\x00\x00\x00\x00\x00"}, socks.CodeRejected, "tcp socks4a:failed"},
		{"tunnel: silence", "http", "https://h.test/", true, []any{connect}, transport.CodeTimeout, "tcp connect:failed"},
		{"tunnel: closed", "http", "https://h.test/", false, []any{connect}, CodeTunnelBroken, "tcp connect:failed"},
		{"tunnel: garbage", "http", "https://h.test/", true, []any{connect, "\x05\x00\x00\x00\r\n\r\n"}, CodeTunnelBroken, "tcp connect:failed"},
		{"tunnel: half a head", "http", "https://h.test/", false, []any{connect, "HTTP/1.1 200 OK\r\n"}, CodeTunnelBroken, "tcp connect:failed"},
		{"tunnel: a head without end", "http", "https://h.test/", true, []any{connect, "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("a", 1<<20)}, CodeTunnelBroken, "tcp connect:failed"},
		{"tunnel: refused", "http", "https://h.test/", true, []any{connect, "HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\n"}, CodeTunnel, "tcp connect:failed"},
		{"tunnel: a login is wanted", "http", "https://h.test/", true, []any{connect, "HTTP/1.1 407 Log in\r\n\r\n"}, CodeTunnel, "tcp connect:failed"},
		{"tunnel: something of its own", "http", "https://h.test/", true, []any{connect, "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}, CodeTunnelBroken, "tcp connect:failed"},
		{"https proxy: no TLS", "https", "https://h.test/", true, []any{1, "HTTP/1.1 400 Bad Request\r\n\r\n"}, transport.CodeNotTLS, "tcp tls:failed"},
		{"https proxy: closed", "https", "https://h.test/", false, []any{record{}}, transport.CodeTLSCut, "tcp tls:failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			addr := script(t, tt.waits, tt.steps...)
			o := Options{Proxy: mustProxy(t, tt.scheme+"://"+addr), ConnectTimeout: 20 * time.Second}
			if tt.code == transport.CodeTimeout {
				o.ConnectTimeout = 300 * time.Millisecond
			}
			r := run(t, o, tt.url)
			var f *Failure
			if !errors.As(r.err, &f) || f.Code != tt.code || f.Phase != trace.Connect {
				t.Errorf("%v, want %s", r.err, tt.code)
			}
			if f != nil && !strings.Contains(f.Error(), addr) {
				t.Errorf("%q does not name the proxy", f)
			}
			// A reset may come with the connection, and the time be over before its layer.
			early := tt.steps == nil || tt.code == transport.CodeTimeout
			if got := kinds(r.doc); got != tt.layers && !(early && strings.HasPrefix(tt.layers, got)) {
				t.Errorf("layers %q, want %q", got, tt.layers)
			}
		})
	}
}

// A proxy's certificate is judged by the proxy's name and authorities, and told as its own.
func TestUntrustedProxy(t *testing.T) {
	g := newGround(t)
	o := g.options()
	o.Proxy = mustProxy(t, "https://"+g.open.Addr.String())
	o.Insecure = true // which is of the origin alone
	r := run(t, o, g.URL("/text"))
	var f *Failure
	if !errors.As(r.err, &f) || f.Code != transport.CodeUnknownCA || f.Phase != trace.Connect || !strings.Contains(f.Hint, "--proxy-insecure") {
		t.Errorf("%+v", f)
	}
	l := r.doc.Last().Connection.Layers
	if len(l) != 2 || l[1].TLS == nil || l[1].TLS.Why != transport.CodeUnknownCA || len(l[1].TLS.Chain) == 0 || r.doc.Last().TLS != nil {
		t.Errorf("layers %+v", l)
	}

	o.ProxyInsecure = true
	if r = run(t, o, g.URL("/text")); r.err != nil {
		t.Fatal(r.err)
	}
	l = r.doc.Last().Connection.Layers
	if len(l) != 4 || l[1].TLS == nil || !l[1].TLS.Ignored || l[3].TLS != nil || r.doc.Last().TLS.ServerName != demo.Host {
		t.Errorf("layers %+v", l)
	}

	o.ProxyCAFile = "no-such-file"
	fetcher, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer fetcher.Close()
	u, _ := weburl.Parse(g.URL("/"))
	if f := fetcher.Check(u); f == nil || f.Code != transport.CodeCAFile {
		t.Errorf("a file that is not there: %v", f)
	}
}

// What is for the origin stays away from proxies, and the other way round.
func TestProxyHeaders(t *testing.T) {
	g := newGround(t)
	user, login := "a:b", "me:wo%3Ard"
	o := g.options()
	o.Proxy, o.User, o.ProxyUser = mustProxy(t, g.closed.Addr.String()), &user, &login
	o.Header = []HeaderOption{{Name: "X-Origin", Value: "1"}}
	o.ProxyHeader = []HeaderOption{{Name: "X-Proxy", Value: "1"}, {Name: "Host", Value: "else.test"}, {Name: "user-agent", Value: "mine"}, {Name: "Proxy-Connection", Remove: true}}
	origin := listen(t, say(fine))
	fields := func(head string) string {
		var out []string
		for _, name := range []string{"Authorization", "Proxy-Authorization", "X-Origin", "X-Proxy", "Proxy-Connection"} {
			if value(head, name) != "" {
				out = append(out, name)
			}
		}
		return strings.Join(out, " ")
	}
	if r := run(t, o, origin.url("/")); r.err != nil {
		t.Fatal(r.err)
	}
	seen := g.closed.Seen()
	if got, want := fields(seen[0]), "Authorization Proxy-Authorization X-Origin X-Proxy"; got != want {
		t.Errorf("the proxy that forwards gets %s, want %s", got, want)
	}
	if got := value(seen[0], "Host"); got != origin.Addr().String() || strings.Count(seen[0], "Host: ") != 1 {
		t.Errorf("the proxy that forwards gets the host %q", got)
	}
	o.ProxyTunnel = true
	o.Proxy.HTTP10 = true
	if r := run(t, o, origin.url("/")); r.err != nil {
		t.Fatal(r.err)
	}
	seen = g.closed.Seen()
	if got, want := fields(seen[1]), "Proxy-Authorization X-Proxy"; got != want || !strings.HasPrefix(seen[1], "CONNECT "+origin.Addr().String()+" HTTP/1.0\r\n") || value(seen[1], "User-Agent") != "mine" {
		t.Errorf("the proxy that tunnels gets %s, want %s: %q", got, want, seen[1])
	}
	if got, want := fields(origin.seen()[1]), "Authorization X-Origin"; got != want || !strings.HasPrefix(origin.seen()[1], "GET / HTTP/1.1\r\n") {
		t.Errorf("the origin behind a tunnel gets %s, want %s", got, want)
	}
}

// A name that is too long for an A-label is no name; a long one of another kind may be one of
// the proxy's own.
func TestNamesThatNoProxyFinds(t *testing.T) {
	proxy := listen(t, say(fine))
	for _, tt := range []struct {
		name, url string
		asked     bool
	}{
		{"an A-label of 66 octets", "http://" + strings.Repeat("ü", 28) + strings.Repeat("x", 31) + ".test/", false},
		{"a label of 64 octets", "http://" + strings.Repeat("x", 64) + ".test/", true},
		{"an A-label", "http://ü.test/", true},
	} {
		before := len(proxy.seen())
		r := run(t, Options{Proxy: mustProxy(t, proxy.url(""))}, tt.url)
		var f *Failure
		refused := errors.As(r.err, &f) && f.Code == CodeBadURL && f.Phase == trace.InURL
		if asked := len(proxy.seen()) > before; asked != tt.asked || refused == tt.asked {
			t.Errorf("%s: asked %t, %v", tt.name, asked, r.err)
		}
	}
}

// No proxy gets what another one was to be told of us.
func TestProxiesKeepTheirCredentials(t *testing.T) {
	g := newGround(t)
	secure := listen(t, say("HTTP/1.1 403 No\r\n\r\n"))
	first := listen(t, say(found(g.URL("/"))))
	env := map[string]string{"http_proxy": "http://p1:secret@" + first.Addr().String(), "https_proxy": "http://" + secure.Addr().String()}
	r := run(t, Options{Follow: true, MaxRedirects: 3, Getenv: func(k string) string { return env[k] }}, "http://h.test/")
	var f *Failure
	if !errors.As(r.err, &f) || f.Code != CodeTunnel {
		t.Fatal(r.err)
	}
	if a, b := value(first.seen()[0], "Proxy-Authorization"), value(secure.seen()[0], "Proxy-Authorization"); a == "" || b != "" {
		t.Errorf("the first proxy got %q, the second %q", a, b)
	}
}

// A broken proxy is not passed over: that would be a connection that nobody wanted.
func TestBrokenProxyOfTheEnvironment(t *testing.T) {
	p := listen(t, say(fine))
	for env, want := range map[string]trace.Code{"socks9://p": CodeProxyScheme, "http://": CodeProxySyntax} {
		r := run(t, Options{Getenv: func(k string) string { return map[string]string{"all_proxy": env}[k] }}, p.url("/"))
		var f *Failure
		if !errors.As(r.err, &f) || f.Code != want || len(p.seen()) > 0 {
			t.Errorf("%s: %v after %d requests", env, r.err, len(p.seen()))
		}
	}
}

func TestUnixSockets(t *testing.T) {
	g := newGround(t)
	dir, err := os.MkdirTemp("", "s") // a short one: a path has room for some 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	pass := func(to string) {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Skipf("no Unix domain sockets here: %v", err)
		}
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				up, err := net.Dial("tcp", to)
				if err != nil {
					c.Close()
					continue
				}
				go func() { io.Copy(up, c); up.(*net.TCPConn).CloseWrite() }()
				go func() { io.Copy(c, up); c.Close(); up.Close() }()
			}
		}()
		t.Cleanup(func() { l.Close(); <-over })
	}
	pass(fmt.Sprintf("127.0.0.1:%d", g.HTTPS))
	o := g.options()
	o.UnixSocket = path
	r := run(t, o, g.URL("/text"))
	if r.err != nil || r.status != 200 {
		t.Fatalf("%v, status %d", r.err, r.status)
	}
	c := r.doc.Last().Connection
	if c.Remote != path || c.Local != "" || len(c.NotObservable) != 1 || c.NotObservable[0].Why != "not TCP" || kinds(r.doc) != "unix tls" {
		t.Errorf("connection %+v", c)
	}
	for name, want := range map[trace.Phase]trace.Status{trace.Resolve: trace.Skipped, trace.Connect: trace.Done, trace.TLS: trace.Done, trace.Close: trace.Done} {
		if got := r.doc.Last().Phase(name).Status; got != want {
			t.Errorf("phase %s is %s, want %s", name, got, want)
		}
	}
	if body := unwatched(t, o, g.URL("/text")); body != r.body {
		t.Errorf("with nobody watching: %q", body)
	}

	os.Remove(path)
	pass(g.open.Addr.String())
	o = g.options()
	o.Proxy = mustProxy(t, "socks5h://localhost"+path)
	if r = run(t, o, g.URL("/text")); r.err != nil || kinds(r.doc) != "unix socks5h tls" {
		t.Errorf("a SOCKS proxy on a Unix domain socket: %v", r.err)
	}

	o.UnixSocket = path + "none"
	var f *Failure
	if r = run(t, o, g.URL("/")); !errors.As(r.err, &f) || f.Phase != trace.Connect || f.Code != transport.CodeOther || len(r.doc.Last().Connection.Attempts) != 1 {
		t.Errorf("a socket that is not there: %v", r.err)
	}
}

func TestPROXYProtocol(t *testing.T) {
	lines := make(chan string, 4)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-over })
	go func() {
		defer close(over)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			line, _, _ := strings.Cut(readHead(c), "\r\n")
			lines <- strings.ReplaceAll(line, fmt.Sprint(c.RemoteAddr().(*net.TCPAddr).Port), "PORT")
			io.WriteString(c, fine)
			c.Close()
		}
	}()
	port := l.Addr().(*net.TCPAddr).Port
	for _, tt := range []struct{ client, want string }{
		{"", "PROXY TCP4 127.0.0.1 127.0.0.1 PORT " + fmt.Sprint(port)},
		{"192.0.2.1", "PROXY TCP4 192.0.2.1 127.0.0.1 PORT " + fmt.Sprint(port)},
		{"2001:db8::1", "PROXY TCP6 2001:db8::1 ::ffff:127.0.0.1 PORT " + fmt.Sprint(port)},
		{"nonsense", "PROXY TCP4 nonsense 127.0.0.1 PORT " + fmt.Sprint(port)},
	} {
		r := run(t, Options{HAProxy: HAProxy{Send: true, Client: tt.client}}, "http://"+l.Addr().String()+"/")
		if line := <-lines; r.err != nil || line != tt.want {
			t.Errorf("client %q: %v, %q, want %q", tt.client, r.err, line, tt.want)
		}
		if kinds(r.doc) != "tcp haproxy" || !strings.HasPrefix(r.doc.Last().Connection.Layers[1].Line, "PROXY TCP") {
			t.Errorf("layers %+v", r.doc.Last().Connection.Layers)
		}
	}
	if got := (HAProxy{}).line(netip.AddrPort{}, netip.AddrPort{}); got != "PROXY UNKNOWN" {
		t.Errorf("without addresses: %q", got)
	}
}

func TestWhereConnectionsComeFrom(t *testing.T) {
	from := make(chan string, 1)
	p := listen(t, func(_ string, c net.Conn) {
		from <- c.RemoteAddr().String()
		io.WriteString(c, fine)
	})
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	busy := taken.Addr().(*net.TCPAddr).AddrPort().Port()
	o := Options{Resolver: resolver.Config{Overrides: []resolver.Override{{Host: "here.test", Port: 0, Addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}}}}
	for _, tt := range []struct {
		name, arg string
		ports     transport.Ports
		code      trace.Code
	}{
		{"an address", "127.0.0.1", transport.Ports{}, ""},
		{"an address as a host", "host!127.0.0.1", transport.Ports{}, ""},
		{"localhost", "host!localhost", transport.Ports{}, ""},
		{"an address that is not ours", "192.0.2.1", transport.Ports{}, transport.CodeInterface},
		{"an address of the other family", "::1", transport.Ports{}, transport.CodeInterface},
		{"no interface", "if!nope0", transport.Ports{}, transport.CodeInterface},
		{"neither", "no-such.invalid", transport.Ports{}, transport.CodeInterface},
		{"a port in use", "127.0.0.1", transport.Ports{First: busy, Last: busy}, transport.CodeLocalPort},
		{"the next that is free", "127.0.0.1", transport.Ports{First: busy, Last: busy + min(20, 65535-busy)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := o
			if err := o.From.SetInterface(tt.arg); err != nil {
				t.Fatal(err)
			}
			o.From.Ports = tt.ports
			r := run(t, o, p.url("/"))
			var f *Failure
			if tt.code != "" {
				if !errors.As(r.err, &f) || f.Code != tt.code || f.Phase != trace.Connect {
					t.Errorf("%v, want %s", r.err, tt.code)
				}
				return
			}
			if r.err != nil {
				t.Fatal(r.err)
			}
			addr := netip.MustParseAddrPort(<-from)
			if addr.String() != r.doc.Last().Connection.Local || tt.ports.First > 0 && (addr.Port() < tt.ports.First || addr.Port() > tt.ports.Last) {
				t.Errorf("the server saw %v, we were %s", addr, r.doc.Last().Connection.Local)
			}
			unwatched(t, o, p.url("/"))
			<-from
		})
	}
	for _, bad := range []string{"if!", "host!", "ifhost!lo", strings.Repeat("x", 256)} {
		if err := new(Source).SetInterface(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestParseProxy(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"p", "http p:1080"},
		{"p:80", "http p:80"},
		{"p:80/", "http p:80"},
		{"http://me@p:443", "http p:443 me:"},
		{"https://p", "https p:443"},
		{"HTTPS://p:80", "https p:80"},
		{"socks://p", "socks4 p:1080"},
		{"socks5h://a%40b:c%3Ad@[::1]:9", "socks5h [::1]:9 a@b:c:d"},
		{"socks5://localhost/run/tor%20socks", "socks5 /run/tor socks"},
		{"http://localhost/run/x", "http localhost:1080"},
	} {
		p, err := ParseProxy(tt.in, "http", "-x")
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		got := p.Scheme + " " + p.Address()
		if p.Login {
			got += " " + p.User + ":" + p.Password
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.in, got, tt.want)
		}
	}
	for in, want := range map[string]trace.Code{"foo://h:1": CodeProxyScheme, "http://": CodeProxySyntax, "http://me:secret@a b": CodeProxySyntax, "foo://me:secret@h": CodeProxyScheme, "h:99999": CodeProxySyntax, "[::1": CodeProxySyntax} {
		var f *Failure
		if _, err := ParseProxy(in, "http", "-x"); !errors.As(err, &f) || f.Code != want || strings.Contains(f.Error(), "secret") {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// FuzzParseProxy has whatever is taken for a proxy be one that can be connected to, and read
// back as the same from how it is shown.
func FuzzParseProxy(f *testing.F) {
	for _, seed := range []string{"p", "http://me:word@p:80/", "socks5://localhost/run/s", "socks5h://[::1]:9", "https://%41:%00@p", "http://a b", "x://", "[::1", "p:0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseProxy(s, "http", "-x")
		var failure *Failure
		if err != nil {
			if !errors.As(err, &failure) || failure.Code != CodeProxyScheme && failure.Code != CodeProxySyntax {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if s == "" || p.Path != "" {
			return
		}
		if p.Host == "" || proxyScheme(p.Scheme) != p.Scheme {
			t.Fatalf("%q: %+v", s, p)
		}
		again, err := ParseProxy(p.Scheme+"://"+p.Address(), "http", "-x")
		if err != nil || again.Address() != p.Address() || again.Scheme != p.Scheme {
			t.Errorf("%q is %s, which is %+v, %v", s, p.Address(), again, err)
		}
	})
}

// Two routes are equal where their connections may stand for one another.
func TestRoutesCompare(t *testing.T) {
	u, err := weburl.Parse("http://h.test/")
	if err != nil {
		t.Fatal(err)
	}
	routeOf := func(change func(*Options)) Route {
		o := Options{Proxy: mustProxy(t, "me:word@p:1")}
		change(&o)
		r, err := (&hop{f: &Fetcher{o: o}, url: u, origin: u}).route()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	same := routeOf(func(*Options) {})
	if again := routeOf(func(*Options) {}); again != same {
		t.Errorf("not the same (-want +got):\n%s", cmp.Diff(same, again))
	}
	none, other := "h.test", "else.test"
	for name, change := range map[string]func(*Options){
		"another password":    func(o *Options) { o.Proxy.Password = "x" },
		"another scheme":      func(o *Options) { o.Proxy.Scheme = "socks5" },
		"a proxy before":      func(o *Options) { o.PreProxy = &Proxy{Scheme: "socks5", Host: "q", Port: 1} },
		"a tunnel":            func(o *Options) { o.ProxyTunnel = true },
		"no proxy":            func(o *Options) { o.NoProxy = &none },
		"an interface":        func(o *Options) { o.From.Either = "lo" },
		"a port":              func(o *Options) { o.From.Ports.First = 1 },
		"no probes":           func(o *Options) { o.From.NoKeepAlive = true },
		"a unix socket":       func(o *Options) { o.UnixSocket = "/s" },
		"the PROXY protocol":  func(o *Options) { o.HAProxy.Send = true },
		"of the environment":  func(o *Options) { o.Proxy, o.Getenv = nil, func(string) string { return "http://me:word@p:2" } },
		"another HTTP server": func(o *Options) { o.ConnectTo = []ConnectTo{{ToHost: other}} },
	} {
		if routeOf(change) == same {
			t.Errorf("%s makes no difference", name)
		}
	}
	insecure := func(o *Options) { o.ProxyInsecure = true }
	if routeOf(insecure) != same {
		t.Error("whether a proxy's certificate counts matters to one without")
	}
}

func TestNoProxyIsOfExplicitProxiesToo(t *testing.T) {
	list := ".h.test, 10.0.0.0/8"
	empty := ""
	for _, tt := range []struct {
		name, url string
		list      *string
		proxied   bool
	}{
		{"by the list", "http://a.h.test/", &list, false},
		{"by a network", "http://10.1.2.3/", &list, false},
		{"not by it", "http://x.test/", &list, true},
		{"by the environment", "http://env.test/", nil, false},
		{"the list is instead of that", "http://env.test/", &empty, true},
	} {
		u, err := weburl.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Proxy: mustProxy(t, "p:1"), NoProxy: tt.list, Getenv: func(k string) string { return map[string]string{"no_proxy": "env.test"}[k] }}
		r, err := (&hop{f: &Fetcher{o: o}, url: u, origin: u}).route()
		if err != nil || r.proxied() != tt.proxied {
			t.Errorf("%s: proxied %t, %v", tt.name, r.proxied(), err)
		}
	}
}
