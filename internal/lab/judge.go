package lab

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"fetchscope/trace"
	"fetchscope/transport/capture"
)

// The limits of what is remembered of the traffic, all of which comes from our own two
// ends: a fetch has a handful of connections, and nobody reads more losses than these.
const (
	maxFlows  = 256
	maxLosses = 256
)

// A flow is a connection by the client's end and the server's.
type flow struct{ client, server netip.AddrPort }

// A judge decides which packets are lost. What chance decides depends on the seed, the
// direction, and the packet's number in it alone.
type judge struct {
	o Options

	mu    sync.Mutex
	draws map[trace.Side]*rand.Rand
	// fins are the numbers behind the server's FINs, which acknowledge them.
	fins   map[flow]uint32
	done   bool // the packet that was to be dropped has been
	losses Losses
}

func newJudge(o Options) *judge {
	return &judge{o: o, fins: map[flow]uint32{}, draws: map[trace.Side]*rand.Rand{
		trace.Client: rand.New(rand.NewPCG(Seed, 1)),
		trace.Server: rand.New(rand.NewPCG(Seed, 2)),
	}}
}

// lost says whether a packet is lost on its way from one side to the other.
func (j *judge) lost(from trace.Side, packet []byte) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	unlucky := j.draws[from].Float64() < j.o.Loss
	switch f, s := classify(from, packet); {
	case s != nil && j.rule(f, s):
		j.note(from, packet, ByRule)
	case unlucky:
		j.note(from, packet, ByChance)
	default:
		return false
	}
	return true
}

// noRoom notes a packet for which the queue had no room.
func (j *judge) noRoom(from trace.Side, packet []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.note(from, packet, NoRoom)
}

func (j *judge) note(from trace.Side, packet []byte, why Cause) {
	j.losses.Count++
	if len(j.losses.First) < maxLosses {
		_, s := classify(from, packet)
		j.losses.First = append(j.losses.First, Loss{
			Unix: time.Now().UnixNano(), From: from, Why: why, Length: len(packet), Segment: s,
		})
	}
}

// seen returns what was lost so far.
func (j *judge) seen() Losses {
	j.mu.Lock()
	defer j.mu.Unlock()
	return Losses{First: slices.Clone(j.losses.First), Count: j.losses.Count}
}

// classify finds the connection of a packet; the segment is nil where there is none.
func classify(from trace.Side, packet []byte) (flow, *trace.SegmentSeen) {
	source, target, s, ok := capture.Segment(packet)
	if !ok {
		return flow{}, nil
	}
	f := flow{source, target}
	if from == trace.Server {
		f = flow{target, source}
	}
	s.From, s.Local, s.Remote = from, f.client.String(), f.server.String()
	return f, &s
}

// rule says whether a segment is the one to be dropped, and remembers what that takes.
func (j *judge) rule(f flow, s *trace.SegmentSeen) bool {
	if j.done || j.o.Drop == DropNone || !slices.Contains(j.o.Ports, f.server.Port()) {
		return false
	}
	if s.From == trace.Server {
		if s.Has("FIN") && len(j.fins) < maxFlows {
			j.fins[f] = s.Seq + uint32(s.Len) + 1 // RFC 9293, section 3.4
		}
		return false
	}
	j.done = j.meant(f, s)
	return j.done
}

// meant says whether a segment of the client's is what the rule is about.
func (j *judge) meant(f flow, s *trace.SegmentSeen) bool {
	switch j.o.Drop {
	case DropSYN:
		return s.Has("SYN")
	case DropFIN:
		return s.Has("FIN")
	}
	fin, came := j.fins[f]
	// Numbers are compared round the circle (RFC 9293, section 3.4).
	return came && s.Has("ACK") && !s.Has("RST") && int32(s.Ack-fin) >= 0
}

// carried says whether the link carries a packet at all: a kernel looks for routers and
// listeners of its own accord, by packets to groups and from addresses of the link (RFC
// 4291, sections 2.5.6 and 2.7), which are no part of anybody's fetch.
func carried(packet []byte) bool {
	if len(packet) < 1 || packet[0]>>4 != 6 {
		return true
	}
	const sourceAt, targetAt, end = 8, 24, 40
	if len(packet) < end {
		return false
	}
	source, target := netip.AddrFrom16([16]byte(packet[sourceAt:])), netip.AddrFrom16([16]byte(packet[targetAt:]))
	return !target.IsMulticast() && !target.IsLinkLocalUnicast() && !source.IsLinkLocalUnicast()
}
