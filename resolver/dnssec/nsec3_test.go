package dnssec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// edited is a chain with every record changed.
func edited(chain []dnssec.Set, edit func(*dns.NSEC3)) []dnssec.Set {
	var out []dnssec.Set
	for _, s := range chain {
		r := dns.Copy(s.RRs[0]).(*dns.NSEC3)
		edit(r)
		out = append(out, vouched("example.", r))
	}
	return out
}

// What of a record makes it count, or not.
func TestNSEC3Records(t *testing.T) {
	m := exampleZone()
	chain := m.nsec3(hashing{salt: "AB"})
	tests := []struct {
		name  string
		chain []dnssec.Set
		want  dnssec.Status
		ede   int
	}{
		{"as it is", chain, dnssec.Secure, none},
		{"4648 7: the owner has no case", edited(chain, func(r *dns.NSEC3) { r.Hdr.Name = strings.ToUpper(r.Hdr.Name) }), dnssec.Secure, none},
		{"4648 7: nor has the next hash", edited(chain, func(r *dns.NSEC3) { r.NextDomain = strings.ToLower(r.NextDomain) }), dnssec.Secure, none},
		{"5155 3.3: nor the salt", edited(chain, func(r *dns.NSEC3) { r.Salt = strings.ToLower(r.Salt) }), dnssec.Secure, none},
		{"5155 3.3: a salt of none", edited(m.nsec3(hashing{}), func(r *dns.NSEC3) { r.Salt = "-" }), dnssec.Secure, none},
		{"5155 8.1: an unknown hash", edited(chain, func(r *dns.NSEC3) { r.Hash = 2 }), dnssec.Bogus, 12},
		{"5155 8.2: an unknown flag", edited(chain, func(r *dns.NSEC3) { r.Flags = 2 }), dnssec.Bogus, 12},
		{"5155 8.2: an unknown flag beside opt-out", edited(chain, func(r *dns.NSEC3) { r.Flags = 3 }), dnssec.Bogus, 12},
		{"5155 3: not directly below the apex", edited(chain, func(r *dns.NSEC3) { r.Hdr.Name = strings.Replace(r.Hdr.Name, ".", ".a.", 1) }), dnssec.Bogus, 12},
		{"5155 3: an owner that is no hash", edited(chain, func(r *dns.NSEC3) { r.Hdr.Name = "w" + r.Hdr.Name[1:] }), dnssec.Bogus, 12},
		{"5155 3: an owner that is too short", edited(chain, func(r *dns.NSEC3) { r.Hdr.Name = r.Hdr.Name[8:] }), dnssec.Bogus, 12},
		{"5155 3.1.6: a next hash that is too short", edited(chain, func(r *dns.NSEC3) { r.NextDomain = r.NextDomain[8:] }), dnssec.Bogus, 12},
		{"another salt than was hashed with", edited(chain, func(r *dns.NSEC3) { r.Salt = "CD" }), dnssec.Bogus, 12},
		{"5155 8.1: unknown ones beside known", slices.Concat(edited(chain, func(r *dns.NSEC3) { r.Hash = 2 }), chain), dnssec.Secure, none},
		{"9276 3.2: 150 iterations", m.nsec3(hashing{iterations: 150}), dnssec.Secure, none},
		{"9276 3.2: 151 iterations", m.nsec3(hashing{iterations: 151}), dnssec.Insecure, 27},
		{"9276 3.2: most iterations", m.nsec3(hashing{iterations: 2500}), dnssec.Insecure, 27},
		{"two records of one hash, as no zone can have", doubled(chain), dnssec.Bogus, 12},
		{"9276 3.2: a good chain beside", slices.Concat(edited(chain, func(r *dns.NSEC3) { r.Iterations = 1000 }), chain), dnssec.Secure, none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := dnssec.NewChecker(now).Denial("example.", tt.chain)
			status, reason := d.NoName("q.a.example.")
			if status != tt.want || ede(reason) != tt.ede {
				t.Errorf("got %v, %v; want %v, EDE %d", status, reason, tt.want, tt.ede)
			}
			if cut, _ := d.Delegation("q.a.example."); (cut == dnssec.NotACut) != (tt.want == dnssec.Secure) || (cut == dnssec.InsecureCut) != (tt.want == dnssec.Insecure) {
				t.Errorf("Delegation says %v, NoName %v", cut, status)
			}
		})
	}
}

// doubled is a chain with a second record in each set, by another salt.
func doubled(chain []dnssec.Set) []dnssec.Set {
	other := edited(chain, func(r *dns.NSEC3) { r.Salt = "CD" })
	out := slices.Clone(chain)
	for i := range out {
		out[i].RRs = slices.Concat(out[i].RRs, other[i].RRs)
	}
	return out
}

