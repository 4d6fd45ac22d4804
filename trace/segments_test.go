package trace

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A wire is a connection written down: each line has the microsecond, the direction, the
// control bits, the sequence number and the acknowledgement counted from the SYNs, and
// the bytes carried.
func wire(t *testing.T, local, remote, text string, initial uint32) *Connection {
	t.Helper()
	c := &Connection{Local: local, Remote: remote}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var at int64
		var way, flags string
		var seq, ack uint32
		var size int
		if _, err := fmt.Sscan(line, &at, &way, &flags, &seq, &ack, &size); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		s := Segment{At: Time(at) * us, From: Client, Flags: flags, Seq: initial + seq, Ack: initial + 7 + ack, Len: size}
		if way == "<" {
			s.From, s.Seq, s.Ack = Server, initial+7+seq, initial+ack
		}
		c.Segments = append(c.Segments, s)
	}
	return c
}

const handshake = `
0   > SYN     0 0 0
100 < SYN,ACK 0 1 0
110 > ACK     1 1 0
200 > PSH,ACK 1 1 5
300 < PSH,ACK 1 6 10
`

// line writes a state down: its moment in microseconds, and how it is known.
func line(s StateTime) string {
	if s.Evidence == Inferred {
		return fmt.Sprintf("%s %s* %d±%d", s.Side, s.State, s.Start/us, s.Uncertainty/us)
	}
	return fmt.Sprintf("%s %s %d", s.Side, s.State, s.Start/us)
}

