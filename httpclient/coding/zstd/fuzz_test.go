package zstd

import (
	"bytes"
	"io"
	"testing"

	library "github.com/klauspost/compress/zstd"
)

// byLibrary reads a stream by the library, with the same limits.
func byLibrary(t *testing.T, stream []byte) ([]byte, error) {
	t.Helper()
	r, err := library.NewReader(bytes.NewReader(stream), library.WithDecoderConcurrency(1), library.WithDecoderMaxWindow(maxWindow), library.WithDecodeBuffersBelow(0))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 64<<20))
}

// The library and this package agree on what a stream holds.
func FuzzAgainstTheLibrary(f *testing.F) {
	for _, b := range contents() {
		for _, level := range levels {
			stream := packed(f, b[:min(len(b), 2<<10)], library.WithEncoderLevel(level))
			f.Add(stream)
			f.Add(stream[:len(stream)*2/3])
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		want, wantErr := byLibrary(t, stream)
		got, err := read(stream)
		if err == nil && (wantErr != nil || !bytes.Equal(got, want)) {
			t.Errorf("%x: read as %x, by the library as %x, %v", stream, got, want, wantErr)
		}
		if wantErr == nil && err != nil {
			t.Errorf("%x: %v, by the library %x", stream, err, want)
		}
		if n := min(len(got), len(want)); !bytes.Equal(got[:n], want[:n]) {
			t.Errorf("%x: read as %x, %v, by the library as %x, %v", stream, got, err, want, wantErr)
		}
	})
}
