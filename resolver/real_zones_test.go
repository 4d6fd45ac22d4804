package resolver

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// The addresses of the real servers: the root's, that of the zones in it, of those in
// these, of the zones below, and the validating resolver's.
const (
	realRoot, realTop, realZones, realBelow = "127.2.0.1", "127.2.0.2", "127.2.0.3", "127.2.0.4"
	realLame, realResolver                  = "127.2.0.5", "127.2.0.9"
)

// realText is what is in each zone of the third level.
var realText = `www A 192.0.2.1
www A 192.0.2.2
www AAAA 2001:db8::1
mail MX 10 www
txt TXT "one; \"two\"" "\233" ""
srv SRV 1 2 443 WWW
new TYPE65400 \# 4 0102c00c
a.ent A 192.0.2.3
alias CNAME www
far CNAME www.nsec3.test.
gone CNAME none.nsec3.test.
*.w A 192.0.2.4
*.v CNAME www
b.*.odd A 192.0.2.5
old DNAME sub
grow DNAME ` + strings.Repeat(strings.Repeat("x", 60)+".", 3) + `sub
www.sub A 192.0.2.6
`

// realKinds are the ways in which zones are signed.
var realKinds = []struct {
	zone string
	sign *signature
	ds   func(*dns.DNSKEY) []dns.RR
}{
	{zone: "nsec.test.", sign: &signature{}},
	{zone: "ed25519.test.", sign: &signature{algorithm: dns.ED25519}},
	{zone: "nsec3.test.", sign: &signature{nsec3: true, salt: "ab01", iterations: 5}},
	{zone: "opt.test.", sign: &signature{nsec3: true, optOut: true}},
	{zone: "rsa.test.", sign: &signature{algorithm: dns.RSASHA256, bits: 1280, nsec3: true}},
	{zone: "p384.test.", sign: &signature{algorithm: dns.ECDSAP384SHA384, bits: 384}, ds: digestOf(dns.SHA384)},
	{zone: "sha1ds.test.", sign: &signature{algorithm: dns.RSASHA512, bits: 1024}, ds: digestOf(dns.SHA1)},
	{zone: "many.test.", sign: &signature{nsec3: true, iterations: 151}},
	{zone: "unknown.test.", sign: &signature{}, ds: unknownAlgorithm},
	{zone: "island.test.", sign: &signature{}, ds: func(*dns.DNSKEY) []dns.RR { return nil }},
	{zone: "unsigned.test."},
	{zone: "inopt.example.", sign: &signature{nsec3: true}},
	{zone: "plain.example."},
}

// realBroken are zones that were broken on purpose.
func realBroken(t *testing.T) []site {
	other := newZoneKey(t, "nokey.test.", signature{})
	return []site{
		{zone: "expired.test.", sign: &signature{begin: -48 * time.Hour, end: -2 * time.Hour}},
		{zone: "early.test.", sign: &signature{begin: 2 * time.Hour}},
		{zone: "wrongds.test.", sign: &signature{}, ds: func(k *dns.DNSKEY) []dns.RR {
			ds := k.ToDS(dns.SHA256)
			ds.Digest = strings.Repeat("00", 32)
			return []dns.RR{ds}
		}},
		{zone: "nokey.test.", sign: &signature{}, ds: func(*dns.DNSKEY) []dns.RR { return []dns.RR{other.ToDS(dns.SHA256)} }},
		{zone: "nosig.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool { return covers(rr, dns.TypeA) })},
		{zone: "keynosig.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool { return covers(rr, dns.TypeDNSKEY) })},
		{zone: "badsig.test.", sign: &signature{}, spoil: corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeA) })},
		{zone: "badproof.test.", sign: &signature{}, spoil: corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeNSEC) })},
		{zone: "badproof3.test.", sign: &signature{nsec3: true}, spoil: corrupted(func(rr dns.RR) bool { return covers(rr, dns.TypeNSEC3) })},
		{zone: "nonsec.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool {
			return rr.Header().Rrtype == dns.TypeNSEC || covers(rr, dns.TypeNSEC)
		})},
		{zone: "liar.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool {
			return strings.HasPrefix(rr.Header().Name, "www.") && rr.Header().Rrtype != dns.TypeNSEC && !covers(rr, dns.TypeNSEC)
		})},
		{zone: "stripped.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool {
			return rr.Header().Rrtype == dns.TypeDNSKEY || covers(rr, dns.TypeDNSKEY)
		})},
		{zone: "naked.test.", sign: &signature{}, spoil: without(func(rr dns.RR) bool {
			return covers(rr, 0) || slices.Contains([]uint16{dns.TypeDNSKEY, dns.TypeNSEC}, rr.Header().Rrtype)
		})},
		{zone: "signer.test.", sign: &signature{}, spoil: spoilt(func(rr dns.RR) bool { return covers(rr, dns.TypeA) }, func(rr dns.RR) {
			rr.(*dns.RRSIG).SignerName = "test."
		})},
		{zone: "labels.test.", sign: &signature{}, spoil: spoilt(func(rr dns.RR) bool { return covers(rr, dns.TypeA) }, func(rr dns.RR) {
			rr.(*dns.RRSIG).Labels++
		})},
		{zone: "changed.test.", sign: &signature{}, spoil: spoilt(func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeA }, func(rr dns.RR) {
			rr.(*dns.A).A[3] ^= 64
		})},
	}
}

