package dnssec_test

import (
	"cmp"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// A model is a zone as it is: which names have which types. What is true of any name
// follows from it by RFC 1034, section 4.3.2, RFC 4592 and RFC 6672, without a look at
// the proofs.
type model struct {
	apex string
	data map[string][]uint16
}

// exampleZone has each kind of place: empty non-terminals, wildcards with data, with
// an alias and without anything, delegations with and without DS, one of them below an
// empty non-terminal of its own, a DNAME, and labels of odd octets.
func exampleZone() model {
	return model{"example.", map[string][]uint16{
		"example.":         {dns.TypeA, dns.TypeNS, dns.TypeSOA, dns.TypeDNSKEY},
		"a.example.":       {dns.TypeA},
		"x.y.ent.example.": {dns.TypeTXT},
		"*.w.example.":     {dns.TypeA, dns.TypeTXT},
		"b.w.example.":     {dns.TypeA},
		"*.c.example.":     {dns.TypeCNAME},
		"foo.*.s.example.": {dns.TypeA},
		"secure.example.":  {dns.TypeNS, dns.TypeDS},
		"bare.example.":    {dns.TypeNS},
		"x.del.example.":   {dns.TypeNS},
		"d.example.":       {dns.TypeA, dns.TypeDNAME},
		"cn.example.":      {dns.TypeCNAME},
		"\\000.example.":   {dns.TypeA},
		"z\\.z.example.":   {dns.TypeA},
		"MiXed.example.":   {dns.TypeMX},
	}}
}

// A place is what there is at a name.
type place struct {
	kind     string // data, empty, cut, outside, wild, wild empty, absent
	types    []uint16
	encloser string
}

// place looks a name up.
func (m model) place(qname string) place {
	qname = dns.CanonicalName(qname)
	for above := parent(qname); dns.IsSubDomain(m.apex, above); above = parent(above) {
		if types := m.at(above); above != m.apex && has(types, dns.TypeNS) || has(types, dns.TypeDNAME) {
			return place{kind: "outside"}
		}
		if above == m.apex {
			break
		}
	}
	if types := m.at(qname); types != nil {
		if qname != m.apex && has(types, dns.TypeNS) {
			return place{kind: "cut", types: types}
		}
		return place{kind: "data", types: types}
	}
	if m.exists(qname) {
		return place{kind: "empty"}
	}
	encloser := parent(qname)
	for !m.exists(encloser) {
		encloser = parent(encloser)
	}
	out := place{kind: "absent", encloser: encloser}
	if types := m.at("*." + encloser); types != nil {
		out.kind, out.types = "wild", types
	} else if m.exists("*." + encloser) {
		out.kind = "wild empty"
	}
	return out
}

func (m model) at(qname string) []uint16 {
	for owner, types := range m.data {
		if dns.CanonicalName(owner) == qname {
			return types
		}
	}
	return nil
}

// exists also finds names that only have names below them.
func (m model) exists(qname string) bool {
	for owner := range m.data {
		if dns.IsSubDomain(qname, dns.CanonicalName(owner)) {
			return true
		}
	}
	return false
}

func has(types []uint16, t uint16) bool { return slices.Contains(types, t) }

func parent(qname string) string {
	if i, end := dns.NextLabel(qname, 0); !end {
		return qname[i:]
	}
	return "."
}

// bare is the zone without its delegations that have no DS: what an opt-out chain
// tells of it (RFC 5155, section 7.1).
func (m model) bare() model {
	data := maps.Clone(m.data)
	maps.DeleteFunc(data, func(owner string, types []uint16) bool {
		return owner != m.apex && has(types, dns.TypeNS) && !has(types, dns.TypeDS)
	})
	return model{m.apex, data}
}

// nsec is the zone's chain of NSEC records.
func (m model) nsec() []dnssec.Set {
	owners := slices.SortedFunc(maps.Keys(m.data), canonically)
	var out []dnssec.Set
	for i, owner := range owners {
		types := append([]uint16{dns.TypeRRSIG, dns.TypeNSEC}, m.data[owner]...)
		slices.Sort(types)
		out = append(out, vouched(m.apex, &dns.NSEC{
			Hdr:        dns.RR_Header{Name: owner, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: 300},
			NextDomain: owners[(i+1)%len(owners)], TypeBitMap: types,
		}))
	}
	return out
}

// canonically is the order of RFC 4034, section 6.1.
func canonically(a, b string) int {
	return slices.Compare(octets(a), octets(b))
}

// octets are the labels of a name, the last first, without escapes.
func octets(qname string) []string {
	wire := make([]byte, 255)
	_, _ = dns.PackDomainName(dns.CanonicalName(qname), wire, 0, nil, false)
	var out []string
	for i := 0; wire[i] != 0; i += 1 + int(wire[i]) {
		out = append(out, string(wire[i+1:i+1+int(wire[i])]))
	}
	slices.Reverse(out)
	return out
}

// A hashing is the parameters of a chain of NSEC3 records.
type hashing struct {
	iterations uint16
	salt       string
	optOut     bool
}

// nsec3 is the zone's chain of NSEC3 records, empty non-terminals among them.
func (m model) nsec3(h hashing) []dnssec.Set {
	names := map[string][]uint16{}
	for owner, types := range m.data {
		names[dns.CanonicalName(owner)] = types
		for above := parent(owner); dns.IsSubDomain(m.apex, above) && above != m.apex; above = parent(above) {
			if m.at(dns.CanonicalName(above)) == nil {
				names[dns.CanonicalName(above)] = nil
			}
		}
	}
	hashes := map[string][]uint16{}
	for n, types := range names {
		hashes[dns.HashName(n, dns.SHA1, h.iterations, h.salt)] = types
	}
	sorted := slices.Sorted(maps.Keys(hashes))
	var out []dnssec.Set
	for i, hash := range sorted {
		out = append(out, vouched(m.apex, h.record(m.apex, hash, sorted[(i+1)%len(sorted)], hashes[hash])))
	}
	return out
}

// record makes one; its owner is in lower case, as servers have it.
func (h hashing) record(apex, hash, next string, types []uint16) *dns.NSEC3 {
	if len(types) > 0 && !slices.Equal(types, []uint16{dns.TypeNS}) {
		types = append([]uint16{dns.TypeRRSIG}, types...)
		slices.Sort(types)
	}
	r := &dns.NSEC3{
		Hdr:  dns.RR_Header{Name: strings.ToLower(hash) + "." + strings.TrimPrefix(apex, "."), Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: 300},
		Hash: dns.SHA1, Iterations: h.iterations, SaltLength: uint8(hex.DecodedLen(len(h.salt))), Salt: h.salt,
		HashLength: 20, NextDomain: next, TypeBitMap: types,
	}
	if h.optOut {
		r.Flags = 1
	}
	return r
}

// vouched is a set as if it were verified: with a signature of the zone's that counts
// its labels.
func vouched(zone string, rr dns.RR) dnssec.Set {
	owner := rr.Header().Name
	labels := dns.CountLabel(owner)
	if strings.HasPrefix(owner, "*.") {
		labels--
	}
	return dnssec.Set{RRs: []dns.RR{rr}, Sigs: []*dns.RRSIG{{
		Hdr:         dns.RR_Header{Name: owner, Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: 300},
		TypeCovered: rr.Header().Rrtype, Labels: uint8(labels), SignerName: zone, Algorithm: dns.ED25519,
	}}}
}

// asked are names in, between, above and below all those of the zone.
func (m model) asked() []string {
	seen := map[string]bool{}
	for owner := range m.data {
		for n := dns.CanonicalName(owner); dns.IsSubDomain(m.apex, n); n = parent(n) {
			for _, prefix := range []string{"", "q.", "*.", "q.q.", "q.*.", "*.q.", "\\000.", "\\255.", "ns."} {
				seen[prefix+n] = true
			}
			if n != m.apex {
				seen["0"+n], seen["zz"+n], seen[strings.ToUpper(n)] = true, true, true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), cmp.Compare)
}

// askedTypes are all that the zone has, and some that it has not.
var askedTypes = []uint16{
	dns.TypeA, dns.TypeAAAA, dns.TypeTXT, dns.TypeNS, dns.TypeDS, dns.TypeCNAME, dns.TypeSOA,
	dns.TypeDNSKEY, dns.TypeMX, dns.TypeDNAME, dns.TypeANY, 65280,
}

// wildcards are those that answers can be made from, and the one that is empty.
var wildcards = []string{"*.w.example.", "*.c.example.", "*.s.example."}

func TestModel(t *testing.T) {
	m := exampleZone()
	for qname, want := range map[string]string{
		"example.": "data", "ent.example.": "empty", "q.ent.example.": "absent", "q.w.example.": "wild",
		"q.b.w.example.": "absent", "q.s.example.": "wild empty", "bare.example.": "cut", "q.bare.example.": "outside",
		"q.d.example.": "outside", "d.example.": "data", "Z\\.Z.example.": "data", "q.q.c.example.": "wild",
	} {
		if got := m.place(qname).kind; got != want {
			t.Errorf("%s: got %s, want %s", qname, got, want)
		}
	}
}
