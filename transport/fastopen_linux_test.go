package transport

import (
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"fetchscope/trace"

	"golang.org/x/sys/unix"
)

// inside says that the test runs in a network namespace of its own.
const inside = "FETCHSCOPE_TEST_NAMESPACE"

// A system lets servers do Fast Open only where its administrator says so, which in a
// network namespace of its own is the test.
func TestFastOpen(t *testing.T) {
	if os.Getenv(inside) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFastOpen$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWNET | syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if _, ran := err.(*exec.ExitError); err != nil && !ran {
			t.Skipf("no network namespace can be made: %v", err)
		}
		t.Logf("%s", out)
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	enable(t)
	knowing, plain := fastServer(t, true), fastServer(t, false)
	for _, tt := range []struct {
		name   string
		server netip.AddrPort
		cookie string
		taken  bool
	}{
		{"the first asks", knowing, trace.CookieAsked, false},
		{"the second brings data", knowing, trace.CookieSent, true},
		{"the server has none", plain, trace.CookieSent, false}, // the cookie is the host's
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := fastFetch(t, tt.server)
			c := doc.Exchanges[0].Connection
			got := c.FastOpen
			if got == nil || got.Cookie != tt.cookie {
				t.Fatalf("%+v, want the cookie %s", got, tt.cookie)
			}
			if sent := tt.cookie == trace.CookieSent; (got.Bytes == int64(len(greeting))) != sent || sent && (got.Taken == nil || *got.Taken != tt.taken) {
				t.Errorf("%+v, want that data went: %v, and were taken: %v", got, sent, tt.taken)
			}
			if len(c.Attempts) != 1 || c.Attempts[0].Outcome != trace.AttemptConnected || c.Remote != tt.server.String() {
				t.Errorf("%+v", c)
			}
			if len(c.States) < 2 || c.States[0].State != trace.SynSent {
				t.Errorf("states %+v", c.States)
			}
		})
	}
	t.Run("unwatched", func(t *testing.T) {
		conn, _, err := Race{Addrs: []netip.AddrPort{knowing}, From: Local{FastOpen: true}}.Dial(t.Context(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context(), CloseOptions{})
		exchangeGreetings(t, conn)
	})
	t.Run("refused", func(t *testing.T) {
		rec := trace.NewRecorder(nil)
		conn, _, err := Race{Addrs: []netip.AddrPort{nobody(t)}, From: Local{FastOpen: true}}.Dial(t.Context(), rec.Scope(0), 0)
		if err == nil {
			_, err = conn.Write([]byte(greeting))
			conn.Close(t.Context(), CloseOptions{})
		}
		if codeOf(err, "") != CodeRefused {
			t.Errorf("%v, want %s", err, CodeRefused)
		}
	})
	t.Run("closed before a word", func(t *testing.T) {
		rec := trace.NewRecorder(nil)
		conn, _, err := Race{Addrs: []netip.AddrPort{knowing}, From: Local{FastOpen: true}}.Dial(t.Context(), rec.Scope(0), 0)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close(t.Context(), CloseOptions{Timeout: time.Millisecond})
	})
}

const greeting = "hello"

// enable makes loopback work, and Fast Open for both sides.
func enable(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	up, err := unix.NewIfreq("lo")
	if err == nil {
		up.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
		err = unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, up)
	}
	if err == nil {
		err = os.WriteFile("/proc/sys/net/ipv4/tcp_fastopen", []byte("3"), 0)
	}
	if err != nil {
		t.Skipf("Fast Open cannot be allowed here: %v", err)
	}
}

// fastServer answers whoever greets it; it takes data with the SYN if it is fast.
func fastServer(t *testing.T, fast bool) netip.AddrPort {
	t.Helper()
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		if !fast {
			return nil
		}
		_ = c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_FASTOPEN, 16) })
		return err
	}}
	l, err := config.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := io.ReadFull(c, make([]byte, len(greeting))); err == nil {
				io.WriteString(c, greeting)
			}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// nobody is an address that nothing listens at.
func nobody(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func fastFetch(t *testing.T, server netip.AddrPort) *trace.Document {
	t.Helper()
	rec := trace.NewRecorder(nil)
	conn, _, err := Race{Addrs: []netip.AddrPort{server}, From: Local{FastOpen: true}}.Dial(t.Context(), rec.Scope(0), 0)
	if err != nil {
		t.Fatal(err)
	}
	exchangeGreetings(t, conn)
	conn.Close(t.Context(), CloseOptions{})
	return trace.Fold(rec.Records(), trace.FoldOptions{Started: rec.Started()})
}

func exchangeGreetings(t *testing.T, conn *Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, greeting); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != greeting {
		t.Fatalf("%q, %v", got, err)
	}
}
