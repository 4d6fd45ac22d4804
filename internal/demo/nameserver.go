package demo

import (
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// A nameServer has some of the zones. Where it says it is and where it is are the same
// but for the port, where every address of 127/8 can be had.
type nameServer struct {
	glue  netip.Addr
	at    netip.AddrPort
	zones []*zone
	// failing and silent are faults: to answer SERVFAIL, and nothing at all.
	failing, silent bool
}

// ServeDNS answers from the zones.
func (s *nameServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	if s.silent {
		return
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionDesired = q.RecursionDesired
	if o := q.IsEdns0(); o == nil || o.Version() == 0 {
		s.answer(m, q)
	}
	send(w, q, m)
}

func (s *nameServer) answer(m, q *dns.Msg) {
	if len(q.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
		return
	}
	ask := q.Question[0]
	name := dns.CanonicalName(ask.Name)
	z := s.zoneFor(name, ask.Qtype)
	switch {
	case q.Opcode != dns.OpcodeQuery:
		m.Rcode = dns.RcodeNotImplemented
	case s.failing:
		m.Rcode = dns.RcodeServerFailure
	case z == nil || ask.Qclass != dns.ClassINET || isTransfer(ask.Qtype):
		m.Rcode = dns.RcodeRefused
	default:
		r := &reading{zone: z, reply: m, qtype: ask.Qtype, signatures: wantsSignatures(q)}
		r.answer(name)
	}
}

// zoneFor is the lowest zone that a question can be asked in, nil if there is none. DS
// records are of the zone above, if that is here too.
func (s *nameServer) zoneFor(name string, qtype uint16) *zone {
	var found *zone
	for _, z := range s.zones {
		deeper := found == nil || dns.IsSubDomain(found.apex, z.apex)
		if deeper && dns.IsSubDomain(z.apex, name) && (found == nil || qtype != dns.TypeDS || z.apex != name) {
			found = z
		}
	}
	return found
}

// isTransfer says whether a question is for a whole zone.
func isTransfer(qtype uint16) bool { return qtype == dns.TypeAXFR || qtype == dns.TypeIXFR }

func wantsSignatures(q *dns.Msg) bool {
	o := q.IsEdns0()
	return o != nil && o.Do()
}

// maxDatagram is the largest reply over UDP: what fits every path unfragmented (RFC
// 9715, section 3).
const maxDatagram = 1232

// send sends a reply, cut to what the way it goes can carry (RFC 6891).
func send(w dns.ResponseWriter, q, m *dns.Msg) {
	size := dns.MinMsgSize
	if o := q.IsEdns0(); o != nil {
		size = min(max(int(o.UDPSize()), dns.MinMsgSize), maxDatagram)
	}
	extend(q, m)
	if _, overTCP := w.LocalAddr().(*net.TCPAddr); overTCP {
		size = dns.MaxMsgSize
	}
	m.Truncate(size)
	_ = w.WriteMsg(m)
}

// extend gives a reply what its query has of EDNS.
func extend(q, m *dns.Msg) {
	o := q.IsEdns0()
	if o == nil {
		return
	}
	if m.IsEdns0() == nil {
		m.SetEdns0(maxDatagram, o.Do())
	}
	if o.Version() != 0 {
		m.Rcode = dns.RcodeBadVers // section 6.1.3
	}
}
