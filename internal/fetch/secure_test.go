package fetch

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/transport"
)

// securePeer is a peer by TLS, whose certificate is its own authority, and the file that
// has it.
func securePeer(t *testing.T, answer func(head string, c net.Conn)) (p *peer, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peer"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	return listenOn(t, l, answer), ca
}

func (p *peer) secureURL(path string) string { return "https://" + p.Addr().String() + path }

func TestRunsResumeSessions(t *testing.T) {
	p, ca := securePeer(t, func(head string, c net.Conn) {
		if strings.HasPrefix(head, "GET /first ") {
			io.WriteString(c, found("/second"))
			return
		}
		io.WriteString(c, fine)
	})
	r := run(t, Options{Follow: true, MaxRedirects: 5, CAFile: ca}, p.secureURL("/first"))
	if r.err != nil || len(r.doc.Exchanges) != 2 {
		t.Fatalf("%v after %d exchanges", r.err, len(r.doc.Exchanges))
	}
	for i, want := range []string{"handshake", "session"} {
		got := r.doc.Exchanges[i].TLS
		if got.Resumed != (i == 1) || got.ChainFrom != want || len(got.Chain) == 0 || got.Verified == nil || !*got.Verified {
			t.Errorf("exchange %d: resumed %t, a chain of %d from the %s, want it from the %s", i, got.Resumed, len(got.Chain), got.ChainFrom, want)
		}
	}
}

// Each address is measured from a cold start.
func TestAddressesDoNotResume(t *testing.T) {
	p, ca := securePeer(t, func(_ string, c net.Conn) { io.WriteString(c, fine) })
	f, err := New(Options{CAFile: ca})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	u, err := weburl.Parse(p.secureURL("/"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		each, err := f.ByAddress(context.Background(), u)
		if err != nil || len(each) != 1 {
			t.Fatalf("%d addresses, %v", len(each), err)
		}
		rec := trace.NewRecorder(nil)
		if err := each[0].Fetch(context.Background(), rec, u, &sink{}); err != nil {
			t.Fatal(err)
		}
		if x := trace.Fold(rec.Records(), trace.FoldOptions{}).Last(); x.TLS.Resumed {
			t.Error("a session was resumed")
		}
	}
}

// What TLS needs of files is looked at before anything is sent, where TLS is spoken.
func TestFilesOfTLSAreChecked(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, tc := range []struct {
		name, url string
		o         TLSOptions
		code      trace.Code
	}{
		{"a certificate", "https://a.test/", TLSOptions{Identity: transport.IdentityFiles{Cert: missing}}, transport.CodeClientCert},
		{"a pinned key", "https://a.test/", TLSOptions{PinnedKey: missing}, transport.CodePinFile},
		{"a pinned hash", "https://a.test/", TLSOptions{PinnedKey: "sha256//x"}, ""},
		{"a key without a certificate", "https://a.test/", TLSOptions{Identity: transport.IdentityFiles{Key: missing}}, ""},
		{"without TLS", "http://a.test/", TLSOptions{Identity: transport.IdentityFiles{Cert: missing}, PinnedKey: missing}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := New(Options{TLS: tc.o})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			u, err := weburl.Parse(tc.url)
			if err != nil {
				t.Fatal(err)
			}
			failure := f.Check(u)
			if tc.code == "" && failure != nil || tc.code != "" && (failure == nil || failure.Code != tc.code || failure.Hint == "") {
				t.Errorf("%+v, want %q", failure, tc.code)
			}
		})
	}
}

// A response that ends with the connection is whole only where TLS ended too (RFC 9112,
// section 9.8); the document says so of any other.
func TestTLSThatIsNotEnded(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
	for name, tc := range map[string]struct {
		answer    string
		notify    bool
		truncated bool
		whole     bool
	}{
		"by close, ended":     {head + "\r\nok", true, false, true},
		"by close, not ended": {head + "\r\nok", false, true, false},
		"by length, ended":    {head + "Content-Length: 2\r\n\r\nok", true, false, true},
		"by length, not":      {head + "Content-Length: 2\r\n\r\nok", false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			p, ca := securePeer(t, func(_ string, c net.Conn) {
				io.WriteString(c, tc.answer)
				raw := c.(*tls.Conn).NetConn().(*net.TCPConn)
				if tc.notify {
					_ = c.(*tls.Conn).CloseWrite()
				}
				_ = raw.CloseWrite()
				_, _ = io.Copy(io.Discard, raw)
			})
			r := run(t, Options{CAFile: ca}, p.secureURL("/"))
			if (r.err == nil) != tc.whole || r.body != "ok" {
				t.Errorf("read %q, %v, want it to be whole: %t", r.body, r.err, tc.whole)
			}
			if got := r.doc.Last().Close.Truncated; got != tc.truncated {
				t.Errorf("truncated: %t, want %t", got, tc.truncated)
			}
		})
	}
}
