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
		const most = 1 << 20
		want, wantErr := io.ReadAll(io.LimitReader(library.NewReader(bytes.NewReader(stream)), most))
		got, rest, err := readUpTo(bytes.NewReader(stream), most)
		slowly, _, slowErr := readUpTo(iotest.OneByteReader(bytes.NewReader(stream)), most)
		if !bytes.Equal(slowly, got) || (slowErr == nil) != (err == nil) || errors.Is(slowErr, io.ErrUnexpectedEOF) != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%x: read as %x and %v, byte by byte as %x and %v", stream, got, err, slowly, slowErr)
		}
		if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
			t.Errorf("%x: read as %x, %v, by the library as %x, %v", stream, got, err, want, wantErr)
		}
		if len(got) == most || len(want) == most {
			return
		}
		if err == nil && len(rest) == 0 && (wantErr != nil || len(got) != len(want)) || wantErr == nil && err != nil {
			t.Errorf("%x: %d bytes and %v, by the library %d and %v", stream, len(got), err, len(want), wantErr)
		}
	})
}
