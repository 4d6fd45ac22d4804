package transport

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"fetchscope/trace"
)

// explain finds all that is wrong with a chain that is refused, the reason why it is
// first.
func (j *judgement) explain(roots *anchors) {
	for i := range j.path.length {
		j.dates(i)
		j.office(i)
		j.usage(i)
		j.strength(i)
	}
	j.weakKeys()
	leaf := j.path.certs[0]
	if err := leaf.VerifyHostname(j.name); j.name == "" || err != nil {
		j.add(CodeWrongName, 0, "the certificate is for "+namesOf(leaf)+", not for "+j.name)
	}
	j.end(roots)
	j.rest(roots)
	j.lead()
}

// add notes a problem of the certificate at place i of the path.
func (j *judgement) add(code trace.Code, i int, message string) {
	if !slices.ContainsFunc(j.problems, func(p trace.Problem) bool { return p.Code == code && *p.Certificate == i }) {
		j.problems = append(j.problems, trace.Problem{Code: code, Message: trace.Text(message), Certificate: &i})
	}
}

// called is the certificate at place i, as a person would say it.
func (j *judgement) called(i int) string {
	if i == 0 {
		return "the certificate"
	}
	return "the certificate of " + j.path.certs[i].Subject.String()
}

// dates checks the validity (RFC 5280, section 6.1.3 (a) (2)).
func (j *judgement) dates(i int) {
	cert := j.path.certs[i]
	switch {
	case j.at.Before(cert.NotBefore):
		j.add(CodeNotYetValid, i, j.called(i)+" is valid from "+cert.NotBefore.UTC().Format(time.DateTime)+" UTC")
	case j.at.After(cert.NotAfter):
		j.add(CodeExpired, i, j.called(i)+" expired at "+cert.NotAfter.UTC().Format(time.DateTime)+" UTC")
	}
}

// office checks whether an issuer may issue (RFC 5280, section 6.1.4 (k) to (n)).
func (j *judgement) office(i int) {
	cert := j.path.certs[i]
	if i == 0 {
		return
	}
	if !mayIssue(cert) {
		j.add(CodeNotACA, i, cert.Subject.String()+" may not issue certificates")
	}
	if below := i - 1; cert.BasicConstraintsValid && cert.MaxPathLen >= 0 && below > cert.MaxPathLen {
		j.add(CodePathLength, i, fmt.Sprintf("%s allows %d certificates between it and a server's, here are %d", cert.Subject, cert.MaxPathLen, below))
	}
}

// mayIssue leaves version 1, which cannot say, to the trust store.
func mayIssue(cert *x509.Certificate) bool {
	if cert.BasicConstraintsValid && !cert.IsCA || cert.Version == 3 && !cert.BasicConstraintsValid {
		return false
	}
	return cert.KeyUsage == 0 || cert.KeyUsage&x509.KeyUsageCertSign != 0
}

// usage checks what a certificate is for (RFC 5280, section 4.2.1.12) and whether all that
// it insists on is understood (section 4.2).
func (j *judgement) usage(i int) {
	cert := j.path.certs[i]
	limited := len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) > 0
	serves := slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
	if limited && !serves {
		j.add(CodeUsage, i, j.called(i)+" is not for servers")
	}
	for _, oid := range cert.UnhandledCriticalExtensions {
		j.add(CodeUnknownCrit, i, j.called(i)+" has the critical extension "+oid.String()+", which is not understood")
	}
}

// brokenMethods are those that crypto/x509 does not accept: collisions can be made.
var brokenMethods = []x509.SignatureAlgorithm{
	x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1, x509.DSAWithSHA256,
}

// strength checks the method of the signature. That of a trusted root proves nothing and
// is not looked at.
func (j *judgement) strength(i int) {
	cert := j.path.certs[i]
	if slices.Contains(brokenMethods, cert.SignatureAlgorithm) && !(i > 0 && selfIssued(cert)) {
		j.add(CodeWeakSign, i, j.called(i)+" is signed by "+cert.SignatureAlgorithm.String())
	}
}

// minKey is what authorities must ask of RSA keys (CA/Browser Forum, Baseline
// Requirements, section 6.1.5). Shorter ones are told of, and trusted by crypto/x509.
const minKey = 2048

