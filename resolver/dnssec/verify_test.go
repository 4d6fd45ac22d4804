package dnssec_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

const address = "www.example. 300 IN A 192.0.2.1"

func seconds(d time.Duration) uint32 { return uint32(now.Add(d).Unix()) }

// Requirement 36 (and 30 to 32).
func TestVerifyRules(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	other := newSigner("example.", 2, zoneFlags)
	parent := newSigner(".", 3, zoneFlags)
	noZone := newSigner("example.", 4, 0)
	revoked := newSigner("example.", 5, zoneFlags|dns.REVOKE)
	protocol := newSigner("example.", 6, zoneFlags)
	protocol.key.Protocol = 2
	signed := func(s signer, edit func(*dns.RRSIG)) dnssec.Set {
		rrs := parse(t, address)
		return dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{s.sign(t, rrs, edit)}}
	}
	changed := func(edit func(*dnssec.Set)) dnssec.Set {
		s := signed(zsk, nil)
		edit(&s)
		return s
	}
	mixed := zsk.set(t, address, "www.example. 300 IN A 192.0.2.2")
	mixed.RRs[1].Header().Name = "WWW.example."
	tests := []struct {
		name string
		set  dnssec.Set
		zone string
		keys []*dns.DNSKEY
		ede  int
		text string
	}{
		{"4035 5.3.3: a good signature", signed(zsk, nil), "example.", zsk.keys(), none, ""},
		{"4343: case of the zone", signed(zsk, nil), "EXAMPLE.", zsk.keys(), none, ""},
		{"4034 6.2: case of the owner", changed(func(s *dnssec.Set) { s.RRs[0].Header().Name = "wWw.ExAmPle." }), "example.", zsk.keys(), none, ""},
		{"4034 6.2: case that differs within the set", mixed, "example.", zsk.keys(), none, ""},
		{"4034 6.2: case of the signer", changed(func(s *dnssec.Set) { s.Sigs[0].SignerName = "EXAMPLE." }), "example.", zsk.keys(), none, ""},
		{"4034 6.2: another TTL than the original", changed(func(s *dnssec.Set) { s.RRs[0].Header().Ttl = 7 }), "example.", zsk.keys(), none, ""},
		{"4034 6.3: a record twice", changed(func(s *dnssec.Set) { s.RRs = append(s.RRs, dns.Copy(s.RRs[0])) }), "example.", zsk.keys(), none, ""},
		{"4034 3.1.4: the original TTL is signed", changed(func(s *dnssec.Set) { s.Sigs[0].OrigTtl++ }), "example.", zsk.keys(), 6, "wrong"},
		{"4035 5.3.3: other data", changed(func(s *dnssec.Set) { s.RRs = parse(t, "www.example. 300 IN A 192.0.2.2") }), "example.", zsk.keys(), 6, "wrong"},
		{"4035 5.3.3: another record", changed(func(s *dnssec.Set) { s.RRs = append(s.RRs, parse(t, "www.example. 300 IN A 192.0.2.2")...) }), "example.", zsk.keys(), 6, "wrong"},
		{"4035 5.3.1: no signature", dnssec.Set{RRs: parse(t, address)}, "example.", zsk.keys(), 10, "is not signed"},
		{"no record", dnssec.Set{}, "example.", zsk.keys(), 6, "no records"},
		{"4035 5.3.1: two owners", changed(func(s *dnssec.Set) { s.RRs = append(s.RRs, parse(t, "a.example. 300 IN A 192.0.2.2")...) }), "example.", zsk.keys(), 6, "no set"},
		{"4035 5.3.1: another class", changed(func(s *dnssec.Set) { s.RRs[0].Header().Class = dns.ClassCHAOS }), "example.", zsk.keys(), 6, "class"},
		{"4035 5.3.1: signature of another owner", changed(func(s *dnssec.Set) { s.Sigs[0].Hdr.Name = "a.example." }), "example.", zsk.keys(), 6, "not of"},
		{"4035 5.3.1: signature of another type", changed(func(s *dnssec.Set) { s.Sigs[0].TypeCovered = dns.TypeAAAA }), "example.", zsk.keys(), 6, "not of"},
		{"4035 5.3.1: signer above the zone", signed(parent, nil), "example.", []*dns.DNSKEY{parent.key, zsk.key}, 6, "not its zone"},
		{"4035 5.3.1: signer below the zone", signed(zsk, nil), ".", zsk.keys(), 6, "not its zone"},
		{"4035 5.3.1: signer beside the owner", signed(zsk, nil), "example.org.", zsk.keys(), 6, "outside the zone"},
		{"4035 5.3.1: a name that only ends alike", dnssec.Set{RRs: parse(t, "www.badexample. IN A 192.0.2.1")}, "example.", zsk.keys(), 6, "outside the zone"},
		{"4035 5.3.1: more labels than the owner", changed(func(s *dnssec.Set) { s.Sigs[0].Labels = 3 }), "example.", zsk.keys(), 6, "more labels"},
		{"4035 5.3.2: fewer labels than the zone", changed(func(s *dnssec.Set) { s.Sigs[0].Labels = 0 }), "example.", zsk.keys(), 6, "fewer labels"},
		{"4035 5.3.2: labels of a wildcard that was not signed", changed(func(s *dnssec.Set) { s.Sigs[0].Labels = 1 }), "example.", zsk.keys(), 6, "wrong"},
		{"8914 4.10: no key", signed(zsk, nil), "example.", nil, 9, "no DNSKEY"},
		{"8914 4.10: another key", signed(zsk, nil), "example.", other.keys(), 9, "no DNSKEY"},
		{"4034 8: a key of the tag that is not the one", signed(zsk, func(s *dns.RRSIG) { s.KeyTag = other.key.KeyTag() }), "example.", other.keys(), 6, "wrong"},
		{"4034 2.1.1: no zone key bit", signed(noZone, nil), "example.", noZone.keys(), 11, "zone key bit"},
		{"4034 2.1.2: another protocol", signed(protocol, nil), "example.", protocol.keys(), 9, "protocol"},
		{"5011 2.1: a revoked key signs nothing", signed(revoked, nil), "example.", revoked.keys(), 9, "revoked"},
		{"5011 2.1: a revoked key beside a good one", signed(zsk, nil), "example.", []*dns.DNSKEY{revoked.key, zsk.key}, none, ""},
		{"4034 5: the child's own DS", newSigner("example.", 1, 256).set(t, "example. IN DS 1 8 2 00"), "example.", zsk.keys(), 6, "parent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proof, reason := dnssec.NewChecker(now).Verify(tt.set, tt.zone, tt.keys)
			if got := ede(reason); got != tt.ede || (proof == nil) != (reason != nil) {
				t.Fatalf("got %+v, %v; want EDE %d", proof, reason, tt.ede)
			}
			if reason != nil && (!contains(reason, tt.text) || reason.Zone != tt.zone) {
				t.Errorf("got reason %v, want %q of %q", reason, tt.text, tt.zone)
			}
		})
	}
}

