package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/netip"
	"time"
)

// An authority signs the origin's certificate by way of an intermediate.
type authority struct {
	rootPEM []byte
	inter   *certificate
	config  *tls.Config
}

// validFor is how long the certificates are valid: a demo is short.
const validFor = 30 * 24 * time.Hour

func newAuthority(origin netip.Addr) (*authority, error) {
	root, err := issue(nil, "fetchscope demo root", true, nil)
	if err != nil {
		return nil, err
	}
	inter, err := issue(root, "fetchscope demo intermediate", true, nil)
	if err != nil {
		return nil, err
	}
	leaf, err := issue(inter, Host, false, origin.AsSlice(), Host, SwiftHost, AliasHost, "localhost")
	if err != nil {
		return nil, err
	}
	return &authority{
		rootPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.der}),
		inter:   inter,
		config:  &tls.Config{NextProtos: []string{"http/1.1"}, Certificates: []tls.Certificate{leaf.chain(inter)}},
	}, nil
}

// nameServer makes the resolver's certificate.
func (a *authority) nameServer(addr netip.Addr) (*tls.Config, error) {
	leaf, err := issue(a.inter, ResolverHost, false, addr.AsSlice(), ResolverHost)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{leaf.chain(a.inter)}}, nil
}

func (a *authority) secure(c net.Conn) net.Conn { return tls.Server(c, a.config) }

// A certificate is one with its key.
type certificate struct {
	der  []byte
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// chain is what a server shows.
func (c *certificate) chain(issuer *certificate) tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{c.der, issuer.der}, PrivateKey: c.key}
}

// issue makes a certificate, signed by itself where there is no issuer.
func issue(issuer *certificate, name string, ca bool, addr net.IP, hosts ...string) (*certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(validFor),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true, IsCA: ca,
	}
	if ca {
		t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	} else {
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		t.DNSNames = hosts
		t.IPAddresses = []net.IP{addr}
	}
	parent, signer := t, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &certificate{der: der, cert: cert, key: key}, err
}
