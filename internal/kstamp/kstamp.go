// Package kstamp gets the kernel's own time stamps of packets: when a datagram or a
// byte was given to the network device, when it was acknowledged, when it came in.
// They are made in the kernel's receive and transmit paths, so neither scheduling
// nor a busy machine makes them late.
//
// The resolver uses it for DNS datagrams and the transport for the bytes of a
// connection. Elsewhere than on Linux there is nothing to enable: [Enable] says so,
// and the callers fall back on readings of their own clock.
//
// Stamps are wall-clock times in nanoseconds since the Unix epoch;
// trace.Scope.Wall places them on the run's clock.
package kstamp

import "errors"

// ErrUnsupported says that this system offers no stamps here.
var ErrUnsupported = errors.New("kernel time stamps are not offered by this system")

// A What tells what a transmit stamp is of.
type What int

// The moments of a transmission that can be stamped.
const (
	Sent  What = iota // given to the network device
	Acked             // acknowledged by the peer, TCP only
)

// A Transmit is a stamp of something that was sent.
type Transmit struct {
	What What
	// ID is the datagram's number, or for TCP the position in the stream, counted
	// from when stamping was enabled, of the last byte that the stamp covers.
	ID   uint32
	Unix int64
}
