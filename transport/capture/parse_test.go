package capture

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

var (
	here4  = netip.MustParseAddrPort("192.0.2.10:51544")
	there4 = netip.MustParseAddrPort("203.0.113.7:443")
	here6  = netip.MustParseAddrPort("[2001:db8::10]:51544")
	there6 = netip.MustParseAddrPort("[2001:db8::7]:443")
)

// tcp makes a segment: flags as bits, options and payload as bytes.
func tcp(from, to netip.AddrPort, seq, ack uint32, bits byte, options, payload []byte) []byte {
	for len(options)%4 != 0 {
		options = append(options, optionNothing)
	}
	b := binary.BigEndian.AppendUint16(nil, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, byte((headerTCP+len(options))/4)<<4, bits, 0x01, 0xf6, 0, 0, 0, 0)
	return append(append(b, options...), payload...)
}

func udp(from, to netip.AddrPort, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(headerUDP+len(payload)))
	return append(append(b, 0, 0), payload...)
}

func ipv4(from, to netip.AddrPort, protocol byte, payload []byte) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, protocol, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(headerIPv4+len(payload)))
	b = append(append(b, from.Addr().AsSlice()...), to.Addr().AsSlice()...)
	return append(b, payload...)
}

func ipv6(from, to netip.AddrPort, next byte, payload []byte) []byte {
	b := []byte{0x60, 0, 0, 0, 0, 0, next, 64}
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	b = append(append(b, from.Addr().AsSlice()...), to.Addr().AsSlice()...)
	return append(b, payload...)
}

// with puts an extension header of eight bytes before a payload.
func with(next byte, payload []byte) []byte {
	return append([]byte{next, 0, 1, 4, 0, 0, 0, 0}, payload...)
}

const (
	bitFIN = 1 << iota
	bitSYN
	bitRST
	bitPSH
	bitACK
)

