package dnssec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// FuzzVerify changes a signed message. Whatever comes of it, nothing panics, and a set
// that verifies is one that was signed: the owner may have been made from a wildcard,
// and letters may have changed case where that does not count.
func FuzzVerify(f *testing.F) {
	zsk := newSigner("example.", 1, zoneFlags)
	wild := zsk.set(f, "*.w.example. 300 IN TXT wild")
	signed := []dnssec.Set{
		zsk.set(f, "www.example. 300 IN A 192.0.2.1", "www.example. 300 IN A 192.0.2.2"),
		zsk.set(f, "example. 300 IN MX 10 Mail.example."),
		zsk.set(f, "a.example. 300 IN NSEC b.example. A RRSIG NSEC"),
		zsk.set(f, "a.example. 300 IN TYPE65280 \\# 4 00010203"),
		wild,
	}
	f.Add([]byte{})
	for _, s := range append(slices.Clone(signed), expand(wild, "q.w.example.")) {
		f.Add(packed(f, s))
	}
	for _, s := range signed {
		for _, edit := range []func([]byte){
			func(b []byte) { b[len(b)-1] ^= 1 }, func(b []byte) { b[13] ^= 0x20 }, func(b []byte) { b[13] ^= 1 },
		} {
			b := packed(f, s)
			edit(b)
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var m dns.Msg
		_ = m.Unpack(wire)
		c := dnssec.NewChecker(now)
		for _, s := range dnssec.Sets(slices.Concat(m.Answer, m.Ns, m.Extra)) {
			proof, reason := c.Verify(s, "example.", zsk.keys())
			if (proof == nil) != (reason != nil) {
				t.Fatalf("got %+v and %v", proof, reason)
			}
			if reason == nil && !slices.ContainsFunc(signed, func(original dnssec.Set) bool { return sameSet(s, original, proof) }) {
				t.Fatalf("%v verifies, and was not signed", s.RRs)
			}
			c.Denial("example.", []dnssec.Set{s}).NoName("q.example.")
		}
	})
}

