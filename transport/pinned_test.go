package transport

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"testing"

	"fetchscope/trace"
)

func TestPinnedKeys(t *testing.T) {
	ca := newAuthority(t)
	leaf := sign(t, leafTemplate(host), ca)
	addr := serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{{Certificate: leaf.above, PrivateKey: leaf.key}}}, func(*tls.Conn) {}))
	own := pinPrefix + keyHash(leaf.cert)
	other := pinPrefix + keyHash(ca.cert)
	der := leaf.cert.RawSubjectPublicKeyInfo
	for _, tc := range []struct {
		name, pins string
		trusted    bool
		insecure   bool
		code       trace.Code
	}{
		{"its hash", own, true, false, ""},
		{"one of two", other + ";" + own, true, false, ""},
		{"its key in PEM", file(t, &pem.Block{Type: "PUBLIC KEY", Bytes: der}), true, false, ""},
		{"its key in DER", textFile(t, string(der)), true, false, ""},
		{"the authority's", other, true, false, CodePinned},
		{"the authority's key", textFile(t, string(ca.cert.RawSubjectPublicKeyInfo)), true, false, CodePinned},
		{"no hash", "sha256//", true, false, CodePinned},
		{"without trust", own, false, false, CodeUnknownCA},
		{"trust comes first", other, false, false, CodeUnknownCA},
		{"although trust is ignored", other, false, true, CodePinned},
		{"pinned, though not trusted", own, false, true, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pins, err := ParsePins(tc.pins)
			if err != nil {
				t.Fatal(err)
			}
			roots := newAuthority(t).roots(t)
			if tc.trusted {
				roots = ca.roots(t)
			}
			j := newJournal(t)
			conn := j.dial(addr)
			defer conn.Close(t.Context(), CloseOptions{})
			err = conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: roots, Insecure: tc.insecure, Pins: pins})
			if tc.code == "" && err != nil {
				t.Error(err)
			} else if tc.code != "" {
				wantError(t, err, tc.code, nil)
			}
			var pinned *PinError
			if errors.As(err, &pinned) && pinned.SHA256 != keyHash(leaf.cert) {
				t.Errorf("the error has the key %s, want %s", pinned.SHA256, keyHash(leaf.cert))
			}
			seen := one[trace.CertificatesSeen](j).Pinned
			if matched := seen.Status == trace.PinMatch; matched != (tc.pins != other && tc.code != CodePinned) || seen.SHA256 != keyHash(leaf.cert) {
				t.Errorf("recorded %+v", seen)
			}
		})
	}
}

func TestUnusablePins(t *testing.T) {
	for _, pins := range []string{"", "missing", textFile(t, "no key"), file(t, newAuthority(t).block())} {
		_, err := ParsePins(pins)
		wantError(t, err, CodePinFile, nil)
	}
}

func TestVersions(t *testing.T) {
	ca := newAuthority(t)
	chain := ca.issue(t, leafTemplate(host))
	const v10, v11, v12, v13 = tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13
	for _, tc := range []struct {
		name                string
		least, most, server uint16
		want                string
		code                trace.Code
	}{
		{"by default", 0, 0, v13, "TLS 1.3", ""},
		{"an older server", 0, 0, v12, "TLS 1.2", ""},
		{"a deprecated server", 0, 0, v11, "", CodeTLSProtocol},
		{"1.3 at least", v13, 0, v12, "", CodeTLSProtocol},
		{"1.2 at the most", 0, v12, v13, "TLS 1.2", ""},
		{"1.1 at the most", 0, v11, v13, "TLS 1.1", ""},
		{"1.0 at the most", 0, v10, v13, "TLS 1.0", ""},
		{"between nothing", v13, v12, v13, "", CodeTLS},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := newJournal(t)
			conn := j.dial(serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{chain}, MinVersion: v10, MaxVersion: tc.server}, func(*tls.Conn) {})))
			defer conn.Close(t.Context(), CloseOptions{})
			err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: ca.roots(t), MinVersion: tc.least, MaxVersion: tc.most})
			if tc.code != "" {
				wantError(t, err, tc.code, nil)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := one[trace.TLSEnded](j).Version; got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}
