package lab

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"fetchscope/trace"
)

// A sent packet is one of a scripted connection.
type sent struct {
	from     trace.Side
	flags    byte
	seq, ack uint32
	payload  int
}

// The control bits (RFC 9293, section 3.1).
const fin, syn, rst, ack = 1, 2, 4, 16

const originPort = 443

var origin = []uint16{originPort}

// packet writes a segment between the two ends, in IPv4 or IPv6.
func (s sent) packet(v6 bool, clientPort, serverPort uint16) []byte {
	from, to := ClientAddr, ServerAddr
	if v6 {
		from, to = ClientAddr6, ServerAddr6
	}
	sport, dport := clientPort, serverPort
	if s.from == trace.Server {
		from, to, sport, dport = to, from, dport, sport
	}
	const header = 20
	t := binary.BigEndian.AppendUint16(nil, sport)
	t = binary.BigEndian.AppendUint16(t, dport)
	t = binary.BigEndian.AppendUint32(t, s.seq)
	t = binary.BigEndian.AppendUint32(t, s.ack)
	t = append(t, header/4<<4, s.flags, 0, 64, 0, 0, 0, 0)
	return ipPacket(from, to, 6, append(t, make([]byte, s.payload)...))
}

// ipPacket puts an IP header before a payload.
func ipPacket(from, to netip.Addr, protocol byte, payload []byte) []byte {
	if from.Is6() {
		b := []byte{6 << 4, 0, 0, 0, 0, 0, protocol, 64}
		binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
		return slices.Concat(b, from.AsSlice(), to.AsSlice(), payload)
	}
	b := []byte{4<<4 | 5, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	return slices.Concat(b, from.AsSlice(), to.AsSlice(), payload)
}

const (
	client = trace.Client
	server = trace.Server
)

// Each rule loses one packet, the one that it names: its place in the list.
func TestRules(t *testing.T) {
	clientFirst := []sent{
		{client, syn, 99, 0, 0},
		{server, syn | ack, 499, 100, 0},
		{client, ack, 100, 500, 0},
		{client, ack, 100, 500, 10},
		{server, ack, 500, 110, 20},
		{client, fin | ack, 110, 520, 0},
		{server, ack, 520, 111, 0},
		{server, fin | ack, 520, 111, 0},
		{client, ack, 111, 521, 0},
		{server, fin | ack, 520, 111, 0},
		{client, ack, 111, 521, 0},
	}
	again := []sent{
		{client, syn, 99, 0, 0},
		{client, syn, 99, 0, 0},
		{server, syn | ack, 499, 100, 0},
		{client, fin | ack, 100, 500, 0},
		{client, fin | ack, 100, 500, 0},
	}
	serverFirst := []sent{
		{client, ack, 100, 500, 10},
		{server, fin | ack, 500, 110, 20},
		{client, ack, 110, 520, 0},
		{client, ack, 110, 521, 0},
		{client, fin | ack, 110, 521, 0},
		{server, ack, 521, 111, 0},
	}
	crossing := []sent{
		{client, fin | ack, 100, 500, 0}, {server, fin | ack, 500, 100, 0}, {client, ack, 101, 501, 0},
	}
	round := []sent{ // the FIN's number is the last before 0
		{server, fin | ack, 0xffffffff, 100, 0}, {client, ack, 100, 0xffffffff, 0}, {client, ack, 100, 0, 0},
	}
	reset := []sent{{server, fin | ack, 500, 100, 0}, {client, rst | ack, 100, 501, 0}}
	for _, c := range []struct {
		name    string
		drop    Drop
		packets []sent
		want    int // -1 for none
	}{
		{"no rule", DropNone, clientFirst, -1},
		{"the first SYN", DropSYN, again, 0},
		{"a SYN that came", DropSYN, clientFirst, 0},
		{"the first FIN", DropFIN, again, 3},
		{"no FIN", DropFIN, clientFirst[:5], -1},
		{"client first, last ACK", DropLastACK, clientFirst, 8},
		{"server first, last ACK", DropLastACK, serverFirst, 3},
		{"crossing FINs, last ACK", DropLastACK, crossing, 2},
		{"numbers that begin again", DropLastACK, round, 2},
		{"a reset is no ACK", DropLastACK, reset, -1},
		{"no FIN of the server's", DropLastACK, clientFirst[:7], -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, v6 := range []bool{false, true} {
				j, got := newJudge(Options{Drop: c.drop, Ports: origin}), -1
				for i, p := range c.packets {
					if !j.lost(p.from, p.packet(v6, 40000, originPort)) {
						continue
					}
					if got >= 0 {
						t.Errorf("packet %d was lost as well as %d", i, got)
					}
					got = i
				}
				if got != c.want {
					t.Errorf("IPv6 %v: packet %d was lost, want %d", v6, got, c.want)
				}
			}
		})
	}
}

