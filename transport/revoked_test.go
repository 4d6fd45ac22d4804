package transport

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"
	"time"
)

// lists signs a list of revoked certificates.
func (a *authority) lists(t *testing.T, next time.Duration, revoked ...*authority) *pem.Block {
	t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(next)}
	for _, r := range revoked {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: r.cert.SerialNumber, RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.cert, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "X509 CRL", Bytes: der}
}

// listing is the template of an authority that may sign lists.
func listing(name string) *x509.Certificate {
	return with(authorityTemplate(name), func(c *x509.Certificate) {
		c.KeyUsage |= x509.KeyUsageCRLSign
		c.SubjectKeyId = []byte(name)
	})
}

func TestRevocationLists(t *testing.T) {
	root := sign(t, listing("root"), nil)
	between := sign(t, listing("between"), root)
	leaf := sign(t, leafTemplate("h.test"), between)
	impostor := sign(t, listing("between"), nil)
	chain := []*x509.Certificate{leaf.cert, between.cert, root.cert}
	other := sign(t, leafTemplate("other.test"), between)
	tests := []struct {
		name  string
		lists []*pem.Block
		want  error
		at    int
	}{
		{"none is listed", []*pem.Block{root.lists(t, time.Hour), between.lists(t, time.Hour, other)}, nil, 0},
		{"the server's", []*pem.Block{root.lists(t, time.Hour), between.lists(t, time.Hour, other, leaf)}, errRevoked, 0},
		{"an authority's", []*pem.Block{root.lists(t, time.Hour, between), between.lists(t, time.Hour)}, errRevoked, 1},
		{"no list of the server's authority", []*pem.Block{root.lists(t, time.Hour)}, errNoList, 0},
		{"no list of the root", []*pem.Block{between.lists(t, time.Hour)}, errNoList, 1},
		{"a list behind its time", []*pem.Block{root.lists(t, time.Hour), between.lists(t, -time.Minute)}, errNoList, 0},
		{"an older list too", []*pem.Block{between.lists(t, -time.Minute, leaf), root.lists(t, time.Hour), between.lists(t, time.Hour)}, nil, 0},
		{"a list of somebody else by that name", []*pem.Block{root.lists(t, time.Hour), impostor.lists(t, time.Hour)}, errNoList, 0},
		{"among other things", []*pem.Block{root.block(), root.lists(t, time.Hour), leaf.keyBlock(t), between.lists(t, time.Hour)}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LoadCRLs(file(t, tt.lists...))
			if err != nil {
				t.Fatal(err)
			}
			at, err := c.judge(chain, time.Now())
			if !errors.Is(err, tt.want) || at != tt.at {
				t.Errorf("%d: %v, want %d: %v", at, err, tt.at, tt.want)
			}
		})
	}
	for name, path := range map[string]string{
		"no file": "missing", "no list": file(t, root.block()), "a broken list": file(t, &pem.Block{Type: "X509 CRL", Bytes: []byte{1}}),
	} {
		_, err := LoadCRLs(path)
		t.Run(name, func(t *testing.T) { wantError(t, err, CodeCRLFile, nil) })
	}
}

// A chain that is good otherwise is refused for it, and the certificate is named.
func TestRevokedChain(t *testing.T) {
	root := sign(t, listing("root"), nil)
	leaf := sign(t, leafTemplate("h.test"), root)
	for _, tt := range []struct {
		name string
		list *pem.Block
		want error
	}{
		{"revoked", root.lists(t, time.Hour, leaf), errRevoked},
		{"not known", root.lists(t, -time.Minute), errNoList},
		{"good", root.lists(t, time.Hour), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LoadCRLs(file(t, tt.list))
			if err != nil {
				t.Fatal(err)
			}
			j := &judgement{at: time.Now()}
			j.revoked(c, []*x509.Certificate{leaf.cert, root.cert})
			if !errors.Is(j.err, tt.want) || tt.want != nil && (j.blamed != leaf.cert || len(j.problems) != 1 || Reason(j.code) == Reason("")) {
				t.Errorf("%v (%s) of %v, want %v", j.err, j.code, j.blamed, tt.want)
			}
		})
	}
}
