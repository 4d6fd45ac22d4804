package dnssec

import (
	"github.com/miekg/dns"
)

// A prover is a chain of NSEC or of NSEC3 records, or as much of it as there is. What
// it says of a name is the same for both; how it knows differs.
type prover interface {
	// at is the record of the name itself.
	at(n name) (t types, found bool)
	// missing is the proof that the name does not exist.
	missing(n name) (g gap, proven bool)
	// covers says whether a record covers the name, and whether it shows it to exist
	// without records of its own (empty).
	covers(n name) (empty, covered bool)
	// beyond is the proof that the name does not exist where encloser is known to be
	// the closest of its ancestors that do.
	beyond(n, encloser name) (g gap, proven bool)
}

// A gap is the place of a name that does not exist.
type gap struct {
	// encloser is the closest ancestor that exists (RFC 4592, section 3.3.1).
	encloser name
	// empty says that the name exists after all, with no records but names below it
	// (RFC 4592, section 2.2.2).
	empty bool
	// optOut says that an unsigned delegation may be in the place.
	optOut bool
}

// status is what a proof by the gap is worth.
func (d *Denial) status(g gap) (Status, *Reason) {
	if g.optOut {
		return Insecure, d.reason(edeOther, "an opt-out span leaves open whether there is an unsigned delegation")
	}
	return Secure, nil
}

func (d *Denial) noName(p prover, n name) (Status, *Reason) {
	if _, exists := p.at(n); exists {
		return Bogus, d.reason(edeBogus, n.String()+" exists")
	}
	g, proven := p.missing(n)
	if !proven {
		return Bogus, d.missing(n)
	}
	if g.empty {
		return Bogus, d.reason(edeBogus, n.String()+" exists, without records of its own")
	}
	w := g.encloser.wildcard()
	if empty, covered := p.covers(w); empty || !covered {
		return Bogus, d.missing(w)
	}
	return d.status(g)
}

func (d *Denial) noData(p prover, n name, qtype uint16) (Status, *Reason) {
	if t, found := p.at(n); found {
		return d.lacks(t, n, qtype)
	}
	g, proven := p.missing(n)
	if !proven {
		return Bogus, d.missing(n)
	}
	if g.empty {
		return Secure, nil
	}
	return d.wildcardNoData(p, g, qtype)
}

// wildcardNoData follows from the gap that a name would be made into: the wildcard has
// no such records either, or an opt-out span leaves it all open. That also holds for
// other types than DS: an empty non-terminal that has only unsigned delegations below
// need not be in the chain (RFC 5155, section 7.1).
func (d *Denial) wildcardNoData(p prover, g gap, qtype uint16) (Status, *Reason) {
	w := g.encloser.wildcard()
	if t, found := p.at(w); found {
		if status, reason := d.lacks(t, w, qtype); reason != nil {
			return status, reason
		}
		return d.status(g)
	}
	if empty, _ := p.covers(w); empty || g.optOut {
		return d.status(g)
	}
	return Bogus, d.reason(edeDenialMissing, "no NSEC or NSEC3 record shows what "+w.String()+" has")
}

// lacks judges the bitmap of a name, or of its wildcard, that is said to have no
// records of a type.
func (d *Denial) lacks(t types, n name, qtype uint16) (Status, *Reason) {
	bogus := func(text string) (Status, *Reason) { return Bogus, d.reason(edeBogus, n.String()+" "+text) }
	isDS := qtype == dns.TypeDS && len(n) > 0 // the root has no parent
	switch {
	case qtype == dns.TypeANY && !t.nothing():
		return bogus("has records")
	case t.has(qtype):
		return bogus("has records of the type " + dns.Type(qtype).String())
	case t.has(dns.TypeCNAME): // RFC 6840, section 4.3
		return bogus("is an alias")
	case !isDS && t.isParents(): // RFC 6840, section 4.1
		return bogus("is delegated, and its parent's record says nothing of other types than DS")
	case isDS && (t.has(dns.TypeSOA) || n.is(d.zone)): // RFC 4035, section 5.2
		return bogus("is the zone itself, and the DS record its parent's")
	}
	return Secure, nil
}

// nothing reports whether the name has no records but those of the proof. NXNAME (RFC
// 9824, section 2) marks a name that does not exist.
func (t types) nothing() bool {
	for _, rrtype := range t {
		switch rrtype {
		case dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNXNAME:
		default:
			return false
		}
	}
	return true
}

func (d *Denial) noExpansion(p prover, n, w name) (Status, *Reason) {
	from := w[:len(w)-1]
	if !n.below(from) || n.is(w) {
		return Bogus, d.reason(edeBogus, n.String()+" cannot be made from "+w.String())
	}
	if _, exists := p.at(n); exists {
		return Bogus, d.reason(edeBogus, n.String()+" exists, and was not to be made from "+w.String())
	}
	g, proven := p.beyond(n, from)
	if !proven {
		return Bogus, d.missing(n)
	}
	if !g.encloser.is(from) { // the name itself, if it is an empty non-terminal
		return Bogus, d.reason(edeBogus, "something closer to "+n.String()+" exists than "+w.String())
	}
	return d.status(g)
}

func (d *Denial) delegation(p prover, n name) (Status, *Reason) {
	if !n.below(d.zone) {
		return Bogus, d.reason(edeBogus, "the zone cannot say whether it is delegated itself")
	}
	if t, found := p.at(n); found {
		return d.cutAt(t, n)
	}
	g, proven := p.missing(n)
	if !proven {
		return Bogus, d.missing(n)
	}
	return d.status(g)
}

// cutAt judges the bitmap of a name that may be a cut (RFC 6840, section 4.4).
func (d *Denial) cutAt(t types, n name) (Status, *Reason) {
	switch {
	case t.has(dns.TypeSOA):
		return Bogus, d.reason(edeBogus, "the record of "+n.String()+" is not the parent's")
	case t.has(dns.TypeDS):
		return Bogus, d.reason(edeBogus, n.String()+" has a DS record")
	case t.has(dns.TypeNS):
		return Insecure, d.reason(edeOther, n.String()+" is delegated without a DS record")
	}
	return Secure, nil
}