// RFC 4034, section 3.1.5: inception and expiration are serial numbers (RFC 1982).
// Requirement 31.
func TestVerifyTimes(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	rrs := parse(t, address)
	wrap := time.Unix(1<<32, 0) // 2106-02-07T06:28:16Z
	tests := []struct {
		name                  string
		at                    time.Time
		inception, expiration uint32
		ede                   int
	}{
		{"within", now, seconds(-time.Hour), seconds(time.Hour), none},
		{"at its inception", now, seconds(0), seconds(time.Hour), none},
		{"at its expiration", now, seconds(-time.Hour), seconds(0), none},
		{"a second early", now, seconds(time.Second), seconds(time.Hour), 8},
		{"a second late", now, seconds(-time.Hour), seconds(-time.Second), 7},
		{"valid for one second", now, seconds(0), seconds(0), none},
		{"ends before it begins", now, seconds(time.Hour), seconds(-time.Hour), 25},
		{"over the wrap, before it", wrap.Add(-time.Minute), uint32(1<<32 - 3600), 3600, none},
		{"over the wrap, after it", wrap.Add(time.Minute), uint32(1<<32 - 3600), 3600, none},
		{"before the wrap, after it is over", wrap.Add(time.Minute), uint32(1<<32 - 3600), uint32(1<<32 - 1800), 7},
		{"after the wrap, before it begins", wrap.Add(-time.Minute), 60, 3600, 8},
		{"half the circle away", now, seconds(0) + 1<<31, seconds(time.Hour) + 1<<31, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sig := zsk.sign(t, rrs, func(s *dns.RRSIG) { s.Inception, s.Expiration = tt.inception, tt.expiration })
			_, reason := dnssec.NewChecker(tt.at).Verify(dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{sig}}, "example.", zsk.keys())
			if got := ede(reason); got != tt.ede {
				t.Errorf("got %v, want EDE %d", reason, tt.ede)
			}
		})
	}
}

