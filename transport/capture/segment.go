package capture

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"fetchscope/trace"
)

// headerTCP is the size of a TCP header without options (RFC 9293, section 3.1).
const headerTCP = 20

// Kinds of TCP options (IANA, TCP Option Kind Numbers), with the sections that define
// their form.
const (
	optionEnd        = 0 // RFC 9293, section 3.1
	optionNothing    = 1
	optionMSS        = 2 // RFC 9293, section 3.7.1
	optionScale      = 3 // RFC 7323, section 2.2
	optionSACKAgreed = 4 // RFC 2018, section 2
	optionSACK       = 5 // RFC 2018, section 3
	optionTimestamps = 8 // RFC 7323, section 3.2
)

// flagNames are the control bits, lowest first (RFC 9293, section 3.1).
var flagNames = [8]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"}

// flags names the control bits that are set.
func flags(bits byte) string {
	var names []string
	for i, name := range flagNames {
		if bits>>i&1 != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// parseSegment reads a TCP segment: its header must be there, of what it carries the
// length alone counts. Who sent it is left to say.
func parseSegment(ip ipPacket) (from, to netip.AddrPort, s trace.SegmentSeen, ok bool) {
	b := ip.payload
	if len(b) < headerTCP {
		return from, to, s, false
	}
	header := int(b[12]>>4) * 4
	if header < headerTCP || header > len(b) || header > ip.size {
		return from, to, s, false
	}
	from, to = ends(ip)
	return from, to, trace.SegmentSeen{
		Flags: flags(b[13]), Seq: binary.BigEndian.Uint32(b[4:]), Ack: binary.BigEndian.Uint32(b[8:]),
		Len: ip.size - header, Win: int(binary.BigEndian.Uint16(b[14:])), Options: parseOptions(b[headerTCP:header]),
	}, true
}

// Segment reads the TCP segment in a packet, which begins with its IP header, and between
// which ends it passes. ok is false where there is none. Who sent it is left to say.
func Segment(packet []byte) (from, to netip.AddrPort, s trace.SegmentSeen, ok bool) {
	ip, err := parseIP(packet)
	if err != nil || ip.protocol != protocolTCP {
		return from, to, s, false
	}
	return parseSegment(ip)
}

// parseOptions reads the options of a header; nil where there are none that are known.
// The receiver ignores what is malformed, and all behind it, but not the segment: so
// does this.
func parseOptions(b []byte) *trace.SegmentOptions {
	var o trace.SegmentOptions
	found := false
	for len(b) > 0 && b[0] != optionEnd {
		if b[0] == optionNothing {
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			o.Malformed = true
			break
		}
		known, ok := option(&o, b[0], b[2:b[1]])
		if !ok {
			o.Malformed = true
			break
		}
		found = found || known
		b = b[b[1]:]
	}
	if !found && !o.Malformed {
		return nil
	}
	return &o
}

// option takes one option; ok is false where it has not the length of its kind.
func option(o *trace.SegmentOptions, kind byte, b []byte) (known, ok bool) {
	switch kind {
	case optionMSS:
		if len(b) == 2 {
			mss := int(binary.BigEndian.Uint16(b))
			o.MSS = &mss
		}
		return true, len(b) == 2
	case optionScale:
		if len(b) == 1 {
			shift := int(b[0])
			o.WindowScale = &shift
		}
		return true, len(b) == 1
	case optionSACKAgreed:
		o.SACKPermitted = true
		return true, len(b) == 0
	case optionTimestamps:
		if len(b) == 8 {
			value, echo := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
			o.Timestamp, o.TimestampEcho = &value, &echo
		}
		return true, len(b) == 8
	case optionSACK:
		return true, blocks(o, b)
	}
	return false, true
}

// blocks reads the one to four blocks that fit into a header.
func blocks(o *trace.SegmentOptions, b []byte) bool {
	if len(b) == 0 || len(b)%8 != 0 {
		return false
	}
	for ; len(b) > 0; b = b[8:] {
		o.SACK = append(o.SACK, [2]uint32{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])})
	}
	return true
}

// maxName is the length of the longest name (RFC 1035, section 2.3.4).
const maxName = 255

// Question returns the name that a DNS message asks for, in lower case, absolute, and
// with a full stop in a label as it is; "" where there is none (RFC 1035, section 4.1).
func Question(message []byte) string {
	const header = 12
	if len(message) < header || binary.BigEndian.Uint16(message[4:]) == 0 {
		return ""
	}
	var name strings.Builder
	for b := message[header:]; len(b) > 0 && name.Len() < maxName; {
		n := int(b[0])
		switch {
		case n == 0 && name.Len() == 0:
			return "."
		case n == 0:
			return strings.ToLower(name.String())
		case n > 63 || n >= len(b): // the question's name is not compressed
			return ""
		}
		name.Write(b[1 : 1+n])
		name.WriteByte('.')
		b = b[1+n:]
	}
	return ""
}
