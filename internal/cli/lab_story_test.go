package cli

import (
	"strings"
	"testing"

	"fetchscope/internal/lab"
	"fetchscope/internal/term"
	"fetchscope/trace"
)

// A connection that lost a request and the answer to a second one.
func labDocument() *trace.Document {
	ms := trace.Time(1e6)
	x := trace.Exchange{Connection: &trace.Connection{Local: "192.0.2.10:1", Remote: "203.0.113.7:2", Segments: []trace.Segment{
		{At: 10 * ms, From: trace.Client, Flags: "PSH,ACK", Seq: 1, Ack: 1, Len: 100, Unanswered: true},
		{At: 250 * ms, From: trace.Client, Flags: "PSH,ACK", Seq: 1, Ack: 1, Len: 100, Again: true},
		{At: 500 * ms, From: trace.Server, Flags: "ACK", Seq: 1, Ack: 101, Len: 1000},
	}}}
	return &trace.Document{StartedUnix: 1000e6, Exchanges: []trace.Exchange{x}}
}

func lossAt(ms int64, from trace.Side, why lab.Cause, s *trace.SegmentSeen) lab.Loss {
	if s != nil {
		s.From, s.Local, s.Remote = from, "192.0.2.10:1", "203.0.113.7:2"
	}
	return lab.Loss{Unix: (1000 + ms) * 1e6, From: from, Why: why, Length: 60, Segment: s}
}

func TestLabStory(t *testing.T) {
	request := lossAt(10, trace.Client, lab.ByChance, &trace.SegmentSeen{Flags: "PSH,ACK", Seq: 1, Ack: 1, Len: 100})
	for _, c := range []struct {
		name   string
		drop   lab.Drop
		losses []lab.Loss
		want   string
	}{
		{"nothing", lab.DropNone, nil, "The link lost nothing."},
		{"no such packet", lab.DropFIN, nil, "The link had nothing to lose: there was no such packet."},
		{
			"a query", lab.DropNone,
			[]lab.Loss{lossAt(5, trace.Client, lab.ByChance, nil)},
			"At 5.000 ms the link lost a packet of the client's, of 60 bytes, that is none of TCP: a DNS message, say.",
		},
		{
			"a request", lab.DropNone,
			[]lab.Loss{request},
			"At 10.000 ms the link lost the client's ACK with 100 bytes; it was sent again after 240.0 ms.",
		},
		{
			"an answer", lab.DropNone,
			[]lab.Loss{lossAt(300, trace.Server, lab.ByChance, &trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 101, Len: 1000})},
			"At 300.000 ms the link lost the server's ACK with 1000 bytes; it came again.",
		},
		{
			"another connection", lab.DropNone,
			[]lab.Loss{lossAt(1, trace.Client, lab.ByChance, &trace.SegmentSeen{Flags: "SYN", Seq: 9})},
			"At 1.000 ms the link lost the client's SYN.",
		},
		{
			"a full queue", lab.DropNone,
			[]lab.Loss{lossAt(1, trace.Client, lab.NoRoom, &trace.SegmentSeen{Flags: "ACK", Seq: 9})},
			"At 1.000 ms the link lost the client's ACK, for which it had no room.",
		},
		{
			"an ACK in vain, and no repeat", lab.DropLastACK,
			[]lab.Loss{lossAt(600, trace.Client, lab.ByRule, &trace.SegmentSeen{Flags: "ACK", Seq: 101, Ack: 1002})},
			"At 600.000 ms the link lost the client's ACK. What came of it was not seen.",
		},
		{
			"many", lab.DropNone,
			[]lab.Loss{request, request, request, request, request, request, request, request},
			"The link lost 2 more packets.",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &labStory{doc: labDocument(), losses: lab.Losses{First: c.losses, Count: len(c.losses)}, drop: c.drop}
			s.tell()
			if got := s.lines[len(s.lines)-1]; got != c.want {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
			for line := range strings.Lines(s.text(term.Screen{Columns: 40})) {
				if w := term.Width(strings.TrimSuffix(line, "\n")); w > 40 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
					t.Errorf("%d columns, or not ASCII: %q", w, line)
				}
			}
		})
	}
}
