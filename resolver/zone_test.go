package resolver

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A served is a zone as an authoritative server of a test has it. It answers from its
// records alone: what was taken out of them or spoilt is missing or spoilt in replies.
type served struct {
	origin string
	sets   map[rrsetKey][]dns.RR
	sigs   map[rrsetKey][]dns.RR // by the type that they cover
	names  map[string]bool       // all that exist, with those that only have others below
	nsec   []*dns.NSEC
	nsec3  []*dns.NSEC3
}

func newServed(origin string, records []dns.RR) *served {
	z := &served{origin: origin, sets: map[rrsetKey][]dns.RR{}, sigs: map[rrsetKey][]dns.RR{}, names: map[string]bool{}}
	for _, rr := range records {
		name := lower(rr.Header().Name)
		switch rr := rr.(type) {
		case *dns.RRSIG:
			k := rrsetKey{name, rr.TypeCovered}
			z.sigs[k] = append(z.sigs[k], rr)
			continue
		case *dns.NSEC3:
			z.nsec3 = append(z.nsec3, rr)
			continue
		case *dns.NSEC:
			z.nsec = append(z.nsec, rr)
		}
		k := rrsetKey{name, rr.Header().Rrtype}
		z.sets[k] = append(z.sets[k], rr)
		for ; isUnder(name, origin); name = parent(name) {
			z.names[name] = true
			if name == "." {
				break
			}
		}
	}
	return z
}

// A replying is the making of one reply.
type replying struct {
	*served
	m  *dns.Msg
	do bool // signatures are wanted
}

// reply answers as RFC 1034, section 4.3.2, has it, with the proofs of RFC 4035, section 3.1.
func (z *served) reply(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	m.Authoritative = true
	opt := q.IsEdns0()
	r := &replying{z, m, opt != nil && opt.Do()}
	r.answer(lower(q.Question[0].Name), q.Question[0].Qtype)
	m.Question = q.Question
	if opt != nil {
		m.SetEdns0(1232, r.do)
	}
	return m
}

func (r *replying) answer(name string, qtype uint16) {
	for range 8 { // aliases within the zone
		target, more := r.step(name, qtype)
		if !more || !isUnder(target, r.origin) {
			return
		}
		name = target
	}
}

// step answers for one name and returns the target of an alias.
func (r *replying) step(name string, qtype uint16) (target string, more bool) {
	cut := cutAbove(r.origin, r.sets, name)
	if cut != "" && (qtype != dns.TypeDS || cut != name) {
		r.refer(cut)
		return "", false
	}
	if d := r.dnameAbove(name); d != nil {
		r.put(&r.m.Answer, rrsetKey{lower(d.Hdr.Name), dns.TypeDNAME}, "")
		target = name[:len(name)-len(d.Hdr.Name)] + d.Target
		if len(target) >= maxName {
			r.m.Rcode = dns.RcodeYXDomain
			return "", false
		}
		r.m.Answer = append(r.m.Answer, &dns.CNAME{
			Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: d.Hdr.Ttl}, Target: target,
		})
		return lower(target), qtype != dns.TypeCNAME
	}
	if r.names[name] {
		return r.at(name, name, qtype)
	}
	encloser := r.encloser(name)
	if w := wildcardOf(encloser); r.names[w] {
		r.prove(r.covering(r.nextCloser(name, encloser), name))
		return r.at(w, name, qtype)
	}
	r.m.Rcode = dns.RcodeNameError
	r.deny(name, encloser)
	return "", false
}

// at answers with what stands at owner, under the name asked for.
func (r *replying) at(owner, name string, qtype uint16) (target string, more bool) {
	if alias := r.sets[rrsetKey{owner, dns.TypeCNAME}]; len(alias) > 0 && qtype != dns.TypeCNAME && qtype != dns.TypeANY {
		r.put(&r.m.Answer, rrsetKey{owner, dns.TypeCNAME}, name)
		return lower(alias[0].(*dns.CNAME).Target), true
	}
	found := false
	for k, set := range r.sets {
		if k.owner == owner && len(set) > 0 && (k.rrtype == qtype || qtype == dns.TypeANY) {
			r.put(&r.m.Answer, k, name)
			found = true
		}
	}
	if found {
		return "", false
	}
	r.put(&r.m.Ns, rrsetKey{r.origin, dns.TypeSOA}, "")
	switch proof := r.matching(owner); {
	case len(proof) > 0:
		r.prove(proof)
	case len(r.nsec3) > 0: // in an opt-out span
		r.prove(r.closest(owner))
	default: // there are only others below it
		r.prove(r.covering(owner, owner))
	}
	if owner != name {
		r.prove(r.matching(r.encloser(name)))
	}
	return "", false
}

