//go:build !linux

package tcpstate

// NotObservable says why no states are told on this system: the calls that name them
// (TCP_CONNECTION_INFO, SIO_TCP_INFO, pcblist) are not used yet.
const NotObservable = "TCP states are observed on Linux only"

// A Diag would ask for the other end's states.
type Diag struct{}

// Close has nothing to give back.
func (*Diag) Close() error { return nil }
