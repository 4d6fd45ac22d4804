package demo

import (
	"net"
	"syscall"
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
