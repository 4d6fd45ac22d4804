//go:build !unix

package demo

import (
	"errors"
	"net"
)

// shortenQueue says that it cannot: a listener whose queue is full refuses connections here
// instead of leaving them without an answer.
func shortenQueue(*net.TCPListener) error {
	return errors.New("on this system no listener leaves a SYN unanswered")
}
