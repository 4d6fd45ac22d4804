package transport

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"fetchscope/trace"
)

// A verifier judges the server's chain and records the judgement.
type verifier struct {
	cfg     TLSConfig
	sc      *trace.Scope
	failure error
	asked   bool // for the client's certificate
}

func (v *verifier) verify(s tls.ConnectionState) error {
	if v.sc == nil && v.cfg.Insecure && v.cfg.Pins == nil {
		return nil // nobody hears of it, and nothing hangs on it
	}
	roots, err := v.cfg.Roots.load()
	if err != nil {
		v.failure = err
		return err
	}
	j := v.judge(s.PeerCertificates, roots)
	e := trace.CertificatesSeen{
		Verified: j.err == nil, Ignored: j.err != nil && v.cfg.Insecure, Why: j.code,
		Sent: len(s.PeerCertificates), Resumed: s.DidResume, Pinned: v.cfg.Pins.judge(s.PeerCertificates),
	}
	if j.err != nil {
		e.Message = Reason(j.code)
	}
	if v.sc != nil {
		v.describe(&e, j, s)
	}
	v.sc.Emit(e)
	if j.err != nil && !v.cfg.Insecure {
		v.failure = &Error{Op: "verify the certificate of", Addr: v.cfg.ServerName, Code: j.code, Err: j.err}
	} else if e.Pinned != nil && e.Pinned.Status == trace.PinMismatch {
		v.failure = &Error{Op: "check the public key of", Addr: v.cfg.ServerName, Code: CodePinned, Err: &PinError{e.Pinned.SHA256}}
	}
	return v.failure
}

// describe adds what a person wants to know of the chain.
func (v *verifier) describe(e *trace.CertificatesSeen, j *judgement, s tls.ConnectionState) {
	for i, cert := range j.path.certs {
		c := describe(cert, role(cert, i, j.err == nil && i == len(j.path.certs)-1), j.blamed != nil && cert.Equal(j.blamed))
		c.From, c.Unused = trace.FromServer, i >= j.path.length
		if i >= j.path.fromStore && i < j.path.length {
			c.From = trace.FromStore
		}
		e.Chain = append(e.Chain, c)
	}
	j.stapled(e, s)
	e.Problems = j.problems
	if v.cfg.TLSA != nil {
		e.DANE = dane(v.cfg.TLSA(), s.PeerCertificates, j.path.certs[:j.path.length], j.err == nil, j.at)
	}
}

// A judgement is what is made of the server's certificates.
type judgement struct {
	at       time.Time
	name     string
	path     path
	err      error // why they are refused
	code     trace.Code
	blamed   *x509.Certificate
	problems []trace.Problem
}

// judge builds a chain from the leaf to a root (RFC 5280, section 6) and checks the name.
// Where there is none it finds out all that is wrong, and the way as far as it leads.
func (v *verifier) judge(sent []*x509.Certificate, roots *anchors) *judgement {
	j := &judgement{at: v.sc.Date(v.sc.Now()), name: strings.TrimSuffix(v.cfg.ServerName, ".")}
	if len(sent) == 0 {
		j.err, j.code = errors.New("the server sent no certificate"), CodeCertificate
		return j
	}
	var chain []*x509.Certificate
	chain, j.err = j.build(sent, roots)
	if j.err == nil {
		j.path = chosen(chain, sent)
		j.weakKeys()
		return j
	}
	j.code, j.blamed = distrust(j.err, sent)
	if j.path = follow(sent, roots); !j.path.trusted(roots) && roots.all != nil {
		roots = roots.all()
		j.path = follow(sent, roots)
	}
	j.explain(roots)
	return j
}

// build lets crypto/x509 build the chain. An empty name would not be compared at all.
func (j *judgement) build(sent []*x509.Certificate, roots *anchors) ([]*x509.Certificate, error) {
	if j.name == "" {
		return nil, x509.HostnameError{Certificate: sent[0], Host: j.name}
	}
	chains, err := roots.verify(sent, x509.VerifyOptions{DNSName: j.name, Intermediates: between(sent), CurrentTime: j.at})
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}

// between are the certificates that a chain may go through.
func between(sent []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range sent[1:] {
		pool.AddCert(cert)
	}
	return pool
}

// serverName is what is sent in the server_name extension: no address, no final dot
// (RFC 6066, section 3).
func serverName(host string) string {
	if net.ParseIP(host) != nil {
		return ""
	}
	return strings.TrimSuffix(host, ".")
}

// reasonCode is the code of what is wrong with a certificate, "" for what has none.
func reasonCode(reason x509.InvalidReason) trace.Code {
	switch reason {
	case x509.NotAuthorizedToSign:
		return CodeNotACA
	case x509.Expired:
		return CodeExpired
	case x509.CANotAuthorizedForThisName, x509.NameConstraintsWithoutSANs, x509.UnconstrainedName, x509.TooManyConstraints:
		return CodeConstraint
	case x509.CANotAuthorizedForExtKeyUsage, x509.IncompatibleUsage:
		return CodeUsage
	case x509.TooManyIntermediates:
		return CodePathLength
	}
	return ""
}

