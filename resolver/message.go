package resolver

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// udpSize is the greatest reply over UDP that is asked for: what fits every path
// unfragmented (RFC 9715, section 3).
const udpSize = 1232

// A question is a name and a type; the class is always IN.
type question struct {
	name  string // absolute
	qtype uint16
}

func (q question) typeName() string { return dns.Type(q.qtype).String() }

// A query is a question as it is put to one server once.
type query struct {
	question
	style    style
	number   int // of the run, from 1
	server   target
	at       netip.AddrPort // that it went to, once that is known
	protocol string
	id       uint16
	cookie   clientCookie
	wire     []byte
	edns     bool
	mixed    bool // the letters of the name are in a case drawn for this query
	lostCase bool // and came back in another
}

// pack writes the query.
func (q *query) pack(edns bool, cookie string) error {
	var id [2]byte
	rand.Read(id[:]) // RFC 5452, section 9.2: not to be guessed
	q.id, q.edns = binary.BigEndian.Uint16(id[:]), edns
	m := dns.Msg{Question: []dns.Question{{Name: q.name, Qtype: q.qtype, Qclass: dns.ClassINET}}}
	m.Id, m.RecursionDesired, m.AuthenticatedData = q.id, q.style.recursion, q.style.trustAD
	if edns {
		opt := &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT}}
		opt.SetUDPSize(udpSize)
		opt.Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: cookie}}
		if q.style.nsid {
			opt.Option = append(opt.Option, &dns.EDNS0_NSID{Code: dns.EDNS0NSID})
		}
		if q.style.dnssec {
			opt.SetDo()
			m.CheckingDisabled = q.style.recursion
		}
		m.Extra = []dns.RR{opt}
	}
	q.veil(&m)
	wire, err := m.Pack()
	q.wire = wire
	if err == nil && q.protocol == UDP {
		q.mixCase()
	}
	return err
}

// mixCase gives each letter of the name in the query a case by chance, which a reply has
// to repeat: a forger has to guess it (draft-vixie-dnsext-dns0x20).
func (q *query) mixCase() {
	var coins [maxName]byte
	rand.Read(coins[:])
	q.mixed = true
	name := q.wire[headerSize:]
	for i := 0; name[i] != 0; i += 1 + int(name[i]) {
		for k := i + 1; k <= i+int(name[i]); k++ {
			if c := name[k] | 0x20; 'a' <= c && c <= 'z' && coins[k]&1 != 0 {
				name[k] ^= 0x20
			}
		}
	}
}

// restoreCase writes the name into a reply's question as it was given to us, so that
// names that point there for their ends read as one would write them.
func (q *query) restoreCase(b []byte) {
	var name [maxName + 1]byte
	end, err := dns.PackDomainName(q.name, name[:], 0, nil, false)
	if err == nil && len(b) >= headerSize+end {
		copy(b[headerSize:], name[:end])
	}
}

// Offsets in the header of a message (RFC 1035, section 4.1.1).
const (
	atFlags    = 2
	atCounts   = 4
	headerSize = 12

	flagQR     = 1 << 15
	maskOpcode = 0xf << 11
	flagTC     = 1 << 9
)

// accept judges a message that came to where the query was sent from. It returns the
// reply, or why it is none. Of a truncated reply the header alone is returned, since
// its sections are not to be used (RFC 2181, section 9).
func (q *query) accept(b []byte) (reply *dns.Msg, why string) {
	if q.refusesEDNS(b) {
		return &dns.Msg{MsgHdr: dns.MsgHdr{Id: q.id, Response: true, Rcode: int(b[3] & 0xf)}}, ""
	}
	if why := q.matches(b); why != "" {
		return nil, why
	}
	if binary.BigEndian.Uint16(b[atFlags:])&flagTC != 0 {
		return &dns.Msg{MsgHdr: dns.MsgHdr{Id: q.id, Response: true, Truncated: true, Rcode: int(b[3] & 0xf)}}, ""
	}
	q.restoreCase(b)
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		return nil, "malformed: " + strings.TrimPrefix(err.Error(), "dns: ")
	}
	// The library is content with a message that ends early between two records.
	for i, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		if len(section) != int(binary.BigEndian.Uint16(b[atCounts+2+2*i:])) {
			return nil, "malformed: fewer records than announced"
		}
	}
	if why := q.checkOPT(m); why != "" {
		return nil, why
	}
	return m, ""
}

// refusesEDNS recognizes the reply of a server that knows nothing of EDNS and sends the
// header of our query back alone, as a format error (RFC 6891, section 7). It has no
// question to compare, but brings no data either: the question is put once more.
func (q *query) refusesEDNS(b []byte) bool {
	if !q.edns || len(b) != headerSize || binary.BigEndian.Uint16(b) != q.id {
		return false
	}
	flags, rcode := binary.BigEndian.Uint16(b[atFlags:]), int(b[3]&0xf)
	empty := binary.BigEndian.Uint64(b[atCounts:]) == 0
	return empty && flags&flagQR != 0 && flags&maskOpcode == 0 && (rcode == dns.RcodeFormatError || rcode == dns.RcodeNotImplemented)
}

