package demo

import (
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// holdAcks makes the kernel hold acknowledgements back from the start, as it does
// later in a connection: an answer that comes soon then carries them.
func holdAcks(c net.Conn) {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 0)
		})
	}
}

// halfRoundTrip is half of the round trip as the kernel has measured it; otherwise where
// it has not.
func halfRoundTrip(c net.Conn, otherwise time.Duration) time.Duration {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return otherwise
	}
	half := otherwise
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err == nil && info.Rtt > 0 {
			half = time.Duration(info.Rtt) * time.Microsecond / 2
		}
	})
	return half
}
