package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fetchscope/httpclient/payload"
	"fetchscope/internal/demo"
	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"

	"github.com/google/go-cmp/cmp"
)

// A peer is a server on loopback that records the heads it gets and answers each
// connection once.
type peer struct {
	net.Listener
	mu    sync.Mutex
	heads []string
}

// listen starts a peer; answer gets the head and the connection to answer on.
func listen(t *testing.T, answer func(head string, c net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listenOn(t, l, answer)
}

func listenOn(t *testing.T, l net.Listener, answer func(head string, c net.Conn)) *peer {
	t.Helper()
	return serveOn(t, l, func(p *peer, c net.Conn) { answer(p.head(c), c) })
}

// serveOn starts a peer that does with each connection as it is told.
func serveOn(t *testing.T, l net.Listener, serve func(*peer, net.Conn)) *peer {
	t.Helper()
	p := &peer{Listener: l}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				serve(p, c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); running.Wait() })
	return p
}

// head reads one and notes it.
func (p *peer) head(c net.Conn) string {
	head := readHead(c)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heads = append(p.heads, head)
	return head
}

func readHead(c net.Conn) string {
	var b strings.Builder
	one := make([]byte, 1) // no more than the head: a body may follow
	for !strings.HasSuffix(b.String(), "\r\n\r\n") {
		if _, err := c.Read(one); err != nil {
			break
		}
		b.Write(one)
	}
	return b.String()
}

func (p *peer) url(path string) string { return "http://" + p.Addr().String() + path }

// seen returns the heads so far.
func (p *peer) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.heads)
}

func say(text string) func(string, net.Conn) {
	return func(_ string, c net.Conn) { io.WriteString(c, text) }
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

func found(to string) string {
	return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
}

// A result is what a fetch brought.
type result struct {
	status int
	body   string
	doc    *trace.Document
	err    error
}

// A sink keeps the body.
type sink struct {
	status int
	body   strings.Builder
}

func (*sink) Head([]byte) error { return nil }

func (s *sink) Body(_ context.Context, _ *trace.Scope, b *Body) error {
	s.status = b.Response.Status
	c, err := b.Content(true)
	if err == nil {
		_, err = io.Copy(&s.body, c)
	}
	return err
}

func run(t *testing.T, o Options, url string) result {
	t.Helper()
	u, err := weburl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	if o.MaxTime == 0 {
		o.MaxTime = 20 * time.Second // a test that hangs says where
	}
	rec := trace.NewRecorder(nil)
	var s sink
	f, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = f.Fetch(context.Background(), rec, u, &s)
	return result{s.status, s.body.String(), trace.Fold(rec.Records(), trace.FoldOptions{URL: url, Started: rec.Started(), Secrets: true}), err}
}

// value returns a field of a head, "" without it.
func value(head, name string) string {
	for line := range strings.SplitSeq(head, "\r\n") {
		if n, v, ok := strings.Cut(line, ": "); ok && strings.EqualFold(n, name) {
			return v
		}
	}
	return ""
}

func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	user := "me:word"
	secrets := Options{
		Follow: true, MaxRedirects: 5, User: &user, AutoReferer: true,
		Header: []HeaderOption{{Name: "Cookie", Value: "a=b"}, {Name: "Proxy-Authorization", Value: "x"}, {Name: "X-Mine", Value: "1"}, {Name: "Host", Value: "named.test"}},
	}
	other := listen(t, say(fine))
	first := listen(t, func(head string, c net.Conn) {
		switch {
		case strings.HasPrefix(head, "GET /same "):
			io.WriteString(c, found("/end"))
		case strings.HasPrefix(head, "GET /other "):
			io.WriteString(c, found(other.url("/end")))
		default:
			io.WriteString(c, fine)
		}
	})
	confidentialOf := func(head string) []string {
		var out []string
		for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
			out = append(out, value(head, name))
		}
		return append(out, value(head, "Host"), value(head, "X-Mine"))
	}
	r := run(t, secrets, first.url("/same"))
	if r.err != nil || len(first.seen()) != 2 {
		t.Fatalf("%v after %d requests", r.err, len(first.seen()))
	}
	want := []string{"Basic bWU6d29yZA==", "a=b", "x", "named.test", "1"}
	if diff := cmp.Diff(want, confidentialOf(first.seen()[1])); diff != "" {
		t.Errorf("within one origin (-want +got):\n%s", diff)
	}
	if r = run(t, secrets, first.url("/other#part")); r.err != nil || len(other.seen()) != 1 {
		t.Fatalf("%v after %d requests", r.err, len(other.seen()))
	}
	want = []string{"", "", "", other.Addr().String(), "1"}
	if diff := cmp.Diff(want, confidentialOf(other.seen()[0])); diff != "" {
		t.Errorf("to another origin (-want +got):\n%s", diff)
	}
	if got := value(other.seen()[0], "Referer"); got != first.url("/other") {
		t.Errorf("Referer %q, want %q", got, first.url("/other"))
	}
}

