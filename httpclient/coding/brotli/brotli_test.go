package brotli

import (
	"bufio"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	library "github.com/andybalholm/brotli"
)

// packed is what the library makes of b.
func packed(t testing.TB, b []byte, o library.WriterOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	w := library.NewWriterOptions(&out, o)
	_, err := w.Write(b)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// maxRead is how far a test reads.
const maxRead = 64 << 20

// read reads a stream, and all that follows it.
func read(in io.Reader) (content, rest []byte, err error) {
	b := bufio.NewReader(in)
	content, err = io.ReadAll(io.LimitReader(NewReader(b), maxRead))
	if err == nil {
		rest, err = io.ReadAll(b)
	}
	return content, rest, err
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
	rare := make([]byte, 1<<20) // long words follow one another
	for i := range rare {
		rare[i] = byte(r.IntN(16))
		if r.IntN(8) == 0 {
			rare[i] = byte(16 + r.IntN(240))
		}
	}
	var numbers, prose strings.Builder
	for i := 0; numbers.Len() < 1<<20; i++ {
		fmt.Fprintf(&numbers, "%d %d\n", i, r.IntN(1000))
	}
	for prose.Len() < 1<<20 {
		at := r.IntN(len(dictionary) - 10)
		prose.WriteString(strings.ToValidUTF8(dictionary[at:at+4+r.IntN(6)], "é"))
		prose.WriteString([]string{" ", ", ", ". The ", " of ", "\n<p>"}[r.IntN(5)])
	}
	samples := make([]byte, 300<<10) // numbers with a sign
	for i := range samples {
		samples[i] = byte(int(r.NormFloat64() * 20))
	}
	far := bytes.Join([][]byte{noise, bytes.Repeat([]byte("six steps "), 1<<17), noise}, nil)
	return map[string][]byte{
		"nothing": nil, "a byte": []byte("a"), "a line": []byte("six steps of fetching a URL\n"), "zeros": make([]byte, 3<<20), "noise": noise,
		"skewed": skewed, "rare": rare, "numbers": []byte(numbers.String()), "a match of far away": far, "short lines": bytes.Repeat([]byte("<p>a</p>\n<p>b</p>\n"), 5000),
		"prose": []byte(prose.String()), "samples": samples, "of all kinds": bytes.Join([][]byte{samples[:50<<10], []byte(prose.String()[:99<<10]), noise[:20<<10], rare[:99<<10]}, nil),
	}
}

func TestWhatTheLibraryMakesIsRead(t *testing.T) {
	for name, want := range contents() {
		for _, o := range []library.WriterOptions{
			{Quality: 0, LGWin: 18},
			{Quality: 1, LGWin: 22},
			{Quality: 2, LGWin: 16},
			{Quality: 4, LGWin: 10},
			{Quality: 5, LGWin: 22},
			{Quality: 6, LGWin: 16},
			{Quality: 7, LGWin: 24},
			{Quality: 9, LGWin: 11},
			{Quality: 11, LGWin: 22},
			{Quality: 11, LGWin: 10},
		} {
			want := want
			if o.Quality > 7 { // which take their time
				want = want[:min(len(want), 60<<10)]
			}
			stream := packed(t, want, o)
			got, rest, err := read(bytes.NewReader(append(stream, "more"...)))
			if err != nil || !bytes.Equal(got, want) || string(rest) != "more" {
				t.Errorf("%s, %+v: %d bytes, %q and %v, want %d", name, o, len(got), rest, err, len(want))
			}
		}
	}
}

// What has been sent is given before more of it comes.
func TestWhatIsThereIsGiven(t *testing.T) {
	var sent bytes.Buffer
	w := library.NewWriter(&sent)
	from, to := io.Pipe()
	r := NewReader(bufio.NewReader(from))
	p := make([]byte, 1<<10)
	for i := range 100 {
		want := fmt.Sprintf("line %d of what a server sends bit by bit, %d\n", i, i*i)
		if _, err := w.Write([]byte(want)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		written := make(chan error, 1)
		go func() {
			_, err := to.Write(sent.Bytes())
			written <- err
		}()
		n, err := io.ReadFull(r, p[:len(want)])
		if err != nil || string(p[:n]) != want {
			t.Fatalf("%q and %v, want %q", p[:n], err, want)
		}
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		sent.Reset()
	}
}

// However a stream is delivered, it is read as the same.
func TestDelivery(t *testing.T) {
	for name, want := range contents() {
		want = want[:min(len(want), 100<<10)]
		stream := packed(t, want, library.WriterOptions{Quality: 5, LGWin: 16})
		for how, in := range map[string]io.Reader{
			"byte by byte": iotest.OneByteReader(bytes.NewReader(stream)), "by halves": iotest.HalfReader(bytes.NewReader(stream)),
			"with the end": iotest.DataErrReader(bytes.NewReader(stream)),
		} {
			if got, _, err := read(in); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %d bytes and %v, want %d", name, how, len(got), err, len(want))
			}
		}
	}
}

// The sum is that of appendix A.
func TestTheDictionary(t *testing.T) {
	const size, sum = 122784, 0x5136cb04
	if got := crc32.ChecksumIEEE([]byte(dictionary)); len(dictionary) != size || got != sum {
		t.Errorf("%d bytes with the sum %#x, want %d and %#x", len(dictionary), got, size, sum)
	}
	if end := wordsFrom(len(wordBits)); end != size {
		t.Errorf("words end at %d, want %d", end, size)
	}
}

// The sums of tables Lut0, Lut1 and Lut2 are those of section 7.1 and of what stands there.
func TestTheContextsOfCharacters(t *testing.T) {
	makeTables()
	table := &contextsBy[byCharacter]
	for _, tt := range []struct {
		name  string
		table []uint8
		sum   uint32
	}{{"Lut0", table[:firstBefore], 0x8e91efb7}, {"Lut1", table[firstBefore:], 0xd01a32f4}} {
		if got := crc32.ChecksumIEEE(tt.table); got != tt.sum {
			t.Errorf("%s has the sum %#x, want %#x", tt.name, got, tt.sum)
		}
	}
}
