package transport

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
)

// A path is the way from a server's certificate upwards, and behind it what the server
// sent that is not of it.
type path struct {
	certs     []*x509.Certificate
	length    int // of the way itself
	fromStore int // from here on up to length they are the trust store's
}

// A server may send any number of certificates, of which four are many.
const (
	maxPath = 12 // on the way up
	// maxUnused bounds how many are told of that do not belong to it.
	maxUnused = 8
	// maxChecks bounds the signatures that are looked at: many may have the same name.
	maxChecks = 32
)

// chosen is the path of a chain that is trusted.
func chosen(chain, sent []*x509.Certificate) path {
	p := path{certs: chain, length: len(chain), fromStore: len(chain)}
	if top := chain[len(chain)-1]; !slices.ContainsFunc(sent, top.Equal) {
		p.fromStore--
	}
	return p
}

// follow finds the way up by names and signatures, whatever else is wrong: first through
// what the server sent, then to what is trusted.
func follow(sent []*x509.Certificate, roots *anchors) path {
	p := path{certs: []*x509.Certificate{sent[0]}, length: 1, fromStore: 1}
	rest := slices.Clone(sent[1:])
	checks := 0
	for p.length < maxPath {
		top := p.certs[p.length-1]
		if selfIssued(top) || roots.trusts(top) {
			break
		}
		i := slices.IndexFunc(rest, func(c *x509.Certificate) bool {
			if !bytes.Equal(top.RawIssuer, c.RawSubject) || checks == maxChecks {
				return false
			}
			checks++
			return signed(top, c)
		})
		if i < 0 {
			p.end(roots)
			break
		}
		p.certs = append(p.certs, rest[i])
		rest = slices.Delete(rest, i, i+1)
		p.length++
		p.fromStore++
	}
	p.certs = append(p.certs, rest[:min(len(rest), maxUnused)]...)
	return p
}

// end adds the root from the trust store, where it is there.
func (p *path) end(roots *anchors) {
	top := p.certs[p.length-1]
	for _, root := range roots.named(top.RawIssuer) {
		if signed(top, root) {
			p.certs = append(p.certs, root)
			p.length++
			return
		}
	}
}

// trusted says whether the way ends at an anchor.
func (p *path) trusted(roots *anchors) bool {
	return p.fromStore < p.length || roots.trusts(p.certs[p.length-1])
}

func selfIssued(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, c.RawIssuer) }

// signed reports whether issuer signed cert. A method that is broken proves nothing; there
// the name alone counts, as this is about what somebody meant.
func signed(cert, issuer *x509.Certificate) bool {
	if !bytes.Equal(cert.RawIssuer, issuer.RawSubject) {
		return false
	}
	err := issuer.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var broken x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &broken)
}
