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

func BenchmarkHead(b *testing.B) {
	raw := []byte(ok + "Date: Sun, 22 Nov 2026 11:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n" +
		strings.Repeat("X-Some-Field: with a value of some length, as they are\r\n", 18) + "Content-Length: 0\r\n\r\n")
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := parseHead([][]byte{raw}); err != nil {
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