// The reason tells the time in words, whatever the clock of the machine.
func TestVerifyTellsTime(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	rrs := parse(t, address)
	sig := zsk.sign(t, rrs, func(s *dns.RRSIG) { s.Expiration = seconds(-time.Minute) })
	_, reason := dnssec.NewChecker(now).Verify(dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{sig}}, "example.", zsk.keys())
	want := &dnssec.Reason{
		Zone: "example.", KeyTag: zsk.key.KeyTag(), Algorithm: dns.ED25519, EDE: 7,
		Text: "the signature of www.example. A expired at 2026-06-01T11:59:00Z",
	}
	if diff := cmp.Diff(want, reason); diff != "" {
		t.Error(diff)
	}
}

// One signature that holds is enough, and of those that do not the one that came
// farthest gives the reason (RFC 4035, section 5.3.3).
func TestVerifyManySignatures(t *testing.T) {
	zsk, gone := newSigner("example.", 1, zoneFlags), newSigner("example.", 2, zoneFlags)
	rrs := parse(t, address)
	good := zsk.sign(t, rrs, nil)
	expired := zsk.sign(t, rrs, func(s *dns.RRSIG) { s.Expiration = seconds(-time.Hour) })
	keyless := gone.sign(t, rrs, nil)
	unsupported := dns.Copy(good).(*dns.RRSIG)
	unsupported.Algorithm = dns.ED448
	wrong := dns.Copy(good).(*dns.RRSIG)
	wrong.OrigTtl++
	empty := dns.Copy(good).(*dns.RRSIG)
	empty.Signature = "not base64"
	tests := []struct {
		name string
		sigs []*dns.RRSIG
		ede  int
	}{
		{"the last holds", []*dns.RRSIG{unsupported, expired, keyless, wrong, empty, good}, none},
		{"unsupported alone", []*dns.RRSIG{unsupported}, 10},
		{"unsupported and expired", []*dns.RRSIG{unsupported, expired}, 7},
		{"expired, and one without key", []*dns.RRSIG{keyless, expired}, 9},
		{"wrong, and one without key", []*dns.RRSIG{wrong, keyless}, 6},
		{"a signature that is none", []*dns.RRSIG{empty}, 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, reason := dnssec.NewChecker(now).Verify(dnssec.Set{RRs: rrs, Sigs: tt.sigs}, "example.", zsk.keys())
			if got := ede(reason); got != tt.ede {
				t.Errorf("got %v, want EDE %d", reason, tt.ede)
			}
		})
	}
}

// RFC 4035, section 5.3.2: the owner of a wildcard is rebuilt from the labels field.
func TestVerifyWildcard(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	wild := zsk.set(t, "*.w.example. 300 IN A 192.0.2.1")
	tests := []struct {
		owner, wildcard string
		ede             int
	}{
		{"*.w.example.", "", none},
		{"a.w.example.", "*.w.example.", none},
		{"A.b.C.W.example.", "*.w.example.", none},
		{"*.a.w.example.", "*.w.example.", none},
		{"a.x.example.", "", 6},
		{"w.example.", "", 6},
		{"example.", "", 6},
	}
	for _, tt := range tests {
		t.Run(tt.owner, func(t *testing.T) {
			proof, reason := dnssec.NewChecker(now).Verify(expand(wild, tt.owner), "example.", zsk.keys())
			if got := ede(reason); got != tt.ede {
				t.Fatalf("got %v, want EDE %d", reason, tt.ede)
			}
			if proof != nil && proof.Wildcard != tt.wildcard {
				t.Errorf("got wildcard %q, want %q", proof.Wildcard, tt.wildcard)
			}
		})
	}
}

