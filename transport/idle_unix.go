//go:build unix

package transport

import "syscall"

// nothingToRead says that a socket has nothing to be read: neither bytes nor an end.
func nothingToRead(raw syscall.RawConn) bool {
	var err error
	done := raw.Control(func(fd uintptr) {
		_, _, err = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
	})
	return done == nil && (err == syscall.EAGAIN || err == syscall.EWOULDBLOCK)
}
