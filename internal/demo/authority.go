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

// The certificates that the origin shows where it has a fault.

// expiredLeaf ended yesterday.
func expiredLeaf(a *authority, origin netip.Addr) (tls.Certificate, error) {
	t := leafTemplate(Host, origin, Host)
	t.NotBefore, t.NotAfter = time.Now().Add(-validFor), time.Now().Add(-24*time.Hour)
	return a.shown(t)
}

// otherLeaf is another host's.
func otherLeaf(a *authority, _ netip.Addr) (tls.Certificate, error) {
	return a.shown(leafTemplate(otherHost, netip.Addr{}, otherHost))
}

// otherHost is in no zone.
const otherHost = "other.fetchscope.test"

// selfSigned is vouched for by itself alone.
func selfSigned(_ *authority, origin netip.Addr) (tls.Certificate, error) {
	c, err := sign(leafTemplate(Host, origin, Host), nil)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{c.der}, PrivateKey: c.key}, nil
}

// strangers is of an authority that nobody was told of.
func strangers(_ *authority, origin netip.Addr) (tls.Certificate, error) {
	other, err := newAuthority(origin)
	if err != nil {
		return tls.Certificate{}, err
	}
	return other.config.Certificates[0], nil
}

// shown is a leaf with the chain that a server shows.
func (a *authority) shown(t *x509.Certificate) (tls.Certificate, error) {
	c, err := sign(t, a.inter)
	if err != nil {
		return tls.Certificate{}, err
	}
	return c.chain(a.inter), nil
}

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
	ip, _ := netip.AddrFromSlice(addr)
	t := leafTemplate(name, ip, hosts...)
	if ca {
		t.IsCA, t.KeyUsage, t.ExtKeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
	}
	return sign(t, issuer)
}

// leafTemplate is what a server's certificate says.
func leafTemplate(name string, addr netip.Addr, hosts ...string) *x509.Certificate {
	now := time.Now()
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, DNSNames: hosts,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(validFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	if addr.IsValid() {
		t.IPAddresses = []net.IP{addr.AsSlice()}
	}
	return t
}

// sign gives a certificate a key and a number, and signs it: by itself where there is no
// issuer.
func sign(t *x509.Certificate, issuer *certificate) (*certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<62)); err != nil {
		return nil, err
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
