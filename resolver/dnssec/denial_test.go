package dnssec_test

import (
	"slices"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// An oracle says what a chain with all its records must prove.
type oracle struct {
	model
	optOut bool
}

// gap is what a proof is worth that rests on a name's not being there.
func (o oracle) gap() dnssec.Status {
	if o.optOut {
		return dnssec.Insecure
	}
	return dnssec.Secure
}

func (o oracle) noName(qname string) dnssec.Status {
	if o.place(qname).kind == "absent" {
		return o.gap()
	}
	return dnssec.Bogus
}

func (o oracle) noData(qname string, qtype uint16) dnssec.Status {
	p := o.place(qname)
	lacks := !has(p.types, qtype) && !has(p.types, dns.TypeCNAME) && qtype != dns.TypeANY
	switch {
	case p.kind == "empty",
		p.kind == "data" && lacks && (qtype != dns.TypeDS || dns.CanonicalName(qname) != o.apex),
		p.kind == "cut" && lacks && qtype == dns.TypeDS:
		return dnssec.Secure
	case p.kind == "wild" && lacks, p.kind == "wild empty", p.kind == "absent" && o.optOut:
		return o.gap()
	}
	return dnssec.Bogus
}

func (o oracle) noExpansion(qname, wildcard string) dnssec.Status {
	p := o.place(qname)
	if p.encloser != "" && "*."+p.encloser == wildcard {
		return o.gap()
	}
	return dnssec.Bogus
}

func (o oracle) delegation(qname string) dnssec.Cut {
	p := o.place(qname)
	switch {
	case dns.CanonicalName(qname) == o.apex, p.kind == "outside", has(p.types, dns.TypeDS) && p.kind == "cut":
		return dnssec.NoProof
	case p.kind == "cut", p.encloser != "" && o.optOut:
		return dnssec.InsecureCut
	}
	return dnssec.NotACut
}

// Every name is asked for with every type, and a chain proves what is true of the
// zone, all of it and nothing else (RFC 4035, section 5.4; RFC 5155, section 8).
// Requirement 35.
func TestDenialOfWholeZone(t *testing.T) {
	m := exampleZone()
	tests := []struct {
		name   string
		chain  []dnssec.Set
		oracle oracle
	}{
		{"NSEC", m.nsec(), oracle{m, false}},
		{"NSEC3", m.nsec3(hashing{}), oracle{m, false}},
		{"NSEC3, salt and iterations", m.nsec3(hashing{iterations: 5, salt: "AABBCCDD"}), oracle{m, false}},
		{"NSEC3, most iterations", m.nsec3(hashing{iterations: 150}), oracle{m, false}},
		{"NSEC3, changing its salt", slices.Concat(m.nsec3(hashing{salt: "AA"}), m.nsec3(hashing{salt: "BB"})), oracle{m, false}},
		{"NSEC3, opt-out", m.bare().nsec3(hashing{optOut: true}), oracle{m.bare(), true}},
		{"NSEC and NSEC3", slices.Concat(m.nsec(), m.nsec3(hashing{})), oracle{m, false}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, qname := range m.asked() {
				tt.oracle.compare(t, dnssec.NewChecker(now).Denial(m.apex, tt.chain), qname)
			}
		})
	}
}

// compare asks everything of one name.
func (o oracle) compare(t *testing.T, d *dnssec.Denial, qname string) {
	t.Helper()
	expect := func(what string, got, want dnssec.Status, reason *dnssec.Reason) {
		t.Helper()
		if got != want || (reason == nil) != (got == dnssec.Secure) {
			t.Errorf("%s %s: got %v (%v), want %v; it is %+v", qname, what, got, reason, want, o.place(qname))
		}
	}
	status, reason := d.NoName(qname)
	expect("NoName", status, o.noName(qname), reason)
	for _, qtype := range askedTypes {
		status, reason = d.NoData(qname, qtype)
		expect("NoData "+dns.Type(qtype).String(), status, o.noData(qname, qtype), reason)
	}
	for _, w := range wildcards {
		status, reason = d.NoSuchExpansion(qname, w)
		expect("NoSuchExpansion "+w, status, o.noExpansion(qname, w), reason)
	}
	cut, reason := d.Delegation(qname)
	if want := o.delegation(qname); cut != want || (reason == nil) != (cut == dnssec.NotACut) {
		t.Errorf("%s Delegation: got %v (%v), want %v", qname, cut, reason, want)
	}
}

