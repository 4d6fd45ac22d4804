package transport

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// TestLocalOptions has both kinds of socket come from the loopback interface, with and
// without probes of an idle connection.
func TestLocalOptions(t *testing.T) {
	addr := serve(t, drained)
	for name, sc := range map[string]*trace.Scope{"watched": newJournal(t).Scope(0), "plain": nil} {
		for _, probes := range []bool{true, false} {
			from := Local{Device: "lo", NoKeepAlive: !probes}
			conn, _, err := Race{Addrs: []netip.AddrPort{addr}, From: from}.Dial(t.Context(), sc, 0)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if conn.Local().Addr() != addr.Addr() {
				t.Errorf("%s: from %v", name, conn.Local())
			}
			for option, want := range map[[2]int]int{
				{unix.SOL_SOCKET, unix.SO_KEEPALIVE}:   1,
				{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE}:  60,
				{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL}: 60,
				{unix.IPPROTO_TCP, unix.TCP_KEEPCNT}:   9,
			} {
				if !probes && option[0] != unix.SOL_SOCKET {
					continue
				}
				if !probes {
					want = 0
				}
				if got := socketOption(t, conn, option); got != want {
					t.Errorf("%s, probes %t: option %v is %d, want %d", name, probes, option, got, want)
				}
			}
			conn.Close(t.Context(), CloseOptions{})
		}
	}
}

func socketOption(t *testing.T, conn *Conn, option [2]int) (value int) {
	t.Helper()
	var raw syscall.RawConn
	switch s := conn.sock.(type) {
	case *watchedSocket:
		raw = s.raw
	case *plainSocket:
		var err error
		if raw, err = s.conn.(syscall.Conn).SyscallConn(); err != nil {
			t.Fatal(err)
		}
	}
	err := raw.Control(func(fd uintptr) { value, _ = unix.GetsockoptInt(int(fd), option[0], option[1]) })
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestLocalRefused has each way in which a connection cannot come from where it is to told
// as that, by both kinds of socket; of several addresses, one that is answered counts more.
func TestLocalRefused(t *testing.T) {
	addr := serve(t, drained)
	for _, tt := range []struct {
		name string
		from Local
		want trace.Code
	}{
		{"no such interface", Local{Device: "nope0"}, CodeInterface},
		{"no address of the family", Local{Addrs: []netip.Addr{netip.IPv6Loopback()}}, CodeInterface},
		{"not ours", Local{Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}, CodeInterface},
		{"in use", Local{Addrs: []netip.Addr{addr.Addr()}, Ports: Ports{addr.Port(), addr.Port()}}, CodeLocalPort},
	} {
		for name, sc := range map[string]*trace.Scope{"watched": newJournal(t).Scope(0), "plain": nil} {
			_, _, err := Race{Addrs: []netip.AddrPort{addr}, From: tt.from}.Dial(t.Context(), sc, 0)
			var e *Error
			if !errors.As(err, &e) || e.Code != tt.want {
				t.Errorf("%s, %s: %v, want %s", tt.name, name, err, tt.want)
			}
		}
	}
}

// TestAddressOfAnInterface finds loopback's, where a socket may not be bound to it.
func TestAddressOfAnInterface(t *testing.T) {
	got, err := Local{Device: "lo"}.address(netip.MustParseAddr("127.0.0.9"), false)
	if err != nil || !got.IsLoopback() || !got.Is4() {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := (Local{Device: "lo"}).address(netip.MustParseAddr("fe80::1"), false); err == nil {
		t.Error("loopback has a link-local address")
	}
}
