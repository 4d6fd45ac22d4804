package transport

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"net/netip"
	"testing"
	"time"

	"fetchscope/trace"
)

// word is an OCSP response with one word on a certificate, signed by its issuer.
func word(t *testing.T, leaf *x509.Certificate, issuer *authority, status asn1.RawValue, at time.Time) []byte {
	t.Helper()
	var key struct {
		Algorithm pkix.AlgorithmIdentifier
		Bits      asn1.BitString
	}
	must := func(v any, params string) asn1.RawValue {
		b, err := asn1.MarshalWithParams(v, params)
		if err != nil {
			t.Fatal(err)
		}
		return asn1.RawValue{FullBytes: b}
	}
	if _, err := asn1.Unmarshal(issuer.cert.RawSubjectPublicKeyInfo, &key); err != nil {
		t.Fatal(err)
	}
	name, id := sha1.Sum(issuer.cert.RawSubject), sha1.Sum(key.Bits.Bytes)
	type certID struct {
		Hash      pkix.AlgorithmIdentifier
		Name, Key []byte
		Serial    any
	}
	single := must(struct {
		ID     certID
		Status asn1.RawValue
		This   time.Time `asn1:"generalized"`
		Next   time.Time `asn1:"generalized,explicit,tag:0"`
	}{certID{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}}, name[:], id[:], leaf.SerialNumber}, status, at, at.Add(time.Hour)}, "")
	data := must(struct {
		Responder []byte    `asn1:"explicit,tag:2"`
		Produced  time.Time `asn1:"generalized"`
		Singles   []asn1.RawValue
	}{id[:], at, []asn1.RawValue{single}}, "")
	sum := sha256.Sum256(data.FullBytes)
	signature, err := issuer.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	basic := must(struct {
		Data      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{data, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}}, "")
	type inner struct {
		Type     asn1.ObjectIdentifier
		Response []byte
	}
	return must(struct {
		Status asn1.Enumerated
		Bytes  inner `asn1:"explicit,tag:0"`
	}{0, inner{asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}, basic.FullBytes}}, "").FullBytes
}

func TestStaples(t *testing.T) {
	ca := newAuthority(t)
	leaf := sign(t, leafTemplate(host), ca)
	now := time.Now().UTC().Truncate(time.Second)
	good := asn1.RawValue{FullBytes: []byte{0x80, 0}}
	gone, err := asn1.MarshalWithParams(struct {
		At time.Time `asn1:"generalized"`
	}{now.Add(-time.Hour)}, "tag:1")
	if err != nil {
		t.Fatal(err)
	}
	revoked := asn1.RawValue{FullBytes: gone}
	sct := append([]byte{0, 9}, make([]byte, 31)...)
	sct = append(sct, 0, 0, 1, 0x9a, 0, 0, 0, 0 /* extensions */, 0, 0 /* signature */, 4, 3, 0, 1, 1)
	for _, tc := range []struct {
		name           string
		staple         []byte
		status, signed string
		current        bool
		problems       int
	}{
		{"good", word(t, leaf.cert, ca, good, now.Add(-time.Minute)), "good", "issuer", true, 0},
		{"out of date", word(t, leaf.cert, ca, good, now.Add(-2*time.Hour)), "good", "issuer", false, 0},
		{"not yet", word(t, leaf.cert, ca, good, now.Add(time.Hour)), "good", "issuer", false, 0},
		{"revoked", word(t, leaf.cert, ca, revoked, now), "revoked", "issuer", true, 1},
		{"garbage", []byte("garbage"), trace.OCSPUnusable, "", false, 0},
		{"none", nil, "", "", false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			chain := tls.Certificate{Certificate: leaf.above, PrivateKey: leaf.key, OCSPStaple: tc.staple, SignedCertificateTimestamps: [][]byte{sct, {1, 2}}}
			j := newJournal(t)
			server := serve(t, tlsServer(t, &tls.Config{Certificates: []tls.Certificate{chain}}, func(*tls.Conn) {}))
			wantStatus(t, server, ca, tc.status == "good" && tc.current)
			conn := j.dial(server)
			defer conn.Close(t.Context(), CloseOptions{})
			if err := conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: ca.roots(t)}); err != nil {
				t.Fatal(err)
			}
			seen := one[trace.CertificatesSeen](j)
			if len(seen.SCTs) != 1 || seen.SCTs[0].From != "tls" || seen.SCTs[0].LogID != base64.StdEncoding.EncodeToString(sct[1:33]) {
				t.Errorf("timestamps %+v, want one", seen.SCTs)
			}
			if !seen.Verified || len(seen.Problems) != tc.problems {
				t.Errorf("trusted: %t, with problems %+v, want %d", seen.Verified, seen.Problems, tc.problems)
			}
			o := seen.OCSP
			if tc.status == "" {
				if o != nil {
					t.Errorf("%+v of no staple", o)
				}
				return
			}
			if o == nil || o.Status != tc.status || o.Signature != tc.signed || o.Current != nil && *o.Current != tc.current {
				t.Errorf("%+v, want %s, signed by %q, current: %t", o, tc.status, tc.signed, tc.current)
			}
		})
	}
}

// wantStatus checks which servers --cert-status refuses, also where nobody watches and -k
// lets all else pass.
func wantStatus(t *testing.T, server netip.AddrPort, ca *authority, good bool) {
	t.Helper()
	for _, insecure := range []bool{false, true} {
		conn, err := Dial(t.Context(), nil, 0, []netip.AddrPort{server})
		if err != nil {
			t.Fatal(err)
		}
		err = conn.StartTLS(t.Context(), TLSConfig{ServerName: host, Roots: ca.roots(t), Status: true, Insecure: insecure})
		conn.Close(t.Context(), CloseOptions{Timeout: time.Millisecond})
		if good {
			if err != nil {
				t.Errorf("insecure %v: %v, want it to be good", insecure, err)
			}
			continue
		}
		wantError(t, err, CodeStatus, nil)
	}
}