// Chains of one record: it leads back to itself and covers all else (RFC 4034, section
// 4.1.1; RFC 5155, section 3.1.7). The zone may be the root.
func TestDenialOfSmallZones(t *testing.T) {
	for _, apex := range []string{".", "example."} {
		m := model{apex, map[string][]uint16{apex: {dns.TypeNS, dns.TypeSOA}}}
		below := "a.b." + apex
		if apex == "." {
			below = "a.b."
		}
		for kind, chain := range map[string][]dnssec.Set{"NSEC": m.nsec(), "NSEC3": m.nsec3(hashing{})} {
			d := dnssec.NewChecker(now).Denial(apex, chain)
			if status, reason := d.NoName(below); status != dnssec.Secure {
				t.Errorf("%s %s: %v", apex, kind, reason)
			}
			if status, _ := d.NoName(apex); status != dnssec.Bogus {
				t.Errorf("%s %s: the apex does not exist", apex, kind)
			}
			if status, reason := d.NoData(apex, dns.TypeA); status != dnssec.Secure {
				t.Errorf("%s %s: %v", apex, kind, reason)
			}
			// The root has no parent whose DS it could be.
			if status, _ := d.NoData(apex, dns.TypeDS); (status == dnssec.Secure) != (apex == ".") {
				t.Errorf("%s %s: DS at the apex is %v", apex, kind, status)
			}
		}
	}
}