// realSites is the whole world that the real servers serve.
func realSites(t *testing.T) []site {
	sites := []site{
		{zone: ".", at: realRoot, sign: &signature{}},
		{zone: "test.", at: realTop, sign: &signature{}},
		{zone: "example.", at: realTop, sign: &signature{nsec3: true, optOut: true}},
		// A zone and its parent at one server.
		{zone: "sub.nsec.test.", at: realZones, sign: &signature{}, text: "www A 192.0.2.10\n"},
		{zone: "sub.nsec3.test.", at: realZones, text: "www A 192.0.2.11\n"},
		{zone: "signed.opt.test.", at: realBelow, sign: &signature{}, text: "www A 192.0.2.12\nup CNAME www.unsigned.test.\n"},
		{zone: "insecure.opt.test.", at: realBelow, text: "www A 192.0.2.13\nin CNAME www.nsec.test.\n"},
		{zone: "insecure.nsec.test.", at: realBelow, text: "www A 192.0.2.14\n"},
		{zone: "deep.insecure.nsec.test.", at: realTop, sign: &signature{}, text: "www A 192.0.2.15\n"},
		{zone: "a.b.c.nsec3.test.", at: realBelow, sign: &signature{nsec3: true}, text: "www A 192.0.2.16\n"},
	}
	for _, k := range realKinds {
		sites = append(sites, site{zone: k.zone, at: realZones, sign: k.sign, ds: k.ds, text: realText})
	}
	for _, s := range realBroken(t) {
		s.at, s.text = realZones, "www A 192.0.2.1\nwww AAAA 2001:db8::1\n*.w A 192.0.2.4\nz TXT z\n"
		sites = append(sites, s)
	}
	return append(sites, site{zone: "lame.test.", at: realLame, sign: &signature{}})
}

// realQuestions are what both resolvers are asked.
func realQuestions(t *testing.T) []string {
	var out []string
	for _, k := range realKinds {
		for _, q := range []string{
			"www A", "www TXT", "none A", "a.b.none A", "ent A", "a.ent A", "x.w A", "y.x.w A", "x.w TXT", "w A",
			"x.v A", "alias A", "alias CNAME", "far A", "gone A", "www.old A", "old A", "x.old A", strings.Repeat("y", 60) + ".grow A", "y.grow A", "new TYPE65400", "mail MX", "txt TXT", "srv SRV",
			"*.w A", "b.*.odd A", "c.odd A",
		} {
			name, qtype, _ := strings.Cut(q, " ")
			out = append(out, name+"."+k.zone+" "+qtype)
		}
		out = append(out, k.zone+" SOA", k.zone+" NS", k.zone+" DNSKEY", k.zone+" DS", k.zone+" MX", k.zone+" NSEC3PARAM")
	}
	for _, s := range realBroken(t) {
		out = append(out, "www."+s.zone+" A", "www."+s.zone+" TXT", "none."+s.zone+" A", "x.w."+s.zone+" A", s.zone+" SOA")
	}
	out = append(out, "lame.test. A", "www.lame.test. A", ". NS", ". DNSKEY", "none. A", "test. DS", "x.example. A", "com.example. DS")
	for _, z := range []string{"sub.nsec", "sub.nsec3", "signed.opt", "insecure.opt", "insecure.nsec", "deep.insecure.nsec", "a.b.c.nsec3"} {
		out = append(out, fmt.Sprintf("www.%s.test. A", z), fmt.Sprintf("none.%s.test. A", z), z+".test. DS", z+".test. SOA")
	}
	return append(out, "up.signed.opt.test. A", "in.insecure.opt.test. A", "b.c.nsec3.test. A", "none.b.c.nsec3.test. A")
}
