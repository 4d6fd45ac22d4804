package brotli

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	library "github.com/andybalholm/brotli"
)

// The library and this package agree on what a stream holds, however it is delivered.
func FuzzAgainstTheLibrary(f *testing.F) {
	for _, b := range contents() {
		for _, quality := range []int{1, 5, 9, 11} {
			stream := packed(f, b[:min(len(b), 2<<10)], library.WriterOptions{Quality: quality, LGWin: 10 + quality})
			f.Add(stream)
			f.Add(stream[:len(stream)*2/3])
		}
	}
	f.Add(byWord(24, 77<<5, 30))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const most = 4 << 20
		in := bytes.NewReader(stream)
		want, wantErr := io.ReadAll(io.LimitReader(library.NewReader(in), most))
		got, rest, err := read(io.LimitReader(bytes.NewReader(stream), int64(len(stream))))
		got = got[:min(len(got), most)]
		if err == nil && len(rest) == 0 && (wantErr != nil || !bytes.Equal(got, want)) {
			t.Errorf("%x: read as %x, by the library as %x, %v", stream, got, want, wantErr)
		}
		if wantErr == nil && len(want) < most && err != nil {
			t.Errorf("%x: %v, by the library %x", stream, err, want)
		}
		if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
			t.Errorf("%x: read as %x, %v, by the library as %x, %v", stream, got, err, want, wantErr)
		}
		slowly, _, slowErr := read(iotest.OneByteReader(bytes.NewReader(stream)))
		if slowly = slowly[:min(len(slowly), most)]; !bytes.Equal(slowly, got) || (slowErr == nil) != (err == nil) || errors.Is(slowErr, io.ErrUnexpectedEOF) != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%x: read as %x and %v, byte by byte as %x and %v", stream, got, err, slowly, slowErr)
		}
	})
}
