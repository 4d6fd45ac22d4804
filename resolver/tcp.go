package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// maxStrays bounds the messages on a connection that are not the reply. Nobody but
// the server can send them, so it takes few to see that something is wrong.
const maxStrays = 8

var errTooLong = errors.New("the query is too long for TCP")

// overTCP opens a connection for the query alone (RFC 7766) and waits for the reply.
func (q *query) overTCP(ctx context.Context, sc *trace.Scope) (*dns.Msg, error) {
	d := q.departure(sc)
	defer d.tell(true)
	var dialer net.Dialer
	var conn net.Conn
	err := d.send(func() (err error) {
		conn, err = dialer.DialContext(ctx, "tcp", q.server.Addr.String())
		return err
	})
	if err != nil {
		return nil, plain(err)
	}
	defer conn.Close()
	defer closeAt(ctx, conn)()
	frame, err := framed(q.wire)
	if err != nil {
		return nil, err
	}
	// Length and message in one call, so that they leave in one segment (RFC 7766,
	// section 8).
	if err := d.send(func() error { _, err := conn.Write(frame); return err }); err != nil {
		return nil, plain(err)
	}
	d.tell(true)
	return q.awaitMessage(conn, sc)
}

// framed puts the length before a message (RFC 1035, section 4.2.2).
func framed(b []byte) ([]byte, error) {
	if len(b) > maxDatagram {
		return nil, errTooLong
	}
	return append(binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(b)), uint16(len(b))), b...), nil
}

// awaitMessage reads messages until one is the reply.
func (q *query) awaitMessage(conn io.Reader, sc *trace.Scope) (*dns.Msg, error) {
	drops := drops{scope: sc, query: q.number}
	defer drops.tellRest()
	var last string
	for range maxStrays {
		b, err := readFrame(conn)
		if err != nil {
			return nil, err
		}
		at := trace.Moment{At: sc.Now(), From: trace.Clock}
		reply, why := q.accept(b)
		if why == "" {
			q.answered(sc, at, reply, len(b))
			return reply, nil
		}
		drops.add(at, why)
		last = why
	}
	return nil, &replyError{"no reply among the messages of the connection, but " + last}
}

// readFrame reads a message with its length, in however many segments they come.
func readFrame(conn io.Reader) ([]byte, error) {
	var length [2]byte
	if n, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, cutOff(err, n, len(length))
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	if n, err := io.ReadFull(conn, b); err != nil {
		return nil, cutOff(err, n, len(b))
	}
	return b, nil
}

// cutOff tells an end of the connection in the middle of things from other errors.
func cutOff(err error, got, want int) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF) && want > 2:
		return &replyError{fmt.Sprintf("the connection was closed after %d of %d octets", got, want)}
	case errors.Is(err, io.EOF):
		return &replyError{"the connection was closed without a reply"}
	}
	return plain(err)
}
