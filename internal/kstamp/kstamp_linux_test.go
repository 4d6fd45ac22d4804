package kstamp

import (
	"net"
	"syscall"
	"testing"
	"time"
)

// onFD runs f with the socket's file descriptor.
func onFD(t *testing.T, c syscall.Conn, f func(fd int)) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { f(int(fd)) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// transmitted empties the error queue until it has held want stamps.
func transmitted(t *testing.T, c syscall.Conn, want int) []Transmit {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var got []Transmit
	// An entry of the error queue makes the socket readable.
	err = raw.Read(func(fd uintptr) bool {
		got = append(got, Transmitted(int(fd))...)
		return len(got) >= want
	})
	if err != nil {
		t.Fatalf("after %d of %d stamps: %v", len(got), want, err)
	}
	return got
}

const patience = 5 * time.Second

func TestDatagramsAreStampedBothWays(t *testing.T) {
	Warm()
	server, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := net.DialUDP("udp4", nil, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, c := range []*net.UDPConn{client, server} {
		c.SetDeadline(time.Now().Add(patience))
		onFD(t, c, func(fd int) {
			if err := EnableDatagrams(fd); err != nil {
				t.Fatal(err)
			}
		})
	}
	before := time.Now().UnixNano()
	for range 2 {
		if _, err := client.Write([]byte("query")); err != nil {
			t.Fatal(err)
		}
	}
	oob := make([]byte, ControlSize)
	_, n, _, _, err := server.ReadMsgUDP(make([]byte, 16), oob)
	if err != nil {
		t.Fatal(err)
	}
	after := time.Now().UnixNano()
	if at, ok := Received(oob[:n]); !ok || at < before || at > after {
		t.Errorf("received at %d (%t), want within [%d, %d]", at, ok, before, after)
	}
	for i, got := range transmitted(t, client, 2) {
		if got.What != Sent || got.ID != uint32(i) || got.Unix < before || got.Unix > after {
			t.Errorf("stamp %d is %+v, want datagram %d sent within [%d, %d]", i, got, i, before, after)
		}
	}
}

func TestStreamStampsTellTheByte(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := conn.(*net.TCPConn)
	client.SetDeadline(time.Now().Add(patience))
	onFD(t, client, func(fd int) {
		if err := NumberBytes(fd); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := client.Write([]byte("unmarked")); err != nil {
		t.Fatal(err)
	}
	onFD(t, client, func(fd int) {
		if err := syscall.Sendmsg(fd, []byte("marked"), MarkSend(), nil, 0); err != nil {
			t.Fatal(err)
		}
	})
	seen := map[What]uint32{}
	for _, s := range transmitted(t, client, 2) {
		seen[s.What] = s.ID
	}
	last := uint32(len("unmarked") + len("marked") - 1)
	if len(seen) != 2 || seen[Sent] != last || seen[Acked] != last {
		t.Errorf("stamps %v, want sent and acked of byte %d alone", seen, last)
	}
}

func TestControlMessagesOfOthersAreIgnored(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing": nil, "short": {1, 2, 3}, "request, no stamp": MarkSend(),
	} {
		if at, ok := Received(b); ok {
			t.Errorf("%s: a stamp of %d was found", name, at)
		}
	}
}
