package dnssec_test

import (
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// now is the time of all validations here; signatures hold for a day round it.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	zoneFlags = dns.ZONE
	kskFlags  = dns.ZONE | dns.SEP
)

// A signer is a key pair of a zone.
type signer struct {
	key     *dns.DNSKEY
	private crypto.Signer
}

// newSigner makes an Ed25519 key from a seed, so that tests and corpora stay the same.
func newSigner(zone string, seed byte, flags uint16) signer {
	private := ed25519.NewKeyFromSeed(slices.Repeat([]byte{seed}, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	return signer{&dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: flags, Protocol: 3, Algorithm: dns.ED25519,
		PublicKey: base64.StdEncoding.EncodeToString(public),
	}, private}
}

// generate makes a key pair with the library.
func generate(t testing.TB, zone string, algorithm uint8, bits int) signer {
	t.Helper()
	k := &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: zoneFlags, Protocol: 3, Algorithm: algorithm,
	}
	private, err := k.Generate(bits)
	if err != nil {
		t.Fatal(err)
	}
	return signer{k, private.(crypto.Signer)}
}

// sign signs a set; edit changes the fields that are signed.
func (s signer) sign(t testing.TB, rrs []dns.RR, edit func(*dns.RRSIG)) *dns.RRSIG {
	t.Helper()
	sig := &dns.RRSIG{
		Algorithm: s.key.Algorithm, KeyTag: s.key.KeyTag(), SignerName: s.key.Hdr.Name,
		Inception: uint32(now.Add(-12 * time.Hour).Unix()), Expiration: uint32(now.Add(12 * time.Hour).Unix()),
	}
	sig.Hdr.Ttl = rrs[0].Header().Ttl
	if edit != nil {
		edit(sig)
	}
	if err := sig.Sign(s.private, rrs); err != nil {
		t.Fatal(err)
	}
	return sig
}

// set signs records that are written as in a master file.
func (s signer) set(t testing.TB, records ...string) dnssec.Set {
	t.Helper()
	rrs := parse(t, records...)
	return dnssec.Set{RRs: rrs, Sigs: []*dns.RRSIG{s.sign(t, rrs, nil)}}
}

func (s signer) keys() []*dns.DNSKEY { return []*dns.DNSKEY{s.key} }

func parse(t testing.TB, records ...string) []dns.RR {
	t.Helper()
	out := make([]dns.RR, len(records))
	for i, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = rr
	}
	return out
}

// expand gives a set another owner, as a server does with a wildcard's.
func expand(s dnssec.Set, owner string) dnssec.Set {
	var out dnssec.Set
	for _, rr := range s.RRs {
		c := dns.Copy(rr)
		c.Header().Name = owner
		out.RRs = append(out.RRs, c)
	}
	for _, sig := range s.Sigs {
		c := dns.Copy(sig).(*dns.RRSIG)
		c.Hdr.Name = owner
		out.Sigs = append(out.Sigs, c)
	}
	return out
}

// ede is the code of a reason, for tables in which -1 stands for none.
func ede(r *dnssec.Reason) int {
	if r == nil {
		return none
	}
	return int(r.EDE)
}

const none = -1

func contains(r *dnssec.Reason, s string) bool { return r != nil && strings.Contains(r.Error(), s) }
