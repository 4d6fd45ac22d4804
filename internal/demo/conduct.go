package demo

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

// A conduct is how the origin behaves otherwise than well. The zero value is well.
type conduct struct {
	// certificate makes the one that is shown.
	certificate func(a *authority, origin netip.Addr) (tls.Certificate, error)
	// end is how each exchange ends, where its page has not an end of its own.
	end ending
	// after is how long a connection waits to be served.
	after time.Duration
	// absent says that nobody listens, deafIPv6 that somebody does by IPv6 who does not hear.
	absent, deafIPv6 bool
}

// An ending is how the origin ends an exchange.
type ending int

// The endings.
const (
	// endWell leaves the connection to the client, or closes it in good order.
	endWell ending = iota
	// endReset breaks the connection in the middle of the body.
	endReset
	// endBare ends a body of no announced length by a FIN without close_notify.
	endBare
	// endTalking goes on sending after the client's FIN.
	endTalking
	// endLate lets the client wait for the FIN.
	endLate
	// endCrossing closes when the client is about to: the FINs cross.
	endCrossing
)

// The times of those endings.
const (
	// slowAccept is long enough to be seen, and short of anybody's time-out.
	slowAccept = 700 * time.Millisecond
	// halfBodyLead lets what was sent be read before the reset, which would overtake it.
	halfBodyLead = 30 * time.Millisecond
	// lateFIN is less than the 2 s for which a close is watched.
	lateFIN = time.Second
	// talkTimes and talkPause are how often and how fast a server talks on.
	talkTimes = 3
	talkPause = 40 * time.Millisecond
	// crossingPause is half of the round trip where that is not known.
	crossingPause = 5 * time.Millisecond
)

// errEnded ends the serving of a connection that has been ended.
var errEnded = errors.New("the connection was ended")

// finish ends an exchange whose response has been written, as far as that is its end.
func (o *origin) finish(e ending, c, raw net.Conn) error {
	switch e {
	case endReset:
		time.Sleep(halfBodyLead)
		abort(raw)
		return errEnded
	case endBare:
		part(raw)
		return errEnded
	case endCrossing:
		time.Sleep(halfRoundTrip(raw, crossingPause))
		if t, secure := c.(*tls.Conn); secure {
			_ = t.CloseWrite()
		}
		part(raw)
		return errEnded
	}
	return nil
}

// part sends a FIN and reads to the client's, so that nothing that comes is answered by a
// reset.
func part(raw net.Conn) {
	if t, ok := raw.(*net.TCPConn); ok {
		_ = t.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, raw)
}

// leave is what comes between the client's FIN and ours.
func (o *origin) leave(e ending, host string, c net.Conn) {
	switch {
	case o.ending():
	case e == endTalking:
		for range talkTimes {
			time.Sleep(talkPause)
			if _, err := c.Write([]byte("You have closed, but I have not finished.\n")); err != nil {
				return
			}
		}
	case e == endLate:
		time.Sleep(lateFIN)
	case !swift(host):
		time.Sleep(finDelay)
	}
}

// startAbsent takes a port at which nobody listens: a connection goes out from it, so that
// no other program can have it.
func (n *Internet) startAbsent(port *uint16, usual uint16) error {
	at := n.place.of(localhost)
	l, err := net.Listen("tcp", netip.AddrPortFrom(at, 0).String())
	if err != nil {
		return err
	}
	n.closers = append(n.closers, l.Close)
	d := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(at, n.place.port(usual)))}
	c, err := d.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	*port = uint16(c.LocalAddr().(*net.TCPAddr).Port)
	n.closers = append(n.closers, func() error {
		abort(c)
		return nil
	})
	return nil
}

// startDeaf listens where the origin does, but by IPv6, and takes nobody in: the queue of
// connections that wait to be accepted has room for one, which is there, and a SYN for
// which there is no room is dropped.
func (n *Internet) startDeaf(port uint16) error {
	at := netip.AddrPortFrom(n.place.origin6(), port)
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		return err
	}
	n.closers = append(n.closers, l.Close)
	if err := shortenQueue(l.(*net.TCPListener)); err != nil {
		return err
	}
	c, err := net.Dial("tcp", at.String())
	if err == nil {
		n.closers = append(n.closers, c.Close)
	}
	return err
}
