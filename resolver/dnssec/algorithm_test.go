package dnssec_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"io"
	"math/big"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// An rsaPair signs with keys that crypto/rsa refuses.
type rsaPair struct {
	modulus, exponent, private *big.Int
}

func (p *rsaPair) Public() crypto.PublicKey { return p.modulus }

// digestOIDs name the hashes (RFC 8017, appendix B.1).
var digestOIDs = map[crypto.Hash]asn1.ObjectIdentifier{
	crypto.SHA1:   {1, 3, 14, 3, 2, 26},
	crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1},
	crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3},
}

// Sign makes the encoding of RFC 8017, section 9.2, from its ASN.1 definition.
func (p *rsaPair) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	info, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Digest    []byte
	}{pkix.AlgorithmIdentifier{Algorithm: digestOIDs[opts.HashFunc()], Parameters: asn1.NullRawValue}, digest})
	if err != nil {
		return nil, err
	}
	em := make([]byte, p.size())
	for i := range em {
		em[i] = 0xff
	}
	em[0], em[1], em[len(em)-len(info)-1] = 0, 1, 0
	copy(em[len(em)-len(info):], info)
	return new(big.Int).Exp(new(big.Int).SetBytes(em), p.private, p.modulus).FillBytes(em), nil
}

func (p *rsaPair) size() int { return (p.modulus.BitLen() + 7) / 8 }

// newRSA makes a pair of a size and an exponent that the library need not like.
func newRSA(t testing.TB, bits int, exponent *big.Int) *rsaPair {
	t.Helper()
	one := big.NewInt(1)
	for {
		p, err := rand.Prime(rand.Reader, bits/2)
		if err != nil {
			t.Fatal(err)
		}
		q, err := rand.Prime(rand.Reader, bits-bits/2)
		if err != nil {
			t.Fatal(err)
		}
		n := new(big.Int).Mul(p, q)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		if d := new(big.Int).ModInverse(exponent, phi); d != nil && n.BitLen() == bits {
			return &rsaPair{n, exponent, d}
		}
	}
}

// signer puts the pair into a DNSKEY, with zeros before exponent and modulus.
func (p *rsaPair) signer(zone string, algorithm uint8, zeros int) signer {
	e := append(make([]byte, zeros), p.exponent.Bytes()...)
	public := []byte{byte(len(e))}
	if len(e) > 255 {
		public = []byte{0, byte(len(e) >> 8), byte(len(e))}
	}
	public = append(append(public, e...), append(make([]byte, zeros), p.modulus.Bytes()...)...)
	return signer{&dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: zoneFlags, Protocol: 3, Algorithm: algorithm, PublicKey: base64.StdEncoding.EncodeToString(public),
	}, p}
}

func exponent(bit uint) *big.Int { return new(big.Int).SetBit(big.NewInt(1), int(bit), 1) }

// The algorithms of RFC 9904 that are supported, made by another implementation: each
// verifies, and with any octet of signature or key changed does not.
// Requirement 33.
func TestAlgorithms(t *testing.T) {
	tests := []struct {
		name      string
		algorithm uint8
		bits      int
	}{
		{"RSASHA1 (RFC 3110)", dns.RSASHA1, 1024},
		{"RSASHA1-NSEC3-SHA1 (RFC 5155)", dns.RSASHA1NSEC3SHA1, 1024},
		{"RSASHA256 (RFC 5702)", dns.RSASHA256, 1280},
		{"RSASHA512 (RFC 5702)", dns.RSASHA512, 2048},
		{"ECDSAP256SHA256 (RFC 6605)", dns.ECDSAP256SHA256, 256},
		{"ECDSAP384SHA384 (RFC 6605)", dns.ECDSAP384SHA384, 384},
		{"ED25519 (RFC 8080)", dns.ED25519, 256},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := generate(t, "example.", tt.algorithm, tt.bits)
			set := s.set(t, address)
			proof, reason := dnssec.NewChecker(now).Verify(set, "example.", s.keys())
			if reason != nil || proof.Algorithm != tt.algorithm || proof.KeyTag != s.key.KeyTag() {
				t.Fatalf("got %+v, %v", proof, reason)
			}
			for name, change := range changes {
				sig := dns.Copy(set.Sigs[0]).(*dns.RRSIG)
				sig.Signature = change(t, sig.Signature)
				if _, reason := dnssec.NewChecker(now).Verify(dnssec.Set{RRs: set.RRs, Sigs: []*dns.RRSIG{sig}}, "example.", s.keys()); ede(reason) != 6 {
					t.Errorf("signature %s: got %v, want EDE 6", name, reason)
				}
				key := dns.Copy(s.key).(*dns.DNSKEY)
				key.PublicKey = change(t, key.PublicKey)
				if _, reason := dnssec.NewChecker(now).Verify(set, "example.", []*dns.DNSKEY{key}); reason == nil {
					t.Errorf("key %s: verified", name)
				}
			}
		})
	}
}

