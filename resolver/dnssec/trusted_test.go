package dnssec_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// keySet is a zone's DNSKEY set, signed by some of the keys.
func keySet(t testing.TB, all []signer, by ...signer) dnssec.Set {
	t.Helper()
	var s dnssec.Set
	for _, k := range all {
		s.RRs = append(s.RRs, k.key)
	}
	for _, k := range by {
		s.Sigs = append(s.Sigs, k.sign(t, s.RRs, nil))
	}
	return s
}

// ds is a key's DS record, changed.
func ds(s signer, digest uint8, edit func(*dns.DS)) dns.RR {
	out := s.key.ToDS(digest)
	if edit != nil {
		edit(out)
	}
	return out
}

// Requirement 32.
func TestTrusted(t *testing.T) {
	ksk, zsk := newSigner("example.", 1, kskFlags), newSigner("example.", 2, zoneFlags)
	second := generate(t, "example.", dns.ECDSAP256SHA256, 256)
	noZone := newSigner("example.", 3, 0)
	revoked := newSigner("example.", 4, kskFlags|dns.REVOKE)
	foreign := newSigner("example.org.", 1, kskFlags)
	all := []signer{ksk, zsk, second, noZone, revoked}
	spoil := func(d *dns.DS) { d.Digest = "00" + d.Digest[2:] }
	digest := func(n uint8) func(*dns.DS) { return func(d *dns.DS) { d.DigestType = n } }
	algorithm := func(n uint8) func(*dns.DS) { return func(d *dns.DS) { d.Algorithm = n } }
	both := keySet(t, all, ksk, zsk)
	tests := []struct {
		name   string
		keys   dnssec.Set
		by     []dns.RR
		status dnssec.Status
		ede    int
		tag    uint16
		digest uint8
	}{
		{"4035 5.2: SHA-256", both, []dns.RR{ds(ksk, 2, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 2},
		{"6605 2: SHA-384", both, []dns.RR{ds(ksk, 4, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 4},
		{"4034 5.1: SHA-1 alone", both, []dns.RR{ds(ksk, 1, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 1},
		{"4509 3: SHA-1 beside SHA-256", both, []dns.RR{ds(ksk, 1, nil), ds(ksk, 2, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 2},
		{"4509 3: good SHA-1 beside bad SHA-256", both, []dns.RR{ds(ksk, 1, nil), ds(ksk, 2, spoil)}, dnssec.Bogus, 9, 0, 0},
		{"4509 3: SHA-1 beside SHA-256 of another algorithm", both, []dns.RR{ds(ksk, 1, nil), ds(second, 2, spoil)}, dnssec.Secure, none, ksk.key.KeyTag(), 1},
		{"4509 3: SHA-1 beside an unsupported digest", both, []dns.RR{ds(ksk, 1, nil), ds(ksk, 2, digest(3))}, dnssec.Secure, none, ksk.key.KeyTag(), 1},
		{"4035 5.2: a key that is not SEP", both, []dns.RR{ds(zsk, 2, nil)}, dnssec.Secure, none, zsk.key.KeyTag(), 2},
		{"6840 5.11: another algorithm need not sign", both, []dns.RR{ds(second, 2, nil), ds(ksk, 2, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 2},
		{"6840 5.11: another DS need not fit", both, []dns.RR{ds(ksk, 2, spoil), ds(zsk, 2, nil)}, dnssec.Secure, none, zsk.key.KeyTag(), 2},
		{"4035 5.2: owner in another case", both, []dns.RR{ds(ksk, 2, func(d *dns.DS) { d.Hdr.Name = "EXAMPLE." })}, dnssec.Secure, none, ksk.key.KeyTag(), 2},
		{"4035 5: an anchor that is a key", both, []dns.RR{ksk.key}, dnssec.Secure, none, ksk.key.KeyTag(), 0},
		{"4035 5: anchors of both kinds", both, []dns.RR{ksk.key, ds(ksk, 2, nil)}, dnssec.Secure, none, ksk.key.KeyTag(), 2},
		{"4035 5: an anchor that is another key", both, []dns.RR{foreign.key, newSigner("example.", 9, kskFlags).key}, dnssec.Bogus, 9, 0, 0},
		{"5011 2.1: an anchor that was revoked", both, []dns.RR{newSigner("example.", 4, kskFlags).key}, dnssec.Bogus, 9, 0, 0},
		{"8914 4.10: no DNSKEY", dnssec.Set{}, []dns.RR{ds(ksk, 2, nil)}, dnssec.Bogus, 9, 0, 0},
		{"8914 4.10: DNSKEY of another zone", keySet(t, []signer{foreign}, foreign), []dns.RR{ds(ksk, 2, nil)}, dnssec.Bogus, 9, 0, 0},
		{"8914 4.10: records of another type", ksk.set(t, "example. IN A 192.0.2.1"), []dns.RR{ds(ksk, 2, nil)}, dnssec.Bogus, 9, 0, 0},
		{"4035 5.2: another digest", both, []dns.RR{ds(ksk, 2, spoil)}, dnssec.Bogus, 9, 0, 0},
		{"4035 5.2: another tag", both, []dns.RR{ds(ksk, 2, func(d *dns.DS) { d.KeyTag++ })}, dnssec.Bogus, 9, 0, 0},
		{"4035 5.2: another algorithm in the DS", both, []dns.RR{ds(ksk, 2, algorithm(dns.RSASHA256))}, dnssec.Bogus, 9, 0, 0},
		{"4034 2.1.1: no zone key bit", keySet(t, all, noZone), []dns.RR{ds(noZone, 2, nil)}, dnssec.Bogus, 11, 0, 0},
		{"5011 2.1: revoked", keySet(t, all, revoked), []dns.RR{ds(revoked, 2, nil)}, dnssec.Bogus, 9, 0, 0},
		{"4035 5.2: not signed", keySet(t, all), []dns.RR{ds(ksk, 2, nil)}, dnssec.Bogus, 10, 0, 0},
		{"4035 5.2: signed by another key", keySet(t, all, zsk), []dns.RR{ds(ksk, 2, nil)}, dnssec.Bogus, 10, 0, 0},
		{"4035 5.2: unsupported algorithm", both, []dns.RR{ds(ksk, 2, algorithm(16))}, dnssec.Insecure, 1, 0, 0},
		{"4035 5.2: unsupported algorithm, and no DNSKEY", dnssec.Set{}, []dns.RR{ds(ksk, 2, algorithm(3))}, dnssec.Insecure, 1, 0, 0},
		{"6840 5.2: unsupported digest", both, []dns.RR{ds(ksk, 2, digest(3))}, dnssec.Insecure, 2, 0, 0},
		{"6840 5.2: one of each", both, []dns.RR{ds(ksk, 2, digest(200)), ds(ksk, 2, algorithm(16))}, dnssec.Insecure, 2, 0, 0},
		{"6840 5.2: unsupported beside one that does not fit", both, []dns.RR{ds(ksk, 2, algorithm(16)), ds(ksk, 2, spoil)}, dnssec.Bogus, 9, 0, 0},
		{"nothing to trust by", both, nil, dnssec.Bogus, 6, 0, 0},
		{"DS of another zone", both, []dns.RR{ds(foreign, 2, nil)}, dnssec.Bogus, 6, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			link, status, reason := dnssec.NewChecker(now).Trusted("example.", tt.keys, tt.by)
			if status != tt.status || ede(reason) != tt.ede || (link == nil) != (status != dnssec.Secure) {
				t.Fatalf("got %+v, %v, %v; want %v, EDE %d", link, status, reason, tt.status, tt.ede)
			}
			if link != nil && (link.KeyTag != tt.tag || link.Digest != tt.digest || len(link.Keys) != len(all)) {
				t.Errorf("got %+v, want key %d by digest %d", link, tt.tag, tt.digest)
			}
		})
	}
}

// What is wrong with the signature over the keys is told as of any other.
func TestTrustedExpired(t *testing.T) {
	ksk := newSigner(".", 1, kskFlags)
	keys := keySet(t, []signer{ksk}, ksk)
	c := dnssec.NewChecker(now.Add(24 * time.Hour))
	_, status, reason := c.Trusted(".", keys, []dns.RR{ds(ksk, 2, nil)})
	want := &dnssec.Reason{
		Zone: ".", KeyTag: ksk.key.KeyTag(), Algorithm: dns.ED25519, EDE: 7,
		Text: "the signature of . DNSKEY expired at 2026-06-02T00:00:00Z",
	}
	if diff := cmp.Diff(want, reason); status != dnssec.Bogus || diff != "" {
		t.Errorf("got %v\n%s", status, diff)
	}
}

// The whole chain of trust as package resolver follows it: anchor, keys, DS, keys,
// answer.
func TestTrustedChain(t *testing.T) {
	root, ksk, zsk := newSigner(".", 1, kskFlags), newSigner("example.", 2, kskFlags), newSigner("example.", 3, zoneFlags)
	c := dnssec.NewChecker(now)
	top, status, reason := c.Trusted(".", keySet(t, []signer{root}, root), []dns.RR{root.key})
	if status != dnssec.Secure {
		t.Fatal(reason)
	}
	dsSet := root.set(t, ksk.key.ToDS(dns.SHA256).String())
	if _, reason := c.Verify(dsSet, ".", top.Keys); reason != nil {
		t.Fatal(reason)
	}
	link, status, reason := c.Trusted("example.", keySet(t, []signer{ksk, zsk}, ksk), dsSet.RRs)
	if status != dnssec.Secure {
		t.Fatal(reason)
	}
	if _, reason := c.Verify(zsk.set(t, address), "example.", link.Keys); reason != nil {
		t.Error(reason)
	}
}

// CVE-2023-50387: many keys with the tag of one DS record are not all compared.
// Requirement 26.
func TestTrustedBudget(t *testing.T) {
	ksk := newSigner("example.", 1, kskFlags)
	var s dnssec.Set
	for _, k := range colliding(t, ksk.key, 100) {
		s.RRs = append(s.RRs, k)
	}
	s.Sigs = []*dns.RRSIG{ksk.sign(t, s.RRs, nil)}
	_, status, reason := dnssec.NewChecker(now).Trusted("example.", s, []dns.RR{ds(ksk, 2, nil)})
	if status != dnssec.Bogus || !contains(reason, "more than 4 keys") {
		t.Errorf("got %v, %v", status, reason)
	}
	s = dnssec.Set{RRs: s.RRs[97:]}
	s.Sigs = []*dns.RRSIG{ksk.sign(t, s.RRs, nil)}
	if _, status, reason = dnssec.NewChecker(now).Trusted("example.", s, []dns.RR{ds(ksk, 2, nil)}); status != dnssec.Secure {
		t.Errorf("three keys of one tag: %v", reason)
	}
}
