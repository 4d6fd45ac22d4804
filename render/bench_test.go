package render_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"fetchscope/render"
)

func BenchmarkRender(b *testing.B) {
	page, err := os.ReadFile("testdata/harbour.html")
	if err != nil {
		b.Fatal(err)
	}
	small := append(append([]byte(nil), page[:bytes.Index(page, []byte("<h2>"))]...), "</body></html>"...)
	for _, c := range []struct {
		name string
		page []byte
	}{
		{"1kB", small},
		{"100kB", bytes.Repeat(page, 100_000/len(page)+1)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.page)))
			b.ReportAllocs()
			for b.Loop() {
				if err := render.Render(io.Discard, bytes.NewReader(c.page), nil, render.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
