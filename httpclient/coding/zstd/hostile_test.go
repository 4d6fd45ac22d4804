package zstd

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// frameOf is a frame by its header behind the magic number, and its blocks.
func frameOf(header string, blocks ...string) string {
	return "\x28\xb5\x2f\xfd" + header + strings.Join(blocks, "")
}

func TestBrokenFrames(t *testing.T) {
	const (
		small = "\x00\x00" // a window of 1 kB
		raw   = "\x19\x00\x00abc"
		empty = "\x01\x00\x00"
	)
	for _, tt := range []struct {
		name, stream, want string
		fails              string // part of the error, "" for none
	}{
		{"a raw block", frameOf(small, raw), "abc", ""},
		{"an RLE block", frameOf(small, "\x1b\x00\x00a"), "aaa", ""},
		{"an empty block", frameOf(small, empty), "", ""},
		{"nothing that is said to be nothing", frameOf("\x20\x00", empty), "", ""},
		{"a dictionary of number 0", frameOf("\x01\x00\x00", raw), "abc", ""},
		{"a reserved bit", frameOf("\x08\x00", raw), "", "3.1.1.1.1.4"},
		{"a dictionary", frameOf("\x01\x00\x01", raw), "", "dictionary"},
		{"a window of more than 8 MB", frameOf("\x00\x69", raw), "", "RFC 9659"},
		{"a window of 8 MB", frameOf("\x00\x68", raw), "abc", ""},
		{"a single segment of 4 GB", frameOf("\xa0\xff\xff\xff\xff", raw), "", "RFC 9659"},
		{"a size of 2^64-1", frameOf("\xe0\xff\xff\xff\xff\xff\xff\xff\xff", raw), "", "RFC 9659"},
		{"more than was said", frameOf("\x20\x02", raw), "", "3.1.1"},
		{"less than was said", frameOf("\x20\x04", raw), "abc", "3.1.1.1.4"},
		{"a reserved block", frameOf(small, "\x1f\x00\x00"), "", "3.1.1.2.2"},
		{"a block larger than the window", frameOf(small, "\x09\x20\x00"), "", "3.1.1.2.4"},
		{"a compressed block of nothing", frameOf(small, "\x05\x00\x00"), "", "3.1.1.3.1"},
		{"literals without sequences", frameOf(small, "\x15\x00\x00\x08a"), "", "3.1.1.3.2.1"},
		{"literals alone", frameOf(small, "\x1d\x00\x00\x08a\x00"), "a", ""},
		{"more behind no sequences", frameOf(small, "\x25\x00\x00\x08a\x00x"), "", "3.1.1.3.2.1"},
		{"more literals than there are", frameOf(small, "\x15\x00\x00\x18a"), "", "3.1.1.3.1"},
		{"literals by no tree", frameOf(small, "\x25\x00\x00\x13\x40\x00\x00"), "", "3.1.1.3.1.1"},
		{"tables that were never", frameOf(small, "\x25\x00\x00\x08a\x01\xfc"), "", "3.1.1.3.2.1.1"},
		{"reserved modes", frameOf(small, "\x25\x00\x00\x08a\x01\x01"), "", "3.1.1.3.2.1.1"},
		{"a match before the beginning", frameOf(small, "\x45\x00\x00\x08a\x01\x54\x01\x04\x00\x10"), "", "3.1.1.4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read([]byte(tt.stream))
			if string(got) != tt.want || (err == nil) != (tt.fails == "") || err != nil && !strings.Contains(err.Error(), tt.fails) {
				t.Errorf("%x: %q and %v, want %q and %q", tt.stream, got, err, tt.want, tt.fails)
			}
		})
	}
}

// However a stream is cut short, that is what is said of it, and what came is given.
func TestCutStreams(t *testing.T) {
	content := contents()["numbers"][:3000]
	stream := packed(t, content)
	for n := 1; n < len(stream); n++ {
		got, err := read(stream[:n])
		if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(content, got) {
			t.Errorf("%d of %d bytes: %q and %v", n, len(stream), got, err)
		}
	}
}

// What a frame says of itself takes no memory; what comes takes a window and a half.
func TestMemoryIsBounded(t *testing.T) {
	allocated := func(stream []byte) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = read(stream)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if n := allocated([]byte(frameOf("\x00\x68", "\x19\x00\x00abc"))); n > 64<<10 {
		t.Errorf("%d bytes allocated for three, in a window of 8 MB", n)
	}
}
