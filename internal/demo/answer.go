package demo

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A reading answers one question from a zone (RFC 1034, section 4.3.2; with signatures
// RFC 4035, section 3.1).
type reading struct {
	*zone
	reply      *dns.Msg
	qtype      uint16
	signatures bool
}

// maxAliases bounds a chain of aliases.
const maxAliases = 8

// answer follows a name to what the zone knows of it.
func (r *reading) answer(name string) {
	if cut := r.cutFor(name, r.qtype); cut != "" {
		r.refer(cut)
		return
	}
	r.reply.Authoritative = true
	seen := map[string]bool{}
	for len(seen) < maxAliases && name != "" && !seen[name] && r.holds(name) {
		seen[name] = true
		name = r.step(name)
	}
}

// holds says whether a name is in the zone, and not in one below.
func (r *reading) holds(name string) bool {
	return dns.IsSubDomain(r.apex, name) && r.cutFor(name, r.qtype) == ""
}

// step answers for one name, and returns another if it is an alias.
func (r *reading) step(name string) (next string) {
	owner := name
	if !r.names[name] {
		encloser := r.encloser(name)
		if renamed := r.set(encloser, dns.TypeDNAME); renamed != nil {
			return r.rename(name, renamed)
		}
		if owner = "*." + strings.TrimPrefix(encloser, "."); !r.names[owner] {
			r.reply.Rcode = dns.RcodeNameError
			r.deny(r.noSuchName(name))
			return ""
		}
	}
	found, alias := r.find(owner)
	if len(found) == 0 {
		r.deny(r.noSuchType(name, owner))
		return ""
	}
	for _, s := range found {
		r.put(&r.reply.Answer, s.as(name))
	}
	if owner != name {
		r.prove(r.noExpansion(name))
	}
	return alias
}

// find returns the sets that answer for a name, and where an alias leads.
func (r *reading) find(owner string) (found []*set, alias string) {
	switch r.qtype {
	case dns.TypeANY:
		return r.sets[owner], ""
	case dns.TypeRRSIG:
		for _, s := range r.sets[owner] {
			if len(s.signatures) > 0 {
				found = append(found, &set{records: s.signatures})
			}
		}
		return found, ""
	case dns.TypeNSEC:
		if s := r.ownSpan(owner); s != nil {
			return []*set{s}, ""
		}
	}
	if s := r.set(owner, r.qtype); s != nil {
		r.complete(s)
		return []*set{s}, ""
	}
	if s := r.set(owner, dns.TypeCNAME); s != nil {
		return []*set{s}, dns.CanonicalName(s.records[0].(*dns.CNAME).Target)
	}
	return nil, ""
}

// ownSpan is the NSEC record of a name, nil if it has none.
func (r *reading) ownSpan(owner string) *set {
	if r.nsec3 || len(r.chain) == 0 || len(r.types(owner)) == 0 {
		return nil
	}
	return r.span(owner)
}

// complete adds the addresses of name servers.
func (r *reading) complete(s *set) {
	for _, rr := range s.records {
		if ns, is := rr.(*dns.NS); is {
			r.reply.Extra = append(r.reply.Extra, r.addresses(ns.Ns)...)
		}
	}
}

// rename answers for a name below a DNAME record by the alias that follows from it (RFC
// 6672, section 3.2).
func (r *reading) rename(name string, renamed *set) (next string) {
	r.put(&r.reply.Answer, renamed)
	d := renamed.records[0].(*dns.DNAME)
	next = strings.TrimSuffix(name, d.Hdr.Name) + strings.TrimPrefix(dns.CanonicalName(d.Target), ".")
	if _, ok := dns.IsDomainName(next); !ok {
		r.reply.Rcode = dns.RcodeYXDomain
		return ""
	}
	r.reply.Answer = append(r.reply.Answer, &dns.CNAME{
		Hdr:    dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: d.Hdr.Ttl},
		Target: next,
	})
	if r.qtype == dns.TypeCNAME || r.qtype == dns.TypeANY {
		return "" // it is the answer itself
	}
	return next
}

// refer names the servers of a zone below, with their addresses, and says whether that
// zone is signed.
func (r *reading) refer(cut string) {
	servers := r.set(cut, dns.TypeNS)
	r.reply.Ns = append(r.reply.Ns, servers.records...)
	r.complete(servers)
	if ds := r.set(cut, dns.TypeDS); ds == nil {
		r.prove([]string{cut})
	} else if r.signatures {
		r.put(&r.reply.Ns, ds)
	}
}

// deny says that there is nothing, and for how long that is so (RFC 2308, section 3).
func (r *reading) deny(proof []string) {
	r.put(&r.reply.Ns, r.set(r.apex, dns.TypeSOA))
	r.prove(proof)
}

// prove adds the records of the names' places in the chain.
func (r *reading) prove(names []string) {
	if !r.signatures || len(r.chain) == 0 {
		return
	}
	for _, name := range names {
		if s := r.span(name); !slices.Contains(r.reply.Ns, s.records[0]) {
			r.put(&r.reply.Ns, s)
		}
	}
}

// put adds a set to a section.
func (r *reading) put(section *[]dns.RR, s *set) {
	*section = append(*section, s.records...)
	if r.signatures {
		*section = append(*section, s.signatures...)
	}
}

// as is the set under the name that was asked for, where a wildcard has it.
func (s *set) as(name string) *set {
	if s.records[0].Header().Name == name {
		return s
	}
	return &set{records: renamed(s.records, name), signatures: renamed(s.signatures, name)}
}

func renamed(records []dns.RR, name string) []dns.RR {
	var out []dns.RR
	for _, rr := range records {
		rr = dns.Copy(rr)
		rr.Header().Name = name
		out = append(out, rr)
	}
	return out
}