func TestStatesBySegments(t *testing.T) {
	const opened = "client SYN_SENT 0, client ESTABLISHED 100"
	for _, c := range []struct{ name, text, client, server string }{
		{
			"client first, four segments", handshake + `
				400 > FIN,ACK 6 11 0
				500 < ACK 11 7 0
				600 < FIN,ACK 11 7 0
				610 > ACK 7 12 0`,
			"FIN_WAIT_1 400, FIN_WAIT_2 500, TIME_WAIT 600", "CLOSE_WAIT 400, LAST_ACK 600, CLOSED 610",
		},
		{
			"client first, three segments", handshake + `
				400 > FIN,ACK 6 11 0
				600 < FIN,ACK 11 7 0
				610 > ACK 7 12 0`,
			"FIN_WAIT_1 400, FIN_WAIT_2* 600±150, TIME_WAIT 600", "CLOSE_WAIT 400, LAST_ACK 600, CLOSED 610",
		},
		{
			"server first", handshake + `
				400 < FIN,ACK 11 6 0
				410 > ACK 6 12 0
				500 > FIN,ACK 6 12 0
				600 < ACK 12 7 0`,
			"CLOSE_WAIT 400, LAST_ACK 500, CLOSED 600", "FIN_WAIT_1 400, FIN_WAIT_2 410, TIME_WAIT 500",
		},
		{
			"both at once", handshake + `
				400 > FIN,ACK 6 11 0
				450 < FIN,ACK 11 6 0
				460 > ACK 7 12 0
				550 < ACK 12 7 0`,
			"FIN_WAIT_1 400, CLOSING 450, TIME_WAIT 550", "FIN_WAIT_1 450, CLOSING 400, TIME_WAIT 460",
		},
		{
			"the server's FIN has passed, but ours does not know of it", handshake + `
				400 < FIN,ACK 11 6 0
				405 > FIN,ACK 6 11 0
				410 > ACK 7 12 0
				550 < ACK 12 7 0`,
			"FIN_WAIT_1 405, CLOSING 400, TIME_WAIT 550", "FIN_WAIT_1 400, CLOSING 405, TIME_WAIT 410",
		},
		{
			"our FIN is lost and sent again", handshake + `
				400 > FIN,ACK 6 11 0
				900 > FIN,ACK 6 11 0
				990 < FIN,ACK 11 7 0
				995 > ACK 7 12 0`,
			"FIN_WAIT_1 400, FIN_WAIT_2* 990±150, TIME_WAIT 990", "CLOSE_WAIT 400, LAST_ACK 990, CLOSED 995",
		},
		{
			"the server's FIN overtakes its data", handshake + `
				400 < FIN,ACK 21 6 0
				410 > ACK 6 11 0
				500 < PSH,ACK 11 6 10
				510 > ACK 6 22 0
				600 > FIN,ACK 6 22 0
				700 < ACK 22 7 0`,
			"CLOSE_WAIT 500, LAST_ACK 600, CLOSED 700", "FIN_WAIT_1 400, FIN_WAIT_2 510, TIME_WAIT 600",
		},
		{
			"half-closed, with data after our FIN", handshake + `
				400 > FIN,ACK 6 11 0
				500 < ACK 11 7 0
				600 < PSH,ACK 11 7 5
				610 > ACK 7 16 0
				700 < FIN,ACK 16 7 0
				710 > ACK 7 17 0`,
			"FIN_WAIT_1 400, FIN_WAIT_2 500, TIME_WAIT 700", "CLOSE_WAIT 400, LAST_ACK 700, CLOSED 710",
		},
		{
			"reset by the server", handshake + `
				400 < RST,ACK 11 6 0`,
			"CLOSED 400", "CLOSED 400",
		},
		{
			"reset by us, after the server's FIN", handshake + `
				400 < FIN,ACK 11 6 0
				500 > RST,ACK 6 11 0`,
			"CLOSE_WAIT 400, CLOSED 500", "FIN_WAIT_1 400, CLOSED 500",
		},
		{
			"a reset that is not expected is not believed", handshake + `
				400 < RST,ACK 5000 6 0
				500 > FIN,ACK 6 11 0`,
			"FIN_WAIT_1 500", "CLOSE_WAIT 500",
		},
		{
			"a reset in TIME_WAIT changes nothing", handshake + `
				400 > FIN,ACK 6 11 0
				600 < FIN,ACK 11 7 0
				610 > ACK 7 12 0
				700 < RST 12 0 0`,
			"FIN_WAIT_1 400, FIN_WAIT_2* 600±150, TIME_WAIT 600", "CLOSE_WAIT 400, LAST_ACK 600, CLOSED 610",
		},
		{
			"the middle was not captured", `
				0   > SYN     0 0 0
				100 < SYN,ACK 0 1 0
				110 > ACK     1 1 0
				400 < FIN,ACK 90000 6 0
				410 > ACK     6 90001 0
				500 > FIN,ACK 6 90001 0
				600 < ACK     90001 7 0`,
			"CLOSE_WAIT 400, LAST_ACK 500, CLOSED 600", "FIN_WAIT_1 400, FIN_WAIT_2 410, TIME_WAIT 500",
		},
	} {
		// The last one's numbers pass 2^32 in the middle.
		for _, initial := range []uint32{1000, 1<<32 - 5} {
			t.Run(fmt.Sprintf("%s from %d", c.name, initial), func(t *testing.T) {
				conn := wire(t, "127.0.0.1:1", "127.0.0.1:2", c.text, initial)
				p := follow(conn, nil)
				want := []string{opened + ", " + prefixed("client", c.client), "server SYN_RECEIVED 0, server ESTABLISHED 110, " + prefixed("server", c.server)}
				var got []string
				for _, end := range []Side{Client, Server} {
					var lines []string
					for _, s := range p.replace(nil) {
						if s.Side == end {
							lines = append(lines, line(s))
						}
					}
					got = append(got, strings.Join(lines, ", "))
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("states (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func prefixed(side, states string) string {
	return side + " " + strings.ReplaceAll(states, ", ", ", "+side+" ")
}

// Of a server elsewhere only bounds are known: it answers what it has got, and what it
// has sent has come.
func TestStatesElsewhereAreBounded(t *testing.T) {
	conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", handshake+`
		400 > FIN,ACK 6 11 0
		500 < ACK 11 7 0
		600 < FIN,ACK 11 7 0
		610 > ACK 7 12 0`, 1000)
	p := follow(conn, nil)
	var got []string
	for _, s := range p.replace(nil) {
		if s.Side == Server {
			got = append(got, line(s))
		}
	}
	want := []string{"server SYN_RECEIVED* 50±50", "server ESTABLISHED* 205±95", "server CLOSE_WAIT* 450±50", "server LAST_ACK* 500±100"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// What the kernel said narrows the bounds round a packet, and widens them where it
// contradicts; what packets do not show is left as it was.
func TestPacketsReplaceWhatWasAsked(t *testing.T) {
	conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", handshake+`400 > FIN,ACK 6 11 0`, 1000)
	p := follow(conn, nil)
	got := p.replace([]StateTime{
		{State: SynSent, Side: Client, Start: 5 * us, Uncertainty: 20 * us, Evidence: Syscall},
		{State: Established, Side: Client, Start: 400 * us, Uncertainty: 50 * us, Evidence: Syscall},
		{State: FinWait1, Side: Client, Start: 350 * us, Uncertainty: 500 * us, Evidence: TCPInfo},
		{State: FinWait2, Side: Client, Start: 600 * us, Uncertainty: 50 * us, Evidence: TCPInfo},
	})
	want := []StateTime{
		{State: SynSent, Side: Client, Uncertainty: 25 * us, Evidence: Packet},
		{State: Established, Side: Client, Start: 100 * us, Uncertainty: 350 * us, Evidence: Packet},
		{State: FinWait1, Side: Client, Start: 400 * us, Uncertainty: 150 * us, Evidence: Packet},
		{State: FinWait2, Side: Client, Start: 600 * us, Uncertainty: 50 * us, Evidence: TCPInfo},
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// Of a server elsewhere whose kernel was asked, that counts; what it passed unseen has the
// narrower bounds of the two.
func TestPacketsLeaveAServerThatWasAsked(t *testing.T) {
	conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", handshake+`
		400 > FIN,ACK 6 11 0
		500 < FIN,ACK 11 7 0
		510 > ACK 7 12 0`, 1000)
	p := follow(conn, nil)
	asked := []StateTime{
		{State: SynReceived, Side: Server, Start: 50 * us, Uncertainty: 90 * us, Evidence: SockDiag},
		{State: Established, Side: Server, Start: 160 * us, Uncertainty: 500 * us, Evidence: Inferred},
		{State: CloseWait, Side: Server, Start: 451 * us, Uncertainty: 2 * us, Evidence: Inferred},
		{State: LastAck, Side: Server, Start: 452 * us, Uncertainty: 2 * us, Evidence: SockDiag},
		{State: Closed, Side: Server, Start: 800 * us, Uncertainty: 5 * us, Evidence: SockDiag},
	}
	want := slices.Clone(asked)
	want[1].Start, want[1].Uncertainty = 205*us, 95*us
	got := slices.DeleteFunc(p.replace(asked), func(s StateTime) bool { return s.Side == Client })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestSegmentsThatPassAgain(t *testing.T) {
	conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", handshake+`
		400 > PSH,ACK 1 11 5
		410 < PSH,ACK 21 6 10
		420 < PSH,ACK 11 6 10
		430 < PSH,ACK 16 6 10
		440 < ACK 30 6 0
		450 < ACK 31 6 1`, 1<<32-4)
	follow(conn, nil)
	var got []string
	for _, s := range conn.Segments[len(conn.Segments)-6:] {
		got = append(got, fmt.Sprintf("%d again %v late %v", *s.RelativeSeq, s.Again, s.Late))
	}
	want := []string{
		"1 again true late false", "21 again false late false", "11 again false late true",
		"16 again true late false", "30 again false late false", "31 again false late false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
}

// What is sent again with no word of it was lost, or the word was.
func TestUnanswered(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"all is well", handshake, ""},
		{"a SYN", "0 > SYN 0 0 0\n1000 > SYN 0 0 0\n1100 < SYN,ACK 0 1 0", "0"},
		{"an acknowledgement of a SYN,ACK", `
			0 > SYN 0 0 0
			100 < SYN,ACK 0 1 0
			110 > ACK 1 1 0
			310 < SYN,ACK 0 1 0
			320 > ACK 1 1 0`, "110"},
		{"the last ACK", handshake + `
			400 > FIN,ACK 6 11 0
			500 < FIN,ACK 11 7 0
			510 > ACK 7 12 0
			700 < FIN,ACK 11 7 0
			710 > ACK 7 12 0`, "510"},
		{"a FIN that came again too soon to tell", handshake + `
			400 > FIN,ACK 6 11 0
			500 < FIN,ACK 11 7 0
			510 > ACK 7 12 0
			600 < FIN,ACK 11 7 0
			610 > ACK 7 12 0`, ""},
		{"a FIN of ours", handshake + `
			400 > FIN,ACK 6 11 0
			700 > FIN,ACK 6 11 0
			800 < FIN,ACK 11 7 0`, "400"},
		{"a FIN of ours that was answered", handshake + `
			400 > FIN,ACK 6 11 0
			500 < ACK 11 7 0
			510 > FIN,ACK 6 11 0`, ""},
		{"data, in one repeat", handshake + `
			400 > ACK 6 11 5
			401 > ACK 11 11 5
			700 > ACK 6 11 10
			800 < ACK 11 16 0`, "400 401"},
		{"acknowledged before the repeat", handshake + `
			400 > ACK 6 11 5
			401 > ACK 11 11 5
			500 < ACK 11 11 0
			700 > ACK 6 11 10
			800 < ACK 11 16 0`, "401"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", c.text, 1<<32-4)
			follow(conn, nil)
			if got := unansweredAt(conn); got != c.want {
				t.Errorf("at %q, want %q", got, c.want)
			}
		})
	}
}

func unansweredAt(c *Connection) string {
	var at []string
	for _, s := range c.Segments {
		if s.Unanswered {
			at = append(at, fmt.Sprint(int64(s.At/us)))
		}
	}
	return strings.Join(at, " ")
}

// What the other end says it has out of order, or twice, did come (RFC 2018, RFC 2883).
func TestUnansweredButHeld(t *testing.T) {
	conn := wire(t, "192.0.2.10:1", "203.0.113.7:2", handshake+`
		400 > ACK 6 11 5
		401 > ACK 11 11 5
		500 < ACK 11 6 0
		700 > ACK 6 11 10
		800 < ACK 11 16 0`, 0)
	for i := range conn.Segments {
		if s := &conn.Segments[i]; s.At == 500*us {
			s.Options = &SegmentOptions{SACK: [][2]uint32{{11, 16}}}
		}
	}
	follow(conn, nil)
	if got := unansweredAt(conn); got != "400" {
		t.Errorf("at %q, want 400 alone: the other was acknowledged by its block", got)
	}
}

// The kernel gives bytes that it has joined the newest stamp: the packet of the first
// one tells when that came.
func TestJoinedBytesHaveTheirOwnMoments(t *testing.T) {
	var s script
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	s.open(500*us, "192.0.2.10:51544", "203.0.113.7:80")
	s.segment(503*us, Client, "SYN", 0, 0, 0)
	s.segment(28470*us, Server, "SYN,ACK", 0, 1, 0)
	s.at(28700*us, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.segment(28740*us, Client, "PSH,ACK", 1, 1, 105)
	s.at(28790*us, RequestEnded{Bytes: 105, Offset: 105})
	for i := range 15 {
		s.segment(Time(60_000+4_000*i)*us, Server, "PSH,ACK", uint32(1+i), 106, 1)
	}
	joined := Moment{At: 116_000 * us, Within: 60 * time.Millisecond, From: Timestamp}
	s.moment(joined, FirstByte{Offset: 15})
	s.moment(joined, HeadReceived{Version: "HTTP/1.1", Status: 200})
	s.moment(joined, ResponseEnded{Complete: true, Offset: 15})
	x := Fold(s.records, FoldOptions{}).Last()
	wait, receive := x.Phase(Wait), x.Phase(Receive)
	if *wait.Duration != 31_260*us || *wait.Uncertainty != 0 || wait.EndFrom != Packet {
		t.Errorf("wait took %d ± %d by %s, want 31260 µs", *wait.Duration, *wait.Uncertainty, wait.EndFrom)
	}
	if *receive.Duration != 56_000*us || *receive.Uncertainty != 0 {
		t.Errorf("receive took %d ± %d, want 56000 µs", *receive.Duration, *receive.Uncertainty)
	}
}

// Whatever passes, following it ends, loses no segment and reaches no state twice.
func FuzzFollow(f *testing.F) {
	f.Add([]byte{0, 2, 0, 0, 0, 1, 18, 0, 1, 0, 0, 16, 1, 1, 5, 1, 17, 1, 6, 0}, uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, initial uint32) {
		names := []string{"FIN", "SYN", "RST", "PSH", "ACK"}
		c := &Connection{Local: "127.0.0.1:1", Remote: "127.0.0.1:2"}
		for i := 0; i+5 <= len(b); i += 5 {
			s := Segment{At: Time(i), From: []Side{Client, Server}[b[i]&1], Seq: initial + uint32(b[i+2])<<(b[i]>>3), Ack: initial + uint32(b[i+3]), Len: int(b[i+4])}
			var flags []string
			for bit, name := range names {
				if b[i+1]>>bit&1 != 0 {
					flags = append(flags, name)
				}
			}
			s.Flags = strings.Join(flags, ",")
			c.Segments = append(c.Segments, s)
		}
		p := follow(c, nil)
		if len(p.passed) != len(c.Segments) {
			t.Fatalf("%d of %d segments", len(p.passed), len(c.Segments))
		}
		for _, end := range []Side{Client, Server} {
			seen := map[State]bool{}
			for _, ch := range p.changes(end) {
				if seen[ch.state] || ch.by == nil {
					t.Fatalf("%s comes twice, or by nothing", ch.state)
				}
				seen[ch.state] = true
			}
		}
		for _, s := range c.Segments {
			if s.Unanswered && s.From != Client {
				t.Fatalf("%+v is ours to tell of", s)
			}
		}
		for _, s := range p.replace(nil) {
			if s.Uncertainty < 0 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
