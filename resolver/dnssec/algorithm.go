package dnssec

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	_ "crypto/sha1" // linked in for the hashes below
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"math/big"
	"strconv"
	"sync"

	"github.com/miekg/dns"
)

// A scheme is an algorithm of the registry of RFC 4034, appendix A.1, that is
// supported: how its keys are read, and the hash that it signs.
type scheme struct {
	key  func(s scheme, data []byte) (verifier, error)
	hash crypto.Hash
	// curve is ECDSA's, minBits the least modulus of RSA.
	curve   elliptic.Curve
	minBits int
}

// schemes is the policy (RFC 9904, column "implement for validation"). Its musts 8, 13
// and its recommended or once common 10, 14 and 15 are supported. RSASHA1, as 5 and 7,
// is verified too, although RFC 9905 lets a validator do without: to refuse it would
// turn what is forged in the zones that still use it from bogus into insecure. RSAMD5
// (1), DSA (3, 6) and GOST (12) are unsupported as that table has it, and so is Ed448
// (16), which the standard library has not got: zones that only use these are insecure.
var schemes = sync.OnceValue(func() map[uint8]scheme {
	return map[uint8]scheme{
		dns.RSASHA1:          {key: readRSA, hash: crypto.SHA1, minBits: 512},
		dns.RSASHA1NSEC3SHA1: {key: readRSA, hash: crypto.SHA1, minBits: 512},
		dns.RSASHA256:        {key: readRSA, hash: crypto.SHA256, minBits: 512},
		dns.RSASHA512:        {key: readRSA, hash: crypto.SHA512, minBits: 1024},
		dns.ECDSAP256SHA256:  {key: readECDSA, hash: crypto.SHA256, curve: elliptic.P256()},
		dns.ECDSAP384SHA384:  {key: readECDSA, hash: crypto.SHA384, curve: elliptic.P384()},
		dns.ED25519:          {key: readEd25519},
	}
})

// digests are the supported ones of DS records (RFC 4034, 4509, 6605). GOST (3) is not.
var digests = [...]crypto.Hash{
	dns.SHA1:   crypto.SHA1,
	dns.SHA256: crypto.SHA256,
	dns.SHA384: crypto.SHA384,
}

// digestOf is the hash of a DS record, 0 for one that is not supported.
func digestOf(number uint8) crypto.Hash {
	if int(number) >= len(digests) {
		return 0
	}
	return digests[number]
}

func algorithmName(algorithm uint8) string {
	if s, known := dns.AlgorithmToString[algorithm]; known {
		return s
	}
	return "algorithm " + strconv.Itoa(int(algorithm))
}

// A verifier is a public key, ready to check signatures.
type verifier interface {
	verify(signed, signature []byte) bool
}

// maxKey bounds the octets of a public key: the longest there is has an exponent and
// a modulus of 4096 bits each (RFC 3110, section 2).
const maxKey = 3 + 512 + 512

var errKey = errors.New("the public key is malformed")

// readKey reads the public key field of a DNSKEY.
func readKey(algorithm uint8, data []byte) (verifier, error) {
	s, supported := schemes()[algorithm]
	if !supported {
		return nil, errors.New(algorithmName(algorithm) + " is not supported")
	}
	if len(data) > maxKey {
		return nil, errKey
	}
	return s.key(s, data)
}

// sum hashes with h.
func sum(h crypto.Hash, parts ...[]byte) []byte {
	w := h.New()
	for _, p := range parts {
		w.Write(p)
	}
	return w.Sum(nil)
}

// An ecdsaKey verifies as RFC 6605, section 4, says: key and signature are pairs of
// numbers, each as long as the curve's.
type ecdsaKey struct {
	hash   crypto.Hash
	public *ecdsa.PublicKey
	size   int
}

func readECDSA(s scheme, data []byte) (verifier, error) {
	// The form of SEC 1, section 2.3.3, has an octet more; reading it makes sure that
	// the point is on the curve.
	public, err := ecdsa.ParseUncompressedPublicKey(s.curve, append([]byte{4}, data...))
	if err != nil {
		return nil, errKey
	}
	return ecdsaKey{s.hash, public, len(data) / 2}, nil
}

func (k ecdsaKey) verify(signed, signature []byte) bool {
	if len(signature) != 2*k.size {
		return false
	}
	r := new(big.Int).SetBytes(signature[:k.size])
	s := new(big.Int).SetBytes(signature[k.size:])
	return ecdsa.Verify(k.public, sum(k.hash, signed), r, s)
}

// An ed25519Key verifies as RFC 8080, section 4, says.
type ed25519Key ed25519.PublicKey

func readEd25519(_ scheme, data []byte) (verifier, error) {
	if len(data) != ed25519.PublicKeySize {
		return nil, errKey
	}
	return ed25519Key(data), nil
}

func (k ed25519Key) verify(signed, signature []byte) bool {
	return len(signature) == ed25519.SignatureSize && ed25519.Verify(ed25519.PublicKey(k), signed, signature)
}
