package tcpstate

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"

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

func TestFindOfNoConnection(t *testing.T) {
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
	// The kernel answers with the listener, which is not the connection asked for.
	if s, err := d.Find(here, other); !errors.Is(err, ErrNoSuchConnection) {
		t.Errorf("found %+v, %v, want %v", s, err, ErrNoSuchConnection)
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
