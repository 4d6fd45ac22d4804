//go:build !linux

package transport

import "net"

// fastOpening does nothing: what other systems have for this cannot be asked for here.
func (from Local) fastOpening(*net.Dialer) {}
