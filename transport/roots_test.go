package transport

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// anchored are anchors of a text in PEM form, without more beside them.
func anchored(t *testing.T, blocks ...*pem.Block) *anchors {
	t.Helper()
	a, err := readAnchors(file(t, blocks...), "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// eager is what crypto/x509 makes of the same.
func eager(blocks ...*pem.Block) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, b := range blocks {
		pool.AppendCertsFromPEM(pem.EncodeToMemory(b))
	}
	return pool
}

// paths are chains in words, or the error.
func paths(chains [][]*x509.Certificate, err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, chain := range chains {
		s := ""
		for _, c := range chain {
			s += fmt.Sprintf("/%s %x", c.Subject, c.SerialNumber)
		}
		out = append(out, s)
	}
	return out
}

// Chains are trusted, and refused, as with a pool of crypto/x509 that has all roots.
func TestAnchorsJudgeAsAPoolDoes(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t) // of one name
	other := sign(t, authorityTemplate("other root"), nil)
	middle := sign(t, authorityTemplate("middle"), first)
	// The same key, vouched for by another.
	cross := crossSign(t, middle, other)
	expired := sign(t, with(authorityTemplate("expired root"), func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), nil)
	leaf, direct := sign(t, leafTemplate(host), middle), sign(t, leafTemplate(host), second)
	own := selfSigned(t, leafTemplate(host))
	odd := sign(t, with(authorityTemplate("odd root"), odd), nil)
	tagged := first.block()
	tagged.Headers = map[string]string{"Trust": "no"}
	all := []*pem.Block{first.block(), second.block(), other.block(), expired.block(), odd.block(), own.block()}
	for _, tc := range []struct {
		name  string
		sent  []*x509.Certificate
		roots []*pem.Block
	}{
		{"by way of an intermediate", []*x509.Certificate{leaf.cert, middle.cert}, all},
		{"two of one name, the second is it", []*x509.Certificate{direct.cert}, all},
		{"two of one name, neither is it", []*x509.Certificate{sign(t, leafTemplate(host), newAuthority(t)).cert}, all},
		{"cross-signed, both ways", []*x509.Certificate{leaf.cert, middle.cert, cross}, all},
		{"cross-signed, one root", []*x509.Certificate{leaf.cert, middle.cert, cross}, []*pem.Block{other.block()}},
		{"cross-signed, in the other order", []*x509.Certificate{leaf.cert, cross, middle.cert}, []*pem.Block{first.block()}},
		{"an intermediate that is not sent", []*x509.Certificate{leaf.cert}, all},
		{"a trusted intermediate", []*x509.Certificate{leaf.cert}, []*pem.Block{middle.block()}},
		{"a trusted intermediate that is sent", []*x509.Certificate{leaf.cert, middle.cert}, []*pem.Block{middle.block()}},
		{"the root is sent too", []*x509.Certificate{leaf.cert, middle.cert, first.cert}, all},
		{"an expired root", []*x509.Certificate{sign(t, leafTemplate(host), expired).cert}, all},
		{"an odd root", []*x509.Certificate{sign(t, leafTemplate(host), odd).cert}, all},
		{"trusted as it is", []*x509.Certificate{own.cert}, all},
		{"self-signed", []*x509.Certificate{selfSigned(t, leafTemplate(host)).cert}, all},
		{"for another name", []*x509.Certificate{sign(t, leafTemplate("other.test"), first).cert}, all},
		{"a root with headers", []*x509.Certificate{leaf.cert, middle.cert}, []*pem.Block{tagged, other.block()}},
		{"garbage among the roots", []*x509.Certificate{leaf.cert, middle.cert}, []*pem.Block{{Type: "CERTIFICATE", Bytes: []byte{0x30, 0}}, {Type: "OTHER", Bytes: first.cert.Raw}, first.block()}},
		{"the same root twice", []*x509.Certificate{leaf.cert, middle.cert}, []*pem.Block{first.block(), first.block()}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := x509.VerifyOptions{DNSName: host, Intermediates: between(tc.sent), CurrentTime: time.Now()}
			got := paths(anchored(t, tc.roots...).verify(tc.sent, o))
			o.Roots = eager(tc.roots...)
			want := paths(tc.sent[0].Verify(o))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-pool +anchors):\n%s", diff)
			}
		})
	}
}