// A rule is about the connections to its ports, each by itself.
func TestRulesKeepConnectionsApart(t *testing.T) {
	j := newJudge(Options{Drop: DropLastACK, Ports: origin})
	end, last := sent{server, fin | ack, 500, 100, 0}, sent{client, ack, 100, 501, 0}
	for _, c := range []struct {
		name           string
		p              sent
		client, server uint16
		want           bool
	}{
		{"a FIN to one port", end, 1111, originPort, false},
		{"another connection acknowledges that number", last, 2222, originPort, false},
		{"a FIN from a name server", end, 3333, 53, false},
		{"and its acknowledgement", last, 3333, 53, false},
		{"the one's own", last, 1111, originPort, true},
	} {
		if got := j.lost(c.p.from, c.p.packet(false, c.client, c.server)); got != c.want {
			t.Errorf("%s: lost %v, want %v", c.name, got, c.want)
		}
	}
}

// What chance decides is the same each time, and about as much as was asked for.
func TestChance(t *testing.T) {
	const packets, share = 20000, 0.02
	fate := func() (lost []int) {
		j := newJudge(Options{Loss: share})
		for i := range packets {
			if j.lost(client, sent{client, ack, uint32(i), 1, 0}.packet(false, 1, 2)) {
				lost = append(lost, i)
			}
		}
		if got := j.seen(); got.Count != len(lost) || len(got.First) > maxLosses {
			t.Errorf("the judge counts %d and tells %d of %d", got.Count, len(got.First), len(lost))
		}
		return lost
	}
	one, other := fate(), fate()
	if !slices.Equal(one, other) {
		t.Error("two runs lost different packets")
	}
	if n := len(one); n < packets*share*0.8 || n > packets*share*1.2 {
		t.Errorf("%d of %d packets were lost, wanted about %v", n, packets, packets*share)
	}
}

func TestCarried(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to string
		want     bool
	}{
		{"IPv4", "192.0.2.10", "203.0.113.7", true},
		{"IPv6", "2001:db8:1::10", "2001:db8:2::7", true},
		{"to a group", "2001:db8:1::10", "ff02::16", false},
		{"from the link", "fe80::1", "2001:db8:2::7", false},
		{"to the link", "2001:db8:1::10", "fe80::1", false},
	} {
		p := ipPacket(netip.MustParseAddr(c.from), netip.MustParseAddr(c.to), 17, nil)
		if got := carried(p); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if carried([]byte{6 << 4, 0}) {
		t.Error("a stump of IPv6 is carried")
	}
}

// Whatever passes, a rule takes one packet at most, and what is remembered is bounded.
func FuzzJudge(f *testing.F) {
	for _, s := range []sent{
		{client, syn, 1, 0, 0}, {server, fin | ack, 1, 2, 3}, {client, ack, 2, 5, 0},
	} {
		f.Add(s.packet(false, 40000, originPort), s.packet(true, 40000, originPort), s.from == server, byte(2))
	}
	f.Add([]byte{}, []byte{6 << 4}, true, byte(0))
	f.Fuzz(func(t *testing.T, one, other []byte, fromServer bool, drop byte) {
		j := newJudge(Options{Drop: Drop(Drops[int(drop)%len(Drops)]), Ports: origin})
		from := map[bool]trace.Side{false: client, true: server}
		for i := range 4 {
			for _, p := range [][]byte{one, other} {
				carried(p)
				j.lost(from[fromServer != (i%2 == 1)], p)
			}
		}
		got := j.seen()
		if got.Count > 1 || len(got.First) > 1 || len(j.fins) > maxFlows {
			t.Errorf("%d packets lost, %d told, %d connections remembered", got.Count, len(got.First), len(j.fins))
		}
		for _, l := range got.First {
			if l.Segment == nil || l.From != client || l.Why != ByRule {
				t.Errorf("lost by rule: %+v", l)
			}
		}
	})
}
