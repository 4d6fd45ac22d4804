package capture

import (
	"net/netip"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// A script is a source whose packets a test writes down.
type script struct {
	packets []packet
	asked   []admission
	dropped int64
	closed  bool
}

func (s *script) listen(func()) {}

func (s *script) admit(a admission) error {
	s.asked = append(s.asked, a)
	return nil
}

// admitted is what was last let in for the first connection.
func (s *script) admitted() admitted { return s.asked[len(s.asked)-1].conns[0] }

func (s *script) drain(_ func() trace.Time, take func(packet)) {
	for _, p := range s.packets {
		take(p)
	}
	s.packets = nil
}

func (s *script) lost() int64 {
	n := s.dropped
	s.dropped = 0
	return n
}

func (s *script) close() error {
	s.closed = true
	return nil
}

// pass lets a packet pass at a time after the start; it is read long after.
func (s *script) pass(r *trace.Recorder, at time.Duration, outgoing bool, link int, data []byte) {
	s.packets = append(s.packets, packet{
		data: data, unix: r.Started().UnixNano() + int64(at), outgoing: outgoing, link: link, asked: trace.Time(time.Hour),
	})
}

func newScript(keep bool) (*Capture, *script, *trace.Recorder) {
	s := &script{}
	return &Capture{o: Options{Keep: keep, DNS: []uint16{53}}, from: s}, s, trace.NewRecorder(nil)
}

// A told is what a test looks at of a segment.
type told struct {
	At    trace.Time
	Conn  int
	From  trace.Side
	Flags string
}

func segments(r *trace.Recorder) (out []told) {
	for _, rec := range r.Records() {
		if e, ok := rec.Event.(trace.SegmentSeen); ok {
			out = append(out, told{rec.At, rec.Conn, e.From, e.Flags})
		}
	}
	return out
}

func seg(from, to netip.AddrPort, bits byte) []byte {
	return ipv4(from, to, 6, tcp(from, to, 1, 1, bits, nil, nil))
}

// On loopback each packet passes twice: ours count when they leave, the peer's when they
// arrive (TestTrapLoopbackPassesTwice does it with the kernel's). Beside a virtual interface they pass the one below as well.
func TestEachSegmentIsToldOnce(t *testing.T) {
	c, s, r := newScript(false)
	w := c.Watch(r.Scope(0), []netip.AddrPort{there4})
	s.pass(r, 1, true, 1, seg(here4, there4, bitSYN))
	s.pass(r, 2, false, 1, seg(here4, there4, bitSYN))
	s.pass(r, 3, true, 1, seg(there4, here4, bitSYN|bitACK))
	s.pass(r, 4, false, 1, seg(there4, here4, bitSYN|bitACK))
	s.pass(r, 5, true, 1, seg(here4, there4, bitACK))
	s.pass(r, 6, true, 2, seg(here4, there4, bitACK))
	w.Connected(r.Scope(0).OnConn(1), here4, there4)
	s.pass(r, 7, true, 1, seg(here4, there4, bitACK|bitFIN))
	w.Closing()
	s.dropped = 3
	w.End()
	want := []told{{1, 1, trace.Client, "SYN"}, {4, 1, trace.Server, "SYN,ACK"}, {5, 1, trace.Client, "ACK"}, {7, 1, trace.Client, "FIN,ACK"}}
	if diff := cmp.Diff(want, segments(r)); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	all := r.Records()
	if got := all[len(all)-1].Event; got != (trace.CaptureEnded{Dropped: 3}) {
		t.Errorf("the end is %+v", got)
	}
}

// What is of others is not told: connections that were there before, other ones to the
// same server, other servers. Those to other addresses that were tried are.
func TestOthersAreNotTold(t *testing.T) {
	c, s, r := newScript(true)
	second := netip.MustParseAddrPort("203.0.113.9:443")
	w := c.Watch(r.Scope(0), []netip.AddrPort{there4, second})
	old, new := netip.MustParseAddrPort("192.0.2.10:4000"), netip.MustParseAddrPort("192.0.2.10:4001")
	s.pass(r, 1, true, 1, seg(old, there4, bitACK))
	s.pass(r, 2, true, 1, seg(here4, second, bitSYN))
	s.pass(r, 3, false, 1, seg(second, here4, bitRST|bitACK))
	s.pass(r, 4, true, 1, seg(new, there4, bitSYN))
	s.pass(r, 5, true, 1, seg(here4, there4, bitSYN))
	s.pass(r, 6, true, 1, seg(here4, netip.MustParseAddrPort("203.0.113.10:443"), bitSYN))
	w.Connected(r.Scope(0).OnConn(2), here4, there4)
	s.pass(r, 7, true, 1, seg(new, there4, bitACK))
	w.End()
	want := []told{{2, 0, trace.Client, "SYN"}, {3, 0, trace.Server, "RST,ACK"}, {5, 2, trace.Client, "SYN"}}
	if diff := cmp.Diff(want, segments(r)); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	if frames, _ := c.Frames(); len(frames) != len(want) {
		t.Errorf("%d packets are kept, want %d", len(frames), len(want))
	}
}

// The kernel begins to stamp packets late after the first socket of a machine has asked for
// it; until then a packet is stamped when it is read. Guarded is that (*Watch).moment takes
// such a stamp for an upper bound alone, what passed before being the lower one.
func TestTrapStampedWhenRead(t *testing.T) {
	c, s, r := newScript(false)
	w := c.Watch(r.Scope(0), []netip.AddrPort{there4})
	s.pass(r, time.Hour, true, 1, seg(here4, there4, bitSYN))
	s.packets[0].asked = 1000
	w.Connected(r.Scope(0).OnConn(1), here4, there4)
	w.End()
	for _, rec := range r.Records() {
		if _, ok := rec.Event.(trace.SegmentSeen); !ok {
			continue
		}
		if rec.Within == 0 || rec.Earliest() > 1000_000_000 || rec.Latest() < trace.Time(time.Hour) || rec.From != trace.Packet {
			t.Errorf("moment %+v, want bounds from before it was read to the stamp", rec.Moment)
		}
	}
}

// After so many segments only those are let in that end a connection, until it closes.
func TestALongBodyIsAbridged(t *testing.T) {
	c, s, r := newScript(false)
	w := c.Watch(r.Scope(0), []netip.AddrPort{there4})
	s.pass(r, 1, true, 1, seg(here4, there4, bitSYN))
	w.Connected(r.Scope(0).OnConn(1), here4, there4)
	for i := range maxSegments {
		s.pass(r, time.Duration(i+2), false, 1, seg(there4, here4, bitACK))
	}
	c.read()
	if last := s.admitted(); !last.brief {
		t.Errorf("after %d segments all are let in: %+v", maxSegments, last)
	}
	w.Closing()
	if last := s.admitted(); last.brief || last.local != here4.Port() {
		t.Errorf("at the close there is let in: %+v", last)
	}
	w.End()
	all := r.Records()
	if got := all[len(all)-1].Event; got != (trace.CaptureEnded{Abridged: true}) {
		t.Errorf("the end is %+v", got)
	}
}

// Nothing that a Watch holds back grows without end.
func TestWhatIsHeldBackIsBounded(t *testing.T) {
	c, s, r := newScript(false)
	w := c.Watch(r.Scope(0), []netip.AddrPort{there4})
	s.pass(r, 1, true, 1, seg(here4, there4, bitSYN))
	for i := range 2 * maxPending {
		s.pass(r, time.Duration(i+2), false, 1, seg(there4, here4, bitRST))
	}
	c.read()
	if len(w.pending) > maxPending {
		t.Errorf("%d segments are held back", len(w.pending))
	}
	w.Failed()
	if n := len(segments(r)); n != maxPending {
		t.Errorf("%d segments are told, want %d", n, maxPending)
	}
}

// DNS messages are kept with whom and what they ask.
func TestDatagramsAreKept(t *testing.T) {
	c, s, r := newScript(true)
	server := netip.MustParseAddrPort("127.0.0.53:53")
	message := append([]byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, "\x03www\x00\x00\x01\x00\x01"...)
	query, answer := ipv4(here4, server, 17, udp(here4, server, message)), ipv4(server, here4, 17, udp(server, here4, message))
	s.pass(r, 1, true, 1, query)
	s.pass(r, 2, false, 1, query)
	s.pass(r, 3, true, 1, answer)
	s.pass(r, 4, false, 1, answer)
	frames, _ := c.Frames()
	if len(frames) != 2 {
		t.Fatalf("%d packets, want a query and an answer", len(frames))
	}
	for i, f := range frames {
		if f.Outgoing != (i == 0) || f.Server != server || f.Name != "www." {
			t.Errorf("packet %d: %+v", i, f)
		}
	}
}

func TestANilCaptureDoesNothing(t *testing.T) {
	var c *Capture
	w := c.Watch(trace.NewRecorder(nil).Scope(0), []netip.AddrPort{there4})
	w.Connected(nil, here4, there4)
	w.Closing()
	w.End()
	w.Failed()
	if frames, left := c.Frames(); frames != nil || left != 0 || c.Close() != nil {
		t.Error("a nil capture has captured")
	}
}

// TestLateAddressesAreWatchedToo has an address that becomes known while others are tried.
func TestLateAddressesAreWatchedToo(t *testing.T) {
	c, s, r := newScript(false)
	w := c.Watch(r.Scope(0), []netip.AddrPort{there6})
	w.Add([]netip.AddrPort{there4})
	if got := s.admitted().remotes; len(got) != 2 {
		t.Errorf("%v are let in, want both addresses", got)
	}
	s.pass(r, 1, true, 1, seg(here4, there4, bitSYN))
	s.pass(r, 2, false, 1, seg(there4, here4, bitSYN|bitACK))
	w.Connected(r.Scope(0).OnConn(2), here4, there4)
	w.Add([]netip.AddrPort{there6}) // too late to matter
	w.End()
	want := []told{{1, 2, trace.Client, "SYN"}, {2, 2, trace.Server, "SYN,ACK"}}
	if diff := cmp.Diff(want, segments(r)); diff != "" {
		t.Error(diff)
	}
	(*Watch)(nil).Add([]netip.AddrPort{there4})
}

// TestTwoAtOnce has a connection that is being closed while another is open, and one that
// goes over to another exchange.
func TestTwoAtOnce(t *testing.T) {
	c, s, r := newScript(false)
	closing, open := netip.MustParseAddrPort("203.0.113.9:80"), netip.MustParseAddrPort("203.0.113.10:443")
	first, second := netip.MustParseAddrPort("192.0.2.1:4001"), netip.MustParseAddrPort("192.0.2.1:4002")
	a := c.Watch(r.Scope(0), []netip.AddrPort{closing})
	s.pass(r, 1, true, 2, seg(first, closing, bitSYN))
	a.Connected(r.Scope(0).OnConn(1), first, closing)
	b := c.Watch(r.Scope(1), []netip.AddrPort{open})
	s.pass(r, 2, true, 2, seg(second, open, bitSYN))
	b.Connected(r.Scope(1).OnConn(2), second, open)
	s.pass(r, 3, true, 2, seg(first, closing, bitACK|bitFIN))
	s.pass(r, 4, true, 2, seg(second, open, bitACK))
	s.dropped = 2
	a.End()
	s.dropped = 1
	b.Carry()
	s.pass(r, 5, true, 2, seg(second, open, bitACK|bitPSH))
	b.End()
	want := []told{
		{1, 1, trace.Client, "SYN"},
		{2, 2, trace.Client, "SYN"},
		{3, 1, trace.Client, "FIN,ACK"},
		{4, 2, trace.Client, "ACK"},
		{5, 2, trace.Client, "PSH,ACK"},
	}
	if diff := cmp.Diff(want, segments(r)); diff != "" {
		t.Error(diff)
	}
	var missed []int64
	for _, rec := range r.Records() {
		if e, ok := rec.Event.(trace.CaptureEnded); ok {
			missed = append(missed, e.Dropped)
		}
	}
	if diff := cmp.Diff([]int64{2, 3, 0}, missed); diff != "" {
		t.Errorf("dropped: %s", diff)
	}
}
