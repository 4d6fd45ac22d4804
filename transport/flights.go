package transport

import (
	"encoding/binary"
	"fmt"

	"fetchscope/trace"
)

// Types of records (RFC 8446, section 5.1).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23
)

// messageNames are those of handshake messages (RFC 8446, section 4; RFC 5246, section
// 7.4; RFC 6066, section 8; RFC 8879, section 4).
var messageNames = [...]string{
	0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 5: "EndOfEarlyData",
	8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange", 13: "CertificateRequest",
	14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished",
	22: "CertificateStatus", 24: "KeyUpdate", 25: "CompressedCertificate",
}

// A HelloRetryRequest is a ServerHello with this random value, the SHA-256 of its name
// (RFC 8446, section 4.1.3).
const (
	messageServerHello = 2
	helloRetry         = "HelloRetryRequest"
	retryRandom        = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
)

// encrypted is what passes of which nobody but the two ends can tell the names.
const encrypted = "encrypted"

// messageHeader is the size of a handshake message's header (RFC 8446, section 4); the
// random value lies behind it and two bytes of version.
const (
	messageHeader = 4
	randomAt      = messageHeader + 2
	messageStart  = randomAt + len(retryRandom)
)

// What is kept of a handshake. One has five flights at the most (RFC 8446, section 4.1.4),
// and ten messages in one; a server may send any number.
const (
	maxFlights  = 16
	maxMessages = 24
)

// A dialogue is what passes in a handshake, seen from below TLS. A nil one sees nothing.
type dialogue struct {
	flights []trace.FlightSeen
	starts  []trace.Moment
	speech  [2]speech // the client's and the server's
	retried bool      // there was a HelloRetryRequest
}

// A speech is what one side says: records, and the handshake messages in them while they
// are in the clear.
type speech struct {
	header [recordHeader]byte
	got    int // of the header
	left   int // of the record
	sealed bool

	message [messageStart]byte
	kept    int // of the message
	size    int // of the message, its header included; 0 while it is not known
	passed  int // of the message
}

// hear takes bytes of one side, and the moments between which they passed.
func (d *dialogue) hear(side trace.Side, p []byte, from, to trace.Moment) {
	if d == nil || len(p) == 0 {
		return
	}
	f := d.flight(side, from)
	if f == nil {
		return
	}
	f.Last = max(f.Last, to.At)
	f.Bytes += int64(len(p))
	s := &d.speech[0]
	if side == trace.Server {
		s = &d.speech[1]
	}
	for len(p) > 0 {
		p = d.record(s, f, p)
	}
}

// flight is the one that what passed at a moment belongs to; nil where there have been too
// many. What came before we had our say is of the flight before, even if it was read later.
func (d *dialogue) flight(side trace.Side, at trace.Moment) *trace.FlightSeen {
	n := len(d.flights)
	switch {
	case n > 0 && d.flights[n-1].Side == side:
		return &d.flights[n-1]
	case n > 1 && side == trace.Server && at.At < d.starts[n-1].At:
		return &d.flights[n-2]
	case n == maxFlights:
		return nil
	}
	d.flights = append(d.flights, trace.FlightSeen{Side: side})
	d.starts = append(d.starts, at)
	return &d.flights[n]
}

// record takes what p has of a record, and returns the rest.
func (d *dialogue) record(s *speech, f *trace.FlightSeen, p []byte) []byte {
	if s.got < recordHeader {
		n := copy(s.header[s.got:], p)
		if s.got += n; s.got == recordHeader {
			s.left = int(binary.BigEndian.Uint16(s.header[3:]))
			f.Records++
			d.begin(s, f)
		}
		p = p[n:]
	}
	n := min(s.left, len(p))
	if d.clear(s) {
		d.messages(s, f, p[:n])
	}
	if s.left -= n; s.left == 0 && s.got == recordHeader {
		s.got = 0
	}
	return p[n:]
}

// clear says whether the record at hand has handshake messages that can be read. Behind a
// ChangeCipherSpec they cannot (RFC 5246, section 7.1), but for the ClientHello that
// answers a HelloRetryRequest: there it means nothing (RFC 8446, appendix D.4).
func (d *dialogue) clear(s *speech) bool {
	return s.got == recordHeader && s.header[0] == recordHandshake && (!s.sealed || d.retried)
}

// begin names a record that is no message in the clear.
func (d *dialogue) begin(s *speech, f *trace.FlightSeen) {
	switch kind := s.header[0]; {
	case kind == recordChangeCipherSpec:
		s.sealed = true
		name(f, "ChangeCipherSpec")
	case kind == recordAlert && !s.sealed:
		name(f, "Alert")
	case kind == recordAlert, kind == recordApplicationData, kind == recordHandshake && !d.clear(s):
		if n := len(f.Messages); n == 0 || f.Messages[n-1] != encrypted {
			name(f, encrypted)
		}
	case kind != recordHandshake:
		name(f, fmt.Sprintf("record of type %d", kind))
	}
}

// messages takes bytes of handshake messages: several may share a record, and one may
// take several.
func (d *dialogue) messages(s *speech, f *trace.FlightSeen, p []byte) {
	for len(p) > 0 {
		n := len(p)
		if s.size == 0 {
			n = min(n, messageHeader-s.kept)
		} else {
			n = min(n, s.size-s.passed)
		}
		s.kept += copy(s.message[s.kept:], p[:n])
		s.passed += n
		if s.size == 0 && s.kept == messageHeader {
			s.size = messageHeader + (int(s.message[1])<<16 | int(s.message[2])<<8 | int(s.message[3]))
		}
		if s.size != 0 && s.passed == s.size {
			d.named(s, f)
			s.kept, s.size, s.passed = 0, 0, 0
		}
		p = p[n:]
	}
}

// named ends a message.
func (d *dialogue) named(s *speech, f *trace.FlightSeen) {
	kind := s.message[0]
	known := ""
	if int(kind) < len(messageNames) {
		known = messageNames[kind]
	}
	switch {
	case kind == messageServerHello && s.kept == messageStart && string(s.message[randomAt:]) == retryRandom:
		d.retried = true
		name(f, helloRetry)
	case known != "":
		name(f, known)
	default:
		name(f, fmt.Sprintf("message of type %d", kind))
	}
}

// name adds a message to a flight.
func name(f *trace.FlightSeen, message string) {
	switch n := len(f.Messages); {
	case n < maxMessages:
		f.Messages = append(f.Messages, message)
	case n == maxMessages:
		f.Messages = append(f.Messages, "more")
	}
}

// tell records the flights.
func (d *dialogue) tell(sc *trace.Scope) {
	if d == nil {
		return
	}
	for i, f := range d.flights {
		sc.EmitAt(d.starts[i], f)
	}
}
