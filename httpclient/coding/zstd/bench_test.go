package zstd

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	library "github.com/klauspost/compress/zstd"
)

func BenchmarkRead(b *testing.B) {
	for name, content := range contents() {
		if len(content) < 100<<10 {
			continue
		}
		stream := packed(b, content)
		p := make([]byte, 64<<10)
		for by, open := range map[string]func() io.Reader{
			"ours": func() io.Reader { return NewReader(bufio.NewReaderSize(bytes.NewReader(stream), 32<<10)) },
			"library": func() io.Reader {
				r, _ := library.NewReader(bytes.NewReader(stream), library.WithDecoderConcurrency(1), library.WithDecodeBuffersBelow(0))
				return r
			},
		} {
			b.Run(name+"/"+by, func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				b.ReportAllocs()
				for b.Loop() {
					if n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{open()}, p); n != int64(len(content)) || err != nil {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
