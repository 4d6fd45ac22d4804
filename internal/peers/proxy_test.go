package peers

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fetchscope/trace"
)

// A proxied is a command that goes through the proxy to nginx.
type proxied struct {
	name   string
	secure bool
	words  []string
	path   string
	upload int
	status int // of the last response, 0 where the tunnel was refused
	// exit is the command's status, logged what the proxy noted of each request.
	exit   int
	logged []string
	size   int64 // of the body that comes
}

// login is what the proxy wants to know.
const login = User + ":" + Password

var throughProxy = []proxied{
	{name: "http", words: []string{"-U", login}, path: Random, status: 200, logged: []string{"GET 200"}, size: 1 << 20},
	{name: "https by a tunnel", secure: true, words: []string{"-U", login}, path: Random, status: 200, logged: []string{"CONNECT 200"}, size: 1 << 20},
	{name: "http by a tunnel", words: []string{"-U", login, "-p"}, path: Random, status: 200, logged: []string{"CONNECT 200"}, size: 1 << 20},
	{name: "upload", words: []string{"-U", login, "-T", "%u"}, path: Uploads + "through", upload: 2 << 20, status: 201, logged: []string{"PUT 201"}},
	{name: "redirect", words: []string{"-U", login, "-L"}, path: Moved, status: 200, logged: []string{"GET 301", "GET 200"}},
	{name: "two of one connection", words: []string{"-U", login, "%again"}, path: Text, status: 200, logged: []string{"GET 200", "GET 200"}},
	{name: "chunked", words: []string{"-U", login}, path: Parts, status: 200, logged: []string{"GET 200"}},
	{name: "no login", path: Text, status: 407, logged: []string{"GET 407"}},
	{name: "wrong login", words: []string{"-U", User + ":guess"}, path: Text, status: 407, logged: []string{"GET 407"}},
	{name: "no login, https", secure: true, path: Text, exit: 7, logged: []string{"CONNECT 407"}},
}

var byDigest = []proxied{
	{name: "http", words: []string{"--proxy-digest", "-U", login}, path: Random, status: 200, logged: []string{"GET 407", "GET 200"}, size: 1 << 20},
	{name: "https", secure: true, words: []string{"--proxy-digest", "-U", login}, path: Random, status: 200, logged: []string{"CONNECT 407", "CONNECT 200"}, size: 1 << 20},
	{name: "any login", words: []string{"--proxy-anyauth", "-U", login}, path: Text, status: 200, logged: []string{"GET 407", "GET 200"}},
	{name: "wrong login", words: []string{"--proxy-digest", "-U", User + ":guess"}, path: Text, status: 407, logged: []string{"GET 407", "GET 407"}},
	{name: "wrong login, https", secure: true, words: []string{"--proxy-digest", "-U", User + ":guess"}, path: Text, exit: 7, logged: []string{"CONNECT 407", "CONNECT 407"}},
}

// TestProxyByDigest logs in by Digest, which takes two requests.
func TestProxyByDigest(t *testing.T) {
	origin := Nginx(t, NewSite(t))
	proxy := Squid(t, origin.Site, ByDigest)
	for _, c := range byDigest {
		t.Run(c.name, func(t *testing.T) { c.run(t, proxy, origin) })
	}
}

// Through a proxy the bytes that are told of are those between us and it.
func TestProxyByBasic(t *testing.T) {
	origin := Nginx(t, NewSite(t))
	proxy := Squid(t, origin.Site, ByBasic)
	for _, c := range throughProxy {
		t.Run(c.name, func(t *testing.T) { c.run(t, proxy, origin) })
	}
}

func (c proxied) run(t *testing.T, proxy, origin *Server) {
	base := origin.Plain
	if c.secure {
		base = origin.Secure
	}
	dir := t.TempDir()
	args := []string{"-s", "--format", "json", "--cacert", origin.Site.Authority, "-x", proxy.Plain, "-o", filepath.Join(dir, "body")}
	for _, w := range c.words {
		switch w {
		case "%u":
			w = filepath.Join(dir, "upload")
			writeFile(t, w, pattern(c.upload))
		case "%again":
			w = base + c.path
		}
		args = append(args, w)
	}
	f := run(t, append(args, base+c.path), nil)
	if f.status != c.exit {
		t.Fatalf("exit %d, want %d: %+v", f.status, c.exit, f.docs[0].Error)
	}
	f.entries = proxy.Logged(t, len(c.logged))
	c.compare(t, f)
}

func (c proxied) compare(t *testing.T, f *fetched) {
	var noted []string
	for _, e := range f.entries {
		noted = append(noted, e.Method+" "+strconv.Itoa(e.Status))
	}
	if got, want := strings.Join(noted, ", "), strings.Join(c.logged, ", "); got != want {
		t.Errorf("the proxy noted %s, want %s", got, want)
	}
	x := f.last()
	if c.status != 0 && x.Response.Status != c.status {
		t.Errorf("status %d, want %d", x.Response.Status, c.status)
	}
	if c.size != 0 && x.Response.BodyBytes != c.size {
		t.Errorf("%d bytes came, want %d", x.Response.BodyBytes, c.size)
	}
	if strings.HasPrefix(c.logged[0], "CONNECT") {
		c.compareTunnel(t, x, f.entries)
		return
	}
	for i, x := range f.exchanges {
		e := f.entries[i]
		equal(t, "bytes of the request", x.Request.Bytes, e.Request)
		if x.Response.Framing != "chunked" {
			equal(t, "bytes of the response", int64(x.Response.HeaderBytes)+x.Response.BodyBytes, e.Final)
		}
	}
}

// compareTunnel holds the kernel's counts against what passed through a tunnel, and in the
// requests for it that were on the same connection.
func (c proxied) compareTunnel(t *testing.T, x *trace.Exchange, entries []Entry) {
	t.Helper()
	read := x.Connection.Closed
	if read == nil || c.status == 0 {
		return
	}
	var sent, received int64
	for _, e := range entries {
		if x.Connection.Local == address(e.Port) {
			sent, received = sent+*e.Request, received+*e.Final
		}
	}
	equal(t, "bytes sent through the tunnel", *read.BytesAcked-2, &sent)
	equal(t, "bytes received through the tunnel", *read.BytesReceived-1, &received)
	e := entries[len(entries)-1]
	if u, err := url.Parse(x.URL); err != nil || x.Connection.Proxy.TunnelTarget != u.Host || e.Target != u.Host {
		t.Errorf("a tunnel to %s, the proxy noted one to %s", x.Connection.Proxy.TunnelTarget, e.Target)
	}
}
