package capture

import (
	"net/netip"
	"slices"

	"fetchscope/trace"
)

// A Watch is a capture's use for one connection: from before it is opened until after
// it is closed. What passes while it is being opened is held back until it is known
// which of the segments are ours. A nil Watch does nothing.
type Watch struct {
	c       *Capture
	sc      *trace.Scope
	remotes map[netip.AddrPort]bool
	port    uint16

	conn    *trace.Scope // of the connection, once there is one
	ours    flow
	pending []held
	links   map[course]int // the interface that each course of segments is looked at on
	opened  map[flow]bool  // begun by a SYN that we have seen
	last    trace.Time     // at which something passed
	told    int
	brief   bool
	// abridged says that there was a time at which not every segment was let in.
	abridged bool
	dropped  int64 // of the Capture's, when this began
}

// A flow is a connection by its two ends.
type flow struct{ local, remote netip.AddrPort }

// A course is a direction of a flow.
type course struct {
	flow
	outgoing bool
}

// A held segment waits for its connection to be known.
type held struct {
	flow  flow
	event trace.SegmentSeen
	at    trace.Moment
	frame packet
	ip    int // the packet's length
}

// Watch lets the segments in that are to and from these addresses.
func (c *Capture) Watch(sc *trace.Scope, remotes []netip.AddrPort) *Watch {
	if c == nil || sc == nil || len(remotes) == 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil
	}
	w := &Watch{
		c: c, sc: sc, remotes: map[netip.AddrPort]bool{}, port: remotes[0].Port(),
		links: map[course]int{}, opened: map[flow]bool{}, last: sc.Now(),
	}
	for _, r := range remotes {
		w.remotes[plain(r)] = true
	}
	c.drain()
	w.dropped = c.lost()
	c.watches = append(c.watches, w)
	c.admit()
	return w
}

