package h1

import (
	"bytes"
	"testing"

	"fetchscope/httpclient"
)

// Every byte in every place of a word, with every length behind it.
func TestPlainLengthStopsAtEveryControl(t *testing.T) {
	for c := range 256 {
		control := c < ' ' || c == 0x7f
		for size := range 80 {
			for _, around := range []byte{'x', 0xff, 0x80, ' '} {
				b := bytes.Repeat([]byte{around}, size)
				for at := 0; at < size; at += 1 + size/20 {
					b[at] = byte(c)
					want := size
					if control {
						want = at
					}
					if got := plainLength(b); got != want {
						t.Fatalf("%q: %d, want %d", b, got, want)
					}
					b[at] = around
				}
			}
		}
	}
}

func TestAHeadIsParsedByItself(t *testing.T) {
	var h ResponseHead
	if n, err := h.Parse([]byte(nginxHead + "body")); n != len(nginxHead) || err != nil || h.Status != 200 || h.Reason != "OK" || h.Version != "HTTP/1.1" {
		t.Fatalf("%d bytes, %+v, %v", n, h, err)
	}
	if got := h.Fields.First("Content-Length"); len(h.Fields) != 17 || got != "28411" {
		t.Errorf("%d fields, length %q", len(h.Fields), got)
	}
	if n, err := h.Parse([]byte(nginxHead[:len(nginxHead)-1])); n != 0 || verdictOf(t, err).Code != httpclient.CodeMalformed {
		t.Errorf("%d bytes of a head that is not whole, %v", n, err)
	}
	if n, err := h.Parse([]byte("HTTP/1.0 404 Not Here\r\nX: a\r\n b\r\n\r\n")); n != 35 || err != nil || h.Reason != "Not Here" || len(h.Fields) != 1 || h.Fields[0].Value != "a b" {
		t.Errorf("%d bytes, %+v, %v", n, h, err)
	}
}

// A head of usual size costs one allocation, its text, whatever it holds.
func TestAHeadIsParsedWithOneAllocation(t *testing.T) {
	var h ResponseHead
	raw := []byte(nginxHead)
	if allocs := testing.AllocsPerRun(100, func() { _, _ = h.Parse(raw) }); allocs > 1 {
		t.Errorf("%v allocations", allocs)
	}
}
