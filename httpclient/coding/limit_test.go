package coding

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"

	"fetchscope/httpclient"
	"fetchscope/trace"
)

// zeros are 1 MB of them.
var zeros = string(make([]byte, 1<<20))

// repeated reads the same piece n times over.
type repeated struct {
	piece []byte
	n, at int
	bytes int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.piece[r.at:])
	r.bytes += n
	if r.at += n; r.at == len(r.piece) {
		r.at = 0
		r.n--
	}
	return n, nil
}

// bombs are 1 MB of zeros each, in what can be said over and over. A stream of br has an
// end: its piece is all of a large one.
var bombs = []struct {
	coding string
	piece  []byte
}{{"gzip", gzipped(zeros)}, {"zstd", zstded(zeros)}}

// A bomb comes out bit by bit: no more is read of it than what comes out needs, and the
// memory it takes is the same for ten times as much.
func TestABombStreams(t *testing.T) {
	for _, bomb := range bombs {
		t.Run(bomb.coding, func(t *testing.T) {
			allocated := func(members int) uint64 {
				source := &repeated{piece: bomb.piece, n: members}
				return allocating(t, bomb.coding, source, int64(members)<<20)
			}
			if few, many := allocated(3), allocated(30); many > few+1<<20 {
				t.Errorf("%d bytes allocated for 3 MB, %d for 30 MB", few, many)
			}
		})
	}
	t.Run("br", func(t *testing.T) {
		large := brotlied(string(make([]byte, 24<<20)))
		const most = 48 << 20 // its window, and what the window grows through
		if n := allocating(t, "br", &repeated{piece: large, n: 1}, 24<<20); n > most {
			t.Errorf("%d bytes allocated for 24 MB out of %d", n, len(large))
		}
	})
}

// allocating decodes all of a source and says how much memory that took in all.
func allocating(t *testing.T, coding string, source *repeated, want int64) uint64 {
	t.Helper()
	r, err := NewReader(t.Context(), source, []string{coding})
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 64<<10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	first, err := r.Read(p)
	if err != nil || first == 0 || source.bytes > 2*decodeBuffer {
		t.Errorf("first read: %d bytes, %v, of %d bytes", first, err, source.bytes)
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, p)
	runtime.ReadMemStats(&after)
	if n+int64(first) != want || err != nil {
		t.Errorf("%d bytes and %v came out, want %d", n+int64(first), err, want)
	}
	return after.TotalAlloc - before.TotalAlloc
}

func TestWhatPassesBetweenCodingsIsBounded(t *testing.T) {
	empty := bytes.Repeat(gzipped(""), 1000) // which never comes out
	for _, tt := range []struct {
		name string
		max  int64
		code trace.Code
	}{{"all of it", int64(len(empty)), ""}, {"less", int64(len(empty)) - 1, httpclient.CodeBadCoding}} {
		r, err := NewReader(t.Context(), bytes.NewReader(gzipped(string(empty))), []string{"gzip", "gzip"})
		if err != nil {
			t.Fatal(err)
		}
		outer := r.(*decoded)
		if outer.source.max != maxBetween || outer.source.r.(*decoded).source.max != 0 {
			t.Errorf("limits %d and %d, want %d and none", outer.source.max, outer.source.r.(*decoded).source.max, maxBetween)
		}
		outer.source.max = tt.max
		got, err := io.ReadAll(r)
		if len(got) != 0 || codeOf(err) != tt.code {
			t.Errorf("%s: %q and %v, want code %q", tt.name, got, err, tt.code)
		}
	}
}

// What never comes out is stopped by the context all the same.
func TestDecodingEndsWithTheContext(t *testing.T) {
	for _, tt := range []struct {
		coding      string
		head, piece []byte
	}{
		{"gzip", nil, gzipped("")},
		{"zstd", nil, zstded("")},
		{"zstd", nil, skippable},
		{"br", []byte{0x0c}, []byte{0x06}}, // empty meta-blocks (RFC 7932, section 9.2)
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		source := &stopping{piece: tt.piece, after: 100, stop: func() { cancel(enough) }}
		r, err := NewReader(ctx, io.MultiReader(bytes.NewReader(tt.head), source), []string{tt.coding})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, r); n != 0 || !errors.Is(err, enough) {
			t.Errorf("%s of %x without end: %d bytes and %v, want %v", tt.coding, tt.piece, n, err, enough)
		}
	}
}

// A stopping says the same without end, and calls stop after some reads.
type stopping struct {
	piece []byte
	after int
	stop  func()
}

func (s *stopping) Read(p []byte) (int, error) {
	if s.after--; s.after == 0 {
		s.stop()
	}
	return copy(p, bytes.Repeat(s.piece, max(1, len(p)/len(s.piece)))), nil
}
