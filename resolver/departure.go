package resolver

import (
	"cmp"
	"net"
	"syscall"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
)

// A departure is the moment at which a query left. It is told exactly once: by the
// kernel's stamp as soon as that can be had, else by the clock readings round the
// call that sent it.
type departure struct {
	sc            *trace.Scope
	event         trace.QuerySent
	before, after trace.Time
	// stamped is the socket whose error queue holds the stamp, nil without stamps.
	stamped syscall.RawConn
	told    bool
}

func (q *query) departure(sc *trace.Scope) departure {
	at := q.server.at()
	if q.at.IsValid() {
		at = q.at.String()
	}
	return departure{sc: sc, event: trace.QuerySent{
		ID: q.number, Server: at, Protocol: q.protocol,
		Name: q.name, Type: q.typeName(), Bytes: len(q.wire),
		ServerName: printable(cmp.Or(q.server.name, q.server.Name)), Zone: printable(q.server.zone), For: q.server.why,
	}}
}

// enableStamps asks the kernel to stamp what the socket sends and receives.
func (d *departure) enableStamps(conn *net.UDPConn) {
	if d.sc == nil {
		return
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { err = kstamp.EnableDatagrams(int(fd)) })
	if err == nil {
		d.stamped = raw
	}
}

// send calls the function that sends, between two readings of the clock. When nothing
// was sent the query is told with no bytes, so that the server it was meant for is
// known.
func (d *departure) send(write func() error) error {
	d.before = d.sc.Now()
	err := write()
	d.after = d.sc.Now()
	if err != nil {
		d.event.Bytes = 0
	}
	return err
}

// tell records the query if there is a stamp by now, or if there will be no other
// occasion.
func (d *departure) tell(last bool) {
	if d.told {
		return
	}
	at, found := d.stamp()
	if !found && d.stamped != nil && !last {
		return
	}
	if !found {
		at = trace.Between(d.before, d.after, trace.Syscall)
	}
	d.told = true
	d.sc.EmitAt(at, d.event)
}

// stamp reads the error queue. The socket's first datagram is the query; a stamp
// before the call that sent it is of a clock that was set meanwhile.
func (d *departure) stamp() (at trace.Moment, found bool) {
	if d.stamped == nil || d.event.Bytes == 0 {
		return at, false
	}
	_ = d.stamped.Control(func(fd uintptr) {
		for _, t := range kstamp.Transmitted(int(fd)) {
			if t.What == kstamp.Sent && t.ID == 0 {
				at = d.sc.Wall(t.Unix)
				found = at.Latest() >= d.before
			}
		}
	})
	return at, found
}

// arrival is the moment a datagram came in, read at now: the kernel's stamp where it
// is one between the sending and the reading.
func (d *departure) arrival(control []byte, now trace.Time) trace.Moment {
	if unix, ok := kstamp.Received(control); ok {
		if at := d.sc.Wall(unix); at.Latest() >= d.before && at.Earliest() <= now {
			return at
		}
	}
	return trace.Moment{At: now, From: trace.Clock}
}
