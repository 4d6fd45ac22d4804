package h1

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"fetchscope/trace"
)

// nginxHead is a head of 640 bytes, as nginx sends it before a page.
const nginxHead = ok + "Server: nginx/1.27.3\r\nDate: Sun, 22 Nov 2026 11:00:00 GMT\r\n" +
	"Content-Type: text/html; charset=utf-8\r\nContent-Length: 28411\r\nLast-Modified: Fri, 20 Nov 2026 08:15:42 GMT\r\n" +
	"Connection: keep-alive\r\nVary: Accept-Encoding\r\nETag: \"691eccbe-6efb\"\r\nExpires: Sun, 22 Nov 2026 12:00:00 GMT\r\n" +
	"Cache-Control: public, max-age=3600, stale-while-revalidate=60\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n" +
	"X-Content-Type-Options: nosniff\r\nX-Frame-Options: SAMEORIGIN\r\nReferrer-Policy: strict-origin-when-cross-origin\r\n" +
	"X-Request-Id: 7f3c1b52e9a84d06b1d7c2f0a5e86439\r\n" +
	"Alt-Svc: h3=\":443\"; ma=86400\r\nAccept-Ranges: bytes\r\n\r\n"

func BenchmarkHead(b *testing.B) {
	raw := []byte(nginxHead)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	var head ResponseHead
	for b.Loop() {
		if _, err := head.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}

// An endlessConn says its head and then the same piece again and again.
type endlessConn struct {
	*scriptConn
	piece []byte
	at    int
}

func (c *endlessConn) Read(p []byte) (int, error) {
	if len(c.portions) > 0 {
		return c.scriptConn.Read(p)
	}
	n := copy(p, c.piece[c.at:])
	if c.at += n; c.at == len(c.piece) {
		c.at = 0
	}
	return n, nil
}

func (c *endlessConn) Came() int64           { return 0 }
func (c *endlessConn) Arrived() trace.Moment { return trace.Moment{} }
func (c *endlessConn) Began() trace.Moment   { return trace.Moment{} }

// benchmarkBody reads a body without end by 64 kB.
func benchmarkBody(b *testing.B, head string, piece []byte) {
	conn := &endlessConn{scriptConn: newScriptConn([]byte(head)), piece: piece}
	resp, err := Exchange(context.Background(), nil, conn, request("GET"), nil)
	if err != nil {
		b.Fatal(err)
	}
	p := make([]byte, 64<<10)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.ReadFull(resp.Body, p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBodyLength(b *testing.B) {
	benchmarkBody(b, ok+"Content-Length: 9223372036854775807\r\n\r\n", make([]byte, 256<<10))
}

func BenchmarkChunked(b *testing.B) {
	for _, bb := range []struct {
		name string
		size int
	}{{"16 bytes", 16}, {"1 kB", 1 << 10}, {"16 kB", 16 << 10}} {
		b.Run(bb.name, func(b *testing.B) {
			chunk := fmt.Sprintf("%x\r\n", bb.size) + strings.Repeat("x", bb.size) + "\r\n"
			benchmarkBody(b, chunked, bytes.Repeat([]byte(chunk), 1+(256<<10)/len(chunk)))
		})
	}
}