// weakKeys notes keys that are short, which is no reason to refuse them.
func (j *judgement) weakKeys() {
	for i, cert := range j.path.certs[:j.path.length] {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() < minKey {
			j.add(CodeWeakKey, i, fmt.Sprintf("%s has an RSA key of %d bits", j.called(i), key.N.BitLen()))
		}
	}
}

// end says why the way does not end at a trusted root.
func (j *judgement) end(roots *anchors) {
	i := j.path.length - 1
	top := j.path.certs[i]
	if j.path.trusted(roots) || j.code != CodeUnknownCA && j.code != CodeSelfSigned && roots.native {
		return
	}
	same := len(roots.named(top.RawIssuer)) > 0
	switch {
	case selfIssued(top) && i == 0:
		j.add(CodeSelfSigned, i, "the certificate vouches for itself")
	case selfIssued(top) && same:
		j.add(CodeUnknownCA, i, "an authority of the name "+top.Subject.String()+" is trusted, but not this one: it has another key")
	case selfIssued(top):
		j.add(CodeUnknownCA, i, "the chain ends at "+top.Subject.String()+", which is not trusted here")
	case same:
		j.add(CodeUnknownCA, i, "the authority "+top.Issuer.String()+" is trusted, but it has not signed "+j.called(i))
	default:
		j.add(CodeUnknownCA, i, "the issuer, "+top.Issuer.String()+", is not trusted here, nor did the server send a certificate of it")
	}
}

// rest asks crypto/x509 once more for what only it knows, name constraints above all, at
// a moment at which all dates are right and whatever the name.
func (j *judgement) rest(roots *anchors) {
	certs := j.path.certs[:j.path.length]
	from, to := certs[0].NotBefore, certs[0].NotAfter
	for _, c := range certs {
		if c.NotBefore.After(from) {
			from = c.NotBefore
		}
		if c.NotAfter.Before(to) {
			to = c.NotAfter
		}
	}
	if to.Before(from) {
		return
	}
	_, err := roots.verify(certs, x509.VerifyOptions{Intermediates: between(certs), CurrentTime: from})
	code, blamed := distrust(err, certs)
	if code == CodeUnknownCA && (j.has(CodeWeakSign) || j.has(CodeSelfSigned)) {
		return // it is said better already
	}
	if code != "" && !j.has(code) {
		j.add(code, j.place(blamed), Reason(code))
	}
}

func (j *judgement) has(code trace.Code) bool {
	return slices.ContainsFunc(j.problems, func(p trace.Problem) bool { return p.Code == code })
}

// place is where a certificate is in the path, 0 where it is not.
func (j *judgement) place(cert *x509.Certificate) int {
	if cert == nil {
		return 0
	}
	return max(slices.IndexFunc(j.path.certs, cert.Equal), 0)
}

// lead puts the reason first for which the chain is refused. Where that is only that
// nobody vouches for it, a broken signature is the better one.
func (j *judgement) lead() {
	if j.code == CodeUnknownCA && j.has(CodeWeakSign) {
		j.code, j.blamed = CodeWeakSign, nil
	}
	at := slices.IndexFunc(j.problems, func(p trace.Problem) bool {
		return p.Code == j.code && (j.blamed == nil || j.path.certs[*p.Certificate].Equal(j.blamed))
	})
	if at < 0 {
		at = slices.IndexFunc(j.problems, func(p trace.Problem) bool { return p.Code == j.code })
	}
	if at < 0 {
		j.add(j.code, j.place(j.blamed), Reason(j.code))
		at = len(j.problems) - 1
	}
	first := j.problems[at]
	j.problems = slices.Insert(slices.Delete(j.problems, at, at+1), 0, first)
	if j.blamed == nil {
		j.blamed = j.path.certs[*first.Certificate]
	}
}

// namesOf lists a few of the names that a certificate is for.
func namesOf(cert *x509.Certificate) string {
	names := alternativeNames(cert)
	const few = 3
	switch n := len(names); {
	case n == 0:
		return "no name"
	case n > few:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), n-few)
	}
	return strings.Join(names, ", ")
}

// alternativeNames are the names and addresses of a certificate (RFC 5280, section
// 4.2.1.6).
func alternativeNames(cert *x509.Certificate) []string {
	names := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