// What is no proof, although it looks like one.
// Requirement 35.
func TestDenialRules(t *testing.T) {
	nsec := func(zone, record string) dnssec.Set { return vouched(zone, parse(t, record)[0]) }
	spoilt := func(s dnssec.Set, edit func(*dnssec.Set)) dnssec.Set { edit(&s); return s }
	tests := []struct {
		name string
		sets []dnssec.Set
		ask  func(*dnssec.Denial) (dnssec.Status, *dnssec.Reason)
		want dnssec.Status
		ede  int
	}{
		{"nothing at all (RFC 8914, section 4.13)", nil, noName("b.example."), dnssec.Bogus, 12},
		{
			"4035 5.4: the wildcard is not denied",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. A")},
			noName("c.example."), dnssec.Bogus, 12,
		},
		{
			"4035 5.4: name and wildcard are denied",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("c.example."), dnssec.Secure, none,
		},
		{
			"6840 4.1: an ancestor's delegation denies nothing below",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. NS"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("x.b.example."), dnssec.Bogus, 12,
		},
		{
			"6840 4.1: nor does a DNAME",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. DNAME"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("x.b.example."), dnssec.Bogus, 12,
		},
		{
			"4035 5.4: an empty non-terminal exists",
			[]dnssec.Set{nsec("example.", "b.example. NSEC x.c.example. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("c.example."), dnssec.Bogus, 6,
		},
		{
			"6840 4.1: the parent's record at a cut",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. NS")},
			noData("b.example.", dns.TypeA), dnssec.Bogus, 6,
		},
		{
			"4035 5.2: the child's record and DS",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. NS SOA")},
			noData("b.example.", dns.TypeDS), dnssec.Bogus, 6,
		},
		{
			"6840 4.3: an alias has no other data, and is no proof of that",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. CNAME")},
			noData("b.example.", dns.TypeA), dnssec.Bogus, 6,
		},
		{
			"8482: a name without records has none of any type",
			[]dnssec.Set{nsec("example.", "b.example. NSEC \\000.b.example. RRSIG NSEC NXNAME")},
			noData("b.example.", dns.TypeANY), dnssec.Secure, none,
		},
		{
			"4035 5.4: the name is there",
			[]dnssec.Set{nsec("example.", "b.example. NSEC d.example. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("b.example."), dnssec.Bogus, 6,
		},
		{
			"4035 5.2: the zone's own DS, whatever its record says",
			[]dnssec.Set{nsec("example.", "example. NSEC a.example. NS")},
			noData("example.", dns.TypeDS), dnssec.Bogus, 6,
		},
		{
			"4592 2.1.3: a wildcard that is asked for itself is not made from itself",
			[]dnssec.Set{nsec("example.", "w.example. NSEC b.w.example. A")},
			noExpansion("*.w.example.", "*.w.example."), dnssec.Bogus, 6,
		},
		{
			"4592 3.3.1: nor is what is elsewhere",
			[]dnssec.Set{nsec("example.", "example. NSEC example. SOA NS")},
			noExpansion("x.example.", "*.w.example."), dnssec.Bogus, 6,
		},
		{
			"4034 4.1.1: only the apex is the end of a chain",
			[]dnssec.Set{nsec("example.", "x.example. NSEC b.example. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("y.example."), dnssec.Bogus, 12,
		},
		{
			"4034 4.1.1: the end of a chain",
			[]dnssec.Set{nsec("example.", "x.example. NSEC example. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("y.example."), dnssec.Secure, none,
		},
		{
			"4034 4.1.1: a next name outside the zone",
			[]dnssec.Set{nsec("example.", "x.example. NSEC y.org. A"), nsec("example.", "example. NSEC a.example. SOA NS")},
			noName("y.example."), dnssec.Bogus, 12,
		},
		{
			"4035 5.3.2: a record made from a wildcard",
			[]dnssec.Set{spoilt(nsec("example.", "b.example. NSEC d.example. A"), func(s *dnssec.Set) { s.Sigs[0].Labels = 1 })},
			noData("b.example.", dns.TypeMX), dnssec.Bogus, 12,
		},
		{
			"4035 5.3.2: a second signature does not help it",
			[]dnssec.Set{spoilt(nsec("example.", "b.example. NSEC d.example. A"), func(s *dnssec.Set) {
				s.Sigs = append(s.Sigs, dns.Copy(s.Sigs[0]).(*dns.RRSIG))
				s.Sigs[1].Labels = 1
			})},
			noData("b.example.", dns.TypeMX), dnssec.Bogus, 12,
		},
		{
			"4035 5.3.1: signed by another zone",
			[]dnssec.Set{nsec("b.example.", "b.example. NSEC d.example. A")},
			noData("b.example.", dns.TypeMX), dnssec.Bogus, 12,
		},
		{
			"4035 5.3.1: not signed",
			[]dnssec.Set{{RRs: parse(t, "b.example. NSEC d.example. A")}},
			noData("b.example.", dns.TypeMX), dnssec.Bogus, 12,
		},
		{
			"another zone's name",
			[]dnssec.Set{nsec("example.", "example. NSEC example. SOA NS")},
			noName("example.org."), dnssec.Bogus, 6,
		},
		{
			"a name that is none",
			[]dnssec.Set{nsec("example.", "example. NSEC example. SOA NS")},
			noName("a..example."), dnssec.Bogus, 6,
		},
		{
			"4592 2.2.3: what is closer than the wildcard",
			[]dnssec.Set{nsec("example.", "b.w.example. NSEC d.w.example. A")},
			noExpansion("x.b.w.example.", "*.w.example."), dnssec.Bogus, 6,
		},
		{
			"a wildcard that is none",
			[]dnssec.Set{nsec("example.", "example. NSEC example. SOA NS")},
			noExpansion("b.example.", "a.example."), dnssec.Bogus, 6,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, reason := tt.ask(dnssec.NewChecker(now).Denial("example.", tt.sets))
			if status != tt.want || ede(reason) != tt.ede {
				t.Errorf("got %v, %v; want %v, EDE %d", status, reason, tt.want, tt.ede)
			}
		})
	}
}

type asking = func(*dnssec.Denial) (dnssec.Status, *dnssec.Reason)

func noName(qname string) asking {
	return func(d *dnssec.Denial) (dnssec.Status, *dnssec.Reason) { return d.NoName(qname) }
}

func noData(qname string, qtype uint16) asking {
	return func(d *dnssec.Denial) (dnssec.Status, *dnssec.Reason) { return d.NoData(qname, qtype) }
}

func noExpansion(qname, wildcard string) asking {
	return func(d *dnssec.Denial) (dnssec.Status, *dnssec.Reason) { return d.NoSuchExpansion(qname, wildcard) }
}

// The child's own record does not show its cut to be insecure, and neither does one
// that has a DS record (RFC 6840, section 4.4).
// Requirement 34.
func TestDelegationRules(t *testing.T) {
	tests := []struct {
		name, record string
		want         dnssec.Cut
	}{
		{"delegated", "b.example. NSEC d.example. NS", dnssec.InsecureCut},
		{"delegated with DS", "b.example. NSEC d.example. NS DS", dnssec.NoProof},
		{"the child's", "b.example. NSEC d.example. NS SOA", dnssec.NoProof},
		{"not delegated", "b.example. NSEC d.example. A", dnssec.NotACut},
		{"not there", "a.example. NSEC d.example. A", dnssec.NotACut},
		{"an empty non-terminal", "a.example. NSEC x.b.example. A", dnssec.NotACut},
		{"elsewhere", "c.example. NSEC d.example. A", dnssec.NoProof},
		{"the apex", "example. NSEC a.example. NS", dnssec.NoProof},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := dnssec.NewChecker(now).Denial("example.", []dnssec.Set{vouched("example.", parse(t, tt.record)[0])})
			if cut, reason := d.Delegation("b.example."); cut != tt.want {
				t.Errorf("got %v, %v; want %v", cut, reason, tt.want)
			}
			if cut, _ := d.Delegation("example."); cut != dnssec.NoProof {
				t.Errorf("the apex is %v", cut)
			}
		})
	}
}