func TestSegments(t *testing.T) {
	hello := []byte("hello")
	options := []byte{2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 3, 3, 7}
	mss, scale, value, echo := 1460, 7, uint32(7), uint32(9)
	syn := trace.SegmentSeen{Flags: "SYN", Seq: 1000, Win: 502, Options: &trace.SegmentOptions{
		MSS: &mss, WindowScale: &scale, SACKPermitted: true, Timestamp: &value, TimestampEcho: &echo,
	}}
	data := trace.SegmentSeen{Flags: "PSH,ACK", Seq: 1001, Ack: 5, Len: 5, Win: 502}
	for _, c := range []struct {
		name   string
		packet []byte
		want   trace.SegmentSeen
	}{
		{"options of a SYN", ipv4(here4, there4, 6, tcp(here4, there4, 1000, 0, bitSYN, options, nil)), syn},
		{"data", ipv4(here4, there4, 6, tcp(here4, there4, 1001, 5, bitPSH|bitACK, nil, hello)), data},
		{"padding behind the packet", append(ipv4(here4, there4, 6, tcp(here4, there4, 1001, 5, bitPSH|bitACK, nil, hello)), 0, 0, 0), data},
		{"data cut off", ipv4(here4, there4, 6, tcp(here4, there4, 1001, 5, bitPSH|bitACK, nil, hello))[:headerIPv4+headerTCP], data},
		{"IPv6", ipv6(here6, there6, 6, tcp(here6, there6, 1001, 5, bitPSH|bitACK, nil, hello)), data},
		{"IPv6 with extension headers", ipv6(here6, there6, 0, with(60, with(6, tcp(here6, there6, 1001, 5, bitPSH|bitACK, nil, hello)))), data},
		{"an atomic fragment of IPv6", ipv6(here6, there6, 44, append([]byte{6, 0, 0, 0, 0, 0, 0, 1}, tcp(here6, there6, 1001, 5, bitPSH|bitACK, nil, hello)...)), data},
		{"blocks", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{5, 10, 0, 0, 0, 3, 0, 0, 0, 9}, nil)), trace.SegmentSeen{
			Flags: "ACK", Seq: 1, Ack: 2, Win: 502, Options: &trace.SegmentOptions{SACK: [][2]uint32{{3, 9}}},
		}},
		{"an unknown option", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{253, 4, 1, 2}, nil)), trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 2, Win: 502}},
		{"an option behind the end", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{0, 4, 2, 1}, nil)), trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 2, Win: 502}},
		{"an option of length 0", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{2, 0, 4, 2}, nil)), trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 2, Win: 502, Options: &trace.SegmentOptions{Malformed: true}}},
		{"an MSS of three bytes", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{4, 2, 2, 5, 1, 1, 1}, nil)), trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 2, Win: 502, Options: &trace.SegmentOptions{SACKPermitted: true, Malformed: true}}},
		{"blocks that are none", ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{5, 2}, nil)), trace.SegmentSeen{Flags: "ACK", Seq: 1, Ack: 2, Win: 502, Options: &trace.SegmentOptions{Malformed: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ip, err := parseIP(c.packet)
			if err != nil {
				t.Fatal(err)
			}
			from, to, got, ok := parseSegment(ip)
			if !ok || from.Port() != here4.Port() || to.Port() != there4.Port() {
				t.Fatalf("from %v to %v, %v", from, to, ok)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("segment (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPacketsThatCannotBeRead(t *testing.T) {
	segment := tcp(here4, there4, 1, 2, bitACK, nil, nil)
	whole := ipv4(here4, there4, 6, segment)
	change := func(at int, value byte) []byte {
		b := slices.Clone(whole)
		b[at] = value
		return b
	}
	long := segment
	for range maxExtensions + 1 {
		long = with(60, long)
	}
	for name, b := range map[string][]byte{
		"nothing":                     nil,
		"neither 4 nor 6":             change(0, 0x55),
		"a short header of IPv4":      change(0, 0x44),
		"a header longer than it all": change(0, 0x4f)[:30],
		"shorter than its header":     change(3, 10),
		"a later fragment":            change(7, 1),
		"a short header of TCP":       change(headerIPv4+12, 0x40),
		"a header beyond the packet":  change(headerIPv4+12, 0xf0),
		"half a header of TCP":        whole[:headerIPv4+10],
		"half a header of IPv6":       ipv6(here6, there6, 6, segment)[:30],
		"an extension cut off":        ipv6(here6, there6, 0, []byte{6}),
		"an extension beyond it all":  ipv6(here6, there6, 0, []byte{6, 200, 0, 0, 0, 0, 0, 0}),
		"a later fragment of IPv6":    ipv6(here6, there6, 44, append([]byte{6, 0, 0, 8, 0, 0, 0, 1}, segment...)),
		"too many extensions":         ipv6(here6, there6, 60, long),
	} {
		ip, err := parseIP(b)
		if err == nil && ip.protocol == protocolTCP {
			if _, _, s, ok := parseSegment(ip); ok {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
}

func TestQuestion(t *testing.T) {
	head := []byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		name    string
		message []byte
		want    string
	}{
		{"a name", append(slices.Clone(head), "\x03wWw\x07example\x00\x00\x01\x00\x01"...), "www.example."},
		{"the root", append(slices.Clone(head), "\x00\x00\x02\x00\x01"...), "."},
		{"no question", make([]byte, 12), ""},
		{"cut off", append(slices.Clone(head), "\x03ww"...), ""},
		{"compressed", append(slices.Clone(head), "\xc0\x0c"...), ""},
		{"without end", append(slices.Clone(head), strings.Repeat("\x01a", 500)...), ""},
		{"half a header", head[:8], ""},
	} {
		if got := Question(c.message); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Whatever passes, reading it ends, and what is told of it fits the packet.
func FuzzPacket(f *testing.F) {
	f.Add(ipv4(here4, there4, 6, tcp(here4, there4, 1, 2, bitACK, []byte{5, 10, 0, 0, 0, 3, 0, 0, 0, 9}, []byte("x"))))
	f.Add(ipv6(here6, there6, 0, with(60, with(6, tcp(here6, there6, 1, 5, bitSYN, []byte{2, 4, 5, 0xb4}, nil)))))
	f.Add(ipv4(here4, there4, 17, udp(here4, there4, append([]byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}, "\x03www\x00\x00\x01\x00\x01"...))))
	f.Fuzz(func(t *testing.T, b []byte) {
		ip, err := parseIP(b)
		if err != nil {
			return
		}
		if len(ip.payload) > ip.size || ip.size > ip.length || ip.length > headerIPv6+1<<16 {
			t.Fatalf("%d bytes of a payload of %d, in a packet of %d", len(ip.payload), ip.size, ip.length)
		}
		if _, _, m, ok := parseUDP(ip); ok && len(Question(m)) > maxName+64 {
			t.Fatalf("a name of %d bytes", len(Question(m)))
		}
		_, _, s, ok := parseSegment(ip)
		if !ok {
			return
		}
		if s.Len < 0 || s.Len > ip.size-headerTCP {
			t.Fatalf("%d bytes in a payload of %d", s.Len, ip.size)
		}
		if s.Options != nil && len(s.Options.SACK) > 4 {
			t.Fatalf("%d blocks in a header", len(s.Options.SACK))
		}
	})
}