// crossSign makes a certificate of the same name and key, issued by another.
func crossSign(t *testing.T, a, by *authority) *x509.Certificate {
	t.Helper()
	c := authorityTemplate(a.cert.Subject.CommonName)
	der, err := x509.CreateCertificate(rand.Reader, c, by.cert, &a.key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// What is found of a certificate without parsing it is what parsing finds, for each that
// this machine trusts.
func TestEveryRootOfTheSystem(t *testing.T) {
	text := systemBundle()
	if text == nil {
		t.Skip("this system has no bundle of roots")
	}
	a, err := readAnchors("", "")
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if subject, ok := subjectOf(block.Bytes); !ok || !bytes.Equal(subject, cert.RawSubject) {
			t.Errorf("%s: subject %x, %t, want %x", cert.Subject, subject, ok, cert.RawSubject)
		}
		o := x509.VerifyOptions{CurrentTime: cert.NotBefore.Add(cert.NotAfter.Sub(cert.NotBefore) / 2), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
		chains, err := a.verify([]*x509.Certificate{cert}, o)
		want, wantErr := cert.Verify(o)
		if diff := cmp.Diff(paths(want, wantErr), paths(chains, err)); diff != "" {
			t.Errorf("%s (-system +anchors):\n%s", cert.Subject, diff)
		}
		known++
	}
	t.Logf("%d roots", known)
}

// A directory beside the bundle is read for what the bundle does not vouch for.
func TestDirectoriesOfTheSystem(t *testing.T) {
	if systemDirs() == nil {
		t.Skip("the platform's own verifier knows what is trusted")
	}
	inFile, inDir, nowhere := newAuthority(t), newAuthority(t), newAuthority(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "any.name"), pem.EncodeToMemory(inDir.block()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file(t, inFile.block()))
	t.Setenv("SSL_CERT_DIR", t.TempDir()+":"+dir+":"+filepath.Join(dir, "missing"))
	for _, tc := range []struct {
		name string
		by   *authority
		code string
	}{{"in the bundle", inFile, ""}, {"in a directory", inDir, ""}, {"nowhere", nowhere, string(CodeUnknownCA)}} {
		t.Run(tc.name, func(t *testing.T) {
			conn := newJournal(t).dial(serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{tc.by.issue(t, leafTemplate(host))}}, func(*tls.Conn) {})))
			defer conn.Close(t.Context(), CloseOptions{})
			err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: LoadRoots("")})
			if tc.code == "" && err != nil {
				t.Error(err)
			} else if tc.code != "" {
				wantError(t, err, CodeUnknownCA, nil)
			}
		})
	}
}

// A directory that is named is trusted beside the file, and may be missing.
func TestRootsInADirectory(t *testing.T) {
	inFile, inDir := newAuthority(t), newAuthority(t)
	dir := filepath.Dir(file(t, inDir.block()))
	for _, tc := range []struct {
		name string
		dir  string
		by   *authority
		ok   bool
	}{
		{"of the file", dir, inFile, true},
		{"of the directory", dir, inDir, true},
		{"of neither", dir, newAuthority(t), false},
		{"of the file, without the directory", filepath.Join(dir, "missing"), inFile, true},
		{"of the directory that is not there", filepath.Join(dir, "missing"), inDir, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			roots := LoadRootsIn(file(t, inFile.block()), tc.dir)
			if err := roots.Check(); err != nil {
				t.Fatal(err)
			}
			conn := newJournal(t).dial(serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{tc.by.issue(t, leafTemplate(host))}}, func(*tls.Conn) {})))
			defer conn.Close(t.Context(), CloseOptions{})
			if err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: roots}); (err == nil) != tc.ok {
				t.Errorf("%v, want it to be trusted: %t", err, tc.ok)
			}
		})
	}
}

// The subject of whatever crypto/x509 can parse is found, and nothing crashes the search.
func FuzzSubject(f *testing.F) {
	for block, rest := pem.Decode(systemBundle()); block != nil; block, rest = pem.Decode(rest) {
		f.Add(block.Bytes)
		if len(rest) < 100_000 {
			break
		}
	}
	f.Add([]byte{0x30, 2, 0x30, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		subject, ok := subjectOf(der)
		if ok && !bytes.Contains(der, subject) {
			t.Errorf("subject %x is not in %x", subject, der)
		}
		if cert, err := x509.ParseCertificate(der); err == nil && (!ok || !bytes.Equal(subject, cert.RawSubject)) {
			t.Errorf("subject %x, %t, want %x", subject, ok, cert.RawSubject)
		}
	})
}

func BenchmarkSystemRoots(b *testing.B) {
	for b.Loop() {
		if _, err := readAnchors("", ""); err != nil {
			b.Fatal(err)
		}
	}
}

// The certificates of a text are those that encoding/pem finds, one after the other.
func FuzzNextCertificate(f *testing.F) {
	const begin, end = "-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n"
	f.Add([]byte(begin + "AAAA\n" + end))
	f.Add([]byte("words\n" + begin + "AAAA\r\n" + end + "\n" + begin + "A A A=\n" + end))
	f.Add([]byte(begin + "X: y\n\nAAAA\n" + end + begin + "AAA\n-----END OTHER-----\n" + begin + end))
	f.Add([]byte("-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n" + begin + "AAAA" + end + begin + "AAAA\n-----END CERTIFICATE-----"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, want [][]byte
		for rest := text; len(rest) > 0; {
			var der []byte
			before := len(rest)
			if der, rest = nextCertificate(rest); len(der) > 0 {
				got = append(got, der)
			}
			if len(rest) >= before {
				t.Fatal("nothing was read")
			}
		}
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "CERTIFICATE" && len(block.Headers) == 0 && len(block.Bytes) > 0 {
				want = append(want, block.Bytes)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-pem +ours):\n%s", text, diff)
		}
	})
}
