package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// An authority signs certificates for a test.
type authority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	above [][]byte // the chain from it to below the root
}

func template(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
	}
}

func leafTemplate(host string) *x509.Certificate {
	c := template(host)
	c.DNSNames = []string{host}
	c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return c
}

func authorityTemplate(name string) *x509.Certificate {
	c := template(name)
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
	return c
}

// sign makes a certificate of a template, signed by by, or by itself where that is nil.
func sign(t *testing.T, c *x509.Certificate, by *authority) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer, signer := c, key
	if by != nil {
		issuer, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, issuer, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	made := &authority{cert: cert, key: key}
	if by != nil {
		made.above = append([][]byte{der}, by.above...)
	}
	return made
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	return sign(t, authorityTemplate("test root"), nil)
}

// issue makes a chain for a server: the leaf and what is above it, without the root.
func (a *authority) issue(t *testing.T, leaf *x509.Certificate) tls.Certificate {
	t.Helper()
	made := sign(t, leaf, a)
	return tls.Certificate{Certificate: made.above, PrivateKey: made.key}
}

// roots makes a file of the authority's certificate and reads it.
func (a *authority) roots(t *testing.T) *Roots {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r := LoadRoots(file)
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return r
}

// with changes a template.
func with(c *x509.Certificate, change func(*x509.Certificate)) *x509.Certificate {
	change(c)
	return c
}

const host = "example.test"

// distrusted are chains that are refused; blamed is the place in the chain of the
// certificate at fault, -1 for none of those sent.
var distrusted = []struct {
	name   string
	chain  func(t *testing.T, root *authority) tls.Certificate
	code   trace.Code
	blamed int
}{
	{"expired", func(t *testing.T, root *authority) tls.Certificate {
		return root.issue(t, with(leafTemplate(host), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }))
	}, CodeExpired, 0},
	{"not valid yet", func(t *testing.T, root *authority) tls.Certificate {
		return root.issue(t, with(leafTemplate(host), func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }))
	}, CodeNotYetValid, 0},
	{"wrong name", func(t *testing.T, root *authority) tls.Certificate {
		return root.issue(t, leafTemplate("other.test"))
	}, CodeWrongName, 0},
	{"unknown authority", func(t *testing.T, _ *authority) tls.Certificate {
		return sign(t, authorityTemplate("stranger"), nil).issue(t, leafTemplate(host))
	}, CodeUnknownCA, 0},
	{"self-signed", func(t *testing.T, _ *authority) tls.Certificate {
		leaf := sign(t, leafTemplate(host), nil)
		return tls.Certificate{Certificate: [][]byte{leaf.cert.Raw}, PrivateKey: leaf.key}
	}, CodeSelfSigned, 0},
	{"issuer is no authority", func(t *testing.T, root *authority) tls.Certificate {
		return sign(t, leafTemplate("middle"), root).issue(t, leafTemplate(host))
	}, CodeNotACA, 1},
	{"name constraint", func(t *testing.T, root *authority) tls.Certificate {
		return sign(t, with(authorityTemplate("narrow"), func(c *x509.Certificate) {
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"other.test"}
		}), root).issue(t, leafTemplate(host))
	}, CodeConstraint, 0},
	{"path length", func(t *testing.T, root *authority) tls.Certificate {
		short := sign(t, with(authorityTemplate("short"), func(c *x509.Certificate) { c.MaxPathLenZero = true }), root)
		return sign(t, authorityTemplate("too deep"), short).issue(t, leafTemplate(host))
	}, CodePathLength, 2},
	{"usage", func(t *testing.T, root *authority) tls.Certificate {
		return root.issue(t, with(leafTemplate(host), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }))
	}, CodeUsage, 0},
	{"unknown critical extension", func(t *testing.T, root *authority) tls.Certificate {
		return sign(t, with(authorityTemplate("odd"), odd), root).issue(t, leafTemplate(host))
	}, CodeUnknownCrit, 1},
}

// odd adds a critical extension that nobody knows.
func odd(c *x509.Certificate) {
	c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Critical: true, Value: []byte{5, 0}}}
}

