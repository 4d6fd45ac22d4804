package demo

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fetchscope/resolver/dnssec"

	"github.com/miekg/dns"
)

// planned is the internet's plan in good order.
func planned(t testing.TB) *plan {
	t.Helper()
	p, err := newPlan(&Fault{}, Place{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// asked is what a server makes of a question.
func asked(s *nameServer, name string, qtype uint16, signatures bool) *dns.Msg {
	q, m := new(dns.Msg), new(dns.Msg)
	q.SetQuestion(name, qtype)
	q.SetEdns0(maxDatagram, signatures)
	m.SetReply(q)
	s.answer(m, q)
	return m
}

// shape is a reply as a line: rcode, whether the server speaks for the zone, and the
// types of the records in each section, a set once.
func shape(m *dns.Msg) string {
	line := dns.RcodeToString[m.Rcode]
	if m.Authoritative {
		line += " aa"
	}
	for _, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		line += " |"
		last := ""
		for _, rr := range section {
			if t := rr.Header().Name + dns.Type(rr.Header().Rrtype).String(); t != last {
				line += " " + dns.Type(rr.Header().Rrtype).String()
				last = t
			}
		}
	}
	return line
}

func TestServersAnswerLikeRealOnes(t *testing.T) {
	p := planned(t)
	root, tld, zone := p.serverAt(rootAddr), p.serverAt(tldAddr), p.serverAt(zoneAddr)
	for _, c := range []struct {
		what, name    string
		server        *nameServer
		qtype         uint16
		plain, signed string
	}{
		{"referral to a signed zone", "www.fetchscope.test.", root, dns.TypeA, "NOERROR | | NS | A", "NOERROR | | NS DS RRSIG | A"},
		{"referral to an unsigned zone", "www.plain.test.", tld, dns.TypeA, "NOERROR | | NS | A", "NOERROR | | NS NSEC3 RRSIG | A"},
		{"DS of a zone below", "fetchscope.test.", tld, dns.TypeDS, "NOERROR aa | DS | |", "NOERROR aa | DS RRSIG | |"},
		{"no DS of a zone below", "plain.test.", tld, dns.TypeDS, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC3 RRSIG |"},
		{"DS asked of the zone itself", "fetchscope.test.", zone, dns.TypeDS, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC RRSIG |"},
		{"servers of the root", ".", root, dns.TypeNS, "NOERROR aa | NS | | A", "NOERROR aa | NS RRSIG | | A"},
		{"keys", "test.", tld, dns.TypeDNSKEY, "NOERROR aa | DNSKEY | |", "NOERROR aa | DNSKEY RRSIG | |"},
		{"address", "www.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | A | |", "NOERROR aa | A RRSIG | |"},
		{"no such type", "www.fetchscope.test.", zone, dns.TypeAAAA, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC RRSIG |"},
		{"no such name", "nowhere.fetchscope.test.", zone, dns.TypeA, "NXDOMAIN aa | | SOA |", "NXDOMAIN aa | | SOA RRSIG NSEC RRSIG NSEC RRSIG |"},
		{"no such name by NSEC3", "nowhere.test.", tld, dns.TypeA, "NXDOMAIN aa | | SOA |", "NXDOMAIN aa | | SOA RRSIG NSEC3 RRSIG NSEC3 RRSIG NSEC3 RRSIG |"},
		{"alias", "docs.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | CNAME A | |", "NOERROR aa | CNAME RRSIG A RRSIG | |"},
		{"alias itself", "docs.fetchscope.test.", zone, dns.TypeCNAME, "NOERROR aa | CNAME | |", "NOERROR aa | CNAME RRSIG | |"},
		{"alias without such a type", "docs.fetchscope.test.", zone, dns.TypeMX, "NOERROR aa | CNAME | SOA |", "NOERROR aa | CNAME RRSIG | SOA RRSIG NSEC RRSIG |"},
		{"alias to nowhere", "gone.fetchscope.test.", zone, dns.TypeA, "NXDOMAIN aa | CNAME | SOA |", "NXDOMAIN aa | CNAME RRSIG | SOA RRSIG NSEC RRSIG NSEC RRSIG |"},
		{"alias out of the zone", "plain.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | CNAME | |", "NOERROR aa | CNAME RRSIG | |"},
		{"alias of itself", "loop.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | CNAME | |", "NOERROR aa | CNAME RRSIG | |"},
		{"wildcard", "any.wild.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | A | |", "NOERROR aa | A RRSIG | NSEC RRSIG |"},
		{"wildcard by NSEC3", "one.two.any.test.", tld, dns.TypeTXT, "NOERROR aa | TXT | |", "NOERROR aa | TXT RRSIG | NSEC3 RRSIG |"},
		{"wildcard itself", "*.wild.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | A | |", "NOERROR aa | A RRSIG | |"},
		{"wildcard without such a type", "any.wild.fetchscope.test.", zone, dns.TypeMX, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC RRSIG |"},
		{"renamed branch", "www.old.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | DNAME CNAME A | |", "NOERROR aa | DNAME RRSIG CNAME A RRSIG | |"},
		{"alias in the renamed branch", "www.old.fetchscope.test.", zone, dns.TypeCNAME, "NOERROR aa | DNAME CNAME | |", "NOERROR aa | DNAME RRSIG CNAME | |"},
		{"top of the renamed branch", "old.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC RRSIG |"},
		{"empty name", "deep.empty.fetchscope.test.", zone, dns.TypeA, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC RRSIG |"},
		{"empty name by NSEC3", "nic.test.", tld, dns.TypeA, "NOERROR aa | | SOA |", "NOERROR aa | | SOA RRSIG NSEC3 RRSIG |"},
		{"unsigned zone", "www.plain.test.", zone, dns.TypeA, "NOERROR aa | A | |", "NOERROR aa | A | |"},
		{"unsigned denial", "nowhere.plain.test.", zone, dns.TypeA, "NXDOMAIN aa | | SOA |", "NXDOMAIN aa | | SOA |"},
		{"denial asked for", "www.fetchscope.test.", zone, dns.TypeNSEC, "NOERROR aa | NSEC | |", "NOERROR aa | NSEC RRSIG | |"},
		{"signatures asked for", "www.fetchscope.test.", zone, dns.TypeRRSIG, "NOERROR aa | RRSIG | |", "NOERROR aa | RRSIG | |"},
		{"letters in any case", "WwW.fEtchscope.test.", zone, dns.TypeA, "NOERROR aa | A | |", "NOERROR aa | A RRSIG | |"},
		{"name of another zone", "www.example.", zone, dns.TypeA, "REFUSED | | |", "REFUSED | | |"},
		{"transfer", "fetchscope.test.", zone, dns.TypeAXFR, "REFUSED | | |", "REFUSED | | |"},
	} {
		t.Run(c.what, func(t *testing.T) {
			for want, signatures := range map[string]bool{c.plain: false, c.signed: true} {
				if c.plain == c.signed && !signatures {
					continue
				}
				if got := shape(asked(c.server, c.name, c.qtype, signatures)); got != want {
					t.Errorf("%s %s, signatures %v:\n got %s\nwant %s", c.name, dns.Type(c.qtype), signatures, got, want)
				}
			}
		})
	}
}

// The keys follow from the names, so that the anchor can be written down.
func TestAnchorIsTheSameAtEveryStart(t *testing.T) {
	if a, b := planned(t).trust(), planned(t).trust(); a != b {
		t.Errorf("one start has %s, another %s", a, b)
	}
}

// FuzzAnswer asks all servers anything. Whatever they say can be sent, keeps what is for
// validators from others, and is proven to the rest.
func FuzzAnswer(f *testing.F) {
	for _, name := range []string{".", "test.", "fetchscope.test.", "a.b.wild.fetchscope.test.", "x.old.fetchscope.test.", "plain.test.", "0.empty.fetchscope.test.", `\000.fetchscope.test.`, `\255\.x.any.test.`, "*.test."} {
		for _, qtype := range []uint16{dns.TypeA, dns.TypeDS, dns.TypeANY, dns.TypeNSEC3} {
			f.Add(name, qtype)
		}
	}
	p := planned(f)
	f.Fuzz(func(t *testing.T, name string, qtype uint16) {
		name, ok := arrived(name)
		if !ok {
			t.Skip("not a name")
		}
		for _, s := range p.servers {
			plain, signed := asked(s, name, qtype, false), asked(s, name, qtype, true)
			if _, err := signed.Pack(); err != nil {
				t.Fatalf("%s %s: the reply cannot be sent: %v", name, dns.Type(qtype), err)
			}
			if plain.Rcode != signed.Rcode || plain.Authoritative != signed.Authoritative {
				t.Errorf("%s %s: %s without signatures, %s with", name, dns.Type(qtype), shape(plain), shape(signed))
			}
			for _, rr := range slices.Concat(plain.Answer, plain.Ns, plain.Extra) {
				if rrtype := rr.Header().Rrtype; slices.Contains([]uint16{dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3}, rrtype) && rrtype != qtype && qtype != dns.TypeANY {
					t.Errorf("%s %s without signatures has %s", name, dns.Type(qtype), rr)
				}
			}
			prove(t, s, dns.CanonicalName(name), qtype, signed)
		}
	})
}

// arrived is a name as a server reads it off the wire; ok is false if it cannot be sent.
func arrived(name string) (_ string, ok bool) {
	var wire [256]byte
	_, err := dns.PackDomainName(dns.Fqdn(name), wire[:], 0, nil, false)
	if err != nil {
		return "", false
	}
	name, _, err = dns.UnpackDomainName(wire[:], 0)
	return name, err == nil
}

// A proving validates a reply by the keys of the server's zone.
type proving struct {
	*testing.T
	apex    string
	keys    []*dns.DNSKEY
	checker *dnssec.Checker
	reply   *dns.Msg
}

// prove validates what a zone says of its own names. What a zone says of its own DS
// records counts nowhere.
func prove(t *testing.T, s *nameServer, name string, qtype uint16, m *dns.Msg) {
	z := s.zoneFor(name, qtype)
	if z == nil || !z.signed || !m.Authoritative || m.Rcode == dns.RcodeYXDomain || qtype == dns.TypeRRSIG || qtype == dns.TypeDS && name == z.apex {
		return
	}
	p := &proving{T: t, apex: z.apex, checker: dnssec.NewChecker(time.Now()), reply: m}
	for _, rr := range z.set(z.apex, dns.TypeDNSKEY).records {
		p.keys = append(p.keys, rr.(*dns.DNSKEY))
	}
	denial := p.checker.Denial(z.apex, p.verified(m.Ns))
	end := p.answer(denial, name, qtype)
	if len(m.Ns) == 0 || m.Ns[0].Header().Rrtype != dns.TypeSOA {
		return
	}
	status, reason := denial.NoData(end, qtype)
	if m.Rcode == dns.RcodeNameError {
		status, reason = denial.NoName(end)
	}
	if status != dnssec.Secure {
		t.Errorf("%s %s: the denial %s is not proven: %v", name, dns.Type(qtype), shape(m), reason)
	}
}

// verified are the sets of a section, each of which must be signed.
func (p *proving) verified(section []dns.RR) []dnssec.Set {
	sets := dnssec.Sets(section)
	for _, set := range sets {
		if _, reason := p.checker.Verify(set, p.apex, p.keys); reason != nil {
			p.Errorf("%s %s: %v", set.Name(), dns.Type(set.Type()), reason)
		}
	}
	return sets
}

// answer validates the answers and returns the name at the end of the aliases. An alias
// made from a DNAME record is not signed (RFC 6672, section 5.3.1).
func (p *proving) answer(denial *dnssec.Denial, name string, qtype uint16) (end string) {
	made := ""
	for _, set := range dnssec.Sets(p.reply.Answer) {
		alias, is := set.RRs[0].(*dns.CNAME)
		if is && qtype != dns.TypeCNAME {
			name = strings.ToLower(alias.Target)
		}
		if is && made != "" && dns.IsSubDomain(made, set.Name()) {
			continue
		}
		proof, reason := p.checker.Verify(set, p.apex, p.keys)
		if reason != nil {
			p.Errorf("%s %s: %v", set.Name(), dns.Type(set.Type()), reason)
			continue
		}
		if set.Type() == dns.TypeDNAME {
			made = set.Name()
		}
		if proof.Wildcard != "" {
			if status, reason := denial.NoSuchExpansion(set.Name(), proof.Wildcard); status != dnssec.Secure {
				p.Errorf("%s, made from %s: %v", set.Name(), proof.Wildcard, reason)
			}
		}
	}
	return name
}
