package coding

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	words := strings.Fields(text + "and shows what truly happened on the wire, byte by byte")
	var page strings.Builder
	for i := 0; page.Len() < 1<<20; i++ {
		page.WriteString(words[i*i%len(words)])
		page.WriteByte(" \n"[i%2])
	}
	for _, tt := range []struct {
		coding string
		body   []byte
	}{{"gzip", gzipped(page.String())}, {"deflate", zlibbed(page.String())}, {"br", brotlied(page.String())}, {"zstd", zstded(page.String())}} {
		b.Run(tt.coding, func(b *testing.B) { benchmark(b, tt.coding, tt.body, page.Len()) })
	}
}

func benchmark(b *testing.B, coding string, body []byte, size int) {
	p := make([]byte, 64<<10)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(b.Context(), bytes.NewReader(body), []string{coding})
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, p)
		if n != int64(size) || err != nil {
			b.Fatal(n, err)
		}
	}
}
