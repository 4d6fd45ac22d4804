package transport

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"time"

	"fetchscope/trace"
)

// A TLSA is an association of a certificate with a name, as the DNS has it and DNSSEC
// vouches for it (RFC 6698, section 2.1).
type TLSA struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// Usages (RFC 7218, section 2.1).
const (
	pkixTA = 0 // an authority of the chain, which must be trusted too
	pkixEE = 1 // the server's certificate, which must be trusted too
	daneTA = 2 // an authority of the chain, trusted by this alone
	daneEE = 3 // the server's certificate, trusted by this alone
)

// dane judges the chain that a server sent by the records of its name. trusted says
// whether it also holds by the usual roots. Without records there is no judgement.
func dane(records []TLSA, sent, chain []*x509.Certificate, trusted bool, at time.Time) *trace.DANE {
	if len(records) == 0 || len(sent) == 0 {
		return nil
	}
	out := &trace.DANE{Records: len(records), Status: trace.DANEUnusable}
	for _, r := range records {
		if !r.usable() {
			continue
		}
		if out.Status == trace.DANEUnusable {
			out.Status = trace.DANEMismatch
		}
		if r.fits(sent, chain, trusted, at) {
			out.Status = trace.DANEMatch
			out.Usage, out.Selector, out.Matching = &r.Usage, &r.Selector, &r.Matching
			return out
		}
	}
	return out
}

// usable says whether the record's fields have values that are defined.
func (r TLSA) usable() bool { return r.Usage <= daneEE && r.Selector <= 1 && r.Matching <= 2 }

// fits reports whether the certificates are those that the record speaks of.
func (r TLSA) fits(sent, chain []*x509.Certificate, trusted bool, at time.Time) bool {
	switch r.Usage {
	case pkixEE:
		return trusted && r.matches(sent[0])
	case daneEE:
		return r.matches(sent[0])
	case pkixTA:
		return trusted && len(chain) > 1 && r.matchesAny(chain[1:])
	}
	return r.vouches(sent, at)
}

// vouches reports whether an authority that the server sent, and the record names, has
// signed the way down to the server's certificate (RFC 7671, section 5.2).
func (r TLSA) vouches(sent []*x509.Certificate, at time.Time) bool {
	for i, cert := range sent[1:] {
		if !r.matches(cert) {
			continue
		}
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(cert)
		for _, c := range sent[1 : i+1] {
			between.AddCert(c)
		}
		if _, err := sent[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at}); err == nil {
			return true
		}
	}
	return false
}

func (r TLSA) matchesAny(certs []*x509.Certificate) bool {
	for _, c := range certs {
		if r.matches(c) {
			return true
		}
	}
	return false
}

// matches compares a certificate, or its key, with the record's data.
func (r TLSA) matches(cert *x509.Certificate) bool {
	of := cert.Raw
	if r.Selector == 1 {
		of = cert.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case 1:
		sum := sha256.Sum256(of)
		of = sum[:]
	case 2:
		sum := sha512.Sum512(of)
		of = sum[:]
	}
	return bytes.Equal(of, r.Data)
}
