package trace

import "time"

// What the network's part of the phase wait can rest on.
const (
	// WaitByAck is the acknowledgement of the request's last byte, which came by itself
	// before the response: a round trip of just then.
	WaitByAck = "ack"
	// WaitByMinRTT is the smallest round trip of the connection, by the kernel.
	WaitByMinRTT = "min_rtt"
	// WaitByHandshake is the round trip of the handshake.
	WaitByHandshake = "handshake"
)

// delayedAck is what a receiver may hold an acknowledgement back for, at the least, in the
// hope to send it with data: 40 ms with Linux, whose timer may be 10 ms short of that, and
// more elsewhere (RFC 9293, section 3.8.6.3, allows up to half a second).
const delayedAck = 30 * time.Millisecond

// An acknowledgement is that of the request's last byte.
type acknowledgement struct {
	at Time
	// alone says that nothing of the response came with it, nor before it.
	alone bool
	// again says that the byte had to be sent again, which the network takes the time for.
	again bool
}

// A trip is a round trip that was measured, and by what; its zero value is none.
type trip struct {
	time Time
	by   string
}

// or is the smaller of two trips.
func (t trip) or(other trip) trip {
	if other.time > 0 && (t.time == 0 || other.time < t.time) {
		return other
	}
	return t
}

// splitWait cuts the waiting for the response into the network's part, a round trip, and
// the server's. Of a server behind a proxy nothing is known.
func (f *exchangeFold) splitWait() {
	wait := f.x.Phase(Wait)
	if wait.Duration == nil || *wait.Duration <= 0 || f.proxied() {
		return
	}
	least := f.leastTrip()
	high, sure := *wait.Duration, false
	if ack, ok := f.requestAcked(); ok && ack.at >= *wait.Start {
		took := ack.at - *wait.Start
		high = min(high, took)
		sure = ack.alone && (least.time == 0 || ack.again || took-least.time < Time(delayedAck))
	}
	low := min(least.time, high)
	network, by := low, least.by
	switch {
	case sure:
		network, by = high, WaitByAck
	case least.time == 0:
		return
	}
	r, server := f.x.Response, *wait.Duration-network
	r.WaitNetwork, r.WaitServer, r.WaitFrom, r.WaitHigh = &network, &server, by, &high
	if least.time > 0 {
		r.WaitLow = &low
	}
}

// proxied says whether the other end of the connection is a proxy's.
func (f *exchangeFold) proxied() bool {
	return f.x.Connection != nil && f.x.Connection.Proxy != nil || f.reused != nil && f.reused.proxied
}

// leastTrip is the smallest round trip of the connection so far.
func (f *exchangeFold) leastTrip() trip {
	least := trip{}.or(trip{f.handshakeTrip(), WaitByHandshake})
	if f.reused != nil {
		least = least.or(f.reused.least)
	}
	c := f.x.Connection
	if c == nil {
		return least
	}
	for _, read := range []*SocketRead{c.Opened, c.Closed} {
		least = least.or(read.leastTrip())
	}
	return least
}

// leastTrip is the smallest that the kernel told of: right after the handshake that is the
// handshake's.
func (s *SocketRead) leastTrip() (least trip) {
	if s == nil {
		return trip{}
	}
	by := WaitByMinRTT
	if s.When == "connected" {
		by = WaitByHandshake
	}
	for _, d := range []*time.Duration{s.RTT, s.MinRTT} {
		if d != nil {
			least = least.or(trip{Time(*d), by})
		}
	}
	return least
}

// handshakeTrip is the time from SYN to SYN,ACK where both passed once.
func (f *exchangeFold) handshakeTrip() Time {
	syn, answer := f.packets.syn(Client), f.packets.syn(Server)
	if syn == nil || answer == nil || answer.At <= syn.At || f.packets.sentAgain(syn, answer) {
		return 0
	}
	return answer.At - syn.At
}

// sentAgain says whether any of a segment's bytes passed once more before its answer.
func (p *packets) sentAgain(of, answer *passage) bool {
	return p.find(of.From, func(s *passage) bool {
		return s.Again && s.At < answer.At && s.first < of.last && of.first < s.last
	}) != nil
}

// requestAcked finds the acknowledgement of the request's last byte: the segment, or the
// kernel's stamp of its arrival.
func (f *exchangeFold) requestAcked() (acknowledgement, bool) {
	first, ok := f.first(kindOf[FirstByte]())
	if !ok {
		return acknowledgement{}, false
	}
	began := first.Earliest()
	if since := first.Event.(FirstByte).Since; since != 0 {
		began = min(began, since)
	}
	last := lastByteLeft(f)
	if ack := f.packets.acked(last); ack != nil {
		// What carries data is something else's where it came well before the response: the
		// stamps of segments and of bytes are not made at the same place.
		alone := ack.Len == 0 && ack.At < first.Latest() || ack.At < began.Add(-kernelLag)
		return acknowledgement{ack.At, alone, f.packets.sentAgain(last, ack)}, true
	}
	r, ok := f.last(kindOf[RequestEnded]())
	if !ok {
		return acknowledgement{}, false
	}
	acked, ok := f.acked[r.Event.(RequestEnded).Offset]
	return acknowledgement{at: acked.At, alone: acked.At < began}, ok
}
