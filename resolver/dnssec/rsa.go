package dnssec

import (
	"bytes"
	"crypto"
	"errors"
	"math/big"
)

// An rsaKey verifies PKCS #1 v1.5 signatures with arithmetic of its own: crypto/rsa
// refuses exponents above 2^31-1, of which top-level domains have had 2^32+1, and keys
// below 1024 bits, which RFC 5702 allows. All numbers in it are public, so that the
// time it takes gives nothing away.
type rsaKey struct {
	hash     crypto.Hash
	modulus  *big.Int
	exponent *big.Int
}

const (
	maxModulusBits = 4096 // RFC 3110, section 2; RFC 5702, section 2
	// maxExponentBits bounds the work of one signature. RFC 3110 allows 4096, which
	// takes a hundred times as long; keys are made with 2, 17 or, by what some tools
	// call a large exponent, 33 bits. OpenSSL draws the same line for large keys.
	maxExponentBits = 64
)

var errRSA = errors.New("the RSA key has a size that is not supported")

// readRSA reads the form of RFC 3110, section 2: the length of the exponent in one
// octet, or zero and two, the exponent, the modulus. Leading zeros, which the section
// prohibits, change nothing and are let be.
func readRSA(s scheme, data []byte) (verifier, error) {
	if len(data) < 3 {
		return nil, errKey
	}
	size, data := int(data[0]), data[1:]
	if size == 0 {
		size, data = int(data[0])<<8|int(data[1]), data[2:]
	}
	if size == 0 || size >= len(data) {
		return nil, errKey
	}
	k := rsaKey{hash: s.hash, exponent: new(big.Int).SetBytes(data[:size]), modulus: new(big.Int).SetBytes(data[size:])}
	bits := k.modulus.BitLen()
	if bits < s.minBits || bits > maxModulusBits || k.exponent.BitLen() > maxExponentBits {
		return nil, errRSA
	}
	// An even modulus is no product of two large primes, an even exponent has no
	// inverse, and with 1 every message would be its own signature.
	if k.modulus.Bit(0) == 0 || k.exponent.Bit(0) == 0 || k.exponent.BitLen() < 2 {
		return nil, errKey
	}
	return k, nil
}

// verify is RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.2). The encoded message is made
// and compared as a whole: to parse the one in the signature would invite mistakes.
func (k rsaKey) verify(signed, signature []byte) bool {
	size := (k.modulus.BitLen() + 7) / 8
	want, fits := encodePKCS1(k.hash, sum(k.hash, signed), size)
	s := new(big.Int).SetBytes(signature)
	if !fits || len(signature) != size || s.Cmp(k.modulus) >= 0 {
		return false
	}
	got := make([]byte, size)
	new(big.Int).Exp(s, k.exponent, k.modulus).FillBytes(got)
	return bytes.Equal(got, want)
}

// digestInfo is what stands before a digest: the DER of its algorithm and length (RFC
// 8017, section 9.2, note 1).
func digestInfo(h crypto.Hash) string {
	switch h {
	case crypto.SHA1:
		return "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"
	case crypto.SHA256:
		return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
	case crypto.SHA512:
		return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
	}
	return ""
}

// encodePKCS1 is EMSA-PKCS1-v1_5 (RFC 8017, section 9.2).
func encodePKCS1(h crypto.Hash, digest []byte, size int) (encoded []byte, fits bool) {
	info := digestInfo(h)
	padding := size - 3 - len(info) - len(digest)
	if padding < 8 {
		return nil, false
	}
	encoded = append(encoded, 0, 1)
	encoded = append(encoded, bytes.Repeat([]byte{0xff}, padding)...)
	encoded = append(encoded, 0)
	encoded = append(encoded, info...)
	return append(encoded, digest...), true
}
