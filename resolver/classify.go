package resolver

import (
	"github.com/miekg/dns"
)

// A kind is what a server's reply to a question is, where the server was asked as one of
// a zone's (RFC 1034, section 5.3.3, step 4).
type kind int

const (
	isUseless  kind = iota // the server does not do its work: the next is asked
	isEmpty                // says nothing at all, which is believed if all servers do
	isAnswer               // has the records, or an alias
	isNoData               // the name has no such records
	isNoName               // the name does not exist
	isReferral             // names the servers of a zone further down
)

// kindNames are the words by which kinds are recorded.
var kindNames = [...]string{"lame", "empty", "answer", "no data", "no name", "referral"}

// A judged is a reply with what it is.
type judged struct {
	m    *dns.Msg
	kind kind
	cut  string // of a referral: the zone that it leads to
	why  string // of a useless reply
}

// judge finds out what the reply of a server of a zone is. What the server has no say in
// is taken out first.
func judge(zone string, q question, m *dns.Msg) judged {
	m = scrubbed(zone, m)
	j := judged{m: m}
	switch m.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
	case dns.RcodeYXDomain: // a DNAME whose result is too long (RFC 6672, section 2.2)
		if answers(q, m) {
			j.kind = isAnswer
			return j
		}
		fallthrough
	default:
		j.why = rcodeName(m.Rcode)
		return j
	}
	j.kind, j.cut, j.why = content(zone, q, m)
	return j
}

func content(zone string, q question, m *dns.Msg) (k kind, cut, why string) {
	recursive := m.RecursionAvailable && !m.Authoritative
	switch {
	case answers(q, m) && recursive:
		return isEmpty, "", "it is a resolver, not a server of this zone"
	case answers(q, m):
		return isAnswer, "", ""
	case m.Rcode == dns.RcodeNameError && recursive:
		return isUseless, "", "it is a resolver, not a server of this zone"
	case m.Rcode == dns.RcodeNameError:
		return isNoName, "", ""
	case speaksFor(zone, q, m):
		return isNoData, "", ""
	}
	cut = referred(zone, q, m)
	switch {
	case cut == "" && len(m.Answer)+len(m.Ns) == 0:
		return isEmpty, "", "it says nothing"
	case cut == "" && m.Authoritative:
		return isNoData, "", ""
	case cut == "" && hasNS(m):
		return isUseless, "", "it refers to servers that are no nearer"
	case cut == "" && recursive:
		return isUseless, "", "it is a resolver, not a server of this zone"
	case cut == "":
		return isEmpty, "", "it says nothing"
	case q.qtype == dns.TypeDS && sameName(cut, q.name):
		// It has refused to see that the question is for the zone above the cut; what
		// it says of the cut holds the answer (RFC 4035, section 3.1.4).
		m.Answer = append(m.Answer, ofType(m.Ns, dns.TypeDS, q.name)...)
		if answers(q, m) {
			return isAnswer, "", ""
		}
		return isNoData, "", ""
	}
	return isReferral, cut, ""
}

// scrubbed is a message without the records of other classes and of names that are not
// in the zone (RFC 2181, section 5.4.1).
func scrubbed(zone string, m *dns.Msg) *dns.Msg {
	out := *m
	for _, section := range []*[]dns.RR{&out.Answer, &out.Ns, &out.Extra} {
		var kept []dns.RR
		for _, rr := range *section {
			if h := rr.Header(); h.Class == dns.ClassINET && isUnder(h.Name, zone) {
				kept = append(kept, rr)
			}
		}
		*section = kept
	}
	return &out
}

// answers reports whether the answer section has what was asked for: the records, an
// alias of the name, or one of a name above.
func answers(q question, m *dns.Msg) bool {
	for _, rr := range m.Answer {
		h := rr.Header()
		own := sameName(h.Name, q.name)
		switch {
		case own && (h.Rrtype == q.qtype || q.qtype == dns.TypeANY || h.Rrtype == dns.TypeCNAME):
			return true
		case h.Rrtype == dns.TypeDNAME && !own && isUnder(q.name, h.Name):
			return true
		}
	}
	return false
}

// speaksFor reports whether there is an SOA record of a zone that the name is in, the
// sign of a negative answer (RFC 2308, section 2.2).
func speaksFor(zone string, q question, m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if h := rr.Header(); h.Rrtype == dns.TypeSOA && isUnder(q.name, h.Name) && isUnder(h.Name, zone) {
			return true
		}
	}
	return false
}

// referred is the name of the zone that a referral leads to: below the present one and
// on the way to the name asked for; empty if there is none.
func referred(zone string, q question, m *dns.Msg) string {
	cut := ""
	for _, rr := range m.Ns {
		h := rr.Header()
		if h.Rrtype == dns.TypeNS && !sameName(h.Name, zone) && isUnder(q.name, h.Name) && len(h.Name) > len(cut) {
			cut = h.Name
		}
	}
	return cut
}

func hasNS(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == dns.TypeNS {
			return true
		}
	}
	return false
}

// ofType picks the records of a type and a name, with the signatures that cover them.
func ofType(section []dns.RR, rrtype uint16, name string) []dns.RR {
	var out []dns.RR
	for _, rr := range section {
		if !sameName(rr.Header().Name, name) {
			continue
		}
		sig, signed := rr.(*dns.RRSIG)
		if rr.Header().Rrtype == rrtype || signed && sig.TypeCovered == rrtype {
			out = append(out, rr)
		}
	}
	return out
}
