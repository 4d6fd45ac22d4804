package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A signer is a certificate with its key, and those above it.
type signer struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	chain [][]byte // from itself up, without the root
}

// sign makes a certificate for a server called name, changed as wanted; nobody signs a root.
func (s *signer) sign(t *testing.T, name string, change func(*x509.Certificate)) *signer {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
	}
	if change != nil {
		change(c)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	above, by, chain := c, key, [][]byte(nil)
	if s != nil {
		above, by, chain = s.cert, s.key, s.chain
	}
	der, err := x509.CreateCertificate(rand.Reader, c, above, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return &signer{c, key, nil}
	}
	return &signer{c, key, append([][]byte{der}, chain...)}
}

// asCA makes an authority of a certificate.
func asCA(c *x509.Certificate) {
	c.DNSNames, c.IsCA, c.KeyUsage = nil, true, x509.KeyUsageCertSign
}

// server is what a server shows.
func (s *signer) server() tls.Certificate {
	chain := s.chain
	if chain == nil {
		chain = [][]byte{s.cert.Raw}
	}
	return tls.Certificate{Certificate: chain, PrivateKey: s.key}
}

// file writes the certificate to a file, the key behind it.
func (s *signer) file(t *testing.T, name string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// secureWitness is a witness by TLS.
func secureWitness(t *testing.T, config *tls.Config, answer func(string) string) *witness {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	return serveWitness(t, l, answer)
}

// A certificate that is not for the host, not of an authority that is trusted, or not of this
// time ends the fetch, directly, through a tunnel and behind a redirect.
func TestAdvisoryCertificates(t *testing.T) {
	inFolder(t, nil)
	proxy := startProxy(t, "")
	var root *signer
	root = root.sign(t, "root", asCA)
	root.file(t, "ca.pem")
	leaf := func(name string, change func(*x509.Certificate)) tls.Certificate {
		return root.sign(t, name, change).server()
	}
	below := func(change func(*x509.Certificate)) *signer { return root.sign(t, "middle", change) }
	for _, tt := range []struct {
		name, host string
		shown      tls.Certificate
		trusted    bool
	}{
		{"right", "h.test", leaf("h.test", nil), true},
		{"by an intermediate", "h.test", below(asCA).sign(t, "h.test", nil).server(), true},
		{"a wildcard's name", "a.h.test", leaf("*.h.test", nil), true},
		{"a wildcard for two labels", "a.b.h.test", leaf("*.h.test", nil), false},
		{"another name", "h.test", leaf("other.test", nil), false},
		{"expired", "h.test", leaf("h.test", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), false},
		{"not yet valid", "h.test", leaf("h.test", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }), false},
		{"self-signed", "h.test", (*signer)(nil).sign(t, "h.test", nil).server(), false},
		{"an address, of names alone", "127.0.0.1", leaf("127.0.0.1", nil), false},
		{"an address", "127.0.0.1", leaf("x", func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }), true},
		{"an address by a wildcard", "127.0.0.1", leaf("*.0.0.1", nil), false},
		{"a part of an A-label", "xn--bcher-kva.test", leaf("x*.test", nil), false},
		{"a NUL in the name", "h.test", leaf("h.test\x00.other.test", nil), false},
		{"a NUL in the common name", "h.test", leaf("h.test\x00.other.test", func(c *x509.Certificate) { c.DNSNames = nil }), false},
		{"a common name alone", "h.test", leaf("h.test", func(c *x509.Certificate) { c.DNSNames = nil }), false},
		{"beyond a constraint", "h.test", below(func(c *x509.Certificate) {
			asCA(c)
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"other.test"}
		}).sign(t, "h.test", nil).server(), false},
		{"by what is no authority", "h.test", below(nil).sign(t, "h.test", nil).server(), false},
		{"the intermediate missing", "h.test", tls.Certificate{}, false},
		{"for clients", "h.test", leaf("h.test", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.shown.PrivateKey == nil {
				s := below(asCA).sign(t, "h.test", nil)
				tt.shown = tls.Certificate{Certificate: s.chain[:1], PrivateKey: s.key}
			}
			w := secureWitness(t, &tls.Config{Certificates: []tls.Certificate{tt.shown}}, nil)
			url := "https://" + tt.host + ":" + w.port + "/"
			plain := newWitness(t, func(string) string { return to(url) })
			for way, line := range map[string]string{
				"directly":          "--connect-to ::127.0.0.1: " + url,
				"through a tunnel":  "-x " + proxy.Addr.String() + " " + url,
				"behind a redirect": "-L --connect-to ::127.0.0.1: http://" + tt.host + ":" + plain.port + "/",
			} {
				status, _, stderr := commandLine(t, "-sS --cacert ca.pem "+line)
				if want := map[bool]int{true: 0, false: 60}[tt.trusted]; status != want {
					t.Errorf("%s: exit %d, want %d: %s", way, status, want, stderr)
				}
			}
			if got := len(w.requests()); (got > 0) != tt.trusted {
				t.Errorf("%d requests came", got)
			}
		})
	}
}

