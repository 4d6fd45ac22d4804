package dnssec

import (
	"slices"
	"strconv"

	"github.com/miekg/dns"
)

// A Denial is a zone's proof that something is not there, made of the NSEC or NSEC3
// records of one reply.
//
// Its methods say Secure where the records prove what they are asked for; Insecure
// where they prove no more than that there may be an unsigned delegation in the place
// (opt-out, RFC 5155, section 6), or have more iterations than are computed (RFC 9276,
// section 3.2); and else Bogus. The reason is nil only with Secure.
type Denial struct {
	zone  name
	nsec  nsecChain
	nsec3 nsec3Chain
}

// Denial takes the NSEC and NSEC3 sets of a zone, which [Checker.Verify] must have
// verified by its keys. What cannot prove anything is left out: sets of other types,
// those that another zone has signed, and those that were made from a wildcard.
func (c *Checker) Denial(zone string, verified []Set) *Denial {
	z, ok := parseName(zone)
	d := &Denial{zone: z, nsec: nsecChain{zone: z}, nsec3: newNSEC3Chain(c, z)}
	if !ok {
		return d
	}
	for _, s := range verified {
		if !s.original(z) || s.Type() == dns.TypeNSEC3 && len(s.RRs) > 1 {
			continue // two names, or two salts, with one hash are no zone's
		}
		for _, rr := range s.RRs {
			d.add(rr)
		}
	}
	return d
}

// original reports whether a verified set is the zone's own and stands where the zone
// has it. One that was made from a wildcard says nothing of the name that it was made
// for: every signature of the zone's must count the labels in full.
func (s Set) original(zone name) bool {
	owner, ok := parseName(s.Name())
	signed := false
	for _, sig := range s.Sigs {
		if !zone.same(sig.SignerName) {
			continue
		}
		if int(sig.Labels) != owner.signedLabels() {
			return false
		}
		signed = true
	}
	return ok && signed
}

func (d *Denial) add(rr dns.RR) {
	switch rr := rr.(type) {
	case *dns.NSEC:
		d.nsec.add(rr)
	case *dns.NSEC3:
		d.nsec3.add(rr)
	}
}

// NoName says whether the name does not exist, and neither does a wildcard that it
// could be made from (NXDOMAIN; RFC 4035, section 5.4; RFC 5155, section 8.4).
func (d *Denial) NoName(qname string) (Status, *Reason) {
	return d.ask(qname, d.noName)
}

// NoData says whether the name, or the wildcard that it is made from, has no records
// of the type and no alias (RFC 4035, section 5.4; RFC 5155, sections 8.5 to 8.7; RFC
// 6840, section 4.3).
func (d *Denial) NoData(qname string, qtype uint16) (Status, *Reason) {
	return d.ask(qname, func(p prover, n name) (Status, *Reason) { return d.noData(p, n, qtype) })
}

// NoSuchExpansion says whether the name itself does not exist, nor anything between it
// and the wildcard that an answer for it was made from, as [Proof].Wildcard has it
// (RFC 4035, section 5.3.4; RFC 5155, section 8.8).
func (d *Denial) NoSuchExpansion(qname, wildcard string) (Status, *Reason) {
	w, ok := parseName(wildcard)
	if !ok || !w.isWildcard() || !w.below(d.zone) {
		return Bogus, d.reason(edeBogus, "the wildcard is none of the zone's")
	}
	return d.ask(qname, func(p prover, n name) (Status, *Reason) { return d.noExpansion(p, n, w) })
}

// A Cut is what a zone says of a name without a DS record.
type Cut int

// The cuts.
const (
	// NoProof: nothing is proven, or that there is a DS record.
	NoProof Cut = iota
	// InsecureCut: the name is delegated without DS, or may be for all that the zone
	// has signed: an opt-out span covers it.
	InsecureCut
	// NotACut: the zone goes on there. Whether the name exists is left open.
	NotACut
)

// String returns the words for the cut.
func (c Cut) String() string {
	switch c {
	case NoProof:
		return "no proof"
	case InsecureCut:
		return "insecure cut"
	case NotACut:
		return "not a cut"
	}
	return "cut " + strconv.Itoa(int(c))
}

// Delegation says whether the zone ends at a name below its apex that has no DS record
// (RFC 6840, section 4.4; RFC 5155, section 8.9). The reason is nil only with NotACut.
func (d *Denial) Delegation(qname string) (Cut, *Reason) {
	switch status, reason := d.ask(qname, d.delegation); status {
	case Secure:
		return NotACut, nil
	case Insecure:
		return InsecureCut, reason
	default:
		return NoProof, reason
	}
}

// ask asks the chains in turn: a zone that changes from NSEC to NSEC3 can send both.
func (d *Denial) ask(qname string, proof func(prover, name) (Status, *Reason)) (Status, *Reason) {
	n, ok := parseName(qname)
	if !ok || !n.in(d.zone) {
		return Bogus, d.reason(edeBogus, "the name that was asked for is none of the zone's")
	}
	d.nsec3.begin()
	status, reason := Bogus, d.missing(n)
	if len(d.nsec.records) > 0 {
		status, reason = proof(&d.nsec, n)
	}
	if status == Bogus && len(d.nsec3.records) > 0 {
		status, reason = proof(&d.nsec3, n)
	}
	return d.limited(status, reason)
}

// limited heeds the limits of NSEC3. A count of iterations above the limit makes
// insecure, since the zone has signed it. Work in excess of what is allowed does not:
// it also comes from the name that was asked for, which is in anybody's hands.
func (d *Denial) limited(status Status, reason *Reason) (Status, *Reason) {
	switch {
	case status == Secure:
		return Secure, nil
	case d.nsec3.excess > 0:
		return Insecure, d.reason(edeIterations, "the zone's NSEC3 records have "+strconv.Itoa(int(d.nsec3.excess))+" iterations, more than "+strconv.Itoa(maxIterations))
	case d.nsec3.exhausted:
		return Bogus, d.reason(edeBogus, "the NSEC3 proof takes more hashing than is allowed")
	}
	return status, reason
}

func (d *Denial) reason(ede uint16, text string) *Reason {
	return &Reason{Zone: d.zone.String(), EDE: ede, Text: text}
}

// missing is the reason where records that should be there are not.
func (d *Denial) missing(n name) *Reason {
	return d.reason(edeDenialMissing, "no NSEC or NSEC3 record shows that "+n.String()+" does not exist")
}

// types are those of a bitmap.
type types []uint16

func (t types) has(rrtype uint16) bool { return slices.Contains(t, rrtype) }

// isParents reports whether the record is that of a delegation, as the zone above the
// cut has it (RFC 6840, section 4.1).
func (t types) isParents() bool { return t.has(dns.TypeNS) && !t.has(dns.TypeSOA) }

// endsZone reports whether nothing below the record's name is the zone's (RFC 6840,
// section 4.1).
func (t types) endsZone() bool { return t.isParents() || t.has(dns.TypeDNAME) }
