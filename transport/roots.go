package transport

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Roots are the certificates that chains must end in. Reading them takes a while, so
// [LoadRoots] begins it at once and a handshake waits only for what is left of it.
type Roots struct {
	load func() (*anchors, error)
}

// LoadRoots begins to read the trusted roots: those of a PEM file, or the system's
// where it is "".
func LoadRoots(file string) *Roots { return LoadRootsIn(file, "") }

// LoadRootsIn is the same with the PEM files of a directory beside. One that cannot be
// read is as good as empty.
func LoadRootsIn(file, dir string) *Roots {
	r := &Roots{load: sync.OnceValues(func() (*anchors, error) { return readAnchors(file, dir) })}
	go func() { _, _ = r.load() }()
	return r
}

// Check waits for the roots and returns why they cannot be had, an *Error.
func (r *Roots) Check() error {
	_, err := r.load()
	return err
}

// Anchors are trusted certificates, found by their subjects and parsed when a chain may end
// in them: of the hundred and more that a system trusts a chain needs one.
type anchors struct {
	bySubject map[string][][]byte // DER
	// native says that the system's are not among them: the platform's own verifier is to
	// be asked first.
	native bool
	// all has further ones beside them, for chains that these do not vouch for; nil where
	// there are none.
	all func() *anchors
}

// readAnchors reads a file and a directory; the system's own bundle where there is no file.
func readAnchors(file, dir string) (*anchors, error) {
	a := &anchors{bySubject: map[string][][]byte{}}
	if file == "" {
		a.add(systemBundle())
		if a.native = !a.usable(); !a.native {
			a.all = sync.OnceValue(func() *anchors { return a.with(systemDirs()) })
		}
	} else {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, &Error{Op: "read CA certificates", Code: CodeCAFile, Err: err}
		}
		if a.add(text); !a.usable() {
			return nil, &Error{Op: "read CA certificates", Code: CodeCAFile, Err: fmt.Errorf("%s holds no certificate in PEM form", file)}
		}
	}
	if dir != "" {
		a.addDir(dir)
	}
	return a, nil
}

// with is a copy that has what directories hold beside.
func (a *anchors) with(dirs []string) *anchors {
	out := &anchors{bySubject: maps.Clone(a.bySubject)}
	for _, dir := range dirs {
		out.addDir(dir)
	}
	return out
}

// addDir adds what the files of a directory hold, whatever their names: a hash of the
// subject is one of them (c_rehash of OpenSSL), but others do.
func (a *anchors) addDir(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if alias(dir, e) {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			a.add(text)
		}
	}
}

// alias says whether an entry is another name of a file beside it.
func alias(dir string, e os.DirEntry) bool {
	if e.Type()&os.ModeSymlink == 0 {
		return false
	}
	target, err := os.Readlink(filepath.Join(dir, e.Name()))
	return err == nil && filepath.Base(target) == target
}

// add indexes the certificates of a text in PEM form.
func (a *anchors) add(text []byte) {
	for len(text) > 0 {
		var der []byte
		der, text = nextCertificate(text)
		subject, ok := subjectOf(der)
		if !ok {
			continue
		}
		if same := a.bySubject[string(subject)]; !slices.ContainsFunc(same, func(known []byte) bool { return bytes.Equal(known, der) }) {
			a.bySubject[string(subject)] = append(slices.Clip(same), der)
		}
	}
}

// What stands round a certificate (RFC 7468, section 5.1).
var (
	pemBegin = []byte("-----BEGIN CERTIFICATE-----\n")
	pemEnd   = []byte("\n-----END CERTIFICATE-----\n")
)

