//go:build !linux

package transport

import "net"

// prepare cannot bind to an interface here: its address has to do.
func (from Local) prepare(*net.Dialer) (bound bool) { return false }
