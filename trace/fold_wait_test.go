package trace

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A waiting is a request that left at 1 s, and the response to it.
type waiting struct {
	acked, since, first Time // after the request; 0 for none
	handshake, least    time.Duration
	proxy               bool
}

func (w waiting) fold() *ResponseInfo {
	const left = 1_000_000 * us
	s := &script{conn: 1}
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	if w.proxy {
		s.at(0, ProxyUsed{Proxy: "203.0.113.7:80", Via: "--proxy"})
	}
	s.at(1*us, AttemptStarted{Address: "203.0.113.7:80"})
	s.at(30000*us, Connected{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
	if w.handshake > 0 {
		s.at(30000*us, SocketRead{When: "connected", RTT: &w.handshake, MinRTT: &w.handshake})
	}
	s.at(left-50*us, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.at(left, RequestEnded{Bytes: 5, Offset: 5})
	s.stamp(left, BytesLeft{Offset: 5})
	if w.acked > 0 {
		s.stamp(left+w.acked, BytesAcked{Offset: 5})
	}
	since := Time(0)
	if w.since > 0 {
		since = left + w.since
	}
	s.stamp(left+w.first, FirstByte{Since: since, Offset: 10})
	s.stamp(left+w.first, HeadReceived{Version: "HTTP/1.1", Status: 200})
	if w.least > 0 {
		s.at(left+w.first+100*us, SocketRead{When: "closed", RTT: &w.handshake, MinRTT: &w.least})
	}
	return Fold(s.records, FoldOptions{}).Last().Response
}

// A splitting is what a waiting is cut into, in microseconds; -1 is absent.
type splitting struct {
	network, server Time
	by              string
	low, high       Time
}

func splittingOf(r *ResponseInfo) splitting {
	in := func(t *Time) Time {
		if t == nil {
			return -1
		}
		return *t / us
	}
	return splitting{in(r.WaitNetwork), in(r.WaitServer), r.WaitFrom, in(r.WaitLow), in(r.WaitHigh)}
}

func TestTheWaitIsCutByTheBestEvidence(t *testing.T) {
	const rtt = 28 * time.Millisecond
	none := splitting{-1, -1, "", -1, -1}
	for name, c := range map[string]struct {
		waiting
		want splitting
	}{
		"acknowledged at once": {
			waiting{acked: 28100 * us, first: 90000 * us, handshake: rtt, least: rtt - time.Millisecond},
			splitting{28100, 61900, WaitByAck, 27000, 28100},
		},
		"a longer way than before": {
			waiting{acked: 45000 * us, first: 90000 * us, handshake: rtt},
			splitting{45000, 45000, WaitByAck, 28000, 45000},
		},
		"the acknowledgement was held back": {
			waiting{acked: 68000 * us, first: 90000 * us, handshake: rtt},
			splitting{28000, 62000, WaitByHandshake, 28000, 68000},
		},
		"it rode on the response": {
			waiting{acked: 90020 * us, first: 90000 * us, handshake: rtt, least: 26 * time.Millisecond},
			splitting{26000, 64000, WaitByMinRTT, 26000, 90000},
		},
		"it rode on the first segment of the response's record": {
			waiting{acked: 40020 * us, since: 40000 * us, first: 41000 * us, handshake: rtt},
			splitting{28000, 13000, WaitByHandshake, 28000, 40020},
		},
		"no acknowledgement was seen": {
			waiting{first: 90000 * us, handshake: rtt},
			splitting{28000, 62000, WaitByHandshake, 28000, 90000},
		},
		"the response was faster than any round trip": {
			waiting{first: 20000 * us, handshake: rtt},
			splitting{20000, 0, WaitByHandshake, 20000, 20000},
		},
		"nothing but the acknowledgement": {
			waiting{acked: 68000 * us, first: 90000 * us},
			splitting{68000, 22000, WaitByAck, -1, 68000},
		},
		"nothing but an acknowledgement that rode on the response": {
			waiting{acked: 90020 * us, first: 90000 * us}, none,
		},
		"nothing to go by": {waiting{first: 90000 * us}, none},
		"through a proxy":  {waiting{acked: 1000 * us, first: 90000 * us, handshake: rtt, proxy: true}, none},
		"the response came before the whole request": {waiting{first: -100 * us, handshake: rtt}, none},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, splittingOf(c.fold()), cmp.AllowUnexported(splitting{})); diff != "" {
				t.Errorf("cut of %+v (-want +got):\n%s", c.waiting, diff)
			}
		})
	}
}

