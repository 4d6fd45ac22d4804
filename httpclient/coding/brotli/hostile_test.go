package brotli

import (
	"bytes"
	"errors"
	"io"
	"math/bits"
	"runtime"
	"strings"
	"testing"

	library "github.com/andybalholm/brotli"
)

// written writes bits as streams have them: each number with its width.
type written struct {
	b []byte
	n int // bits
}

func (w *written) put(v, width int) *written {
	for i := range width {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v >> i & 1 << (w.n % 8))
		w.n++
	}
	return w
}

// one is a code of one symbol, whose word is empty.
func (w *written) one(symbol, symbols int) *written {
	return w.put(1, 2).put(0, 2).put(symbol, bits.Len(uint(symbols-1)))
}

// stream begins a stream with a window of 64 kB.
func stream() *written { return (&written{}).put(0, 1) }

// last begins the last meta-block, of so many bytes.
func (w *written) last(size int) *written { return w.put(1, 1).put(0, 1).put(0, 2).put(size-1, 16) }

// plain has one block of each kind, no bits of distances in symbols, and one code of each
// kind.
func (w *written) plain() *written {
	return w.put(0, 3).put(0, 2).put(0, 4).put(0, 2).put(0, 2)
}

const (
	literalSymbols  = 256
	distanceSymbols = 16 + 48
)

// byWord is a stream that is one word of the dictionary.
func byWord(length, number, size int) []byte {
	code := 0
	for from := 2; code < len(copyExtra) && from+1<<copyExtra[code] <= length; code++ {
		from += 1 << copyExtra[code]
	}
	symbol := 2<<6 + code&7 // no literals, a copy, and a distance that is said
	if code >= 8 {
		symbol += 64
	}
	if code >= 16 {
		symbol = 6<<6 + code&7
	}
	// A distance of number+1, as its symbol and the bits added to it.
	extra := bits.Len(uint(number+4)) - 2
	high := 2*(extra-1) + (number+4)>>extra&1
	w := stream().last(size).plain().one(0, literalSymbols).one(symbol, len(commands)).one(16+high, distanceSymbols)
	more := copyExtra[code]
	from := 2 + sum(copyExtra[:code])
	return w.put(length-from, int(more)).put(number+4, extra).b
}

// Every change of some words of every length is as the library makes it.
func TestWordsAgainstTheLibrary(t *testing.T) {
	for length, bits := range wordBits {
		if bits == 0 {
			continue
		}
		for change := range transforms {
			for _, word := range []int{0, 1, 1<<bits - 1, 77 % (1 << bits)} {
				number := change<<bits + word
				from := wordsFrom(length) + word*length
				want := transforms[change].apply(nil, dictionary[from:from+length])
				if len(want) == 0 {
					continue
				}
				stream := byWord(length, number, len(want))
				got, _, err := read(bytes.NewReader(stream))
				theirs, theirErr := io.ReadAll(library.NewReader(bytes.NewReader(stream)))
				if err != nil || theirErr != nil || !bytes.Equal(got, theirs) || !bytes.Equal(got, want) {
					t.Fatalf("word %d of %d bytes, change %d: %q and %v, by the library %q and %v, want %q", word, length, change, got, err, theirs, theirErr, want)
				}
			}
		}
	}
}

