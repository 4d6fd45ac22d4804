package zstd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	library "github.com/klauspost/compress/zstd"
)

// levels are the ways in which the library compresses.
var levels = []library.EncoderLevel{library.SpeedFastest, library.SpeedBetterCompression}

// packed is what the library makes of b.
func packed(t testing.TB, b []byte, o ...library.EOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := library.NewWriter(&out, append([]library.EOption{library.WithEncoderConcurrency(1), library.WithZeroFrames(true)}, o...)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Write(b); err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// read reads a stream, as far as a test goes.
func read(stream []byte) ([]byte, error) {
	return io.ReadAll(io.LimitReader(NewReader(bufio.NewReader(bytes.NewReader(stream))), 64<<20))
}

// contents are of kinds that are compressed by different means.
func contents() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300<<10)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	skewed := make([]byte, 300<<10)
	for i := range skewed {
		skewed[i] = byte(r.ExpFloat64() * 12)
	}
	rare := make([]byte, 1<<20) // long codes follow one another
	for i := range rare {
		rare[i] = byte(r.IntN(16))
		if r.IntN(8) == 0 {
			rare[i] = byte(16 + r.IntN(240))
		}
	}
	var numbers strings.Builder
	for i := 0; numbers.Len() < 1<<20; i++ {
		fmt.Fprintf(&numbers, "%d %d\n", i, r.IntN(1000))
	}
	far := bytes.Join([][]byte{noise, bytes.Repeat([]byte("six steps "), 1<<17), noise}, nil)
	return map[string][]byte{
		"nothing": nil, "a byte": []byte("a"), "a line": []byte("six steps of fetching a URL\n"), "zeros": make([]byte, 3<<20), "noise": noise,
		"skewed": skewed, "rare": rare, "numbers": []byte(numbers.String()), "a match of far away": far, "short lines": bytes.Repeat([]byte("<p>a</p>\n<p>b</p>\n"), 5000),
	}
}

func TestWhatTheLibraryMakesIsRead(t *testing.T) {
	for name, want := range contents() {
		for _, level := range levels {
			for what, o := range map[string]library.EOption{
				"": library.WithWindowSize(8 << 20), "a small window": library.WithWindowSize(1 << 10),
				"no entropy": library.WithNoEntropyCompression(true),
			} {
				got, err := read(packed(t, want, library.WithEncoderLevel(level), o))
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s, %v, %s: %d bytes and %v, want %d", name, level, what, len(got), err, len(want))
				}
			}
		}
	}
}
