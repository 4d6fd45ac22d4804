package staple

import (
	"bytes"
	"crypto"
	_ "crypto/sha1" // by which responders name issuers
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// What a response says of a certificate (RFC 6960, section 2.2).
const (
	Good    = "good"
	Revoked = "revoked"
	Unknown = "unknown"
)

// Whose signature a response has (RFC 6960, section 4.2.2.2).
const (
	ByIssuer   = "issuer"
	ByDelegate = "delegate"
	Invalid    = "invalid"   // it is nobody's who may sign
	Unchecked  = "unchecked" // the issuer is not known, or the method
)

// An OCSP is what a response says of one certificate.
type OCSP struct {
	Status   string
	Produced time.Time
	// This and Next bound the time at which it holds; Next is zero where newer information
	// is there at all times.
	This, Next time.Time
	// RevokedAt and Reason are those of a certificate that is revoked.
	RevokedAt time.Time
	Reason    string
	Signature string
	SCTs      []SCT
}

// The structures of RFC 6960, section 4.2.1, and RFC 5280, section 4.1.1.2.
type (
	ocspResponse struct {
		Status asn1.Enumerated
		Bytes  responseBytes `asn1:"explicit,tag:0,optional"`
	}
	responseBytes struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	basicResponse struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
		Certs     []asn1.RawValue `asn1:"explicit,tag:0,optional"`
	}
	responseData struct {
		Version    int `asn1:"optional,default:0,explicit,tag:0"`
		Responder  asn1.RawValue
		Produced   time.Time `asn1:"generalized"`
		Singles    []single
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	single struct {
		ID         certID
		Good       asn1.Flag        `asn1:"tag:0,optional"`
		Revoked    revokedInfo      `asn1:"tag:1,optional"`
		Unknown    asn1.Flag        `asn1:"tag:2,optional"`
		This       time.Time        `asn1:"generalized"`
		Next       time.Time        `asn1:"generalized,explicit,tag:0,optional"`
		Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
	}
	certID struct {
		Hash            pkix.AlgorithmIdentifier
		NameHash, KeyID []byte
		Serial          *big.Int
	}
	revokedInfo struct {
		At     time.Time       `asn1:"generalized"`
		Reason asn1.Enumerated `asn1:"explicit,tag:0,optional"`
	}
)

var oidBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}

// statuses are those of a response that has no answer (RFC 6960, section 4.2.1).
var statuses = [...]string{
	1: "malformed request", 2: "internal error", 3: "try later", 5: "a signed request is wanted", 6: "unauthorized",
}

// reasons are those of a revocation (RFC 5280, section 5.3.1).
var reasons = [...]string{
	0: "unspecified", 1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded",
	5: "cessationOfOperation", 6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise",
}

// named is the name of a number, "" for one without.
func named(names []string, n asn1.Enumerated) string {
	if n < 0 || int(n) >= len(names) {
		return ""
	}
	return names[n]
}

// ParseOCSP reads a response for the word that it has on leaf. issuer, which may be nil,
// is who issued it. The error says why there is no such word.
func ParseOCSP(der []byte, leaf, issuer *x509.Certificate) (*OCSP, error) {
	if len(der) > maxResponse {
		return nil, fmt.Errorf("it has %d bytes, and no more than %d are read", len(der), maxResponse)
	}
	var r ocspResponse
	var b basicResponse
	var d responseData
	switch {
	case !decoded(der, &r, ""):
		return nil, errors.New("it is no OCSP response")
	case r.Status != 0 && named(statuses[:], r.Status) != "":
		return nil, errors.New("the responder says: " + named(statuses[:], r.Status))
	case r.Status != 0 || !r.Bytes.Type.Equal(oidBasic) || !decoded(r.Bytes.Response, &b, "") || !decoded(b.Data.FullBytes, &d, ""):
		return nil, errors.New("it is no basic OCSP response")
	}
	if !writable(d.Produced) {
		return nil, errors.New("its date makes no sense")
	}
	one := d.about(leaf, issuer)
	if one == nil {
		return nil, errors.New("it is about another certificate")
	}
	if !writable(one.This) || !writable(one.Next) || !writable(one.Revoked.At) {
		return nil, errors.New("its dates make no sense")
	}
	out := one.told()
	out.Produced, out.Signature = d.Produced.UTC(), b.signedBy(issuer)
	return out, nil
}

