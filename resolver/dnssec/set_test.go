package dnssec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// shape is what a set looks like in tests: owner, type, records, signatures.
type shape struct {
	Name      string
	Type      uint16
	RRs, Sigs int
}

func shapes(sets []dnssec.Set) []shape {
	var out []shape
	for _, s := range sets {
		out = append(out, shape{s.Name(), s.Type(), len(s.RRs), len(s.Sigs)})
	}
	return out
}

func TestSets(t *testing.T) {
	const (
		sigA   = "A 13 2 300 20260602000000 20260601000000 1 example. AAAA"
		sigMX  = "MX 13 2 300 20260602000000 20260601000000 1 example. AAAA"
		sigSig = "RRSIG 13 2 300 20260602000000 20260601000000 1 example. AAAA"
	)
	tests := []struct {
		name    string
		section []string
		want    []shape
	}{
		{"nothing", nil, nil},
		{"in the order of appearance", []string{"b.example. A 192.0.2.1", "a.example. A 192.0.2.1", "b.example. A 192.0.2.2", "b.example. AAAA ::1"}, []shape{
			{"b.example.", dns.TypeA, 2, 0}, {"a.example.", dns.TypeA, 1, 0}, {"b.example.", dns.TypeAAAA, 1, 0},
		}},
		{"owners have no case (RFC 4343)", []string{"a.example. A 192.0.2.1", "A.Example. A 192.0.2.2"}, []shape{{"a.example.", dns.TypeA, 2, 0}}},
		{"an escaped owner is the same", []string{"a.example. A 192.0.2.1", "\\097.example. A 192.0.2.2"}, []shape{{"a.example.", dns.TypeA, 2, 0}}},
		{"duplicates are out, with another TTL too (RFC 2181, section 5)", []string{"a.example. 1 A 192.0.2.1", "a.example. 2 A 192.0.2.1"}, []shape{{"a.example.", dns.TypeA, 1, 0}}},
		{"duplicates in another case", []string{"a.example. NS b.example.", "a.example. NS B.example."}, []shape{{"a.example.", dns.TypeNS, 1, 0}}},
		{"case that counts", []string{"a.example. TXT b", "a.example. TXT B"}, []shape{{"a.example.", dns.TypeTXT, 2, 0}}},
		{"signatures before their set", []string{"a.example. RRSIG " + sigA, "A.example. A 192.0.2.1"}, []shape{{"A.example.", dns.TypeA, 1, 1}}},
		{"signatures once", []string{"a.example. A 192.0.2.1", "a.example. RRSIG " + sigA, "A.example. RRSIG " + sigA}, []shape{{"a.example.", dns.TypeA, 1, 1}}},
		{"signatures of another type or owner", []string{"a.example. A 192.0.2.1", "a.example. RRSIG " + sigMX, "b.example. RRSIG " + sigA}, []shape{{"a.example.", dns.TypeA, 1, 0}}},
		{"signatures of signatures (RFC 4035, section 2.2)", []string{"a.example. A 192.0.2.1", "a.example. RRSIG " + sigA, "a.example. RRSIG " + sigSig}, []shape{{"a.example.", dns.TypeA, 1, 1}}},
		{"another class", []string{"a.example. CH A 192.0.2.1", "a.example. A 192.0.2.1"}, []shape{{"a.example.", dns.TypeA, 1, 0}}},
		{"unknown types (RFC 3597)", []string{"a.example. TYPE65280 \\# 1 00", "a.example. TYPE65280 \\# 1 00", "a.example. TYPE65281 \\# 1 00"}, []shape{
			{"a.example.", 65280, 1, 0}, {"a.example.", 65281, 1, 0},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			section := append(parse(t, tt.section...), nil, &dns.OPT{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeOPT, Class: 1}})
			if diff := cmp.Diff(tt.want, shapes(dnssec.Sets(section))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Records are not changed: they may be shared.
func TestSetsLeaveRecords(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	set := zsk.set(t, "A.Example. IN NS NS.Example.")
	before := dns.Copy(set.RRs[0])
	sets := dnssec.Sets([]dns.RR{set.RRs[0], set.Sigs[0]})
	if _, reason := dnssec.NewChecker(now).Verify(sets[0], "example.", zsk.keys()); reason != nil {
		t.Fatal(reason)
	}
	if diff := cmp.Diff(before, set.RRs[0]); diff != "" {
		t.Error(diff)
	}
}