// RFC 4035, section 5.3.3: the least of the TTL, the original one and the time left.
func TestVerifyTTL(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	tests := []struct {
		name           string
		ttl, original  uint32
		left           time.Duration
		want           uint32
		secondRecordAt uint32
	}{
		{"its own", 100, 300, time.Hour, 100, 200},
		{"a record's with less", 100, 300, time.Hour, 50, 50},
		{"the original one", 1000, 300, time.Hour, 300, 1000},
		{"the time left", 1000, 1000, time.Minute, 60, 1000},
		{"the last second", 1000, 1000, 0, 0, 1000},
		{"top bit (RFC 2181, section 8)", 1 << 31, 300, time.Hour, 0, 300},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rrs := parse(t, address, "www.example. 300 IN A 192.0.2.2")
			sig := zsk.sign(t, rrs, func(s *dns.RRSIG) { s.OrigTtl, s.Expiration = tt.original, seconds(tt.left) })
			rrs[0].Header().Ttl, rrs[1].Header().Ttl = tt.ttl, tt.secondRecordAt
			proof, reason := dnssec.NewChecker(now).Verify(dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{sig}}, "example.", zsk.keys())
			if reason != nil || proof.TTL != tt.want {
				t.Errorf("got %+v, %v; want TTL %d", proof, reason, tt.want)
			}
		})
	}
}

// RFC 4034, section 6.2, with RFC 6840, section 5.1: which names of which types are
// put into lower case. The signature is made over the lower case where that is
// canonical, and over the letters as they are where it is not.
// Requirement 30.
func TestCanonicalCase(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	tests := []struct {
		record  string // with Names, that are Written so
		lowered bool
	}{
		{"a.example. IN NS NS.Example.", true},
		{"a.example. IN MD NS.Example.", true},
		{"a.example. IN MF NS.Example.", true},
		{"a.example. IN CNAME NS.Example.", true},
		{"a.example. IN SOA NS.Example. Host.Example. 1 2 3 4 5", true},
		{"a.example. IN MB NS.Example.", true},
		{"a.example. IN MG NS.Example.", true},
		{"a.example. IN MR NS.Example.", true},
		{"a.example. IN PTR NS.Example.", true},
		{"a.example. IN MINFO A.Example. B.Example.", true},
		{"a.example. IN MX 10 MX.Example.", true},
		{"a.example. IN RP A.Example. B.Example.", true},
		{"a.example. IN AFSDB 1 A.Example.", true},
		{"a.example. IN RT 1 A.Example.", true},
		{"a.example. IN PX 1 A.Example. B.Example.", true},
		{"a.example. IN NAPTR 1 2 \"s\" \"sip\" \"\" Repl.Example.", true},
		{"a.example. IN KX 1 A.Example.", true},
		{"a.example. IN SRV 1 2 3 A.Example.", true},
		{"a.example. IN DNAME A.Example.", true},
		{"a.example. IN TYPE38 \\# 12 800141074578616D706C6500", true},   // A6: prefix of 128, "A.Example." after nothing
		{"a.example. IN TYPE38 \\# 13 78010141074578616D706C6500", true}, // prefix of 120: one octet of the address
		{"a.example. IN TYPE30 \\# 14 0141074578616D706C6500000140", true},
		{"a.example. IN TYPE24 \\# 30 0001080200000000000000000000000000000141074578616D706C650001", true},
		{"a.example. IN HINFO Cpu Os", false},
		{"a.example. IN NSEC B.Example. A NSEC", false},
		{"a.example. IN TXT Text", false},
		{"a.example. IN SVCB 1 A.Example.", false},
		{"a.example. IN HTTPS 1 A.Example.", false},
		{"a.example. IN TALINK A.Example. B.Example.", false},
		{"a.example. IN LP 10 A.Example.", false},
		{"a.example. IN TYPE65280 \\# 12 800141074578616D706C6500", false},
	}
	for _, tt := range tests {
		t.Run(strings.Fields(tt.record)[2], func(t *testing.T) {
			rrs := parse(t, tt.record)
			s := dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{zsk.sign(t, lowerData(t, rrs, tt.lowered), nil)}}
			if _, reason := dnssec.NewChecker(now).Verify(s, "example.", zsk.keys()); reason != nil {
				t.Error(reason)
			}
			s.Sigs[0] = zsk.sign(t, lowerData(t, rrs, !tt.lowered), nil)
			if _, reason := dnssec.NewChecker(now).Verify(s, "example.", zsk.keys()); reason == nil {
				t.Error("the other case verifies too")
			}
		})
	}
}

