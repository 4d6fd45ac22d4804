package dnssec

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/miekg/dns"
)

// What one question may cost (CVE-2023-50387, KeyTrap, and CVE-2023-50868). Signatures
// and key tags are in the hands of whoever answers: without limits one message of
// 64 KiB can ask for hundreds of thousands of checks.
const (
	// maxSetChecks bounds the signature checks for one set. A set has a signature for
	// each algorithm and each active key of its zone: four in the middle of a change
	// of algorithm, and a collision of tags now and then.
	maxSetChecks = 8
	// maxTagMatches bounds the keys that are compared with one DS record. That two
	// keys of a zone have one tag happens; that five have does not.
	maxTagMatches = 4
	// maxChecks bounds the signature checks for one question. A chain of eleven
	// aliases, each in another zone three cuts down, takes two checks at each cut and
	// up to four for the answer and its proofs: 12 × (3 × 2 + 4) = 120. The dearest,
	// RSA with 4096 bits and the longest exponent, takes 2 ms: half a second in all,
	// and only if a zone signs it all itself.
	maxChecks = 256
	// maxFailures bounds those that fail. An honest answer has next to none.
	maxFailures = 32
	// maxRounds bounds the rounds of SHA-1 for all NSEC3 proofs of one question: those
	// of 64 steps at their limit.
	maxRounds = 64 * maxStepRounds
)

// clockSkew is the allowance, in seconds, for clocks that differ from the signer's. It
// is none: RFC 4035, section 5.3.1, knows no such thing, and --validation-time is
// meant to be exact.
const clockSkew = 0

// A Checker verifies for one question, within a budget of work and at one time. It is
// not safe for concurrent use, and keys that it has seen must not be changed after.
type Checker struct {
	now                      time.Time
	checks, failures, rounds int
	keys                     map[*dns.DNSKEY]*key
}

// NewChecker returns a Checker with its whole budget. Signatures must be valid at now.
func NewChecker(now time.Time) *Checker {
	return &Checker{now: now, keys: map[*dns.DNSKEY]*key{}}
}

// spent reports whether no more signatures may be checked.
func (c *Checker) spent() bool { return c.checks >= maxChecks || c.failures >= maxFailures }

// check verifies one signature, and counts it.
func (c *Checker) check(k *key, signed, signature []byte) bool {
	c.checks++
	if k.public.verify(signed, signature) {
		return true
	}
	c.failures++
	return false
}

// serial is the time as signatures have it (RFC 4034, section 3.1.5).
func (c *Checker) serial() uint32 { return uint32(c.now.Unix()) }

// shown is a signature's time, taken to be within 68 years of now, in words.
func (c *Checker) shown(t uint32) string {
	distance := time.Duration(int32(t-c.serial())) * time.Second
	return c.now.Truncate(time.Second).Add(distance).UTC().Format(time.RFC3339)
}

// A key is a DNSKEY, read.
type key struct {
	rr    *dns.DNSKEY
	owner name
	data  []byte // the whole of the record's, as digests and tags are made over
	tag   uint16
	// public is nil where the key cannot be used to verify, and unusable says why.
	public   verifier
	unusable *Reason
}

// key reads a DNSKEY, once.
func (c *Checker) key(rr *dns.DNSKEY) *key {
	if k, known := c.keys[rr]; known {
		return k
	}
	k := &key{rr: rr}
	c.keys[rr] = k
	k.read()
	return k
}

func (k *key) read() {
	owner, ok := parseName(k.rr.Hdr.Name)
	data, err := canonicalData(k.rr)
	if !ok || err != nil || len(data) < 4 {
		k.unusable = &Reason{EDE: edeKeyMissing, Text: "the DNSKEY record is malformed"}
		return
	}
	k.owner, k.data, k.tag = owner, data, tagOf(data)
	if k.unusable = k.flaw(); k.unusable != nil {
		return
	}
	k.public, err = readKey(k.rr.Algorithm, data[4:])
	if err != nil {
		k.unusable = k.reason(edeKeyMissing, err.Error())
	}
}

// flaw says why a key may not verify whatever its algorithm.
func (k *key) flaw() *Reason {
	switch {
	case k.rr.Flags&dns.ZONE == 0: // RFC 4034, section 2.1.1
		return k.reason(edeNoZoneKey, "the DNSKEY has not got the zone key bit")
	case k.rr.Flags&dns.REVOKE != 0: // RFC 5011, section 2.1
		return k.reason(edeKeyMissing, "the DNSKEY is revoked")
	case k.rr.Protocol != 3: // RFC 4034, section 2.1.2
		return k.reason(edeKeyMissing, "the DNSKEY is for another protocol")
	}
	return nil
}

func (k *key) reason(ede uint16, text string) *Reason {
	return &Reason{KeyTag: k.tag, Algorithm: k.rr.Algorithm, EDE: ede, Text: text}
}

// tagOf computes the key tag (RFC 4034, appendix B). The one of RSAMD5 is made
// otherwise (B.1), but no such key is ever used.
func tagOf(data []byte) uint16 {
	var sum uint32
	for len(data) >= 2 {
		sum += uint32(binary.BigEndian.Uint16(data))
		data = data[2:]
	}
	if len(data) == 1 {
		sum += uint32(data[0]) << 8
	}
	return uint16(sum + sum>>16)
}

// signatureOf is the octets of the signature, none where the field is malformed.
func signatureOf(sig *dns.RRSIG) []byte {
	b, err := base64.StdEncoding.DecodeString(sig.Signature)
	if err != nil {
		return nil
	}
	return b
}
