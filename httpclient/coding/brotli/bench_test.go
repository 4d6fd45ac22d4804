package brotli

import (
	"bufio"
	"bytes"
	"io"
	"testing"

	library "github.com/andybalholm/brotli"
)

func BenchmarkRead(b *testing.B) {
	all := contents()
	for _, name := range []string{"prose", "numbers", "rare", "short lines", "of all kinds"} {
		content := all[name]
		content = content[:min(len(content), 300<<10)]
		for quality, label := range map[int]string{5: "5", 11: "11"} {
			stream := packed(b, content, library.WriterOptions{Quality: quality, LGWin: 22})
			p := make([]byte, 64<<10)
			for by, open := range map[string]func() io.Reader{
				"ours":    func() io.Reader { return NewReader(bufio.NewReaderSize(bytes.NewReader(stream), 32<<10)) },
				"library": func() io.Reader { return library.NewReader(bufio.NewReaderSize(bytes.NewReader(stream), 32<<10)) },
			} {
				b.Run(name+"/"+label+"/"+by, func(b *testing.B) {
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
}