// changes spoil what is in base64.
var changes = map[string]func(testing.TB, string) string{
	"with its first octet changed": func(t testing.TB, s string) string { b := decode(t, s); b[0] ^= 0x01; return encode(b) },
	"with its last octet changed": func(t testing.TB, s string) string {
		b := decode(t, s)
		b[len(b)-1] ^= 0x80
		return encode(b)
	},
	"with an octet more":      func(t testing.TB, s string) string { return encode(append(decode(t, s), 0)) },
	"with an octet before it": func(t testing.TB, s string) string { return encode(append([]byte{0}, decode(t, s)...)) },
	"with an octet less":      func(t testing.TB, s string) string { b := decode(t, s); return encode(b[:len(b)-1]) },
	"of zeros":                func(t testing.TB, s string) string { return encode(make([]byte, len(decode(t, s)))) },
	"that is empty":           func(testing.TB, string) string { return "" },
}

func decode(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// Sizes that crypto/rsa refuses: short keys (RFC 5702, section 2) and exponents above
// 2^31-1, which top-level domains have used.
// Requirement 33.
func TestRSASizes(t *testing.T) {
	f4 := exponent(16)
	tests := []struct {
		name      string
		algorithm uint8
		bits      int
		exponent  *big.Int
		zeros     int
		ede       int
	}{
		{"1024 bits", dns.RSASHA256, 1024, f4, 0, none},
		{"1024 bits with SHA-512", dns.RSASHA512, 1024, f4, 0, none},
		{"1023 bits with SHA-512", dns.RSASHA512, 1023, f4, 0, 9},
		{"1279 bits", dns.RSASHA256, 1279, f4, 0, none},
		{"512 bits", dns.RSASHA256, 512, f4, 0, none},
		{"512 bits with SHA-1", dns.RSASHA1, 512, f4, 0, none},
		{"511 bits", dns.RSASHA256, 511, f4, 0, 9},
		{"exponent 3", dns.RSASHA256, 1024, big.NewInt(3), 0, none},
		{"exponent 2^32+1", dns.RSASHA256, 1024, exponent(32), 0, none},
		{"exponent 2^32+1 with 2048 bits", dns.RSASHA512, 2048, exponent(32), 0, none},
		{"exponent 2^63+1", dns.RSASHA256, 1024, exponent(63), 0, none},
		{"exponent 2^64+1", dns.RSASHA256, 1024, exponent(64), 0, 9},
		{"leading zeros, which change no number", dns.RSASHA256, 1024, f4, 2, none},
		{"length of the exponent in three octets", dns.RSASHA256, 1024, f4, 300, none},
		{"longer than any key", dns.RSASHA256, 1024, f4, 450, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newRSA(t, tt.bits, tt.exponent).signer("example.", tt.algorithm, tt.zeros)
			_, reason := dnssec.NewChecker(now).Verify(s.set(t, address), "example.", s.keys())
			if got := ede(reason); got != tt.ede {
				t.Errorf("got %v, want EDE %d", reason, tt.ede)
			}
		})
	}
}

// Keys that would let anybody sign, or nobody (RFC 8017, section 3.1).
func TestRSAKeysThatAreNone(t *testing.T) {
	pair := newRSA(t, 1024, exponent(16))
	tests := []struct {
		name              string
		modulus, exponent *big.Int
	}{
		{"exponent 1", pair.modulus, big.NewInt(1)},
		{"exponent 0", pair.modulus, big.NewInt(0)},
		{"even exponent", pair.modulus, big.NewInt(65538)},
		{"even modulus", new(big.Int).Lsh(big.NewInt(1), 1023), pair.exponent},
		{"modulus 0", new(big.Int), pair.exponent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			good := pair.signer("example.", dns.RSASHA256, 0)
			bad := (&rsaPair{tt.modulus, tt.exponent, nil}).signer("example.", dns.RSASHA256, 0)
			set := good.set(t, address)
			set.Sigs[0].KeyTag = bad.key.KeyTag()
			if _, reason := dnssec.NewChecker(now).Verify(set, "example.", bad.keys()); ede(reason) != 9 {
				t.Errorf("got %v, want EDE 9", reason)
			}
		})
	}
}

// A signature that is its number plus the modulus has the same remainder, and is none
// (RFC 8017, section 5.2.2, step 1).
func TestRSASignatureAboveModulus(t *testing.T) {
	pair := newRSA(t, 1023, exponent(16)) // leaves room in the last octet
	s := pair.signer("example.", dns.RSASHA256, 0)
	set := s.set(t, address)
	n := new(big.Int).SetBytes(decode(t, set.Sigs[0].Signature))
	set.Sigs[0].Signature = encode(n.Add(n, pair.modulus).FillBytes(make([]byte, 128)))
	if _, reason := dnssec.NewChecker(now).Verify(set, "example.", s.keys()); ede(reason) != 6 {
		t.Errorf("got %v, want EDE 6", reason)
	}
}

// Algorithms that are not supported: 1, 3, 6 and 12 by RFC 9904, 16 for want of an
// implementation, and those that nobody knows.
// Requirement 33.
func TestUnsupportedAlgorithms(t *testing.T) {
	for _, algorithm := range []uint8{0, 1, 2, 3, 4, 6, 9, 11, 12, 16, 17, 23, 200, 252, 253, 254, 255} {
		s := newSigner("example.", 1, kskFlags)
		s.key.Algorithm = algorithm
		_, status, reason := dnssec.NewChecker(now).Trusted("example.", dnssec.Set{}, []dns.RR{s.key.ToDS(dns.SHA256)})
		if status != dnssec.Insecure || ede(reason) != 1 {
			t.Errorf("algorithm %d: got %v, %v; want insecure, EDE 1", algorithm, status, reason)
		}
	}
}
