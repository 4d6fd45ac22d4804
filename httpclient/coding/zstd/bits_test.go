package zstd

import (
	"math/rand/v2"
	"testing"
)

// bit is the one that stands so far from the start of b, 0 before it.
func bit(b []byte, at int) uint32 {
	if at < 0 {
		return 0
	}
	return uint32(b[at/8] >> (at % 8) & 1)
}

// Whatever is taken in whatever portions, the bits are those from the last one down.
func TestBitsAreReadBackwards(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for size := range 200 {
		b := make([]byte, size+1)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		for mark := range 8 {
			b[size] = byte(1<<mark | r.IntN(1<<mark))
			for _, portion := range []int{1, 2, 8, 11} {
				takeAll(t, b, 8*size+mark, portion)
			}
		}
	}
}

// takeAll takes bits by portions, of which 33 bits are taken without filling up.
func takeAll(t *testing.T, b []byte, left, portion int) {
	t.Helper()
	var in backward
	if !in.begin(b) {
		t.Fatalf("%x has no mark", b)
	}
	for left > 0 {
		in.fill()
		for taken := 0; taken+portion <= 33 && left > 0; taken += portion {
			n := min(portion, left)
			want := uint32(0)
			for range n {
				left--
				want = want<<1 | bit(b, left)
			}
			if got := in.take(uint8(n)); got != want {
				t.Fatalf("%x: %d bits with %d left are %b, want %b", b, n, left, got, want)
			}
		}
	}
	if in.fill(); !in.done() || in.over() {
		t.Errorf("%x: done is %t, over %t at the end", b, in.done(), in.over())
	}
	if in.take(1); in.done() || !in.over() {
		t.Errorf("%x: done is %t, over %t behind the end", b, in.done(), in.over())
	}
}

func TestBitsWithoutAMark(t *testing.T) {
	for _, b := range [][]byte{nil, {0}, {0xff, 0}} {
		if in := (&backward{}); in.begin(b) {
			t.Errorf("%x: begun", b)
		}
	}
}
