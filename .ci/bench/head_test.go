// Package bench measures the parser of response heads beside fasthttp's and net/http's, in
// one run and over the same heads. It is a module of its own, so that fasthttp is no
// dependency of the program:
//
//	cd .ci/bench && go test -bench .
package bench

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"

	"fetchscope/httpclient/h1"

	"github.com/valyala/fasthttp"
)

const status = "HTTP/1.1 200 OK\r\n"

// heads are what servers send before a page.
var heads = []struct{ name, raw string }{
	{"nginx, 640 bytes", status + "Server: nginx/1.27.3\r\nDate: Sun, 22 Nov 2026 11:00:00 GMT\r\n" +
		"Content-Type: text/html; charset=utf-8\r\nContent-Length: 28411\r\nLast-Modified: Fri, 20 Nov 2026 08:15:42 GMT\r\n" +
		"Connection: keep-alive\r\nVary: Accept-Encoding\r\nETag: \"691eccbe-6efb\"\r\nExpires: Sun, 22 Nov 2026 12:00:00 GMT\r\n" +
		"Cache-Control: public, max-age=3600, stale-while-revalidate=60\r\n" +
		"Strict-Transport-Security: max-age=31536000; includeSubDomains\r\nX-Content-Type-Options: nosniff\r\n" +
		"X-Frame-Options: SAMEORIGIN\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n" +
		"X-Request-Id: 7f3c1b52e9a84d06b1d7c2f0a5e86439\r\nAlt-Svc: h3=\":443\"; ma=86400\r\nAccept-Ranges: bytes\r\n\r\n"},
	{"short, 120 bytes", status + "Date: Sun, 22 Nov 2026 11:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 28411\r\n\r\n"},
	{"cookies, 4 kB", status + "Date: Sun, 22 Nov 2026 11:00:00 GMT\r\nContent-Length: 0\r\n" +
		strings.Repeat("Set-Cookie: session="+strings.Repeat("x", 300)+"; Path=/; Secure; HttpOnly\r\n", 11) + "\r\n"},
}

// parsers read one head each.
var parsers = []struct {
	name string
	open func() func(raw []byte) error
}{
	{"ours", func() func([]byte) error {
		var head h1.ResponseHead
		return func(raw []byte) error {
			_, err := head.Parse(raw)
			return err
		}
	}},
	{"fasthttp", func() func([]byte) error {
		var head fasthttp.ResponseHeader
		from, r := new(bytes.Reader), bufio.NewReaderSize(nil, 16<<10)
		return func(raw []byte) error {
			from.Reset(raw)
			r.Reset(from)
			return head.Read(r)
		}
	}},
	{"net/http", func() func([]byte) error {
		from, r := new(bytes.Reader), bufio.NewReaderSize(nil, 16<<10)
		return func(raw []byte) error {
			from.Reset(raw)
			r.Reset(from)
			_, err := http.ReadResponse(r, nil)
			return err
		}
	}},
}

func BenchmarkHead(b *testing.B) {
	for _, head := range heads {
		for _, parser := range parsers {
			b.Run(head.name+"/"+parser.name, func(b *testing.B) {
				raw, parse := []byte(head.raw), parser.open()
				b.SetBytes(int64(len(raw)))
				b.ReportAllocs()
				for b.Loop() {
					if err := parse(raw); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
