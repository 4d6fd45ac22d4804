package fetch

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"fetchscope/httpclient/payload"

	"github.com/google/go-cmp/cmp"
)

// heading is the names of a head's fields, in their order.
func heading(head string) string {
	var out []string
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, ok := strings.Cut(line, ": "); ok {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

// Which fields go out, and in which order.
func TestBrowserFields(t *testing.T) {
	const page = "Host User-Agent Accept Accept-Language Accept-Encoding "
	const open = "Connection Upgrade-Insecure-Requests "
	const typed = "Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User "
	tests := []struct {
		name string
		host string
		o    Options
		want string
	}{
		{"to this machine", "", Options{}, page + open + typed + "Priority"},
		{"without TLS", "h.test", Options{}, page + open + "Priority"},
		{"with a form", "", Options{Payload: &Payload{Content: payload.Bytes("a=b"), Type: "x/y"}}, page + "Content-Type Content-Length Origin " + open + typed + "Priority"},
		{"with an upload", "", Options{Payload: &Payload{Content: payload.Unsized(payload.Bytes("a")), Put: true}}, page + open + typed + "Priority Transfer-Encoding"},
		{"with cookies and a link", "h.test", Options{Cookie: "a=b", Referer: "http://h.test/"}, page + "Connection Referer Cookie Upgrade-Insecure-Requests Priority"},
		{"with a login", "h.test", Options{User: pair("u:p")}, page + "Authorization " + open + "Priority"},
		{"with a field of our own", "h.test", Options{Header: []HeaderOption{{Name: "accept", Value: "x"}, {Name: "Priority", Remove: true}}}, "Host User-Agent Accept-Language Accept-Encoding " + open + "accept"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := listen(t, func(head string, c net.Conn) { io.WriteString(c, fine) })
			o := tt.o
			o.Browser, o.Compressed = true, true
			url := p.url("/")
			if tt.host != "" {
				o.Resolver = naming(t, on(p, tt.host))
				url = at(p.Addr(), tt.host, "/")
			}
			if r := run(t, o, url); r.err != nil {
				t.Fatal(r.err)
			}
			if got := heading(p.seen()[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// What the fields say, as docs/browser.md has it.
func TestBrowserValues(t *testing.T) {
	p := listen(t, say(fine))
	if r := run(t, Options{Browser: true, Compressed: true}, p.url("/")); r.err != nil {
		t.Fatal(r.err)
	}
	want := []string{
		"GET / HTTP/1.1",
		"Host: " + p.Addr().String(),
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Accept-Language: en-US,en;q=0.9",
		"Accept-Encoding: gzip, deflate, br, zstd",
		"Connection: keep-alive",
		"Upgrade-Insecure-Requests: 1",
		"Sec-Fetch-Dest: document",
		"Sec-Fetch-Mode: navigate",
		"Sec-Fetch-Site: none",
		"Sec-Fetch-User: ?1",
		"Priority: u=0, i",
		"", "",
	}
	if diff := cmp.Diff(want, strings.Split(p.seen()[0], "\r\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	doc, err := os.ReadFile("../../docs/browser.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range want[2:] {
		for _, part := range strings.SplitN(line, ": ", 2) {
			if part != "" && !strings.Contains(string(doc), "`"+part+"`") {
				t.Errorf("docs/browser.md does not have %q", part)
			}
		}
	}
}