// By segments it is known what came with the acknowledgement, and what was sent again.
func TestTheWaitIsCutBySegments(t *testing.T) {
	const opened = `
		0     > SYN     0 0 0
		28000 < SYN,ACK 0 1 0
		28010 > ACK     1 1 0
	`
	for name, c := range map[string]struct {
		text string
		want splitting
	}{
		"acknowledged by itself": {opened + `
			30000  > PSH,ACK 1 1 5
			59000  < ACK     1 6 0
			100000 < PSH,ACK 1 6 10`, splitting{29000, 41000, WaitByAck, 28000, 29000}},
		"with the response": {opened + `
			30000  > PSH,ACK 1 1 5
			100000 < PSH,ACK 1 6 10`, splitting{28000, 42000, WaitByHandshake, 28000, 70000}},
		"lost once": {opened + `
			30000  > PSH,ACK 1 1 5
			69000  > PSH,ACK 1 1 5
			98000  < ACK     1 6 0
			100000 < PSH,ACK 1 6 10`, splitting{68000, 2000, WaitByAck, 28000, 68000}},
		"the SYN was lost, so that the handshake tells nothing": {`
			0     > SYN     0 0 0
			10000 > SYN     0 0 0
			28000 < SYN,ACK 0 1 0
			28010 > ACK     1 1 0
			30000  > PSH,ACK 1 1 5
			100000 < PSH,ACK 1 6 10`, splitting{-1, -1, "", -1, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{conn: 1}
			s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
			s.at(0, Connected{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
			for _, seg := range wire(t, "", "", c.text, 1000).Segments {
				s.moment(Moment{At: seg.At, From: Packet}, SegmentSeen{
					Local: "192.0.2.10:51544", Remote: "203.0.113.7:80",
					From: seg.From, Flags: seg.Flags, Seq: seg.Seq, Ack: seg.Ack, Len: seg.Len,
				})
			}
			s.at(30050*us, RequestEnded{Bytes: 5, Offset: 5})
			s.stamp(100001*us, FirstByte{Offset: 10}) // as the kernel stamps it
			s.stamp(100000*us, HeadReceived{Version: "HTTP/1.1", Status: 200})
			got := splittingOf(Fold(s.records, FoldOptions{}).Last().Response)
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(splitting{})); diff != "" {
				t.Errorf("cut (-want +got):\n%s", diff)
			}
		})
	}
}

// An exchange over a connection that another has opened knows what that was like.
func TestTheWaitOfAReusedConnection(t *testing.T) {
	for name, c := range map[string]struct {
		proxy bool
		want  splitting
	}{
		"to the server": {false, splitting{28000, 62000, WaitByHandshake, 28000, 90000}},
		"to a proxy":    {true, splitting{-1, -1, "", -1, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &script{conn: 1}
			s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
			if c.proxy {
				s.at(0, ProxyUsed{Proxy: "203.0.113.7:80", Via: "--proxy"})
			}
			s.open(100*us, "192.0.2.10:51544", "203.0.113.7:80")
			s.exchange = 1
			s.at(200000*us, ExchangeStarted{URL: "http://203.0.113.7/next", Why: "redirect"})
			s.at(200000*us, ConnectionReused{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
			s.at(200010*us, RequestStarted{Method: "GET", Target: "/next", Version: "HTTP/1.1"})
			s.at(201000*us, RequestEnded{Bytes: 5, Offset: 10})
			s.stamp(291000*us, FirstByte{Offset: 10})
			s.stamp(291000*us, HeadReceived{Version: "HTTP/1.1", Status: 200})
			got := splittingOf(Fold(s.records, FoldOptions{}).Last().Response)
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(splitting{})); diff != "" {
				t.Errorf("cut (-want +got):\n%s", diff)
			}
		})
	}
}