// Add lets the segments in that are to and from further addresses, before it is known
// which of the connections is used.
func (w *Watch) Add(remotes []netip.AddrPort) {
	if w == nil || len(remotes) == 0 {
		return
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	if w.conn != nil {
		return
	}
	for _, r := range remotes {
		w.remotes[plain(r)] = true
	}
	w.c.admit()
}

// plain is an address as packets have it.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// admitted is what is let in.
func (w *Watch) admitted() admitted {
	a := admitted{port: w.port, brief: w.brief}
	if w.conn != nil {
		a.remotes, a.port, a.local = []netip.Addr{w.ours.remote.Addr()}, w.ours.remote.Port(), w.ours.local.Port()
		return a
	}
	for r := range w.remotes {
		a.remotes = append(a.remotes, r.Addr())
	}
	return a
}

// Connected says which of the connections is used, and whose scope it has. The
// segments of the others that were tried are told too, without a connection's number.
func (w *Watch) Connected(conn *trace.Scope, local, remote netip.AddrPort) {
	if w == nil {
		return
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.drain()
	w.conn, w.ours = conn, flow{plain(local), plain(remote)}
	w.tellHeld()
	w.c.admit()
}

// Failed says that no connection came about.
func (w *Watch) Failed() {
	if w == nil {
		return
	}
	w.c.mu.Lock()
	w.c.drain()
	w.tellHeld()
	w.c.mu.Unlock()
	w.End()
}

// tellHeld tells what was held back: of each address the first connection, others are
// somebody else's.
func (w *Watch) tellHeld() {
	first := map[netip.AddrPort]flow{}
	if w.conn != nil {
		first[w.ours.remote] = w.ours
	}
	for _, h := range w.pending {
		if _, known := first[h.flow.remote]; !known {
			first[h.flow.remote] = h.flow
		}
		if first[h.flow.remote] == h.flow {
			w.tell(h)
		}
	}
	w.pending = nil
}

func (w *Watch) tell(h held) {
	sc := w.sc
	if h.flow == w.ours && w.conn != nil {
		sc = w.conn
	}
	w.told++
	sc.EmitAt(h.at, h.event)
	w.c.keep(h.frame, h.ip)
}

// Closing lets all segments in again that a long body was kept from the socket of.
func (w *Watch) Closing() {
	if w == nil {
		return
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.drain()
	w.letIn()
}

// letIn ends the time of a long body.
func (w *Watch) letIn() {
	if w.brief {
		w.told, w.brief = 0, false
		w.c.admit()
	}
}

// Carry says that what comes is of another exchange, to which the connection's scope goes
// over right behind: what has passed by now is told, and how much was missed.
func (w *Watch) Carry() {
	if w == nil {
		return
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.drain()
	w.tellMissed()
	w.letIn()
	w.told, w.abridged = 0, false
}

// End ends the Watch: what has passed by now is told, and how much was missed.
func (w *Watch) End() {
	if w == nil {
		return
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	i := slices.Index(w.c.watches, w)
	if i < 0 || w.c.over {
		return
	}
	w.c.drain()
	w.c.watches = slices.Delete(w.c.watches, i, i+1)
	w.c.admit()
	w.tellMissed()
}

// tellMissed tells how much there was no room for since this was told last. Of whose
// packets those were is not known, so that each Watch of the time tells them.
func (w *Watch) tellMissed() {
	sc := w.sc
	if w.conn != nil {
		sc = w.conn
	}
	lost := w.c.lost()
	sc.Emit(trace.CaptureEnded{Dropped: lost - w.dropped, Abridged: w.abridged})
	w.dropped = lost
}

// take takes a segment. On loopback each passes twice, leaving and arriving: one of
// ours counts when it leaves, one of the peer's when it arrives.
func (w *Watch) take(p packet, ip ipPacket) {
	from, to, s, ok := parseSegment(ip)
	if !ok {
		return
	}
	f, side := flow{from, to}, trace.Client
	if !w.remotes[to] || !p.outgoing {
		f, side = flow{to, from}, trace.Server
	}
	if !w.remotes[f.remote] || (side == trace.Client) != p.outgoing || !w.follows(f, p, s) {
		return
	}
	h := held{flow: f, event: s, at: w.moment(p), frame: p, ip: ip.length}
	h.event.Local, h.event.Remote, h.event.From = f.local.String(), f.remote.String(), side
	switch {
	case w.conn == nil && len(w.pending) < maxPending:
		h.frame.data = append([]byte(nil), p.data...)
		w.pending = append(w.pending, h)
	case w.conn == nil:
		w.abridged = true
	case f == w.ours:
		w.tell(h)
		w.limit()
	}
}

// limit keeps what is left of a long body out.
func (w *Watch) limit() {
	if w.brief || w.told < maxSegments {
		return
	}
	w.abridged, w.brief = true, true
	w.c.admit()
}

// follows says whether a segment is of a connection that has been seen to begin, and
// passes where those before it did: beside a virtual interface it passes the one below
// as well.
func (w *Watch) follows(f flow, p packet, s trace.SegmentSeen) bool {
	if p.outgoing && (s.Flags == "SYN" || s.Flags == "SYN,ECE,CWR") { // RFC 3168, section 6.1.1
		w.opened[f] = true
	}
	if !w.opened[f] {
		return false
	}
	way := course{f, p.outgoing}
	link, known := w.links[way]
	if !known {
		w.links[way] = p.link
	}
	return !known || link == p.link
}

// moment places a packet on the clock. Until the kernel stamps packets, which it begins
// to do some time after it was first asked, it stamps them when they are read: of such a
// one only bounds are known.
func (w *Watch) moment(p packet) trace.Moment {
	m := w.sc.Wall(p.unix)
	if m.At > p.asked {
		m = trace.Between(w.last, m.At, trace.Packet)
	}
	m.From = trace.Packet
	w.last = max(w.last, m.Earliest())
	return m
}