// deny says that a name does not exist.
func (r *replying) deny(name, encloser string) {
	r.put(&r.m.Ns, rrsetKey{r.origin, dns.TypeSOA}, "")
	if len(r.nsec3) > 0 {
		r.prove(r.closest(name))
	} else {
		r.prove(r.covering(name, name))
	}
	w := wildcardOf(encloser)
	r.prove(r.covering(w, w))
}

// refer delegates.
func (r *replying) refer(cut string) {
	r.m.Authoritative = false
	r.m.Ns = append(r.m.Ns, r.sets[rrsetKey{cut, dns.TypeNS}]...)
	if len(r.sets[rrsetKey{cut, dns.TypeDS}]) > 0 {
		r.put(&r.m.Ns, rrsetKey{cut, dns.TypeDS}, "")
	} else if proof := r.matching(cut); len(proof) > 0 || len(r.nsec3) == 0 {
		r.prove(proof)
	} else {
		r.prove(r.closest(cut))
	}
	for _, rr := range r.sets[rrsetKey{cut, dns.TypeNS}] {
		for _, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
			r.m.Extra = append(r.m.Extra, r.sets[rrsetKey{lower(rr.(*dns.NS).Ns), t}]...)
		}
	}
}

// put adds a set, under another name where it is made from a wildcard.
func (r *replying) put(section *[]dns.RR, k rrsetKey, name string) {
	all := slices.Clone(r.sets[k])
	if r.do {
		all = append(all, r.sigs[k]...)
	}
	for _, rr := range all {
		if name != "" && k.owner != name {
			rr = dns.Copy(rr)
			rr.Header().Name = name
		}
		if !slices.ContainsFunc(*section, func(have dns.RR) bool { return have.String() == rr.String() }) {
			*section = append(*section, rr)
		}
	}
}

// prove adds records of the chain, with their signatures.
func (r *replying) prove(proof []dns.RR) {
	for _, rr := range proof {
		have := slices.ContainsFunc(r.m.Ns, func(o dns.RR) bool { return o.String() == rr.String() })
		if h := rr.Header(); r.do && !have {
			r.m.Ns = append(append(r.m.Ns, rr), r.sigs[rrsetKey{lower(h.Name), h.Rrtype}]...)
		}
	}
}

func (z *served) dnameAbove(name string) *dns.DNAME {
	for up := parent(name); isUnder(up, z.origin); up = parent(up) {
		if d := z.sets[rrsetKey{up, dns.TypeDNAME}]; len(d) > 0 {
			return d[0].(*dns.DNAME)
		}
		if up == "." {
			break
		}
	}
	return nil
}

// encloser is the closest ancestor of a name that exists (RFC 4592, section 3.3.1).
func (z *served) encloser(name string) string {
	for name = parent(name); !z.names[name] && name != "."; name = parent(name) {
	}
	return name
}

func wildcardOf(name string) string { return "*." + strings.TrimPrefix(name, ".") }

// nextCloser is the name a label longer than its closest encloser.
func (z *served) nextCloser(name, encloser string) string {
	return lastLabels(name, labels(encloser)+1)
}

// matching is the record of a name's own.
func (z *served) matching(name string) []dns.RR {
	for _, rr := range z.nsec3 {
		if rr.Match(name) {
			return []dns.RR{rr}
		}
	}
	for _, rr := range z.nsec {
		if sameName(rr.Hdr.Name, name) {
			return []dns.RR{rr}
		}
	}
	return nil
}

// covering is the record that shows that a name does not exist: by NSEC3 one that covers
// hashed, by NSEC one that covers plain.
func (z *served) covering(hashed, plain string) []dns.RR {
	for _, rr := range z.nsec3 {
		if rr.Cover(hashed) {
			return []dns.RR{rr}
		}
	}
	for _, rr := range z.nsec {
		next := lower(rr.NextDomain)
		if canonicalOrder(lower(rr.Hdr.Name), plain) < 0 && (canonicalOrder(plain, next) < 0 || next == z.origin) {
			return []dns.RR{rr}
		}
	}
	return nil
}

// closest is the proof of the closest encloser (RFC 5155, section 7.2.1). Names in an
// opt-out span count as missing.
func (z *served) closest(name string) []dns.RR {
	up := parent(name)
	for len(z.matching(up)) == 0 && up != "." {
		up = parent(up)
	}
	next := z.nextCloser(name, up)
	return append(z.matching(up), z.covering(next, next)...)
}
