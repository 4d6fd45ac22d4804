package transport

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"testing"
	"time"

	"fetchscope/trace"
)

// TestDANE is RFC 6698, section 2.1, and RFC 7671, section 5: which records match which
// chains.
func TestDANE(t *testing.T) {
	ca := newAuthority(t)
	var sent []*x509.Certificate
	for _, der := range ca.issue(t, leafTemplate("example.test")).Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, cert)
	}
	root, err := x509.ParseCertificate(ca.cert.Raw)
	if err != nil {
		t.Fatal(err)
	}
	leaf, chain := sent[0], []*x509.Certificate{sent[0], root}
	withRoot := []*x509.Certificate{leaf, root}
	key256 := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	cert512 := sha512.Sum512(leaf.Raw)
	root256 := sha256.Sum256(root.Raw)
	wrong := make([]byte, 32)
	for _, tt := range []struct {
		name    string
		records []TLSA
		sent    []*x509.Certificate
		trusted bool
		want    string
	}{
		{"none", nil, sent, true, ""},
		{"3 1 1", []TLSA{{3, 1, 1, key256[:]}}, sent, false, trace.DANEMatch},
		{"3 0 2", []TLSA{{3, 0, 2, cert512[:]}}, sent, false, trace.DANEMatch},
		{"3 0 0", []TLSA{{3, 0, 0, leaf.Raw}}, sent, false, trace.DANEMatch},
		{"the second matches", []TLSA{{3, 1, 1, wrong}, {3, 1, 1, key256[:]}}, sent, true, trace.DANEMatch},
		{"another key", []TLSA{{3, 1, 1, wrong}}, sent, true, trace.DANEMismatch},
		{"1 1 1 trusted", []TLSA{{1, 1, 1, key256[:]}}, sent, true, trace.DANEMatch},
		{"1 1 1 not trusted", []TLSA{{1, 1, 1, key256[:]}}, sent, false, trace.DANEMismatch},
		{"0 0 1 trusted", []TLSA{{0, 0, 1, root256[:]}}, sent, true, trace.DANEMatch},
		{"0 of the leaf", []TLSA{{0, 1, 1, key256[:]}}, sent, true, trace.DANEMismatch},
		{"2 0 1 sent along", []TLSA{{2, 0, 1, root256[:]}}, withRoot, false, trace.DANEMatch},
		{"2 0 1 not sent", []TLSA{{2, 0, 1, root256[:]}}, []*x509.Certificate{leaf}, false, trace.DANEMismatch},
		{"undefined values", []TLSA{{4, 0, 1, wrong}, {3, 2, 1, wrong}, {3, 0, 3, wrong}}, sent, true, trace.DANEUnusable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := dane(tt.records, tt.sent, chain, tt.trusted, time.Now())
			switch {
			case tt.want == "" && got != nil:
				t.Errorf("judged %+v without records", got)
			case tt.want != "" && (got == nil || got.Status != tt.want || got.Records != len(tt.records)):
				t.Errorf("judged %+v, want %s", got, tt.want)
			case tt.want == trace.DANEMatch && got.Usage == nil:
				t.Error("the record that matches is not named")
			}
		})
	}
}