func TestBrokenStreams(t *testing.T) {
	empty := func() *written { return stream().put(1, 1).put(1, 1) }
	for _, tt := range []struct {
		name, want string
		stream     *written
		fails      string // part of the error, "" for none
	}{
		{"nothing", "", empty(), ""},
		{"bits behind the end", "", empty().put(1, 1), "9.2"},
		{"a large window", "", (&written{}).put(0x11, 8).put(0x1e, 8), "9.1"},
		{"a word", "time", &written{b: byWord(4, 0, 4)}, ""},
		{"a word in upper case", "TIME ", &written{b: byWord(4, 68<<10, 5)}, ""},
		{"a word longer than its block", "", &written{b: byWord(4, 0, 3)}, "9.3"},
		{"no words of two bytes", "", &written{b: byWord(2, 0, 4)}, "section 8"},
		{"no words of 25 bytes", "", &written{b: byWord(25, 0, 25)}, "section 8"},
		{"a change that there is not", "", &written{b: byWord(24, 121<<5, 24)}, "section 8"},
		{"raw bytes", "abc", stream().put(0, 3).put(2, 16).put(1, 1).put(0, 3).put('a', 8).put('b', 8).put('c', 8).put(3, 2), ""},
		{"bits before raw bytes", "", stream().put(0, 3).put(2, 16).put(1, 1).put(4, 3).put('a', 8), "9.2"},
		{"a size with a zero in front", "", stream().put(0, 1).put(1, 2).put(2, 20), "9.2"},
		{"nothing to skip", "", stream().put(0, 1).put(3, 2).put(0, 1).put(0, 2).put(0, 1).put(3, 2), ""},
		{"bytes to skip", "", stream().put(0, 1).put(3, 2).put(0, 1).put(1, 2).put(1, 8).put(0, 1).put('a', 8).put('b', 8).put(3, 2), ""},
		{"skipped with a zero in front", "", stream().put(0, 1).put(3, 2).put(0, 1).put(2, 2).put(1, 16), "9.2"},
		{"skipped with the reserved bit", "", stream().put(0, 1).put(3, 2).put(1, 1), "9.2"},
		{"a symbol that there is not", "", stream().last(1).plain().one(0, literalSymbols).one(704, len(commands)), "3.4"},
		{"a symbol twice", "", stream().last(1).plain().put(1, 2).put(1, 2).put(7, 8).put(7, 8), "3.4"},
		{"no word at all", "", stream().last(1).plain().put(0, 2).put(0, 40), "3.5"},
		{"more literals than bytes", "", stream().last(1).plain().one('a', literalSymbols).one(2<<3, len(commands)).one(0, distanceSymbols), "9.3"},
		{"a copy longer than its block", "a", stream().last(2).plain().one('a', literalSymbols).one(2<<6|1<<3|1, len(commands)).one(16, distanceSymbols).put(0, 1), "9.3"},
		{"a copy", "aaaa", stream().last(4).plain().one('a', literalSymbols).one(2<<6|1<<3|1, len(commands)).one(16, distanceSymbols).put(0, 1), ""},
		{"no copy where the block ends", "a", stream().last(1).plain().one('a', literalSymbols).one(2<<6|1<<3|1, len(commands)).one(16, distanceSymbols), ""},
		{"a distance before the beginning", "a", stream().last(3).plain().one('a', literalSymbols).one(2<<6|1<<3, len(commands)).one(16, distanceSymbols).put(1, 1), "section 8"},
		{"a distance of nothing", "aaaa", stream().last(6).plain().one('a', literalSymbols).one(2<<6|1<<3, len(commands)).put(1, 2).put(1, 2).put(4, 6).put(16, 6).put(1, 2).put(0, 1), "section 4"},
		{"a map of more than there is", "", stream().last(1).put(0, 3).put(0, 6).put(0, 2).put(1, 1).put(0, 3).put(1, 1).put(5, 4).one(6, 8).put(1, 6), "7.3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := read(bytes.NewReader(tt.stream.b))
			if string(got) != tt.want || (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%x: %q and %v, want %q and %q", tt.stream.b, got, err, tt.want, tt.fails)
			}
		})
	}
}

// However a stream is cut short, that is what is said of it, and what came is given.
func TestCutStreams(t *testing.T) {
	content := contents()["of all kinds"]
	content = append(content[:1500:1500], content[60<<10:62<<10]...)
	stream := packed(t, content, library.WriterOptions{Quality: 9, LGWin: 16})
	for n := range stream {
		got, _, err := read(bytes.NewReader(stream[:n]))
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(content, got) {
			t.Errorf("%d of %d bytes: %q and %v", n, len(stream), got, err)
		}
	}
}

// What a stream says of itself takes no memory; what comes takes a window and a quarter.
func TestMemoryIsBounded(t *testing.T) {
	allocated := func(stream []byte) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _ = read(bytes.NewReader(stream))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	raw := (&written{}).put(0xf, 4).put(0, 1).put(2, 2).put(1<<24-1, 24).put(1, 1).put(0, 8) // 16 MB of it, and a window of that
	if n := allocated(raw.b); n > 256<<10 {
		t.Errorf("%d bytes allocated for none, of 16 MB that were announced", n)
	}
	zeros := packed(t, make([]byte, 48<<20), library.WriterOptions{Quality: 1, LGWin: 18})
	if n := allocated(zeros) - allocated(zeros[:len(zeros)/4]); n > 200<<20 {
		t.Errorf("%d more bytes allocated for four times as much", n)
	}
}
