package demo

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// A recursor is the demo's resolver: for each question it walks from the root to the
// zone that knows (RFC 1034, section 5.3.3). It does not validate, but passes on what
// others need to do so (RFC 4035, section 3.2).
type recursor struct {
	root []netip.Addr
	at   map[netip.Addr]netip.AddrPort // where the servers of the zones' addresses are
}

// newRecursor knows the root's servers: those before all others, with the silent ones.
func newRecursor(p *plan) *recursor {
	r := &recursor{at: map[netip.Addr]netip.AddrPort{}}
	root := p.zone(".")
	for _, rr := range root.set(".", dns.TypeNS).records {
		r.root = append(r.root, addressesIn(root.addresses(rr.(*dns.NS).Ns))...)
	}
	for _, s := range p.servers {
		r.at[p.place.of(s.glue)] = s.at
	}
	return r
}

const (
	// askTimeout is how long one of the demo's own servers is waited for, and askRounds
	// how often: they answer at once or not at all.
	askTimeout = 400 * time.Millisecond
	askRounds  = 3
	// maxReferrals is more than there are zones.
	maxReferrals = 8
)

// ServeDNS answers what the walk finds.
func (r *recursor) ServeDNS(w dns.ResponseWriter, q *dns.Msg) { send(w, q, r.reply(q)) }

func (r *recursor) reply(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable, m.CheckingDisabled = true, q.CheckingDisabled
	o := q.IsEdns0()
	switch {
	case o != nil && o.Version() != 0:
	case q.Opcode != dns.OpcodeQuery:
		m.Rcode = dns.RcodeNotImplemented
	case len(q.Question) != 1:
		m.Rcode = dns.RcodeFormatError
	case q.Question[0].Qclass != dns.ClassINET || isTransfer(q.Question[0].Qtype):
		m.Rcode = dns.RcodeRefused
	default:
		r.answer(m, q)
	}
	return m
}

// answer follows aliases from zone to zone.
func (r *recursor) answer(m, q *dns.Msg) {
	name, qtype := dns.CanonicalName(q.Question[0].Name), q.Question[0].Qtype
	seen := map[string]bool{}
	for len(seen) < maxAliases && !seen[name] {
		seen[name] = true
		found, err := r.walk(name, qtype)
		if err != nil {
			unanswered(m, q, err)
			return
		}
		m.Rcode, m.Answer, m.Ns = found.Rcode, append(m.Answer, found.Answer...), found.Ns
		end := endOfAliases(found.Answer, name, qtype)
		if found.Rcode != dns.RcodeSuccess || speaksOf(found, end) {
			break
		}
		name = end
	}
	if !wantsSignatures(q) {
		m.Answer, m.Ns = withoutProofs(m.Answer, qtype), withoutProofs(m.Ns, qtype)
	}
}

// unanswered says why nothing was found, to those who can read it (RFC 8914).
func unanswered(m, q *dns.Msg, err error) {
	m.Rcode, m.Answer, m.Ns = dns.RcodeServerFailure, nil, nil
	o := q.IsEdns0()
	if o == nil {
		return
	}
	m.SetEdns0(maxDatagram, o.Do())
	own := m.IsEdns0()
	own.Option = append(own.Option, &dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeNoReachableAuthority, ExtraText: err.Error()})
}

// endOfAliases is where the aliases in an answer lead from a name.
func endOfAliases(answer []dns.RR, name string, qtype uint16) string {
	if qtype == dns.TypeCNAME || qtype == dns.TypeANY {
		return name
	}
	for range maxAliases {
		i := slices.IndexFunc(answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeCNAME && rr.Header().Name == name })
		if i < 0 {
			break
		}
		name = dns.CanonicalName(answer[i].(*dns.CNAME).Target)
	}
	return name
}

// speaksOf says whether a reply has data of a name, or denies them.
func speaksOf(m *dns.Msg, name string) bool {
	owns := func(rr dns.RR) bool { return rr.Header().Name == name }
	denies := func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSOA }
	return slices.ContainsFunc(m.Answer, owns) || slices.ContainsFunc(m.Ns, denies)
}

// withoutProofs leaves out what is only for those who validate (RFC 4035, section
// 3.2.1), unless it is what was asked for.
func withoutProofs(section []dns.RR, qtype uint16) []dns.RR {
	return slices.DeleteFunc(section, func(rr dns.RR) bool {
		switch t := rr.Header().Rrtype; t {
		case dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3:
			return t != qtype
		}
		return false
	})
}

// walk asks the servers of zone after zone, from the root down.
func (r *recursor) walk(name string, qtype uint16) (*dns.Msg, error) {
	zone, servers := ".", r.root
	for range maxReferrals {
		m, err := r.ask(servers, name, qtype)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", zone, err)
		case m.Authoritative:
			return m, nil
		}
		cut, next := referral(m)
		if cut == zone || !dns.IsSubDomain(zone, cut) || len(next) == 0 {
			return nil, fmt.Errorf("%s: its servers do not have it", zone)
		}
		zone, servers = cut, next
	}
	return nil, fmt.Errorf("%s: too deep", zone)
}

// ask asks servers in turn until one answers.
func (r *recursor) ask(servers []netip.Addr, name string, qtype uint16) (*dns.Msg, error) {
	err := fmt.Errorf("no server has an address")
	for range askRounds {
		for _, s := range servers {
			var m *dns.Msg
			if m, err = r.askOne(s, name, qtype); err != nil {
				continue
			}
			if m.Rcode == dns.RcodeSuccess || m.Rcode == dns.RcodeNameError || m.Rcode == dns.RcodeYXDomain {
				return m, nil
			}
			return nil, fmt.Errorf("%s says %s", s, dns.RcodeToString[m.Rcode])
		}
	}
	return nil, err
}

// askOne asks one server, over TCP if the answer does not fit into a datagram.
func (r *recursor) askOne(server netip.Addr, name string, qtype uint16) (m *dns.Msg, err error) {
	q := new(dns.Msg)
	q.SetQuestion(name, qtype)
	q.RecursionDesired = false
	q.SetEdns0(maxDatagram, true)
	for _, protocol := range []string{"udp", "tcp"} {
		client := &dns.Client{Net: protocol, Timeout: askTimeout}
		m, _, err = client.Exchange(q, r.at[server].String())
		if err != nil || !m.Truncated {
			break
		}
	}
	return m, err
}

// referral is the zone that a reply refers to, and the addresses of its servers.
func referral(m *dns.Msg) (cut string, servers []netip.Addr) {
	for _, rr := range m.Ns {
		if ns, is := rr.(*dns.NS); is {
			cut = ns.Hdr.Name
		}
	}
	return cut, addressesIn(m.Extra)
}

func addressesIn(records []dns.RR) []netip.Addr {
	var out []netip.Addr
	for _, rr := range records {
		if a, is := rr.(*dns.A); is {
			addr, _ := netip.AddrFromSlice(a.A.To4())
			out = append(out, addr)
		}
	}
	return out
}
