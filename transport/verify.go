package transport

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	"fetchscope/trace"
)

// Roots are the certificates that chains must end in. Reading them takes milliseconds,
// so [LoadRoots] begins it at once and a handshake waits only for what is left of it.
type Roots struct {
	load func() (*x509.CertPool, error)
}

// LoadRoots begins to read the trusted roots: those of a PEM file, or the system's
// where it is "".
func LoadRoots(file string) *Roots {
	r := &Roots{load: sync.OnceValues(func() (*x509.CertPool, error) { return loadRoots(file) })}
	go func() { _, _ = r.load() }()
	return r
}

func loadRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		// Where this fails, nil means the system's own verifier or none at all.
		pool, _ := x509.SystemCertPool()
		return pool, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &Error{Op: "read CA certificates", Code: CodeCAFile, Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &Error{Op: "read CA certificates", Code: CodeCAFile, Err: fmt.Errorf("%s holds no certificate in PEM form", file)}
	}
	return pool, nil
}

// Check waits for the roots and returns why they cannot be had, an *Error.
func (r *Roots) Check() error {
	_, err := r.load()
	return err
}

// A verifier judges the server's chain and records the judgement.
type verifier struct {
	cfg     TLSConfig
	sc      *trace.Scope
	failure error
}

func (v *verifier) verify(s tls.ConnectionState) error {
	roots, err := v.cfg.Roots.load()
	if err != nil {
		v.failure = err
		return err
	}
	chain, err := v.judge(s.PeerCertificates, roots)
	code, blamed := distrust(err, s.PeerCertificates)
	e := trace.CertificatesSeen{Verified: err == nil, Ignored: err != nil && v.cfg.Insecure, Why: code}
	for i, cert := range chain {
		e.Chain = append(e.Chain, describe(cert, role(cert, i, err == nil && i == len(chain)-1), cert == blamed))
	}
	if err != nil {
		e.Message = Reason(code)
	}
	if v.cfg.TLSA != nil {
		e.DANE = dane(v.cfg.TLSA(), s.PeerCertificates, chain, err == nil, v.sc.Date(v.sc.Now()))
	}
	v.sc.Emit(e)
	if err == nil || v.cfg.Insecure {
		return nil
	}
	v.failure = &Error{Op: "verify the certificate of", Addr: v.cfg.ServerName, Code: code, Err: err}
	return v.failure
}

// judge builds a chain from the leaf to a root (RFC 5280, section 6) and checks the
// name. It returns the certificates as sent where there is none.
func (v *verifier) judge(sent []*x509.Certificate, roots *x509.CertPool) ([]*x509.Certificate, error) {
	if len(sent) == 0 {
		return nil, errors.New("the server sent no certificate")
	}
	name := strings.TrimSuffix(v.cfg.ServerName, ".")
	if name == "" {
		// An empty one would not be compared at all.
		return sent, x509.HostnameError{Certificate: sent[0], Host: v.cfg.ServerName}
	}
	between := x509.NewCertPool()
	for _, cert := range sent[1:] {
		between.AddCert(cert)
	}
	chains, err := sent[0].Verify(x509.VerifyOptions{
		DNSName: name, Roots: roots, Intermediates: between,
		CurrentTime: v.sc.Date(v.sc.Now()),
	})
	if err != nil {
		return sent, err
	}
	return chains[0], nil
}

// serverName is what is sent in the server_name extension: no address, no final dot
// (RFC 6066, section 3).
func serverName(host string) string {
	if net.ParseIP(host) != nil {
		return ""
	}
	return strings.TrimSuffix(host, ".")
}

var invalidCodes = map[x509.InvalidReason]trace.Code{
	x509.NotAuthorizedToSign:           CodeNotACA,
	x509.Expired:                       CodeExpired,
	x509.CANotAuthorizedForThisName:    CodeConstraint,
	x509.CANotAuthorizedForExtKeyUsage: CodeUsage,
	x509.TooManyIntermediates:          CodePathLength,
	x509.IncompatibleUsage:             CodeUsage,
	x509.NameConstraintsWithoutSANs:    CodeConstraint,
	x509.UnconstrainedName:             CodeConstraint,
	x509.TooManyConstraints:            CodeConstraint,
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
	if code, ok := invalidCodes[e.Reason]; ok {
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
	if s, ok := reasons[code]; ok {
		return s
	}
	return "the certificate is not trusted"
}

var reasons = map[trace.Code]string{
	CodeExpired:     "the certificate has expired",
	CodeNotYetValid: "the certificate is not valid yet",
	CodeWrongName:   "the certificate is for another name",
	CodeUnknownCA:   "the certificate was issued by an unknown authority",
	CodeSelfSigned:  "the certificate is self-signed",
	CodeNotACA:      "a certificate of the chain may not sign others",
	CodeConstraint:  "the authority may not issue certificates for this name",
	CodePathLength:  "the chain is longer than an authority allows",
	CodeUsage:       "the certificate is not for servers",
	CodeUnknownCrit: "the certificate has a critical extension that is not understood",
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

func describe(cert *x509.Certificate, role string, blamed bool) trace.Certificate {
	sum := sha256.Sum256(cert.Raw)
	names := append([]string(nil), cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	return trace.Certificate{
		Role: role, Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Names: names,
		NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, Key: keyName(cert.PublicKey),
		Signature: cert.SignatureAlgorithm.String(), SHA256: hex.EncodeToString(sum[:]), Blamed: blamed,
		Raw: cert.Raw,
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
