package demo

import (
	"net/netip"

	"github.com/miekg/dns"
)

// A Fault is something that is wrong with the demo's internet: with its DNS, or with its
// origin. The zero value is none.
type Fault struct {
	Name string
	// Means is a clause on what is wrong.
	Means string
	// Walk says that it shows by a walk from the root alone: a resolver hides it, or
	// does not tell it from others. Validate says that it shows by validation alone.
	Walk, Validate bool

	before, after func(*plan) // change the zones before and after they are signed
	conduct       conduct     // the origin's
}

// Faults are those that the demo can have.
var Faults = []Fault{
	{Name: "nxdomain", Means: "fetchscope.test. is not registered", before: unregister},
	{Name: "servfail", Means: "the server of fetchscope.test. cannot answer", after: fail},
	{Name: "lame", Means: "fetchscope.test. is delegated to a server that does not have it", Walk: true, after: misdelegate},
	{Name: "dnssec-bogus", Means: "the address of www is not the one that was signed", Walk: true, Validate: true, after: forge},
	{Name: "dnssec-expired", Means: "the signatures of fetchscope.test. expired yesterday", Walk: true, Validate: true, before: expire},
	{Name: "slow-dns", Means: "the first server of each zone does not answer", Walk: true, before: silence},
	{Name: "cname-loop", Means: "www and docs are aliases of one another", before: loop},
	{Name: "refused", Means: "nothing listens on the origin's ports", conduct: conduct{absent: true}},
	{Name: "unreachable", Means: "the address of www is one that nothing connects to", before: banish},
	{Name: "syn-dropped-ipv6", Means: "www has an IPv6 address too, which answers no SYN", before: addIPv6, conduct: conduct{deafIPv6: true}},
	{Name: "slow-accept", Means: "the origin takes its time to accept a connection", conduct: conduct{after: slowAccept}},
	{Name: "expired", Means: "the origin's certificate ended yesterday", conduct: conduct{certificate: expiredLeaf}},
	{Name: "wrong-name", Means: "the origin's certificate is for " + otherHost, conduct: conduct{certificate: otherLeaf}},
	{Name: "self-signed", Means: "the origin's certificate is signed by itself", conduct: conduct{certificate: selfSigned}},
	{Name: "unknown-root", Means: "the origin's certificate is of an unknown authority", conduct: conduct{certificate: strangers}},
	{Name: "reset", Means: "the origin resets the connection in the middle of the body", conduct: conduct{end: endReset}},
	{Name: "truncated", Means: "a body of unknown length ends without close_notify", conduct: conduct{end: endBare}},
	{Name: "half-close", Means: "the origin goes on sending after our FIN", conduct: conduct{end: endTalking}},
}

// FaultNames lists them.
func FaultNames() []string {
	var out []string
	for _, f := range Faults {
		out = append(out, f.Name)
	}
	return out
}

// FaultNamed is the fault of a name; none if there is no such fault.
func FaultNamed(name string) Fault {
	for _, f := range Faults {
		if f.Name == name {
			return f
		}
	}
	return Fault{}
}

// unregister takes the delegation away.
func unregister(p *plan) { p.zone(tldName).drop(zoneName) }

// fail makes the server answer SERVFAIL, as one does that cannot load its zone.
func fail(p *plan) { p.serverAt(zoneAddr).failing = true }

// misdelegate leaves the server with the zone above, so that it refers to itself.
func misdelegate(p *plan) {
	p.serverAt(zoneAddr).zones = []*zone{p.zone(tldName), p.zone(plainName)}
}

// forgedAddress is where nothing listens.
var forgedAddress = netip.MustParseAddr("127.53.66.6")

// forge changes an address without signing it anew.
func forge(p *plan) {
	set := p.zone(zoneName).set(dns.Fqdn(Host), dns.TypeA)
	forged := dns.Copy(set.records[0]).(*dns.A)
	forged.A = p.place.of(forgedAddress).AsSlice()
	set.records = []dns.RR{forged}
}

// expire has the zone signed long ago.
func expire(p *plan) { p.zone(zoneName).expired = true }

// nowhere is an address that every kernel refuses to connect to, with or without a network:
// one of a group, of those for documentation (RFC 6676).
var nowhere = netip.MustParseAddr("233.252.0.1")

// banish gives www that address.
func banish(p *plan) {
	z := p.zone(zoneName)
	z.set(dns.Fqdn(Host), dns.TypeA).records[0].(*dns.A).A = nowhere.AsSlice()
}

// addIPv6 gives www an address of IPv6.
func addIPv6(p *plan) {
	p.zone(zoneName).add(&dns.AAAA{
		Hdr:  dns.RR_Header{Name: dns.Fqdn(Host), Rrtype: dns.TypeAAAA, Class: dns.ClassINET, Ttl: 300},
		AAAA: p.place.origin6().AsSlice(),
	})
}

// loop makes two aliases of one another.
func loop(p *plan) {
	z := p.zone(zoneName)
	z.drop(dns.Fqdn(Host))
	z.add(&dns.CNAME{
		Hdr:    dns.RR_Header{Name: dns.Fqdn(Host), Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: 300},
		Target: dns.Fqdn(AliasHost),
	})
}

// silent are servers that do not answer: each comes before another one of its zone.
var silent = []struct {
	zone, name, before string
	addr               netip.Addr
}{
	{".", "silent.root.test.", "a.root.test.", netip.MustParseAddr("127.53.1.1")},
	{tldName, "silent.nic.test.", "ns.nic.test.", netip.MustParseAddr("127.53.1.2")},
	{zoneName, "silent.fetchscope.test.", "ns1.fetchscope.test.", netip.MustParseAddr("127.53.1.3")},
}

// silence gives the zones those servers, wherever the others are named.
func silence(p *plan) {
	for _, s := range silent {
		p.serverAt(s.addr).silent = true
		for _, z := range p.zones {
			if ns := z.set(s.zone, dns.TypeNS); ns != nil {
				first := dns.Copy(ns.records[0]).(*dns.NS)
				first.Ns = s.name
				ns.records = append([]dns.RR{first}, ns.records...)
			}
			if a := z.set(s.before, dns.TypeA); a != nil {
				first := dns.Copy(a.records[0]).(*dns.A)
				first.Hdr.Name, first.A = s.name, s.addr.AsSlice()
				z.add(first)
			}
		}
	}
}