func TestDistrust(t *testing.T) {
	root := newAuthority(t)
	roots := root.roots(t)
	for _, tc := range distrusted {
		t.Run(tc.name, func(t *testing.T) {
			chain := tc.chain(t, root)
			addr := serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{chain}}, func(*tls.Conn) {}))
			for _, insecure := range []bool{false, true} {
				j := newJournal(t)
				conn := j.dial(addr)
				err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: roots, Insecure: insecure})
				if insecure && err != nil {
					t.Errorf("although it is to be ignored: %v", err)
				} else if !insecure {
					wantError(t, err, tc.code, nil)
				}
				conn.Close(t.Context(), CloseOptions{})
				seen := one[trace.CertificatesSeen](j)
				if seen.Verified || seen.Ignored != insecure || seen.Why != tc.code || seen.Message != Reason(tc.code) {
					t.Errorf("recorded %+v, want %q", seen, tc.code)
				}
				if sent := fromServer(seen.Chain); sent != len(chain.Certificate) || seen.Sent != sent || len(seen.Chain) > sent+1 {
					t.Errorf("%d certificates recorded, %d of %d as sent, want %d", len(seen.Chain), sent, seen.Sent, len(chain.Certificate))
				}
				if len(seen.Problems) != 1 || seen.Problems[0].Code != tc.code {
					t.Errorf("problems %+v, want %q alone", seen.Problems, tc.code)
				}
				for i, c := range seen.Chain {
					if c.Blamed != (i == tc.blamed) {
						t.Errorf("certificate %d (%s): blamed is %t, want %d blamed", i, c.Subject, c.Blamed, tc.blamed)
					}
				}
			}
		})
	}
}

// fromServer counts the certificates that the server sent.
func fromServer(chain []trace.Certificate) (n int) {
	for _, c := range chain {
		if c.From == trace.FromServer {
			n++
		}
	}
	return n
}

// All that is wrong is told, the reason why the chain is refused first.
func TestProblems(t *testing.T) {
	root := newAuthority(t)
	expired := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }
	bare := func(a *authority) tls.Certificate { return tls.Certificate{Certificate: a.above, PrivateKey: a.key} }
	for _, tc := range []struct {
		name  string
		chain func(t *testing.T) tls.Certificate
		want  []string // code at place
		words string   // of the first
	}{
		{"expired and for another name", func(t *testing.T) tls.Certificate {
			return root.issue(t, with(leafTemplate("other.test"), expired))
		}, []string{"certificate_expired 0", "certificate_name_mismatch 0"}, "expired at "},
		{"an expired intermediate", func(t *testing.T) tls.Certificate {
			return sign(t, with(authorityTemplate("middle"), expired), root).issue(t, leafTemplate(host))
		}, []string{"certificate_expired 1"}, "CN=middle expired"},
		{"two expired, one that may not sign", func(t *testing.T) tls.Certificate {
			return sign(t, with(leafTemplate("middle"), expired), root).issue(t, with(leafTemplate(host), expired))
		}, []string{"certificate_expired 0", "certificate_expired 1", "certificate_not_a_ca 1"}, "expired"},
		{"a constraint behind a date", func(t *testing.T) tls.Certificate {
			narrow := func(c *x509.Certificate) {
				c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"other.test"}
			}
			return sign(t, with(authorityTemplate("narrow"), narrow), root).issue(t, with(leafTemplate(host), func(c *x509.Certificate) {
				c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(-time.Minute)
			}))
		}, []string{"certificate_expired 0", "certificate_name_constraint 0"}, "expired"},
		{"a root that is not trusted", func(t *testing.T) tls.Certificate {
			strange := sign(t, authorityTemplate("strange"), nil)
			chain := strange.issue(t, leafTemplate(host))
			chain.Certificate = append(chain.Certificate, strange.cert.Raw)
			return chain
		}, []string{"certificate_unknown_authority 1"}, "the chain ends at CN=strange, which is not trusted here"},
		{"a root of the same name", func(t *testing.T) tls.Certificate {
			strange := sign(t, authorityTemplate("test root"), nil)
			chain := strange.issue(t, leafTemplate(host))
			chain.Certificate = append(chain.Certificate, strange.cert.Raw)
			return chain
		}, []string{"certificate_unknown_authority 1"}, "it has another key"},
		{"signed by another of that name", func(t *testing.T) tls.Certificate {
			return sign(t, authorityTemplate("test root"), nil).issue(t, leafTemplate(host))
		}, []string{"certificate_unknown_authority 0"}, "it has not signed"},
		{"an intermediate that was not sent", func(t *testing.T) tls.Certificate {
			chain := sign(t, authorityTemplate("middle"), root).issue(t, leafTemplate(host))
			chain.Certificate = chain.Certificate[:1]
			return chain
		}, []string{"certificate_unknown_authority 0"}, "the issuer, CN=middle, is not trusted here, nor did the server send"},
		{"self-signed, expired, for another name", func(t *testing.T) tls.Certificate {
			return bare(selfSigned(t, with(leafTemplate("other.test"), expired)))
		}, []string{"certificate_expired 0", "certificate_name_mismatch 0", "certificate_self_signed 0"}, "expired"},
		{"SHA-1", func(t *testing.T) tls.Certificate {
			return rsaChain(t, root, 2048, x509.SHA1WithRSA)
		}, []string{"certificate_weak_signature 0"}, "signed by SHA1-RSA"},
		{"a short key, which is trusted", func(t *testing.T) tls.Certificate {
			return rsaChain(t, root, 1024, x509.SHA256WithRSA)
		}, []string{"certificate_weak_key 1"}, "RSA key of 1024 bits"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := newJournal(t)
			conn := j.dial(serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{tc.chain(t)}}, func(*tls.Conn) {})))
			_ = conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: root.roots(t)})
			conn.Close(t.Context(), CloseOptions{})
			seen := one[trace.CertificatesSeen](j)
			var got []string
			for _, p := range seen.Problems {
				got = append(got, fmt.Sprintf("%s %d", p.Code, *p.Certificate))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Fatalf("problems (-want +got):\n%s\n%+v", diff, seen.Problems)
			}
			if !strings.Contains(seen.Problems[0].Message, tc.words) {
				t.Errorf("%q, want it to say %q", seen.Problems[0].Message, tc.words)
			}
			if !seen.Verified && (seen.Why != seen.Problems[0].Code || !seen.Chain[*seen.Problems[0].Certificate].Blamed) {
				t.Errorf("refused for %q, blaming %+v; first of the problems is %+v", seen.Why, seen.Chain, seen.Problems[0])
			}
		})
	}
}

