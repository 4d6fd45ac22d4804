package lab

import (
	"encoding/binary"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cable is a device for the tests: what is written to ours the link reads, and the other
// way round, packet by packet.
func cable(t *testing.T) (ours *os.File, links int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours = os.NewFile(uintptr(fds[0]), "cable")
	_ = ours.SetDeadline(time.Now().Add(30 * time.Second))
	t.Cleanup(func() {
		_ = ours.Close()
		_ = unix.Close(fds[1])
	})
	return ours, fds[1]
}

// Both directions carry what they are given, whole and in order, and the link ends when it
// is told to.
func TestLinkCarries(t *testing.T) {
	clientEnd, clientCable := cable(t)
	serverEnd, serverCable := cable(t)
	l, err := newLink(Options{RTT: 2 * time.Millisecond}, clientCable, serverCable)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	var running sync.WaitGroup
	for _, way := range []struct{ from, to *os.File }{{clientEnd, serverEnd}, {serverEnd, clientEnd}} {
		running.Go(func() {
			for first := uint32(0); first < 320; first += burst {
				if !write(t, way.from, first) || !read(t, way.to, first) {
					return
				}
			}
		})
	}
	running.Wait()
}

// burst is how many packets are under way at a time: the far end has room for them.
const burst = 16

// write sends packets of many sizes, each with its number in it.
func write(t *testing.T, to *os.File, first uint32) bool {
	for i := first; i < first+burst; i++ {
		b := make([]byte, 20+i*4)
		b[0] = 4 << 4
		binary.BigEndian.PutUint32(b[4:], i)
		if _, err := to.Write(b); err != nil {
			t.Errorf("packet %d: %v", i, err)
			return false
		}
	}
	return true
}

func read(t *testing.T, from *os.File, first uint32) bool {
	b := make([]byte, mtu)
	for i := first; i < first+burst; i++ {
		n, err := from.Read(b)
		if err != nil || n != int(20+i*4) || binary.BigEndian.Uint32(b[4:]) != i {
			t.Errorf("packet %d: %d bytes, number %d, %v", i, n, binary.BigEndian.Uint32(b[4:]), err)
			return false
		}
	}
	return true
}

// What comes is under way for as long as the link is, by the clock that says when it is due.
func TestWireDelays(t *testing.T) {
	w := &wire{judge: newJudge(Options{}), from: client, delay: time.Hour}
	now := monotonic()
	w.accept([]byte{4 << 4}, now)
	if next := w.queue.next(); next == nil || next.due != now+time.Hour {
		t.Fatalf("due %+v, want an hour from %v", next, now)
	}
	if left := w.untilDue(); left == nil || left.Nano() <= 0 || left.Nano() > int64(time.Hour) {
		t.Errorf("%v until it is due", left)
	}
	w.send()
	if w.queue.count != 1 {
		t.Error("a packet was sent before its time")
	}
}

// A device that takes no more loses packets, and the link says so.
func TestLinkWithoutRoom(t *testing.T) {
	_, out := cable(t)
	w := &wire{judge: newJudge(Options{}), from: client, out: out}
	for range maxQueued {
		w.accept(make([]byte, mtu), monotonic())
		w.send()
	}
	got := w.judge.seen()
	if got.Count == 0 || got.First[0].Why != NoRoom || w.queue.count != 0 {
		t.Errorf("%d packets lost, %d still there", got.Count, w.queue.count)
	}
}
