package transport

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// file writes blocks of PEM into a file of its own.
func file(t *testing.T, blocks ...*pem.Block) string {
	t.Helper()
	var text []byte
	for _, b := range blocks {
		text = append(text, pem.EncodeToMemory(b)...)
	}
	return textFile(t, string(text))
}

func textFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.pem")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func clientTemplate(name string) *x509.Certificate {
	return with(template(name), func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
}

// keyBlock is the key in its oldest form, which is the one that was encrypted by RFC 1423.
func (a *authority) keyBlock(t *testing.T) *pem.Block {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}
}

func (a *authority) block() *pem.Block { return &pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw} }

func TestIdentityFiles(t *testing.T) {
	me, other := sign(t, clientTemplate("me"), nil), sign(t, clientTemplate("other"), nil)
	//lint:ignore SA1019 it is what is tested
	locked, err := x509.EncryptPEMBlock(rand.Reader, "EC PRIVATE KEY", me.keyBlock(t).Bytes, []byte("word"), x509.PEMCipherAES256)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := file(t, me.block()), file(t, me.keyBlock(t))
	for _, tc := range []struct {
		name, cert, key, password, wrong string
	}{
		{"both in one file", file(t, me.keyBlock(t), me.block()), "", "", ""},
		{"two files", cert, key, "", ""},
		{"an encrypted key", cert, file(t, locked), "word", ""},
		{"a password that nothing needs", cert, key, "word", ""},
		{"parameters before the key", cert, file(t, &pem.Block{Type: "EC PARAMETERS", Bytes: []byte{5, 0}}, me.keyBlock(t)), "", ""},
		{"a wrong password", cert, file(t, locked), "sword", "password does not decrypt"},
		{"no password", cert, file(t, locked), "", "no password is given"},
		{"another's key", cert, file(t, other.keyBlock(t)), "", "does not match"},
		{"no key", cert, "", "", "holds no private key"},
		{"no certificate", key, "", "", "holds no certificate"},
		{"no such file", filepath.Join(t.TempDir(), "none"), "", "", "none"},
		{"a folder", t.TempDir(), "", "", "directory"},
		{"too large", textFile(t, strings.Repeat("x", maxIdentityFile+1)), "", "", "larger"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id, err := LoadIdentity(IdentityFiles{Cert: tc.cert, Key: tc.key, Password: tc.password})
			if tc.wrong == "" {
				if err != nil || !bytes.Equal(id.cert.Certificate[0], me.cert.Raw) {
					t.Errorf("%v, want the certificate", err)
				}
				return
			}
			wantError(t, err, CodeClientCert, nil)
			if err != nil && !strings.Contains(err.Error(), tc.wrong) {
				t.Errorf("error %q, want one with %q", err, tc.wrong)
			}
		})
	}
}

// Files in DER form say nothing of what they are: the options do.
func TestIdentityInDER(t *testing.T) {
	me := sign(t, clientTemplate("me"), nil)
	cert, key := textFile(t, string(me.cert.Raw)), textFile(t, string(me.keyBlock(t).Bytes))
	var locked *pem.Block
	for _, k := range encryptedKeys {
		if k.refused == "" {
			locked, _ = pem.Decode([]byte(k.pem))
		}
	}
	for _, tc := range []struct {
		name  string
		files IdentityFiles
		wrong string
	}{
		{"both", IdentityFiles{Cert: cert, CertDER: true, Key: key, KeyDER: true}, ""},
		{"a certificate in PEM form", IdentityFiles{Cert: file(t, me.block()), Key: key, KeyDER: true}, ""},
		{"a key in PEM form", IdentityFiles{Cert: cert, CertDER: true, Key: file(t, me.keyBlock(t))}, ""},
		{"taken for PEM", IdentityFiles{Cert: cert, Key: key}, "holds no"},
		{"PEM taken for DER", IdentityFiles{Cert: file(t, me.block()), CertDER: true, Key: key, KeyDER: true}, ""},
		{"no key in the certificate's", IdentityFiles{Cert: cert, CertDER: true}, "key"},
		{"an encrypted key of another", IdentityFiles{Cert: cert, CertDER: true, Key: textFile(t, string(locked.Bytes)), KeyDER: true, Password: "word"}, "does not match"},
		{"a wrong password", IdentityFiles{Cert: cert, CertDER: true, Key: textFile(t, string(locked.Bytes)), KeyDER: true, Password: "sword"}, "the key in"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id, err := LoadIdentity(tc.files)
			switch {
			case tc.name == "PEM taken for DER":
				wantError(t, err, CodeClientCert, nil)
			case tc.wrong == "" && (err != nil || !bytes.Equal(id.cert.Certificate[0], me.cert.Raw)):
				t.Errorf("%v, want the certificate", err)
			case tc.wrong != "" && (err == nil || !strings.Contains(err.Error(), tc.wrong)):
				t.Errorf("error %v, want one with %q", err, tc.wrong)
			}
		})
	}
}

