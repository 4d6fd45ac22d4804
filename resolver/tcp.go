package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"
)

var errTooLong = errors.New("the query is too long for TCP")

// framed puts the length before a message (RFC 1035, section 4.2.2).
func framed(b []byte) ([]byte, error) {
	if len(b) > maxDatagram {
		return nil, errTooLong
	}
	return append(binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(b)), uint16(len(b))), b...), nil
}

// readFrame reads a message with its length, in however many segments they come.
func readFrame(conn io.Reader) ([]byte, error) {
	var length [2]byte
	if n, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, cutOff(err, n, len(length), n == 0)
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	if n, err := io.ReadFull(conn, b); err != nil {
		return nil, cutOff(err, n, len(b), false)
	}
	return b, nil
}

// cutOff tells an end of the connection in the middle of things from one between
// messages, and both from other errors. An end without TLS's own is nothing to go by:
// it is the lengths that tell what is whole.
func cutOff(err error, got, want int, between bool) error {
	switch {
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return plain(err)
	case between:
		return errClosed
	}
	return &replyError{fmt.Sprintf("the connection was closed after %d of %d octets", got, want)}
}

// dialTCP opens a connection in clear.
func dialTCP(ctx context.Context, addr netip.AddrPort) (Stream, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr.String())
	return tcpStream{conn}, err
}

// A tcpStream is a connection in clear.
type tcpStream struct{ net.Conn }

// StopWriting makes a write that waits return.
func (s tcpStream) StopWriting() (resume func()) {
	_ = s.SetWriteDeadline(time.Unix(1, 0))
	return func() { _ = s.SetWriteDeadline(time.Time{}) }
}