// about finds what is said of a certificate.
func (d *responseData) about(leaf, issuer *x509.Certificate) *single {
	for i := range d.Singles[:min(len(d.Singles), maxSingles)] {
		if s := &d.Singles[i]; s.ID.names(leaf, issuer) {
			return s
		}
	}
	return nil
}

// names says whether an identifier is a certificate's (RFC 6960, section 4.1.1). Without
// its issuer the serial number has to do.
func (id *certID) names(leaf, issuer *x509.Certificate) bool {
	if id.Serial == nil || leaf.SerialNumber == nil || id.Serial.Cmp(leaf.SerialNumber) != 0 {
		return false
	}
	hash := hashOf(id.Hash.Algorithm.String())
	if issuer == nil || hash == 0 {
		return issuer == nil
	}
	h := hash.New()
	h.Write(issuer.RawSubject)
	if !bytes.Equal(h.Sum(nil), id.NameHash) {
		return false
	}
	h.Reset()
	h.Write(keyBits(issuer))
	return bytes.Equal(h.Sum(nil), id.KeyID)
}

// hashOf is a hash by which issuers are named, 0 for others.
func hashOf(name string) crypto.Hash {
	switch name {
	case "1.3.14.3.2.26":
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// keyBits is the value of a key without its algorithm.
func keyBits(cert *x509.Certificate) []byte {
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if !decoded(cert.RawSubjectPublicKeyInfo, &info, "") {
		return nil
	}
	return info.Key.RightAlign()
}

func (s *single) told() *OCSP {
	out := &OCSP{Status: Unknown, This: s.This.UTC(), Next: utc(s.Next)}
	switch {
	case bool(s.Good):
		out.Status = Good
	case !s.Revoked.At.IsZero():
		out.Status, out.RevokedAt, out.Reason = Revoked, s.Revoked.At.UTC(), named(reasons[:], s.Revoked.Reason)
	}
	for _, e := range s.Extensions {
		if e.Id.Equal(oidOCSPSCTs) {
			out.SCTs = inExtension(e.Value, FromOCSP)
		}
	}
	return out
}

// writable says whether a date has a year of four digits in UTC too.
func writable(t time.Time) bool { return t.UTC().Year() >= 0 && t.UTC().Year() <= 9999 }

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// methodOf is how a signature is made, by its identifier; unknown for those that are not
// checked.
func methodOf(name string) x509.SignatureAlgorithm {
	switch name {
	case "1.2.840.113549.1.1.11":
		return x509.SHA256WithRSA
	case "1.2.840.113549.1.1.12":
		return x509.SHA384WithRSA
	case "1.2.840.113549.1.1.13":
		return x509.SHA512WithRSA
	case "1.2.840.10045.4.3.2":
		return x509.ECDSAWithSHA256
	case "1.2.840.10045.4.3.3":
		return x509.ECDSAWithSHA384
	case "1.2.840.10045.4.3.4":
		return x509.ECDSAWithSHA512
	case "1.3.101.112":
		return x509.PureEd25519
	}
	return x509.UnknownSignatureAlgorithm
}

// signedBy says whose signature the response has: the issuer's, or that of somebody to
// whom the issuer has given this office.
func (b *basicResponse) signedBy(issuer *x509.Certificate) string {
	method := methodOf(b.Algorithm.Algorithm.String())
	if issuer == nil || method == x509.UnknownSignatureAlgorithm {
		return Unchecked
	}
	signature := b.Signature.RightAlign()
	if issuer.CheckSignature(method, b.Data.FullBytes, signature) == nil {
		return ByIssuer
	}
	for _, raw := range b.Certs[:min(len(b.Certs), maxCerts)] {
		delegate, err := x509.ParseCertificate(raw.FullBytes)
		if err == nil && delegated(delegate, issuer) && delegate.CheckSignature(method, b.Data.FullBytes, signature) == nil {
			return ByDelegate
		}
	}
	return Invalid
}

// delegated says whether the issuer has given a certificate the office of a responder.
func delegated(cert, issuer *x509.Certificate) bool {
	return slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) && bytes.Equal(cert.RawIssuer, issuer.RawSubject) &&
		issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) == nil
}
