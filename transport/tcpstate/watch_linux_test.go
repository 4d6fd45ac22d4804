package tcpstate

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// pair returns two ends of a connection on loopback, and the descriptor of the first.
func pair(t *testing.T) (near, far *net.TCPConn, fd int) {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	c, err := net.Dial("tcp4", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		s.Close()
	})
	raw, err := c.(syscall.Conn).SyscallConn()
	if err == nil {
		err = raw.Control(func(n uintptr) { fd = int(n) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return c.(*net.TCPConn), s.(*net.TCPConn), fd
}

// TestResetIsSeenWithoutSockDiag watches where a sandbox forbids netlink. The socket's
// pending error stays for the one who reads.
func TestResetIsSeenWithoutSockDiag(t *testing.T) {
	near, far, fd := pair(t)
	r := trace.NewRecorder(nil)
	sc := r.Scope(0)
	client := NewTracker(sc, trace.Client, trace.Established, sc.Now())
	w := &Watcher{fd: fd, sc: sc, client: client, diag: &Diag{fd: -1}}
	_ = far.SetLinger(0)
	far.Close()
	for StateOf(fd) != trace.Closed {
	}
	w.Look()
	if client.State() != trace.Closed {
		t.Errorf("state %s after a reset, want CLOSED", client.State())
	}
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("read: %v, want the reset", err)
	}
}

// With no exact match sock_diag answers with the listener of the port. Guarded is that
// parseReply compares the ends.
func TestTrapListenerAnswers(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	d, err := OpenDiag()
	if err != nil {
		t.Skip("sock_diag cannot be asked here:", err)
	}
	defer d.Close()
	here := ln.Addr().(*net.TCPAddr).AddrPort()
	other := netip.AddrPortFrom(here.Addr(), 1)
	if s, err := d.Find(here, other); !errors.Is(err, ErrNoSuchConnection) {
		t.Errorf("found %+v, %v, want %v", s, err, ErrNoSuchConnection)
	}
}

// The kernel keeps TIME_WAIT apart from the socket, which then says CLOSED. Guarded is that
// (*Watcher).lookClosed asks sock_diag what lies behind it.
func TestTrapTimeWaitSaysClosed(t *testing.T) {
	near, far, fd := pair(t)
	r := trace.NewRecorder(nil)
	sc := r.Scope(0)
	client := NewTracker(sc, trace.Client, trace.Established, sc.Now())
	w := &Watcher{fd: fd, sc: sc, client: client, local: end(near.LocalAddr()), remote: end(near.RemoteAddr())}
	d, err := OpenDiag()
	if err != nil {
		t.Skip("sock_diag cannot be asked here:", err)
	}
	w.diag = d
	defer w.Stop()
	_ = near.CloseWrite()
	far.Close()
	for StateOf(fd) != trace.Closed {
		runtime.Gosched()
	}
	w.Look()
	if client.State() != trace.TimeWait {
		t.Errorf("state %s, want TIME_WAIT", client.State())
	}
	if left, _, ok := w.Timer(); !ok || left > time.Minute {
		t.Errorf("%v left of TIME_WAIT (%t), want up to a minute", left, ok)
	}
}

func end(a net.Addr) netip.AddrPort { return a.(*net.TCPAddr).AddrPort() }

// TestInfoOfAnOlderKernel reads what a kernel tells that knows the struct's beginning alone:
// what it does not is absent, not zero.
func TestInfoOfAnOlderKernel(t *testing.T) {
	_, _, fd := pair(t)
	i, err := Read(fd)
	if err != nil {
		t.Fatal(err)
	}
	full := Report("connected", i)
	if full.Options == nil || full.PathMTU == nil || *full.PathMTU == 0 || full.ReceiveMSS == nil || full.AdvertisedMSS == nil {
		t.Errorf("the kernel told %+v", full)
	}
	if full.Options.Timestamps && (full.Options.SendScale == nil || full.Options.ReceiveScale == nil) {
		t.Errorf("options %+v of a connection on loopback", full.Options)
	}
	i.told = uint32(unsafe.Offsetof(i.Busy_time)) // Linux 4.9
	old := Report("connected", i)
	for name, told := range map[string]bool{
		"busy": old.Busy != nil, "delivered": old.Delivered != nil, "reordered": old.Reordered != nil,
		"out of order": old.OutOfOrder != nil, "send window": old.SendWindow != nil, "receive window": old.ReceiveWindow != nil,
	} {
		if told {
			t.Errorf("%s was told by a kernel that does not know it", name)
		}
	}
	if old.RTT == nil || old.Cwnd == nil {
		t.Errorf("an older kernel told %+v", old)
	}
}

func TestRequestNamesTheInterface(t *testing.T) {
	d := &Diag{}
	local, remote := netip.MustParseAddrPort("[fe80::1%7]:1024"), netip.MustParseAddrPort("[fe80::2%eth0]:80")
	for _, b := range [][]byte{d.request(local, remote), d.request(remote, local)} {
		if got := b[headerSize+idAt+interfaceAt]; got != 7 && b[headerSize+idAt+interfaceAt+3] != 7 {
			t.Errorf("interface %d asked for, want 7", got)
		}
	}
}