// The records that a server sends are enough, and none of them can be spared (RFC
// 5155, section 7.2).
func TestNSEC3MinimalProofs(t *testing.T) {
	m := exampleZone()
	full, optOut := m.nsec3(hashing{}), m.bare().nsec3(hashing{optOut: true})
	match := func(chain []dnssec.Set, qname string) dnssec.Set {
		return pick(t, chain, func(r *dns.NSEC3) bool { return r.Match(qname) })
	}
	cover := func(chain []dnssec.Set, qname string) dnssec.Set {
		return pick(t, chain, func(r *dns.NSEC3) bool { return r.Cover(qname) })
	}
	tests := []struct {
		name string
		sets []dnssec.Set
		ask  asking
		want dnssec.Status
	}{
		{"8.4: name error", []dnssec.Set{match(full, "a.example."), cover(full, "q.a.example."), cover(full, "*.a.example.")}, noName("p.q.a.example."), dnssec.Secure},
		{"8.5: no data", []dnssec.Set{match(full, "a.example.")}, noData("a.example.", dns.TypeMX), dnssec.Secure},
		{"8.5: no data at an empty non-terminal", []dnssec.Set{match(full, "ent.example.")}, noData("ent.example.", dns.TypeA), dnssec.Secure},
		{"8.6: no DS", []dnssec.Set{match(full, "bare.example.")}, noData("bare.example.", dns.TypeDS), dnssec.Secure},
		{"8.6: no DS in an opt-out span", []dnssec.Set{match(optOut, "example."), cover(optOut, "bare.example.")}, noData("bare.example.", dns.TypeDS), dnssec.Insecure},
		{"8.7: no data at a wildcard", []dnssec.Set{match(full, "w.example."), cover(full, "q.w.example."), match(full, "*.w.example.")}, noData("q.w.example.", dns.TypeMX), dnssec.Secure},
		{"8.8: made from a wildcard", []dnssec.Set{cover(full, "q.w.example.")}, noExpansion("p.q.w.example.", "*.w.example."), dnssec.Secure},
		{"8.8: made from a wildcard, in an opt-out span", []dnssec.Set{cover(optOut, "q.w.example.")}, noExpansion("q.w.example.", "*.w.example."), dnssec.Insecure},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, reason := tt.ask(dnssec.NewChecker(now).Denial("example.", tt.sets)); status != tt.want {
				t.Errorf("got %v, %v; want %v", status, reason, tt.want)
			}
			for i, s := range tt.sets {
				rest := slices.DeleteFunc(slices.Clone(tt.sets), func(other dnssec.Set) bool { return other.RRs[0] == s.RRs[0] })
				if status, _ := tt.ask(dnssec.NewChecker(now).Denial("example.", rest)); status != dnssec.Bogus {
					t.Errorf("without record %d: %v", i, status)
				}
			}
		})
	}
}

// pick finds a record of a chain by the library's own reading of it.
func pick(t *testing.T, chain []dnssec.Set, fits func(*dns.NSEC3) bool) dnssec.Set {
	t.Helper()
	for _, s := range chain {
		if fits(s.RRs[0].(*dns.NSEC3)) {
			return s
		}
	}
	t.Fatal("no record fits")
	return dnssec.Set{}
}

// CVE-2023-50868: what a proof may hash is bounded by rounds, so that a name of many
// labels is proven at few iterations, as reverse zones need, and given up at many.
// Requirement 27.
func TestNSEC3Budget(t *testing.T) {
	deep := strings.Repeat("x.", 30) + "example."
	m := model{"example.", map[string][]uint16{"example.": {dns.TypeSOA, dns.TypeNS}, deep: {dns.TypePTR}}}
	tests := []struct {
		iterations uint16
		want       dnssec.Status
	}{{0, dnssec.Secure}, {20, dnssec.Secure}, {150, dnssec.Bogus}}
	for _, tt := range tests {
		d := dnssec.NewChecker(now).Denial("example.", m.nsec3(hashing{iterations: tt.iterations}))
		status, reason := d.NoName("q." + deep)
		if status != tt.want || status == dnssec.Bogus && !contains(reason, "more hashing") {
			t.Errorf("%d iterations: got %v, %v; want %v", tt.iterations, status, reason, tt.want)
		}
		// What was given up does not stand in the way of the next.
		if status, reason = d.NoName("q.example."); status != dnssec.Secure {
			t.Errorf("%d iterations, near the apex: %v", tt.iterations, reason)
		}
	}
}

// All proofs of a question share one budget too.
// Requirement 27.
func TestNSEC3TotalBudget(t *testing.T) {
	c := dnssec.NewChecker(now)
	chain := exampleZone().nsec3(hashing{iterations: 150})
	proven := 0
	for i := range 1000 {
		status, _ := c.Denial("example.", chain).NoName("q." + strings.Repeat("x", 1+i%50) + "." + strings.Repeat("y", 1+i/50) + ".example.")
		if status != dnssec.Secure {
			break
		}
		proven++
	}
	if proven < 64 || proven > 64*8 {
		t.Errorf("%d proofs of a question", proven)
	}
}
