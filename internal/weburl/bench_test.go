package weburl

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct{ name, input string }{
		{"plain", "https://www.example.com/articles/2024/index.html?lang=en&page=2#top"},
		{"encoded", "https://www.example.com/a b/ü?q=ä ö#ß"},
		{"unicode host", "https://www.käse.example/"},
		{"address", "http://192.0.2.1:8080/"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(bb.input); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseLong is for comparing the throughput of a size with that of
// twice the size: they are alike where the work is linear.
func BenchmarkParseLong(b *testing.B) {
	for _, bb := range []struct{ name, prefix, unit string }{
		{"at signs", "http://", "@"},
		{"dot segments", "http://h.test/", "a/../"},
		{"broken UTF-8", "http://h.test/", "\xe2\x82"},
		{"labels", "http://ä", ".ß"},
		{"one label", "http://", "ä"},
		{"digits", "http://", "9"},
		{"colons", "http://[", ":1"},
		{"opaque spaces", "data:", " "},
	} {
		for _, n := range []int{1 << 14, 1 << 15} {
			b.Run(fmt.Sprintf("%s/%d", bb.name, n), func(b *testing.B) {
				input := bb.prefix + strings.Repeat(bb.unit, n/len(bb.unit)) + "#"
				b.SetBytes(int64(len(input)))
				for b.Loop() {
					_, _ = Parse(input) // refused or not, the work is what counts
				}
			})
		}
	}
}