// lowerData turns records into ones of a private type, which the library signs as they
// are, with the letters of the data in lower case or not, and names the type again.
func lowerData(t *testing.T, rrs []dns.RR, lowered bool) []dns.RR {
	t.Helper()
	raw := new(dns.RFC3597)
	if err := raw.ToRFC3597(rrs[0]); err != nil {
		t.Fatal(err)
	}
	if lowered {
		raw.Rdata = hexLower(t, raw.Rdata)
	}
	raw.Hdr = *rrs[0].Header()
	return []dns.RR{raw}
}

// RFC 4034, section 6.3: records are ordered by their data as octets, of which one
// that is a prefix of another comes first; the order of arrival does not matter.
// Requirement 30.
func TestCanonicalOrder(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	s := zsk.set(t,
		"a.example. IN TYPE65280 \\# 1 00", "a.example. IN TYPE65280 \\# 2 0000",
		"a.example. IN TYPE65280 \\# 1 7f", "a.example. IN TYPE65280 \\# 1 80", "a.example. IN TYPE65280 \\# 0")
	for range s.RRs {
		s.RRs = append(s.RRs[1:], s.RRs[0])
		if _, reason := dnssec.NewChecker(now).Verify(s, "example.", zsk.keys()); reason != nil {
			t.Error(reason)
		}
	}
	slices.Reverse(s.RRs)
	if _, reason := dnssec.NewChecker(now).Verify(s, "example.", zsk.keys()); reason != nil {
		t.Error(reason)
	}
}

// CVE-2023-50387: keys of one tag and signatures by it, none of which hold, are given
// up after a few checks, in one set and in one question.
// Requirement 26.
func TestVerifyBudget(t *testing.T) {
	const many = 500
	zsk := newSigner("example.", 1, zoneFlags)
	keys := colliding(t, zsk.key, many)
	s := zsk.set(t, address)
	for i := range many {
		sig := dns.Copy(s.Sigs[0]).(*dns.RRSIG)
		sig.Signature = base64.StdEncoding.EncodeToString(append(make([]byte, 62), byte(i>>8), byte(i)))
		s.Sigs = append([]*dns.RRSIG{sig}, s.Sigs...)
	}
	c := dnssec.NewChecker(now)
	if _, reason := c.Verify(s, "example.", keys); !contains(reason, "more than 8 signature checks") {
		t.Errorf("got %v", reason)
	}
	for range 20 {
		_, _ = c.Verify(s, "example.", keys)
	}
	good := zsk.set(t, address)
	if _, reason := c.Verify(good, "example.", zsk.keys()); !contains(reason, "too many signature checks") {
		t.Errorf("a question that has failed %d times goes on: %v", 20, reason)
	}
	if _, reason := dnssec.NewChecker(now).Verify(good, "example.", zsk.keys()); reason != nil {
		t.Error(reason)
	}
}

// A chain of aliases through many zones fits the budget of one question.
func TestVerifyLongChain(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	s := zsk.set(t, address)
	c := dnssec.NewChecker(now)
	for i := range 120 {
		if _, reason := c.Verify(s, "example.", zsk.keys()); reason != nil {
			t.Fatalf("set %d: %v", i, reason)
		}
	}
}

// A set whose names point to each other comes to far more than the message it was in.
func TestVerifySizeLimit(t *testing.T) {
	zsk := newSigner("example.", 1, zoneFlags)
	long := strings.Repeat(strings.Repeat("x", 60)+".", 3) + "example."
	var rrs []dns.RR
	for i := range 5000 {
		rrs = append(rrs, &dns.MX{Hdr: dns.RR_Header{Name: long, Rrtype: dns.TypeMX, Class: dns.ClassINET}, Preference: uint16(i), Mx: long})
	}
	s := dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{zsk.sign(t, rrs[:1], nil)}}
	if _, reason := dnssec.NewChecker(now).Verify(s, "example.", zsk.keys()); !contains(reason, "too large") {
		t.Errorf("got %v", reason)
	}
}
