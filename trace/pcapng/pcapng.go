// Package pcapng writes captured packets to a file that says of each what it is to the
// fetch: a view of the trace for those who read packets.
//
// Input are packets as they passed, the trace documents, which have the segments and
// states that they led to, and the secrets of TLS. Output is a capture file by
// draft-ietf-opsawg-pcapng: a section header, an interface with times in nanoseconds,
// the secrets, by which a reader decrypts, and the packets with a comment each.
package pcapng

import (
	"encoding/binary"
	"io"
	"net/netip"
)

// A Packet is one as it passed, from its IP header on.
type Packet struct {
	// Unix is when, in nanoseconds of Unix time.
	Unix     int64
	Outgoing bool
	Data     []byte
	// Length is that of the whole packet, of which Data may be the beginning.
	Length int
	// Name and Server are of a DNS message: whom it is to or from, and the question.
	Name    string
	Server  netip.AddrPort
	Comment string
}

// A File is what a capture file holds.
type File struct {
	// Program is what wrote it.
	Program string
	// Comment is about the file as a whole.
	Comment string
	// Secrets are those of TLS in the form of RFC 9850.
	Secrets []byte
	Packets []Packet
}

// Types of blocks (draft-ietf-opsawg-pcapng, section 4).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	blockSecrets   = 10
)

// Values of fields of theirs.
const (
	byteOrder     = 0x1a2b3c4d // section 4.1
	linkRaw       = 101        // LINKTYPE_RAW: IPv4 or IPv6, as its version says
	secretsTLS    = 0x544c534b // section 4.7: "TLSK"
	unknownLength = ^uint64(0)
)

// Codes of options (sections 3.5, 4.1, 4.2 and 4.3).
const (
	optionEnd        = 0
	optionComment    = 1
	optionProgram    = 4 // shb_userappl
	optionResolution = 9 // if_tsresol
	optionFlags      = 2 // epb_flags
)

// nanoseconds is 9, the negative power of ten that a unit of time is.
const nanoseconds = 9

// Directions in epb_flags (section 4.3.1).
const (
	inbound  = 1
	outbound = 2
)

// maxComment is the longest that an option can be (section 3.5).
const maxComment = 1<<16 - 1

// Write writes the file.
func Write(w io.Writer, f File) error {
	if _, err := w.Write(f.head()); err != nil {
		return err
	}
	for i := range f.Packets {
		if _, err := w.Write(f.Packets[i].block()); err != nil {
			return err
		}
	}
	return nil
}

// head is all that comes before the packets: secrets have to come before those that they
// are needed for.
func (f *File) head() []byte {
	b := binary.LittleEndian.AppendUint32(nil, byteOrder)
	b = binary.LittleEndian.AppendUint16(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint64(b, unknownLength)
	b = text(b, optionProgram, f.Program)
	b = text(b, optionComment, f.Comment)
	out := block(blockSection, end(b))

	b = binary.LittleEndian.AppendUint16(nil, linkRaw)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint32(b, 0) // no packet was cut for its length
	b = option(b, optionResolution, []byte{nanoseconds})
	out = append(out, block(blockInterface, end(b))...)

	if len(f.Secrets) > 0 {
		b = binary.LittleEndian.AppendUint32(nil, secretsTLS)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(f.Secrets)))
		out = append(out, block(blockSecrets, append(b, f.Secrets...))...)
	}
	return out
}

// block is an enhanced packet block (section 4.3).
func (p *Packet) block() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0) // the only interface
	b = binary.LittleEndian.AppendUint32(b, uint32(uint64(p.Unix)>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(p.Unix))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.Data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(max(p.Length, len(p.Data))))
	b = padded(append(b, p.Data...))
	direction := uint32(inbound)
	if p.Outgoing {
		direction = outbound
	}
	b = option(b, optionFlags, binary.LittleEndian.AppendUint32(nil, direction))
	b = text(b, optionComment, p.Comment)
	return block(blockPacket, end(b))
}

// block puts type and length round a body (section 3.1).
func block(kind uint32, body []byte) []byte {
	body = padded(body)
	length := uint32(len(body) + 12)
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, length)
	return binary.LittleEndian.AppendUint32(append(b, body...), length)
}

// text adds an option of text, where there is some.
func text(b []byte, code uint16, s string) []byte {
	if s == "" {
		return b
	}
	return option(b, code, []byte(s[:min(len(s), maxComment)]))
}

func option(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return padded(append(b, value...))
}

func end(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, optionEnd) }

// padded fills up to 32 bits.
func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
