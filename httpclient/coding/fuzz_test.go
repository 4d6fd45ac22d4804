package coding

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// chains are what the fuzz targets undo.
var chains = []string{"gzip", "deflate", "br", "zstd", "deflate, gzip", "gzip, gzip", "zstd, br", "br, gzip, zstd"}

// However it is delivered, a body decodes to the same, with the same verdict; what came
// out of a broken one before it broke may be less, never other.
func FuzzDecode(f *testing.F) {
	for _, s := range [][]byte{
		gzipped(text), zlibbed(text), deflated(text), brotlied(text), zstded(text), join(gzipped("a"), gzipped("b")), gzipped(string(zlibbed(text))),
		gzipped(""), brotlied(""), zstded(""), join(skippable, zstded("a")), brotlied(string(zstded(text))), zstded(string(gzipped(string(brotlied(text))))),
	} {
		for kind := range byte(len(chains)) {
			f.Add(s, kind)
			f.Add(s[:len(s)-1], kind)
			f.Add(changed(s, len(s)/2), kind)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, kind byte) {
		codings := chains[int(kind)%len(chains)]
		var out [2]string
		var errs [2]error
		for i, source := range []io.Reader{bytes.NewReader(body), iotest.OneByteReader(bytes.NewReader(body))} {
			out[i], errs[i] = decode(source, codings)
			if codeOf(errs[i]) == "" && errs[i] != nil {
				t.Fatalf("%s of %q: %v is not the coding's", codings, body, errs[i])
			}
		}
		same := out[0] == out[1] || errs[0] != nil && (strings.HasPrefix(out[0], out[1]) || strings.HasPrefix(out[1], out[0]))
		if !same || codeOf(errs[0]) != codeOf(errs[1]) {
			t.Fatalf("%s of %q: %q and %v whole, %q and %v byte by byte", codings, body, out[0], errs[0], out[1], errs[1])
		}
	})
}

// What is put in comes out again.
func FuzzRoundTrip(f *testing.F) {
	f.Add(text)
	f.Add("")
	f.Add(strings.Repeat("a", 1<<17))
	f.Fuzz(func(t *testing.T, s string) {
		for _, tt := range []struct {
			coding string
			body   []byte
		}{{"gzip", gzipped(s)}, {"deflate", zlibbed(s)}, {"deflate", deflated(s)}, {"br", brotlied(s)}, {"zstd", zstded(s)}} {
			if got, err := decode(bytes.NewReader(tt.body), tt.coding); got != s || err != nil {
				t.Errorf("%s of %q: %q, %v", tt.coding, s, got, err)
			}
		}
	})
}
