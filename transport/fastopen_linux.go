package transport

import (
	"errors"
	"net"
	"syscall"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"

	"golang.org/x/sys/unix"
)

// TCP Fast Open (RFC 7413): the first data go with the SYN, to a server whose cookie the
// kernel has kept from an earlier connection; to any other the SYN asks for a cookie. Where
// there is one, connect() returns at once and sends nothing: the first write does, and waits
// for the handshake then.

// fastOpen asks for it before connect(). Where the kernel does not let us the connection is
// an ordinary one.
func fastOpen(fd int) error {
	return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT, 1)
}

// fastOpening has the sockets of the net package ask for it.
func (from Local) fastOpening(d *net.Dialer) {
	if !from.FastOpen {
		return
	}
	before := d.Control
	d.Control = func(network, address string, c syscall.RawConn) error {
		var err error
		if before != nil {
			err = before(network, address, c)
		}
		return errors.Join(err, c.Control(func(fd uintptr) { _ = fastOpen(int(fd)) }))
	}
}

// askFastOpen asks for it, and records where that is refused.
func (s *watchedSocket) askFastOpen() {
	if err := fastOpen(s.fd); err != nil {
		s.sc.Emit(trace.FastOpen{Cookie: trace.CookieRefusedHere, Why: err.Error()})
		return
	}
	s.fast = true
}

// deferred finds out what a connect() that returned err has come to: whether nothing has
// been sent, since the cookie is there and the first data are to go along.
func (s *watchedSocket) deferred(err error) bool {
	if !s.fast {
		return false
	}
	if err != nil || tcpstate.StateOf(s.fd) != trace.SynSent {
		s.sc.Emit(trace.FastOpen{Cookie: trace.CookieAsked})
		return false
	}
	s.early, s.mark = true, nil // bytes are numbered behind the handshake alone
	return true
}

// writeFirst sends what the SYN can take along, and waits for the handshake.
func (s *watchedSocket) writeFirst(p []byte) (n int, err error) {
	s.early = false
	before, after, err := s.around(func() error {
		n, err = s.sendOnce(p)
		return err
	})
	if err == unix.EINPROGRESS {
		n, err = 0, nil // the SYN alone has been sent
	}
	if err != nil {
		return 0, s.failed("write", err)
	}
	s.sc.Emit(trace.FastOpen{Cookie: trace.CookieSent, Bytes: int64(n)})
	connected, err := s.awaitConnected()
	if err != nil {
		s.sc.Emit(trace.AttemptEnded{Address: s.remote.String(), Outcome: trace.AttemptFailed, Why: codeOf(err, CodeOther)})
		return n, err
	}
	s.place(before, after, connected)
	s.opened()
	return n, nil
}
