package transport

import (
	"net"
	"runtime"
	"testing"
	"time"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// Tests named TestTrap… each hold one remedy against something that the kernel does and
// that misleads whoever takes its word as it is.

// The kernel joins segments in the receive queue under the stamp of the newest: read late,
// a first byte would be dated by the last one. Guarded is the widening in (*watchedSocket).date
// down to the last moment at which the queue was known to be empty.
func TestTrapCoalescedStamps(t *testing.T) {
	kstamp.Warm()
	for range 100 {
		if arrived, first, between := coalesced(t); arrived.From == trace.Timestamp {
			if arrived.At < between {
				t.Errorf("the stamp, %d, is not the newest byte's, which came after %d", arrived.At, between)
			}
			if arrived.Earliest() > between || arrived.Latest() < first {
				t.Errorf("arrival [%d, %d] misses the first byte's, [%d, %d]", arrived.Earliest(), arrived.Latest(), first, between)
			}
			return
		}
		// The kernel's stamping is not on yet.
	}
	t.Skip("this kernel does not stamp what comes in")
}

// coalesced reads two segments at once, of which the first came between two moments.
func coalesced(t *testing.T) (arrived trace.Moment, first, between trace.Time) {
	j := newJournal(t)
	came := make(chan struct{})
	conn := j.dial(serve(t, func(c *net.TCPConn) {
		first = j.now()
		_, _ = c.Write([]byte("a"))
		between = j.now()
		_, _ = c.Write([]byte("b"))
		close(came)
		drained(c)
	}))
	defer conn.Close(t.Context(), CloseOptions{})
	<-came
	queued(t, conn.sock.(*watchedSocket), 2)
	if n, err := conn.Read(make([]byte, 2)); n != 2 || err != nil {
		t.Fatalf("read %d bytes, %v, want 2", n, err)
	}
	return conn.Arrived(), first, between
}

// queued waits until so many bytes are there to be read.
func queued(t *testing.T, s *watchedSocket, want int) {
	t.Helper()
	for limit := time.Now().Add(patience); ; runtime.Gosched() {
		if n, err := unix.IoctlGetInt(s.fd, unix.SIOCINQ); n >= want {
			return
		} else if err != nil || time.Now().After(limit) {
			t.Fatalf("%d bytes came, %v, want %d", n, err, want)
		}
	}
}
