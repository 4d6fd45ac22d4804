// Package dnssec says whether records of the DNS are what their zones published: it
// verifies signatures, the keys of a zone against what its parent says of them, and
// proofs that something is not there.
//
// It is the part of step 1, resolve, that only computes. Input are records as they
// came in, grouped by [Sets]; output is a [Proof], a [Link] of the chain of trust or
// what a [Denial] shows, or else a [Reason]. It asks no server, reads no clock and
// emits no event: package resolver fetches what is needed, and follows the chain from
// an anchor down.
//
// It implements RFC 4033 to 4035 as corrected by RFC 6840, NSEC3 (RFC 5155) within the
// limits of RFC 9276, RFC 3597 for the canonical form of unknown types, RFC 4509 for
// the digests of DS, and RFC 3110, 5702, 6605 and 8080 for the algorithms. Which of
// those are supported, and why, stands in algorithm.go. Reasons carry the codes of
// RFC 8914. It leaves out RFC 5011 beyond heeding the REVOKE bit, the synthesis of
// answers from cached proofs (RFC 8198), and classes other than IN.
//
// Names are in presentation form with a final dot, as in the records.
package dnssec

import (
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// A Status is what validation makes of data (RFC 4035, section 4.3).
type Status int

// The statuses, in ascending order of trust: that of a chain is the least of its links.
const (
	// Indeterminate data are below no anchor. Nothing here comes to that.
	Indeterminate Status = iota
	// Bogus data should be provable, and are not.
	Bogus
	// Insecure data are provably not covered by signatures that could be verified.
	Insecure
	// Secure data are those that the zone has signed.
	Secure
)

// String returns the word for the status.
func (s Status) String() string {
	switch s {
	case Indeterminate:
		return "indeterminate"
	case Bogus:
		return "bogus"
	case Insecure:
		return "insecure"
	case Secure:
		return "secure"
	}
	return "status " + strconv.Itoa(int(s))
}

// A Reason says why data are not secure. It is an error; functions return the pointer
// itself, nil where there is nothing to say.
type Reason struct {
	// Zone is the one whose keys or proofs were used.
	Zone string
	// KeyTag and Algorithm are those of the key or signature in question, 0 for none.
	KeyTag    uint16
	Algorithm uint8
	// EDE is the info code of RFC 8914, section 4, that fits best; 0 is "other".
	EDE uint16
	// Text says what was found, in printable ASCII.
	Text string
}

// Error names the zone and, where there is one, the key.
func (r *Reason) Error() string {
	var b strings.Builder
	b.WriteString("zone " + r.Zone + ": " + r.Text)
	if r.Algorithm != 0 {
		b.WriteString(" (key " + strconv.Itoa(int(r.KeyTag)) + ", " + algorithmName(r.Algorithm) + ")")
	}
	return b.String()
}

// The codes of RFC 8914, section 4, and of its registry that are used here.
const (
	edeOther                = dns.ExtendedErrorCodeOther
	edeUnsupportedAlgorithm = dns.ExtendedErrorCodeUnsupportedDNSKEYAlgorithm
	edeUnsupportedDigest    = dns.ExtendedErrorCodeUnsupportedDSDigestType
	edeBogus                = dns.ExtendedErrorCodeDNSBogus
	edeExpired              = dns.ExtendedErrorCodeSignatureExpired
	edeNotYetValid          = dns.ExtendedErrorCodeSignatureNotYetValid
	edeKeyMissing           = dns.ExtendedErrorCodeDNSKEYMissing
	edeSignatureMissing     = dns.ExtendedErrorCodeRRSIGsMissing
	edeNoZoneKey            = dns.ExtendedErrorCodeNoZoneKeyBitSet
	edeDenialMissing        = dns.ExtendedErrorCodeNSECMissing
	edeNeverValid           = dns.ExtendedErrorCodeSignatureExpiredBeforeValid
	edeIterations           = dns.ExtendedErrorCodeUnsupportedNSEC3IterValue
)
