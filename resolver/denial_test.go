package resolver

import (
	"testing"

	"github.com/miekg/dns"
)

// Requirement 34.
func TestInsecureDelegations(t *testing.T) {
	isDenial := func(rr dns.RR) bool {
		h := rr.Header()
		return h.Rrtype == dns.TypeNSEC || h.Rrtype == dns.TypeNSEC3 || covers(rr, dns.TypeNSEC) || covers(rr, dns.TypeNSEC3)
	}
	ofZoo := func(rr dns.RR) bool { n, is := rr.(*dns.NSEC); return is && sameName(n.Hdr.Name, "zoo.test.") }
	resigned := func(change func(*dns.NSEC)) func([]dns.RR) []dns.RR {
		return spoilt(ofZoo, func(rr dns.RR) { change(rr.(*dns.NSEC)) })
	}
	tests := []struct {
		name     string
		tld      signature
		spoil    func([]dns.RR) []dns.RR
		security string
	}{
		{"proven by NSEC", signature{}, nil, "insecure"},
		{"proven by NSEC3", signature{nsec3: true}, nil, "insecure"},
		{"in an opt-out span", signature{nsec3: true, optOut: true}, nil, "insecure"},
		{"no proof", signature{}, without(isDenial), "bogus"},
		{"no proof by NSEC3", signature{nsec3: true}, without(isDenial), "bogus"},
		{"a proof that is not signed", signature{}, without(func(rr dns.RR) bool { return covers(rr, dns.TypeNSEC) }), "bogus"},
		{"a proof that was changed", signature{}, resigned(func(n *dns.NSEC) { n.TypeBitMap = append(n.TypeBitMap, dns.TypeCAA) }), "bogus"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, signedSites(
				site{zone: "test.", at: tldAt, sign: &tt.tld, spoil: tt.spoil},
				site{zone: "zoo.test.", at: zooAt, text: "www A 192.0.2.1\n"},
			)...)
			if got, _, err := in.walk(t, "www.zoo.test. A"); got.Security != tt.security {
				t.Errorf("got %+v (%v), want %s", got, err, tt.security)
			}
		})
	}
}

// Requirement 34: the bits that make a cut.
func TestBitsOfACut(t *testing.T) {
	tests := []struct {
		name     string
		types    []uint16
		security string
	}{
		{"NS", []uint16{dns.TypeNS, dns.TypeRRSIG, dns.TypeNSEC}, "insecure"},
		{"NS and DS", []uint16{dns.TypeNS, dns.TypeDS, dns.TypeRRSIG, dns.TypeNSEC}, "bogus"},
		{"NS and SOA", []uint16{dns.TypeNS, dns.TypeSOA, dns.TypeRRSIG, dns.TypeNSEC}, "bogus"},
		{"no NS", []uint16{dns.TypeA, dns.TypeRRSIG, dns.TypeNSEC}, "bogus"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t, clock, signedSites(site{zone: "zoo.test.", at: zooAt, text: "www A 192.0.2.1\n"})...)
			w.resign(t, "test.", func(n *dns.NSEC) bool {
				if sameName(n.Hdr.Name, "zoo.test.") {
					n.TypeBitMap = tt.types
				}
				return true
			})
			if got, _, err := w.start(t).walk(t, "www.zoo.test. A"); got.Security != tt.security {
				t.Errorf("got %+v (%v), want %s", got, err, tt.security)
			}
		})
	}
}

// resign changes the NSEC records of a zone, or drops them, and signs them anew: lies that
// the zone itself tells.
func (w *world) resign(t *testing.T, zone string, change func(*dns.NSEC) bool) {
	t.Helper()
	var out []dns.RR
	for _, rr := range w.zones[zone] {
		if covers(rr, dns.TypeNSEC) {
			continue
		}
		if n, is := rr.(*dns.NSEC); is {
			n = dns.Copy(n).(*dns.NSEC)
			if !change(n) {
				continue
			}
			out = append(out, n, w.keys[zone].sign(t, []dns.RR{n}, signature{}, w.clock))
			continue
		}
		out = append(out, rr)
	}
	w.zones[zone] = out
}

// Requirement 35.
func TestProofsOfDenials(t *testing.T) {
	drop := func(owner string) func(*dns.NSEC) bool {
		return func(n *dns.NSEC) bool { return !sameName(n.Hdr.Name, owner) }
	}
	bits := func(owner string, types ...uint16) func(*dns.NSEC) bool {
		return func(n *dns.NSEC) bool {
			if sameName(n.Hdr.Name, owner) {
				n.TypeBitMap = append(types, dns.TypeRRSIG, dns.TypeNSEC)
			}
			return true
		}
	}
	all := func(*dns.NSEC) bool { return true }
	tests := []struct {
		name, question  string
		lie             func(*dns.NSEC) bool
		rcode, security string
	}{
		{"no name", "none.zoo.test. A", all, "NXDOMAIN", "secure"},
		{"no name, without proof of that", "none.zoo.test. A", drop("mail.zoo.test."), "SERVFAIL", "bogus"},
		{"no name, without proof of no wildcard", "none.zoo.test. A", drop("zoo.test."), "SERVFAIL", "bogus"},
		{"no data", "www.zoo.test. TXT", all, "NOERROR", "secure"},
		{"no data, but the type's bit", "www.zoo.test. TXT", bits("www.zoo.test.", dns.TypeA, dns.TypeTXT), "SERVFAIL", "bogus"},
		{"no data, but an alias's bit", "www.zoo.test. TXT", bits("www.zoo.test.", dns.TypeA, dns.TypeCNAME), "SERVFAIL", "bogus"},
		{"no data, without proof", "www.zoo.test. TXT", drop("www.zoo.test."), "SERVFAIL", "bogus"},
		{"empty name between others", "ent.zoo.test. A", all, "NOERROR", "secure"},
		{"made from a wildcard", "b.w.zoo.test. A", all, "NOERROR", "secure"},
		{"made, without proof of no name", "b.w.zoo.test. A", drop("*.w.zoo.test."), "SERVFAIL", "bogus"},
		{"no data of a wildcard", "b.w.zoo.test. TXT", all, "NOERROR", "secure"},
		{"no data of a wildcard, but the bit", "b.w.zoo.test. TXT", bits("*.w.zoo.test.", dns.TypeA, dns.TypeTXT), "SERVFAIL", "bogus"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := build(t, clock, signedSites(zoo())...)
			w.resign(t, "zoo.test.", tt.lie)
			w.start(t).secured(t, tt.question, tt.rcode, tt.security)
		})
	}
}

// Requirement 35: the NSEC record of a delegation proves nothing of what is below it
// (RFC 6840, section 4.1).
func TestParentsProofIsNoneOfTheChild(t *testing.T) {
	in := startInternet(t, signedSites(zoo())...)
	cut := newServed("test.", in.zones["test."])
	in.hosts[zooAt].does(func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		if !isUnder(q.Question[0].Name, "www.zoo.test.") {
			return []*dns.Msg{honest}
		}
		m := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		m.Authoritative = true
		r := &replying{cut, m, true}
		r.prove(cut.matching("zoo.test."))
		r.prove(cut.matching("test."))
		return []*dns.Msg{m}
	})
	in.secured(t, "www.zoo.test. A", "SERVFAIL", "bogus")
}