func selfSigned(t *testing.T, c *x509.Certificate) *authority {
	made := sign(t, c, nil)
	made.above = [][]byte{made.cert.Raw}
	return made
}

// rsaChain is a leaf below an intermediate with an RSA key, which signs by a method.
func rsaChain(t *testing.T, root *authority, bits int, method x509.SignatureAlgorithm) tls.Certificate {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	middle := authorityTemplate("middle")
	above, err := x509.CreateCertificate(rand.Reader, middle, root.cert, &key.PublicKey, root.key)
	if err != nil {
		t.Fatal(err)
	}
	leaf := with(leafTemplate(host), func(c *x509.Certificate) { c.SignatureAlgorithm = method })
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, middle, &own.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der, above}, PrivateKey: own}
}

// A server may send any number of certificates, all of one name.
func TestManyCertificatesAreBounded(t *testing.T) {
	root := newAuthority(t)
	leaf := sign(t, leafTemplate(host), sign(t, authorityTemplate("same"), root))
	sent := []*x509.Certificate{leaf.cert}
	for range 200 {
		sent = append(sent, sign(t, authorityTemplate("same"), nil).cert)
	}
	roots, err := root.roots(t).load()
	if err != nil {
		t.Fatal(err)
	}
	p := follow(sent, roots)
	if p.length != 1 || len(p.certs) != 1+maxUnused {
		t.Errorf("a way of %d and %d in all, want 1 and %d", p.length, len(p.certs), 1+maxUnused)
	}
}

func TestCertificateWithoutANameToCompareIsRefused(t *testing.T) {
	root := newAuthority(t)
	chain := root.issue(t, leafTemplate(host))
	conn := newJournal(t).dial(serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{chain}}, func(*tls.Conn) {})))
	defer conn.Close(t.Context(), CloseOptions{})
	wantError(t, conn.StartTLS(t.Context(), TLSConfig{ServerName: ".", Roots: root.roots(t)}), CodeWrongName, nil)
}

func TestUnusableRoots(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("no PEM"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, filepath.Join(t.TempDir(), "missing.pem")} {
		wantError(t, LoadRoots(file).Check(), CodeCAFile, nil)
	}
}
