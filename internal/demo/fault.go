package demo

import (
	"net/netip"

	"github.com/miekg/dns"
)

// A Fault is something that is wrong with the DNS of the demo's internet. The zero value
// is none.
type Fault struct {
	Name string
	// Means is a clause on what is wrong.
	Means string
	// Walk says that it shows by a walk from the root alone: a resolver hides it, or
	// does not tell it from others. Validate says that it shows by validation alone.
	Walk, Validate bool

	before, after func(*plan) // change the zones before and after they are signed
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