// nextCertificate returns the first certificate of a text and what is behind it; nil where
// there is something else. Nearly all are written in the same way, and are decoded twice
// as fast here as by encoding/pem, which has the word on all others.
func nextCertificate(text []byte) (der, rest []byte) {
	if body, ok := bytes.CutPrefix(text, pemBegin); ok {
		body, rest, found := bytes.Cut(body, pemEnd)
		der := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
		n, err := base64.StdEncoding.Decode(der, bytes.ReplaceAll(body, []byte("\n"), nil))
		if found && err == nil && n > 0 {
			return der[:n], rest
		}
	}
	block, rest := pem.Decode(text)
	// As crypto/x509 has it: what has headers is not meant for everybody.
	switch {
	case block == nil:
		return nil, nil
	case block.Type != "CERTIFICATE" || len(block.Headers) > 0:
		return nil, rest
	}
	return block.Bytes, rest
}

// usable says whether there is a certificate at all.
func (a *anchors) usable() bool {
	for subject := range a.bySubject {
		if len(a.named([]byte(subject))) > 0 {
			return true
		}
	}
	return false
}

// named returns the trusted certificates of a subject.
func (a *anchors) named(subject []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for _, der := range a.bySubject[string(subject)] {
		if cert, err := x509.ParseCertificate(der); err == nil {
			out = append(out, cert)
		}
	}
	return out
}

// pool has the anchors that a chain made of these certificates can end in: the issuers of
// all of them, and the first itself, which may be trusted as it is.
func (a *anchors) pool(sent []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, cert := range a.named(sent[0].RawSubject) {
		if cert.Equal(sent[0]) {
			pool.AddCert(cert)
		}
	}
	seen := map[string]bool{}
	for _, cert := range sent {
		if name := string(cert.RawIssuer); !seen[name] {
			seen[name] = true
			for _, root := range a.named(cert.RawIssuer) {
				pool.AddCert(root)
			}
		}
	}
	return pool
}

// verify builds chains (RFC 5280, section 6).
func (a *anchors) verify(sent []*x509.Certificate, o x509.VerifyOptions) ([][]*x509.Certificate, error) {
	if a.native {
		chains, err := sent[0].Verify(o)
		if err == nil || len(a.bySubject) == 0 {
			return chains, err
		}
	}
	o.Roots = a.pool(sent)
	chains, err := sent[0].Verify(o)
	if err == nil || a.all == nil || whateverTheRoots(err, sent[0]) {
		return chains, err
	}
	return a.all().verify(sent, o)
}

// whateverTheRoots says whether a leaf is refused for what it is.
func whateverTheRoots(err error, leaf *x509.Certificate) bool {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &name) || errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert == leaf
}

// trusts reports whether a certificate is one of the anchors, as far as they are known.
func (a *anchors) trusts(cert *x509.Certificate) bool {
	for _, der := range a.bySubject[string(cert.RawSubject)] {
		if bytes.Equal(der, cert.Raw) {
			return true
		}
	}
	return false
}

// subjectOf finds the subject of a certificate in DER, without a look at the rest (RFC
// 5280, section 4.1): behind version, serial number, algorithm, issuer and validity.
func subjectOf(der []byte) ([]byte, bool) {
	cert, _, ok := nextElement(der)
	if !ok {
		return nil, false
	}
	rest, _, ok := nextElement(cert.inner)
	if !ok {
		return nil, false
	}
	for at, before := rest.inner, 4; ; before-- {
		e, next, ok := nextElement(at)
		switch {
		case !ok:
			return nil, false
		case e.tag == tagVersion:
			before++
		case before == 0:
			return e.whole, true
		}
		at = next
	}
}

// tagVersion is that of the version, which version 1 leaves out.
const tagVersion = 0xa0

// An element is a value in DER with its header (X.690, section 8.1).
type element struct {
	tag          byte
	whole, inner []byte
}

// nextElement takes the first value of b apart from the rest. Tags of more than one byte do
// not occur in a certificate's head.
func nextElement(b []byte) (e element, rest []byte, ok bool) {
	var raw asn1.RawValue
	rest, err := asn1.Unmarshal(b, &raw)
	if err != nil {
		return e, nil, false
	}
	return element{tag: raw.FullBytes[0], whole: raw.FullBytes, inner: raw.Bytes}, rest, true
}