func TestRedirectsChangeTheMethod(t *testing.T) {
	for _, tt := range []struct {
		status int
		asked  string
		want   string
		length string
		follow bool // --follow
	}{
		{301, "", "GET", "", false},
		{302, "", "GET", "", false},
		{303, "", "GET", "", false},
		{307, "", "POST", "3", false},
		{308, "", "POST", "3", false},
		{302, "PUT", "PUT", "", false}, // as curl does
		{303, "PUT", "PUT", "", false},
		{301, "PUT", "GET", "", true},
		{303, "PUT", "GET", "", true},
		{307, "PUT", "PUT", "3", true},
		{302, "", "GET", "", true},
	} {
		p := listen(t, func(head string, c net.Conn) {
			if strings.Contains(head, " /end ") {
				io.WriteString(c, fine)
				return
			}
			io.CopyN(io.Discard, c, 3)
			fmt.Fprintf(c, "HTTP/1.1 %d X\r\nLocation: /end\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", tt.status)
		})
		r := run(t, Options{Follow: true, MaxRedirects: 5, Payload: posted([]byte("a=b")), Method: tt.asked, ByStatus: tt.follow}, p.url("/"))
		heads := p.seen()
		if r.err != nil || len(heads) != 2 {
			t.Fatalf("%d: %v after %d requests", tt.status, r.err, len(heads))
		}
		method, _, _ := strings.Cut(heads[1], " ")
		if method != tt.want || value(heads[1], "Content-Length") != tt.length {
			t.Errorf("%d to %q: then %s with length %q, want %s with %q", tt.status, tt.asked, method, value(heads[1], "Content-Length"), tt.want, tt.length)
		}
	}
}

func TestFailures(t *testing.T) {
	silent := listen(t, func(_ string, c net.Conn) { io.Copy(io.Discard, c) })
	slow := listen(t, func(_ string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
		io.Copy(io.Discard, c)
	})
	short := listen(t, say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nsome"))
	loop := listen(t, say(found("/")))
	away := listen(t, say(found("ftp://h/")))
	bad := listen(t, say(found("http://[::1/")))
	missing := listen(t, say("HTTP/1.1 404 Not Here\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"))
	big := listen(t, say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+strings.Repeat("x", 2000)))
	coded := listen(t, say("HTTP/1.1 200 OK\r\nContent-Encoding: zzz\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"))
	follow := Options{Follow: true, MaxRedirects: 3}
	for _, tt := range []struct {
		name  string
		o     Options
		url   string
		phase trace.Phase
		code  trace.Code
		body  string // what came is kept
	}{
		{"no answer in time", Options{MaxTime: 50 * time.Millisecond}, silent.url("/"), trace.Wait, transport.CodeTimeout, ""},
		{"the body stops", Options{MaxTime: 50 * time.Millisecond}, slow.url("/"), trace.Receive, transport.CodeTimeout, "some"},
		{"the body is cut short", Options{}, short.url("/"), trace.Receive, "body_truncated", "some"},
		{"round and round", follow, loop.url("/"), trace.InRedirect, CodeTooManyRedirects, ""},
		{"to another scheme", follow, away.url("/"), trace.InRedirect, CodeScheme, ""},
		{"to no URL", follow, bad.url("/"), trace.InRedirect, CodeBadURL, ""},
		{"-f", Options{FailOnError: true}, missing.url("/"), trace.Receive, CodeHTTPError, ""},
		{"too large", Options{MaxFileSize: 1000}, big.url("/"), trace.Receive, CodeTooLarge, strings.Repeat("x", 1000)},
		{"an unknown coding", Options{}, coded.url("/"), trace.Receive, "bad_content_coding", ""},
		{"a name that does not resolve", Options{}, "http://nowhere.invalid/", trace.Resolve, resolver.SpecialName, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, tt.o, tt.url)
			var f *Failure
			if !errors.As(r.err, &f) {
				t.Fatalf("error %v, want a failure", r.err)
			}
			if f.Phase != tt.phase || f.Code != tt.code || r.body != tt.body {
				t.Errorf("%s in %s with the body %q (%v), want %s in %s with %q", f.Code, f.Phase, r.body, f, tt.code, tt.phase, tt.body)
			}
			e := r.doc.Error
			if e == nil || e.Phase != tt.phase || e.Code != tt.code || e.Message == "" {
				t.Errorf("the document says %+v", e)
			}
		})
	}
}

