package transport

import (
	"io"
	"net"
	"testing"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
)

func TestOffsetOf(t *testing.T) {
	const wrap = 1 << 32
	cases := []struct {
		name string
		sent int64
		id   uint32
		want int64
	}{
		{"the last byte", 100, 99, 100},
		{"one before", 100, 9, 10},
		{"stamped before it was counted", 100, 149, 150},
		{"the first ever, not counted yet", 0, 9, 10},
		{"beyond 4 GiB", wrap + 100, 99, wrap + 100},
		{"before the wrap, sent beyond", wrap + 100, wrap - 1, wrap},
		{"beyond the wrap, counted before", wrap - 50, 49, wrap + 50},
	}
	for _, tc := range cases {
		if got := offsetOf(tc.sent, tc.id); got != tc.want {
			t.Errorf("%s: offsetOf(%d, %d) = %d, want %d", tc.name, tc.sent, tc.id, got, tc.want)
		}
	}
}

func TestBytesAreStampedBothWays(t *testing.T) {
	kstamp.Warm()
	j := newJournal(t)
	answering := make(chan trace.Time, 1)
	conn := j.dial(serve(t, func(c *net.TCPConn) {
		_, _ = io.ReadFull(c, make([]byte, 7))
		answering <- j.now()
		_, _ = c.Write([]byte("answer"))
		drained(c)
	}))
	asking := j.now()
	for _, piece := range []string{"req", "uest"} {
		if _, err := conn.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, 16)
	n, err := conn.Read(buf)
	read := j.now()
	if err != nil || string(buf[:n]) != "answer" {
		t.Fatalf("read %q, %v", buf[:n], err)
	}
	// Stamping of what comes in is switched on late by the kernel; until then there is a
	// bracket.
	if arrived, from := conn.Arrived(), <-answering; arrived.From == trace.Timestamp {
		j.within("arrival", arrived, from, read)
	} else {
		j.holds("arrival", arrived, from, read)
	}
	for _, offset := range []int64{3, 7} {
		j.within("leaving", j.await(trace.BytesLeft{Offset: offset}).Moment, asking, read)
		j.within("acknowledgement", j.await(trace.BytesAcked{Offset: offset}).Moment, asking, read)
	}
	conn.Close(t.Context(), CloseOptions{})
	if n := len(of[trace.BytesLeft](j)); n != 2 {
		t.Errorf("%d stamps of bytes that left, want 2", n)
	}
}