func packed(f *testing.F, s dnssec.Set) []byte {
	f.Helper()
	m := dns.Msg{Answer: slices.Clone(s.RRs)}
	for _, sig := range s.Sigs {
		m.Answer = append(m.Answer, sig)
	}
	b, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// sameSet reports whether a set that was verified says what was signed.
func sameSet(s, original dnssec.Set, proof *dnssec.Proof) bool {
	owner := dns.CanonicalName(s.Name())
	if proof.Wildcard != "" {
		if !dns.IsSubDomain(strings.TrimPrefix(proof.Wildcard, "*."), owner) {
			return false
		}
		owner = proof.Wildcard
	}
	return owner == dns.CanonicalName(original.Name()) && s.Type() == original.Type() && slices.Equal(contents(s), contents(original))
}

// contents are a set's data, in letters whose case does not count for these types.
func contents(s dnssec.Set) []string {
	var out []string
	for _, rr := range s.RRs {
		bare := dns.Copy(rr)
		bare.Header().Name, bare.Header().Ttl = ".", 0
		text := bare.String()
		if s.Type() == dns.TypeMX {
			text = strings.ToLower(text)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// vocabulary is what names are made of when proofs are fuzzed.
var vocabulary = []string{"a", "b", "q", "x", "y", "ent", "*", "w", "c", "s", "foo", "secure", "bare", "del", "d", "cn", "\\000", "z\\.z", "mixed"}

// FuzzDenial gives any part of a zone's chains, of several kinds at once and with its
// parent's and its child's records among them, and asks for any name. What is proven
// is true of the zone; what opt-out leaves open is never proven.
func FuzzDenial(f *testing.F) {
	m := exampleZone()
	child := model{"secure.example.", map[string][]uint16{"secure.example.": {dns.TypeNS, dns.TypeSOA}}}
	above := model{".", map[string][]uint16{".": {dns.TypeNS, dns.TypeSOA}, "example.": {dns.TypeNS, dns.TypeDS}, "org.": {dns.TypeNS}}}
	all := slices.Concat(
		m.nsec(), m.nsec3(hashing{}), m.nsec3(hashing{iterations: 2, salt: "AB"}), m.bare().nsec3(hashing{iterations: 1, optOut: true}),
		child.nsec(), child.nsec3(hashing{}), above.nsec(), above.nsec3(hashing{}))
	everything := slices.Repeat([]byte{0xff}, len(all)/8+1)
	f.Add(everything, []byte{0}, uint16(dns.TypeA), []byte{})
	f.Add(everything[:3], []byte{2, 11}, uint16(dns.TypeDS), []byte{})
	f.Add(append(make([]byte, 3), everything[:4]...), []byte{2, 2, 7}, uint16(dns.TypeTXT), packedChain(f, m.nsec()))
	f.Add(everything, []byte{1, 14}, uint16(dns.TypeCNAME), packedChain(f, m.nsec3(hashing{})))
	f.Fuzz(func(t *testing.T, mask, path []byte, qtype uint16, wire []byte) {
		qname := spelled(path)
		var part []dnssec.Set
		for i, s := range all {
			if i/8 < len(mask) && mask[i/8]>>(i%8)&1 != 0 {
				part = append(part, s)
			}
		}
		truth := oracle{m, false}
		truth.holds(t, dnssec.NewChecker(now).Denial("example.", part), qname, qtype)
		arbitrary(t, wire, qname, qtype)
	})
}

// spelled makes a name of the zone.
func spelled(path []byte) string {
	var b strings.Builder
	for _, c := range path[:min(len(path), 8)] {
		b.WriteString(vocabulary[int(c)%len(vocabulary)] + ".")
	}
	return b.String() + "example."
}

// holds finds what is proven to be true.
func (o oracle) holds(t *testing.T, d *dnssec.Denial, qname string, qtype uint16) {
	t.Helper()
	if status, _ := d.NoName(qname); status == dnssec.Secure && o.noName(qname) != status {
		t.Errorf("%s is %+v, and proven not to be", qname, o.place(qname))
	}
	if status, _ := d.NoData(qname, qtype); status == dnssec.Secure && o.noData(qname, qtype) != status {
		t.Errorf("%s is %+v, and proven not to have type %d", qname, o.place(qname), qtype)
	}
	for _, w := range wildcards {
		if status, _ := d.NoSuchExpansion(qname, w); status == dnssec.Secure && o.noExpansion(qname, w) != status {
			t.Errorf("%s is %+v, and proven to be made from %s", qname, o.place(qname), w)
		}
	}
	if cut, _ := d.Delegation(qname); cut == dnssec.NotACut && o.delegation(qname) != cut {
		t.Errorf("%s is %+v, and proven to be no cut", qname, o.place(qname))
	}
}

// arbitrary gives records that no zone need have: nothing panics, and nothing is
// proven of another zone.
func arbitrary(t *testing.T, wire []byte, qname string, qtype uint16) {
	t.Helper()
	var m dns.Msg
	_ = m.Unpack(wire)
	sets := dnssec.Sets(slices.Concat(m.Answer, m.Ns, m.Extra))
	d := dnssec.NewChecker(now).Denial("example.", sets)
	d.NoName(qname)
	d.NoData(qname, qtype)
	d.Delegation(qname)
	for _, s := range sets {
		if status, _ := d.NoName(s.Name()); status == dnssec.Secure && !dns.IsSubDomain("example.", dns.CanonicalName(s.Name())) {
			t.Errorf("%s is proven not to exist by another zone", s.Name())
		}
	}
}

func packedChain(f *testing.F, chain []dnssec.Set) []byte {
	f.Helper()
	var all dnssec.Set
	for _, s := range chain {
		all.RRs, all.Sigs = append(all.RRs, s.RRs...), append(all.Sigs, s.Sigs...)
	}
	return packed(f, all)
}