// What is asked of TLS is asked of a resumed session too, and sessions and connections serve
// those alone that asked the same of it.
func TestAdvisoryTLSSessions(t *testing.T) {
	inFolder(t, nil)
	root := (*signer)(nil).sign(t, "root", asCA)
	ca := root.file(t, "ca.pem")
	other := (*signer)(nil).sign(t, "stranger", asCA).file(t, "other.pem")
	a, b := root.sign(t, "a", clientOnly).file(t, "a.pem"), root.sign(t, "b", clientOnly).file(t, "b.pem")
	leaf := root.sign(t, "h.test", nil)
	sum := sha256.Sum256(leaf.cert.RawSubjectPublicKeyInfo)
	pin := "--pinnedpubkey sha256//" + base64.StdEncoding.EncodeToString(sum[:])
	const wrong = "--pinnedpubkey sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	for _, tt := range []struct {
		name, first, second string
		status              int
		handshakes, resumed int32
	}{
		{"alike, closed between", "--cacert " + ca, "--cacert " + ca, 0, 2, 1},
		{"another certificate of ours", "--cacert " + ca + " -E " + a, "--cacert " + ca + " -E " + b, 0, 2, 0},
		{"ours, then none", "--cacert " + ca + " -E " + a, "--cacert " + ca, 0, 2, 0},
		{"trusting blindly, then not", "-k", "--cacert " + other, 60, 2, 0},
		{"other authorities", "--cacert " + ca, "--cacert " + other, 60, 2, 0},
		{"an older version", "--cacert " + ca, "--cacert " + ca + " --tls-max 1.2", 0, 2, 0},
		{"pinned", "--cacert " + ca, "--cacert " + ca + " " + wrong, 90, 2, 0},
		{"pinned, and right", "--cacert " + ca + " " + pin, "--cacert " + ca + " " + pin, 0, 2, 1},
	} {
		for _, answer := range []string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"} {
			stays := !strings.Contains(answer, "close")
			t.Run(fmt.Sprintf("%s, stays open %t", tt.name, stays), func(t *testing.T) {
				var handshakes, resumed atomic.Int32
				w := secureWitness(t, &tls.Config{
					Certificates: []tls.Certificate{leaf.server()}, ClientAuth: tls.RequestClientCert,
					VerifyConnection: func(s tls.ConnectionState) error {
						handshakes.Add(1)
						if s.DidResume {
							resumed.Add(1)
						}
						return nil
					},
				}, func(string) string { return answer })
				const where = " --connect-to ::127.0.0.1: https://h.test:"
				status, _, stderr := commandLine(t, "-sS "+tt.first+where+w.port+"/ --next -sS "+tt.second+where+w.port+"/")
				if status != tt.status {
					t.Fatalf("exit %d, want %d: %s", status, tt.status, stderr)
				}
				if alike := tt.first == tt.second; stays && alike {
					return // one connection serves both
				}
				if resumed.Load() > tt.resumed || handshakes.Load() > tt.handshakes || stays && handshakes.Load() < 2 && tt.status == 0 {
					t.Errorf("%d handshakes, %d resumed; want %d and %d", handshakes.Load(), resumed.Load(), tt.handshakes, tt.resumed)
				}
			})
		}
	}
}

// clientOnly makes a client's certificate.
func clientOnly(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }
