//go:build unix

package demo

import (
	"net"
	"syscall"
)

// shortenQueue makes the queue of a listener have room for one connection (listen(2)).
func shortenQueue(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { failed = syscall.Listen(int(fd), 0) })
	if err != nil {
		return err
	}
	return failed
}
