package demo

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A link of a zone's chain is an NSEC (RFC 4034, section 4) or NSEC3 record (RFC 5155,
// section 3): nothing exists between its place and the next one's.
type link struct {
	place []string
	set   *set
}

// link makes the chain.
func (z *zone) link() {
	var names []string
	for name := range z.names {
		if z.nsec3 || len(z.types(name)) > 0 { // NSEC has no records for empty names
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return slices.Compare(z.place(a), z.place(b)) })
	for i, name := range names {
		next := names[(i+1)%len(names)]
		one := &set{records: []dns.RR{z.denying(name, next)}}
		z.chain = append(z.chain, link{z.place(name), one})
	}
}

// place is where a name stands in the chain: by its labels from the right in lower case
// (RFC 4034, section 6.1), or by its hash.
func (z *zone) place(name string) []string {
	if z.nsec3 {
		return []string{hash(name)}
	}
	return labels(name)
}

// labels are those of a name as they are on the wire, from the right.
func labels(name string) []string {
	var wire [256]byte
	end, err := dns.PackDomainName(dns.CanonicalName(name), wire[:], 0, nil, false)
	var out []string
	for i := 0; err == nil && i < end-1; i += 1 + int(wire[i]) {
		out = append(out, string(wire[i+1:i+1+int(wire[i])]))
	}
	slices.Reverse(out)
	return out
}

// hash is a name's in the form of an owner's label, without salt or further iterations
// (RFC 9276, section 3.1).
func hash(name string) string { return strings.ToLower(dns.HashName(name, dns.SHA1, 0, "")) }

// denying is the record that leads from a name to the next.
func (z *zone) denying(name, next string) dns.RR {
	types := z.types(name)
	if len(types) > 0 && !(z.nsec3 && slices.Equal(types, []uint16{dns.TypeNS})) {
		types = append(types, dns.TypeRRSIG) // there are none over an unsigned delegation alone
	}
	soa := z.set(z.apex, dns.TypeSOA).records[0].(*dns.SOA)
	header := dns.RR_Header{Name: name, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: min(soa.Hdr.Ttl, soa.Minttl)} // RFC 9077
	if !z.nsec3 {
		types = append(types, dns.TypeNSEC)
		slices.Sort(types)
		return &dns.NSEC{Hdr: header, NextDomain: next, TypeBitMap: types}
	}
	slices.Sort(types)
	header.Name, header.Rrtype = strings.TrimSuffix(hash(name)+"."+z.apex, ".")+".", dns.TypeNSEC3
	const hashLength = 20
	return &dns.NSEC3{Hdr: header, Hash: dns.SHA1, HashLength: hashLength, NextDomain: strings.ToUpper(hash(next)), TypeBitMap: types}
}

// span is the record of a name or, where it has none, the one that covers it.
func (z *zone) span(name string) *set {
	place := z.place(name)
	i, found := slices.BinarySearchFunc(z.chain, place, func(l link, p []string) int { return slices.Compare(l.place, p) })
	if !found {
		i-- // the last leads back to the first
	}
	return z.chain[(i+len(z.chain))%len(z.chain)].set
}

// The proofs are lists of names whose records, or those that cover them, prove what is
// not there.

// noSuchName proves that neither a name exists nor a wildcard that it could be made from
// (RFC 4035, section 3.1.3.2; RFC 5155, section 7.2.2).
func (z *zone) noSuchName(name string) []string {
	return append(z.noSuchMatch(name), "*."+strings.TrimPrefix(z.encloser(name), "."))
}

// noSuchMatch proves that a name itself does not exist (RFC 4035, section 3.1.3.3).
func (z *zone) noSuchMatch(name string) []string {
	if !z.nsec3 {
		return []string{name}
	}
	encloser := z.encloser(name)
	return []string{encloser, nextCloser(name, encloser)} // RFC 5155, section 7.2.1
}

// noExpansion proves the same for an answer made from a wildcard, whose signature tells
// the encloser (RFC 5155, section 7.2.6).
func (z *zone) noExpansion(name string) []string {
	if !z.nsec3 {
		return []string{name}
	}
	return []string{nextCloser(name, z.encloser(name))}
}

// noSuchType proves that a name has no records of a type, or the wildcard that it is
// made from (RFC 4035, sections 3.1.3.1 and 3.1.3.4; RFC 5155, sections 7.2.3 to 7.2.5).
func (z *zone) noSuchType(name, owner string) []string {
	if owner == name {
		return []string{name}
	}
	return append(z.noSuchMatch(name), owner)
}
