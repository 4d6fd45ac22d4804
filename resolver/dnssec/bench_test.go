package dnssec_test

import (
	"math/big"
	"testing"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// One signature: what budgets are counted in. The last is the most that one can cost.
func BenchmarkVerify(b *testing.B) {
	dear := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(59)) // 64 bits, most of them set
	benchmarks := []struct {
		name   string
		signer signer
	}{
		{"RSASHA256/2048", generate(b, "example.", dns.RSASHA256, 2048)},
		{"RSASHA512/4096", generate(b, "example.", dns.RSASHA512, 4096)},
		{"ECDSAP256SHA256", generate(b, "example.", dns.ECDSAP256SHA256, 256)},
		{"ECDSAP384SHA384", generate(b, "example.", dns.ECDSAP384SHA384, 384)},
		{"ED25519", generate(b, "example.", dns.ED25519, 256)},
		{"RSASHA512/4096/dearest", newRSA(b, 4096, dear).signer("example.", dns.RSASHA512, 0)},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			set := bb.signer.set(b, address)
			for b.Loop() {
				if _, reason := dnssec.NewChecker(now).Verify(set, "example.", bb.signer.keys()); reason != nil {
					b.Fatal(reason)
				}
			}
		})
	}
}

// A proof that a name does not exist, at no iterations as RFC 9276 wants it, and at
// the most that are computed.
func BenchmarkNSEC3(b *testing.B) {
	for name, h := range map[string]hashing{"iterations=0": {}, "iterations=150": {iterations: 150}} {
		b.Run(name, func(b *testing.B) {
			chain := exampleZone().nsec3(h)
			for b.Loop() {
				if status, reason := dnssec.NewChecker(now).Denial("example.", chain).NoName("q.a.example."); status != dnssec.Secure {
					b.Fatal(reason)
				}
			}
		})
	}
}