func TestEncryptedKeys(t *testing.T) {
	var plain []byte
	for _, k := range encryptedKeys {
		t.Run(k.name, func(t *testing.T) {
			got, err := plainKey([]byte(k.pem), "file", "word")
			if k.refused != "" {
				if err == nil || !strings.Contains(err.Error(), k.refused) {
					t.Errorf("%v, want it to be refused: %s", err, k.refused)
				}
				return
			}
			if err != nil || plain != nil && !bytes.Equal(plain, got) {
				t.Fatalf("%q, %v, want the same key as before: %q", got, err, plain)
			}
			plain = got
			if _, err := plainKey([]byte(k.pem), "file", "sword"); err == nil {
				t.Error("a wrong password did")
			}
			if _, err := plainKey([]byte(k.pem), "file", ""); err == nil {
				t.Error("no password did")
			}
		})
	}
}

// Whatever is in the file, the reader neither crashes nor hashes for ever.
func FuzzEncryptedKey(f *testing.F) {
	for _, k := range encryptedKeys {
		block, _ := pem.Decode([]byte(k.pem))
		f.Add(block.Bytes)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if n := iterations(der); n > 100_000 {
			t.Skip("slow, as it has to be")
		}
		out, err := decryptPKCS8(&pem.Block{Bytes: der}, "word")
		if err != nil {
			return
		}
		if _, err := x509.ParsePKCS8PrivateKey(out.Bytes); err != nil {
			t.Errorf("decrypted to what is no key: %v", err)
		}
	})
}

// iterations is how often a password is hashed, 0 where that is not to be found.
func iterations(der []byte) int {
	var k encryptedKey
	var scheme pbes2
	var params pbkdf2Params
	if !decoded(der, &k) || !decoded(k.Algorithm.Parameters.FullBytes, &scheme) || !decoded(scheme.KDF.Parameters.FullBytes, &params) {
		return 0
	}
	return params.Iterations
}

// asking is a server that asks for certificates of an authority, and says hello to whom
// it lets in.
func asking(t *testing.T, server tls.Certificate, by *x509.Certificate, mode tls.ClientAuthType, version uint16) netip.AddrPort {
	pool := x509.NewCertPool()
	pool.AddCert(by)
	return serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: pool, ClientAuth: mode, MaxVersion: version}, func(c *tls.Conn) {
		_, _ = c.Write([]byte("hello"))
		_ = c.CloseWrite()
	}))
}

func TestClientCertificates(t *testing.T) {
	ca, clients := newAuthority(t), sign(t, authorityTemplate("clients"), nil)
	known, stranger := sign(t, clientTemplate("me"), clients), sign(t, clientTemplate("me"), sign(t, authorityTemplate("strangers"), nil))
	id := func(a *authority) *Identity {
		id, err := LoadIdentity(IdentityFiles{Cert: file(t, a.block(), a.keyBlock(t))})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	yes, no := true, false
	cases := []struct {
		name     string
		identity *Identity
		mode     tls.ClientAuthType
		code     trace.Code
		want     trace.ClientCertificateAsked
	}{
		{"shown", id(known), tls.RequireAndVerifyClientCert, "", trace.ClientCertificateAsked{Sent: true, Subject: "CN=me", Accepted: &yes}},
		{"not needed", nil, tls.RequestClientCert, "", trace.ClientCertificateAsked{}},
		{"missing", nil, tls.RequireAndVerifyClientCert, CodeCertWanted, trace.ClientCertificateAsked{}},
		{"of another authority", id(stranger), tls.RequireAndVerifyClientCert, CodeCertWanted, trace.ClientCertificateAsked{Sent: true, Subject: "CN=me", Accepted: &no}},
	}
	server := ca.issue(t, leafTemplate(host))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, tc := range cases {
			t.Run(tls.VersionName(version)+", "+tc.name, func(t *testing.T) {
				j := newJournal(t)
				conn := j.dial(asking(t, server, clients.cert, tc.mode, version))
				defer conn.Close(t.Context(), CloseOptions{})
				err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: ca.roots(t), Identity: tc.identity})
				var body []byte
				if err == nil {
					body, err = io.ReadAll(conn)
				}
				if tc.code != "" {
					wantError(t, err, tc.code, nil)
				} else if err != nil || string(body) != "hello" {
					t.Errorf("read %q, %v", body, err)
				}
				tc.want.Authorities, tc.want.AuthoritiesCount = []string{"CN=clients"}, 1
				if diff := cmp.Diff(tc.want, one[trace.ClientCertificateAsked](j)); diff != "" {
					t.Errorf("recorded (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// A server may name any number of authorities, in any bytes.
func TestAuthoritiesAreBounded(t *testing.T) {
	j := newJournal(t)
	names := make([][]byte, 10*maxAcceptable)
	for i := range names {
		names[i] = []byte{0x30, byte(i)}
	}
	(*Identity)(nil).show(j.Scope(0), &tls.CertificateRequestInfo{AcceptableCAs: names})
	e := one[trace.ClientCertificateAsked](j)
	if len(e.Authorities) != maxAcceptable || e.AuthoritiesCount != len(names) {
		t.Errorf("%d of %d authorities told, want %d of %d", len(e.Authorities), e.AuthoritiesCount, maxAcceptable, len(names))
	}
}