// matches compares what RFC 5452, section 9.1, says must be the same: the connected
// socket has seen to addresses and ports, these are ID and question.
func (q *query) matches(b []byte) (why string) {
	if len(b) < headerSize {
		return "malformed: shorter than a header"
	}
	flags := binary.BigEndian.Uint16(b[atFlags:])
	switch {
	case binary.BigEndian.Uint16(b) != q.id:
		return "another ID"
	case flags&flagQR == 0:
		return "a query, not a reply"
	case flags&maskOpcode != 0:
		return "another opcode"
	case binary.BigEndian.Uint16(b[atCounts:]) != 1: // RFC 9619, section 4
		return "not exactly one question"
	}
	name, end, err := dns.UnpackDomainName(b, headerSize)
	switch {
	case err != nil || len(b) < end+4:
		return "malformed: the question is cut off"
	case lower(name) != lower(q.name):
		return "another name in the question"
	case b[headerSize]&0xc0 != 0:
		return "malformed: the question is compressed"
	case binary.BigEndian.Uint16(b[end:]) != q.qtype:
		return "another type in the question"
	case binary.BigEndian.Uint16(b[end+2:]) != dns.ClassINET:
		return "another class in the question"
	}
	q.lostCase = q.mixed && !bytes.Equal(b[headerSize:end], q.wire[headerSize:end])
	return ""
}

// checkOPT holds the OPT record to RFC 6891, section 6.1.1 (one at most, owned by the
// root), and its cookie to RFC 7873, section 5.3 (ours).
func (q *query) checkOPT(m *dns.Msg) (why string) {
	var opt *dns.OPT
	for _, rr := range m.Extra {
		o, is := rr.(*dns.OPT)
		switch {
		case !is:
		case opt != nil:
			return "malformed: two OPT records"
		case o.Hdr.Name != ".":
			return "malformed: an OPT record not of the root"
		default:
			opt = o
		}
	}
	if opt != nil {
		if c, has := cookieOf(opt); has && !strings.HasPrefix(c, q.cookie.hex()) {
			return "another's cookie"
		}
	}
	return ""
}

// cookieOf finds the cookie of an OPT record, in hexadecimal.
func cookieOf(opt *dns.OPT) (string, bool) {
	for _, o := range opt.Option {
		if c, is := o.(*dns.EDNS0_COOKIE); is {
			return c.Cookie, true
		}
	}
	return "", false
}

// nsidOf finds the server's identifier (RFC 5001, section 2.3): octets of its own choice,
// as text where they are that.
func nsidOf(m *dns.Msg) string {
	opt := m.IsEdns0()
	if opt == nil {
		return ""
	}
	for _, o := range opt.Option {
		id, is := o.(*dns.EDNS0_NSID)
		if !is {
			continue
		}
		if b, err := hex.DecodeString(id.Nsid); err == nil && isASCIIGraphic(string(b)) {
			return string(b)
		}
		return "0x" + printable(id.Nsid)
	}
	return ""
}

// rcodeName is the mnemonic of a response code, with the upper bits that EDNS adds.
func rcodeName(code int) string {
	if code == dns.RcodeBadVers { // the library calls 16 by its name in TSIG
		return "BADVERS"
	}
	if name, known := dns.RcodeToString[code]; known {
		return name
	}
	return "RCODE" + strconv.Itoa(code)
}

// parseType reads a type's mnemonic or TYPEn (RFC 3597, section 5). Those that are
// no data but belong to a message or a transfer cannot be asked for.
func parseType(s string) (uint16, bool) {
	upper := strings.ToUpper(s)
	qtype, known := dns.StringToType[upper]
	if !known {
		digits, found := strings.CutPrefix(upper, "TYPE")
		n, err := strconv.ParseUint(digits, 10, 16)
		if !found || err != nil {
			return 0, false
		}
		qtype = uint16(n)
	}
	switch qtype {
	case dns.TypeNone, dns.TypeOPT, dns.TypeTKEY, dns.TypeTSIG, dns.TypeIXFR, dns.TypeAXFR, dns.TypeReserved:
		return 0, false
	}
	return qtype, true
}

// extended is the reason that a server gives beside the rcode (RFC 8914), nil if it
// gives none.
func extended(m *dns.Msg) error {
	e := extendedOf(m)
	if e == nil {
		return nil
	}
	text := "extended error " + strconv.Itoa(int(e.Code))
	if e.Meaning != "" {
		text += " (" + e.Meaning + ")"
	}
	if e.Text != "" {
		text += ` "` + e.Text + `"`
	}
	return &replyError{text}
}

// extendedOf finds the extended error of a reply; nil if there is none.
func extendedOf(m *dns.Msg) *trace.ExtendedError {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	for _, o := range opt.Option {
		if e, is := o.(*dns.EDNS0_EDE); is {
			return &trace.ExtendedError{Code: e.InfoCode, Meaning: dns.ExtendedErrorCodeToString[e.InfoCode], Text: printable(e.ExtraText)}
		}
	}
	return nil
}