// distrust names why a chain is refused, and the certificate to blame.
func distrust(err error, sent []*x509.Certificate) (trace.Code, *x509.Certificate) {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var critical x509.UnhandledCriticalExtension
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &name):
		return CodeWrongName, name.Certificate
	case errors.As(err, &invalid):
		return invalidCode(invalid), invalid.Cert
	case errors.As(err, &unknown):
		return unknownIssuer(unknown.Cert, sent)
	case errors.As(err, &critical):
		return CodeUnknownCrit, uncomprehended(sent)
	case len(sent) > 0:
		return CodeCertificate, sent[0]
	}
	return CodeCertificate, nil
}

func invalidCode(e x509.CertificateInvalidError) trace.Code {
	if e.Reason == x509.Expired && strings.Contains(e.Detail, "is before") {
		return CodeNotYetValid
	}
	if code := reasonCode(e.Reason); code != "" {
		return code
	}
	return CodeCertificate
}

// unknownIssuer tells why the issuer of a certificate was not found among the roots nor
// in what was sent.
func unknownIssuer(cert *x509.Certificate, sent []*x509.Certificate) (trace.Code, *x509.Certificate) {
	if cert != nil && len(sent) == 1 && string(cert.RawSubject) == string(cert.RawIssuer) {
		return CodeSelfSigned, cert
	}
	for _, issuer := range sent {
		// RFC 5280, section 6.1.4 (k) and (n)
		signs := issuer.IsCA && (issuer.KeyUsage == 0 || issuer.KeyUsage&x509.KeyUsageCertSign != 0)
		if cert != nil && issuer != cert && string(issuer.RawSubject) == string(cert.RawIssuer) && !signs {
			return CodeNotACA, issuer
		}
	}
	return CodeUnknownCA, cert
}

// uncomprehended finds the certificate with a critical extension that is not understood.
func uncomprehended(sent []*x509.Certificate) *x509.Certificate {
	for _, cert := range sent {
		if len(cert.UnhandledCriticalExtensions) > 0 {
			return cert
		}
	}
	return nil
}

// Reason says in words why a certificate is not trusted.
func Reason(code trace.Code) string {
	switch code {
	case CodeExpired:
		return "the certificate has expired"
	case CodeNotYetValid:
		return "the certificate is not valid yet"
	case CodeWrongName:
		return "the certificate is for another name"
	case CodeUnknownCA:
		return "the certificate was issued by an unknown authority"
	case CodeSelfSigned:
		return "the certificate is self-signed"
	case CodeNotACA:
		return "a certificate of the chain may not sign others"
	case CodeConstraint:
		return "the authority may not issue certificates for this name"
	case CodePathLength:
		return "the chain is longer than an authority allows"
	case CodeUsage:
		return "the certificate is not for servers"
	case CodeUnknownCrit:
		return "the certificate has a critical extension that is not understood"
	case CodeWeakSign:
		return "a certificate is signed by a method that is broken"
	case CodeWeakKey:
		return "a certificate has a key that is too short"
	case CodeRevoked:
		return "the certificate has been revoked"
	}
	return "the certificate is not trusted"
}

// nameText is a distinguished name (RFC 5280, section 4.1.2.4) as text.
func nameText(der []byte) string {
	var rdns pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &rdns); err != nil || len(rest) > 0 {
		return "a name that cannot be read"
	}
	return trace.Text(rdns.String())
}

func role(cert *x509.Certificate, i int, root bool) string {
	switch {
	case i == 0:
		return "leaf"
	case root || string(cert.RawSubject) == string(cert.RawIssuer):
		return "root"
	}
	return "intermediate"
}

// maxNames bounds the names that are told of a certificate: authorities allow a hundred or
// two, and a server may put in any number.
const maxNames = 250

func describe(cert *x509.Certificate, role string, blamed bool) trace.Certificate {
	sum := sha256.Sum256(cert.Raw)
	names := alternativeNames(cert)
	return trace.Certificate{
		NamesCount: len(names),
		Role:       role, Subject: trace.Text(cert.Subject.String()), Issuer: trace.Text(cert.Issuer.String()), Names: names[:min(len(names), maxNames)],
		NotBefore: dated(cert.NotBefore), NotAfter: dated(cert.NotAfter), Key: keyName(cert.PublicKey),
		Signature: cert.SignatureAlgorithm.String(), SHA256: hex.EncodeToString(sum[:]), Blamed: blamed,
		KeySHA256: keyHash(cert), Raw: cert.Raw,
	}
}

func keyName(key any) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "unknown"
}
