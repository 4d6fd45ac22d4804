package resolver

import (
	"context"
	"net"
	"strconv"
	"time"

	"github.com/miekg/dns"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
)

const (
	// maxDatagram is the greatest datagram there is. Replies bigger than announced
	// are read all the same.
	maxDatagram = 1<<16 - 1
	// maxDrops bounds the datagrams that are not the reply before a query is given
	// up: a guesser's chance grows with each (RFC 5452, section 7.2).
	maxDrops = 1 << 15
	// maxDropsTold bounds those that are recorded one by one.
	maxDropsTold = 16
)

// overUDP sends the query from a socket, and so a port, of its own and waits for the
// reply. Whatever else comes in is recorded and waited past, malformed or not: else
// a forger could end the wait with a datagram that need not even be right.
func (q *query) overUDP(ctx context.Context, sc *trace.Scope) (*dns.Msg, error) {
	d := q.departure(sc)
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(q.server.Addr))
	if err != nil {
		_ = d.send(func() error { return err })
		d.tell(true)
		return nil, plain(err)
	}
	defer conn.Close()
	defer closeAt(ctx, conn)()
	d.enableStamps(conn)
	defer d.tell(true)
	if err := d.send(func() error { _, err := conn.Write(q.wire); return err }); err != nil {
		return nil, plain(err)
	}
	d.tell(false)
	return q.awaitDatagram(conn, &d)
}

// awaitDatagram reads until the reply comes or the socket's deadline. On Linux stamps
// of what was sent wake it up too, but only once each: epoll tells of changes, and
// the read that follows finds nothing and waits again.
func (q *query) awaitDatagram(conn *net.UDPConn, d *departure) (*dns.Msg, error) {
	data, control := make([]byte, maxDatagram), make([]byte, kstamp.ControlSize)
	drops := drops{scope: d.sc, query: q.number}
	defer drops.tellRest()
	for {
		n, c, _, _, err := conn.ReadMsgUDPAddrPort(data, control)
		if err != nil {
			return nil, plain(err)
		}
		at := d.arrival(control[:c], d.sc.Now())
		d.tell(true)
		reply, why := q.accept(data[:n])
		if why == "" {
			q.answered(d.sc, at, reply, n)
			return reply, nil
		}
		if drops.add(at, why); drops.count >= maxDrops {
			return nil, errFlooded
		}
	}
}

// answered records the reply of a query.
func (q *query) answered(sc *trace.Scope, at trace.Moment, m *dns.Msg, size int) {
	sc.EmitAt(at, trace.QueryAnswered{
		ID: q.number, Rcode: rcodeName(m.Rcode), Answers: len(m.Answer), Truncated: m.Truncated, Bytes: size,
		NSID: nsidOf(m), Extended: extendedOf(m),
	})
}

// drops counts the messages that were not the reply and records the first of them.
type drops struct {
	scope *trace.Scope
	query int
	count int
}

func (d *drops) add(at trace.Moment, why string) {
	if d.count++; d.count <= maxDropsTold {
		d.scope.EmitAt(at, trace.DatagramDropped{ID: d.query, Why: why})
	}
}

// tellRest records how many more there were.
func (d *drops) tellRest() {
	if more := d.count - maxDropsTold; more > 0 {
		d.scope.Emit(trace.DatagramDropped{ID: d.query, Why: strconv.Itoa(more) + " more"})
	}
}

// closeAt makes the end of the context the deadline of the socket's reads and writes.
// The function that is returned undoes it.
func closeAt(ctx context.Context, conn net.Conn) (undo func() bool) {
	return context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
}
