package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"fetchscope/trace"
)

// An Identity is the certificate with its key that a client shows to a server that asks
// for one.
type Identity struct{ cert tls.Certificate }

// maxIdentityFile bounds a file that is to hold a certificate or a key: a chain with its
// key is some ten kilobytes, and what the option names by mistake may be of any size.
const maxIdentityFile = 1 << 20

// IdentityFiles are where an identity is read from.
type IdentityFiles struct {
	// Cert is the file of the certificate, with what is above it if that is there. Without
	// a Key its key is in it too.
	Cert, Key string
	// CertDER and KeyDER say that the files are in DER form, and not in PEM form.
	CertDER, KeyDER bool
	// Password is for a key that is encrypted.
	Password string
}

// LoadIdentity reads a certificate and its key. The error is an *Error.
func LoadIdentity(f IdentityFiles) (*Identity, error) {
	if f.Key == "" {
		f.Key, f.KeyDER = f.Cert, f.CertDER
	}
	certFile, keyFile, password := f.Cert, f.Key, f.Password
	certs, err := readForm(certFile, "CERTIFICATE", f.CertDER)
	if err != nil {
		return nil, identityError(err)
	}
	key, err := readForm(keyFile, "PRIVATE KEY", f.KeyDER)
	if err == nil {
		key, err = plainKey(key, keyFile, password)
	}
	if err != nil {
		return nil, identityError(err)
	}
	if !bytes.Contains(certs, []byte("-----BEGIN CERTIFICATE-----")) {
		return nil, identityError(fmt.Errorf("%s holds no certificate in PEM form", certFile))
	}
	pair, err := tls.X509KeyPair(certs, key)
	if err != nil {
		return nil, identityError(errors.New(strings.TrimPrefix(err.Error(), "tls: ")))
	}
	return &Identity{pair}, nil
}

func identityError(err error) *Error {
	return &Error{Op: "read the client's certificate", Code: CodeClientCert, Err: err}
}

// readForm reads a file, and makes PEM of one in DER form. What an encrypted key is, its own
// form tells.
func readForm(name, kind string, der bool) ([]byte, error) {
	b, err := readBounded(name)
	if err != nil || !der {
		return b, err
	}
	var encrypted struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	if kind == "PRIVATE KEY" {
		if rest, err := asn1.Unmarshal(b, &encrypted); err == nil && len(rest) == 0 {
			kind = "ENCRYPTED PRIVATE KEY"
		}
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), nil
}

// readBounded reads a file of bounded size.
func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxIdentityFile+1))
	if err == nil && len(b) > maxIdentityFile {
		err = fmt.Errorf("%s is larger than the %d bytes that are read of it", name, maxIdentityFile)
	}
	return b, err
}

// plainKey finds the first private key in a file and takes its encryption off.
func plainKey(text []byte, name, password string) ([]byte, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var err error
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY":
			block, err = decryptPKCS8(block, password)
		case !strings.HasSuffix(block.Type, "PRIVATE KEY"):
			continue
		//lint:ignore SA1019 keys in this form are still about, and curl takes them
		case x509.IsEncryptedPEMBlock(block):
			block, err = decryptLegacy(block, password)
		}
		if err != nil {
			return nil, fmt.Errorf("the key in %s: %w", name, err)
		}
		return pem.EncodeToMemory(block), nil
	}
	return nil, fmt.Errorf("%s holds no private key in PEM form", name)
}

var (
	errNoPassword    = errors.New("it is encrypted, and no password is given: -E FILE:PASSWORD")
	errWrongPassword = errors.New("the password does not decrypt it")
)

// decryptLegacy takes the encryption of RFC 1423 off, which OpenSSL wrote for long.
func decryptLegacy(block *pem.Block, password string) (*pem.Block, error) {
	if password == "" {
		return nil, errNoPassword
	}
	//lint:ignore SA1019 as above
	der, err := x509.DecryptPEMBlock(block, []byte(password))
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, errWrongPassword
	case err != nil:
		return nil, errors.New(strings.TrimPrefix(err.Error(), "x509: "))
	}
	return &pem.Block{Type: block.Type, Bytes: der}, nil
}

// maxAcceptable bounds how many authorities are told of those that a server accepts: some
// name every one in the world.
const maxAcceptable = 32

// show answers a server that asks for a certificate, and records both. Without an
// identity an empty list is sent (RFC 8446, section 4.4.2).
func (id *Identity) show(sc *trace.Scope, asked *tls.CertificateRequestInfo) *tls.Certificate {
	e := trace.ClientCertificateAsked{AuthoritiesCount: len(asked.AcceptableCAs)}
	cert := &tls.Certificate{}
	if id != nil {
		cert = &id.cert
		e.Sent, e.Subject = true, nameText(cert.Leaf.RawSubject)
		e.Accepted = accepted(cert, asked.AcceptableCAs)
	}
	if sc != nil {
		for _, name := range asked.AcceptableCAs[:min(len(asked.AcceptableCAs), maxAcceptable)] {
			e.Authorities = append(e.Authorities, nameText(name))
		}
		sc.Emit(e)
	}
	return cert
}

// accepted reports whether an authority that the server names has issued a certificate of
// the chain; nil where it names none, which leaves it open.
func accepted(cert *tls.Certificate, authorities [][]byte) *bool {
	if len(authorities) == 0 {
		return nil
	}
	found := false
	for _, der := range cert.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			break
		}
		for _, name := range authorities {
			found = found || bytes.Equal(name, c.RawIssuer)
		}
	}
	return &found
}