// tunnelTo is a proxy that takes CONNECT and passes bytes on to an address.
func tunnelTo(t *testing.T, addr string, status string) *peer {
	return listen(t, func(head string, c net.Conn) {
		io.WriteString(c, "HTTP/1.1 "+status+"\r\n\r\n")
		if !strings.HasPrefix(status, "2") {
			return
		}
		up, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer up.Close()
		var both sync.WaitGroup
		for _, pair := range [][2]net.Conn{{up, c}, {c, up}} {
			both.Go(func() {
				io.Copy(pair[0], pair[1])
				pair[0].(*net.TCPConn).CloseWrite()
			})
		}
		both.Wait()
	})
}

func TestProxies(t *testing.T) {
	internet, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer internet.Close()
	origin := fmt.Sprintf("127.0.0.1:%d", internet.HTTPS)
	plain := listen(t, say(fine))
	tunnel := tunnelTo(t, origin, "200 Established")
	refusing := tunnelTo(t, origin, "407 Authenticate")
	via := func(p *peer, user string) *Proxy {
		proxy, err := ParseProxy(user+p.Addr().String(), "http", "-x")
		if err != nil {
			t.Fatal(err)
		}
		return proxy
	}

	r := run(t, Options{Proxy: via(plain, "me:word@")}, "http://origin.test/a?b#c")
	if head := plain.seen()[0]; r.err != nil || !strings.HasPrefix(head, "GET http://origin.test/a?b HTTP/1.1\r\nHost: origin.test\r\nProxy-Authorization: Basic bWU6d29yZA==\r\n") {
		t.Errorf("through a proxy: %v, %q", r.err, head)
	}
	if p := r.doc.Last().Connection.Proxy; p == nil || p.Address != plain.Addr().String() || p.Via != "-x" {
		t.Errorf("the document's proxy: %+v", p)
	}

	r = run(t, Options{Proxy: via(tunnel, ""), CAFile: internet.CAFile, Header: []HeaderOption{{Name: "X-Secret", Value: "1"}}}, internet.URL("/text"))
	head := tunnel.seen()[0]
	if r.err != nil || r.status != 200 || !strings.HasPrefix(head, fmt.Sprintf("CONNECT %s:%d HTTP/1.1\r\n", demo.Host, internet.HTTPS)) || strings.Contains(head, "X-Secret") {
		t.Errorf("through a tunnel: %v, status %d, %q", r.err, r.status, head)
	}
	if p := r.doc.Last().Connection.Proxy; p == nil || p.TunnelStatus == nil || *p.TunnelStatus != 200 || p.TunnelDuration == nil {
		t.Errorf("the document's tunnel: %+v", p)
	}

	r = run(t, Options{Proxy: via(refusing, ""), CAFile: internet.CAFile}, internet.URL("/"))
	var f *Failure
	if !errors.As(r.err, &f) || f.Code != CodeTunnel || f.Phase != trace.Connect {
		t.Errorf("a refused tunnel: %+v", f)
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	for _, tt := range []struct {
		env, url string
		want     string // the proxy's host, "" for none
	}{
		{"http_proxy=p:1", "http://h/", "p:1"},
		{"http_proxy=p", "http://h/", "p:1080"},
		{"http_proxy=http://p:80", "http://h/", "p:80"},
		{"HTTP_PROXY=p:1", "http://h/", ""},
		{"http_proxy=p:1", "https://h/", ""},
		{"HTTPS_PROXY=p:1", "https://h/", "p:1"},
		{"https_proxy=q:1 HTTPS_PROXY=p:1", "https://h/", "q:1"},
		{"ALL_PROXY=p:1", "http://h/", "p:1"},
		{"all_proxy=p:1 no_proxy=*", "http://h/", ""},
		{"all_proxy=p:1 no_proxy=x,h", "http://h/", ""},
		{"all_proxy=p:1 no_proxy=.h.test", "http://a.h.test/", ""},
		{"all_proxy=p:1 no_proxy=h.test", "http://ah.test/", "p:1"},
		{"all_proxy=p:1 NO_PROXY=10.0.0.0/8", "http://10.1.2.3/", ""},
		{"all_proxy=p:1 NO_PROXY=::1", "http://[::1]/", ""},
	} {
		env := map[string]string{}
		for pair := range strings.FieldsSeq(tt.env) {
			k, v, _ := strings.Cut(pair, "=")
			env[k] = v
		}
		u, err := weburl.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		h := &hop{f: &Fetcher{o: Options{Getenv: func(k string) string { return env[k] }}}, url: u, origin: u}
		got := ""
		if r, err := h.route(); err != nil {
			t.Error(err)
		} else if r.proxied() {
			got = r.HTTP.Address()
		}
		if got != tt.want {
			t.Errorf("%s with %s: proxy %q, want %q", tt.url, tt.env, got, tt.want)
		}
	}
}

func TestConnectTo(t *testing.T) {
	for _, tt := range []struct{ rule, want string }{
		{"h:80:g:81", "g:81"},
		{"::g:", "g:80"},
		{":80::81", "h:81"},
		{"h::g:81", "g:81"},
		{"x:80:g:81", "h:80"},
		{"h:81:g:81", "h:80"},
		{"h:80:[::1]:81", "::1:81"},
	} {
		c, err := ParseConnectTo(tt.rule)
		if err != nil {
			t.Errorf("%s: %v", tt.rule, err)
			continue
		}
		host, port := connectTo([]ConnectTo{c}, "h", 80)
		if got := fmt.Sprintf("%s:%d", host, port); got != tt.want {
			t.Errorf("%s leads h:80 to %s, want %s", tt.rule, got, tt.want)
		}
	}
	for _, bad := range []string{"h:port:g:81", "h:80:g:999999"} {
		if _, err := ParseConnectTo(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// An address that does not answer is followed by the next, and both are told.
func TestEveryAddressIsTold(t *testing.T) {
	p := listen(t, say(fine))
	port := p.Addr().(*net.TCPAddr).AddrPort().Port()
	dead := netip.MustParseAddr("127.0.0.9") // nothing listens there
	o := Options{AttemptDelay: time.Hour, Resolver: resolver.Config{Overrides: []resolver.Override{{Host: "two.test", Port: port, Addrs: []netip.Addr{dead, netip.MustParseAddr("127.0.0.1")}}}}}
	r := run(t, o, fmt.Sprintf("http://two.test:%d/", port))
	if r.err != nil || r.body != "ok" {
		t.Fatalf("%v, %q", r.err, r.body)
	}
	var got []string
	for _, a := range r.doc.Last().Connection.Attempts {
		got = append(got, a.Outcome+" "+string(a.Why))
	}
	if diff := cmp.Diff([]string{"failed connection_refused", "connected "}, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// posted is a body that is sent by POST.
func posted(b []byte) *Payload {
	return &Payload{Content: payload.Bytes(b), Type: "application/x-www-form-urlencoded"}
}
