package cli

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"fetchscope/transport/capture"

	"golang.org/x/sys/unix"
)

// hello is a server with a small page.
func hello(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("hello"))
	}))
	t.Cleanup(server.Close)
	return server
}

// needCapture skips a test where packets cannot be captured.
func needCapture(t *testing.T) {
	t.Helper()
	c, err := capture.Open(capture.Options{})
	if err != nil {
		t.Skip(err)
	}
	c.Close()
}

// A watchedWriter takes note of what is open when it is first written to.
type watchedWriter struct {
	bytes.Buffer
	t    *testing.T
	open map[string]int
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	if w.open == nil {
		w.open = descriptors(w.t)
	}
	return w.Buffer.Write(p)
}

// The kernel takes 5 to 85 ms to close a packet socket. Guarded is that (*program).fetch
// shows the result first.
func TestTrapResultBeforeTheCaptureCloses(t *testing.T) {
	needCapture(t)
	server := hello(t)
	for _, args := range [][]string{
		{"-s", "--format", "json", server.URL},
		{"-s", "--pcap", filepath.Join(t.TempDir(), "a.pcapng"), server.URL},
	} {
		out := &watchedWriter{t: t}
		if status := Run(context.Background(), args, nil, out, out); status != 0 {
			t.Fatalf("%q: exit %d: %s", args, status, out.String())
		}
		if out.open[packetSockets] != 1 {
			t.Errorf("%q: the result comes with %d packet sockets open, want 1", args, out.open[packetSockets])
		}
		if n := descriptors(t)[packetSockets]; n != 0 {
			t.Errorf("%q: %d packet sockets are left open", args, n)
		}
	}
}

// The kernel begins to stamp packets up to a millisecond after the first socket of the
// machine asks for it. Guarded is that Run calls kstamp.Warm first of all: when the SYN
// comes, a socket that asks is there, and is older than the connection's.
func TestTrapStampingIsWarm(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := command(t, "-s", "--format", "json", "--packets", "off", "http://"+l.Addr().String()+"/")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stamping, connection := socketsOf(t, cmd.Process.Pid)
	if stamping < 0 || connection < 0 || stamping > connection {
		t.Errorf("the socket that asks for stamps is number %d, that of the connection %d", stamping, connection)
	}
}

// socketsOf finds the first socket of another process for datagrams that asks for stamps,
// and the first for a stream; -1 for none.
func socketsOf(t *testing.T, pid int) (stamping, connection int) {
	t.Helper()
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Skip("sockets of another process cannot be looked at here:", err)
	}
	defer unix.Close(process)
	list, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	stamping, connection = -1, -1
	for _, entry := range list {
		number, _ := strconv.Atoi(entry.Name())
		target, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/fd/" + entry.Name())
		if !strings.HasPrefix(target, "socket:") {
			continue
		}
		fd, err := unix.PidfdGetfd(process, number, 0)
		if err != nil {
			t.Skip("sockets of another process cannot be looked at here:", err)
		}
		kind, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
		asks, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS)
		_ = unix.Close(fd)
		switch {
		case kind == unix.SOCK_DGRAM && asks == 1 && (stamping < 0 || number < stamping):
			stamping = number
		case kind == unix.SOCK_STREAM && (connection < 0 || number < connection):
			connection = number
		}
	}
	return stamping, connection
}
