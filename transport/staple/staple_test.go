package staple

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is when everything in these tests happens.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A holder is a certificate with its key.
type holder struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// hold makes a certificate, signed by by, or by itself where that is nil.
func hold(t testing.TB, serial int64, by *holder, change func(*x509.Certificate)) *holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "holder " + big.NewInt(serial).String()},
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
	}
	if change != nil {
		change(c)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &holder{cert, key}
}

func responder(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} }

// An answer is what a test's responder says.
type answer struct {
	serial           int64
	status           []byte // the certificate's, in DER
	next             time.Time
	extensions       []pkix.Extension
	hash             string
	by               *holder
	show             []*holder
	spoil            bool
	produced, update time.Time
}

var (
	good    = []byte{0x80, 0}
	unknown = []byte{0x82, 0}
)

// revoked is the status of a certificate that was revoked for a reason.
func revoked(t testing.TB, at time.Time, reason int) []byte {
	return marshal(t, revokedInfo{At: at, Reason: asn1.Enumerated(reason)}, "tag:1")
}

func marshal(t testing.TB, v any, params string) []byte {
	t.Helper()
	b, err := asn1.MarshalWithParams(v, params)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sequence puts values of DER into one.
func sequence(t testing.TB, class, tag int, parts ...[]byte) []byte {
	return marshal(t, asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: slices.Concat(parts...)}, "")
}

func oid(s string) asn1.ObjectIdentifier {
	var out asn1.ObjectIdentifier
	for part := range strings.SplitSeq(s, ".") {
		n, _ := new(big.Int).SetString(part, 10)
		out = append(out, int(n.Int64()))
	}
	return out
}

// response makes the bytes of an answer about a certificate of the issuer's.
func (a answer) response(t testing.TB, issuer *holder) []byte {
	t.Helper()
	if a.hash == "" {
		a.hash = "1.3.14.3.2.26"
	}
	digest := func(b []byte) []byte {
		h := hashOf(a.hash)
		if h == 0 {
			return []byte("?")
		}
		w := h.New()
		w.Write(b)
		return w.Sum(nil)
	}
	id := certID{pkix.AlgorithmIdentifier{Algorithm: oid(a.hash)}, digest(issuer.cert.RawSubject), digest(keyBits(issuer.cert)), big.NewInt(a.serial)}
	parts := [][]byte{marshal(t, id, ""), a.status, marshal(t, a.update, "generalized")}
	if !a.next.IsZero() {
		parts = append(parts, marshal(t, a.next, "generalized,explicit,tag:0"))
	}
	if a.extensions != nil {
		parts = append(parts, marshal(t, a.extensions, "explicit,tag:1"))
	}
	singles := sequence(t, 0, asn1.TagSequence, sequence(t, 0, asn1.TagSequence, parts...))
	name := sequence(t, asn1.ClassContextSpecific, 1, issuer.cert.RawSubject)
	data := sequence(t, 0, asn1.TagSequence, name, marshal(t, a.produced, "generalized"), singles)
	sum := sha256.Sum256(data)
	signature, err := a.by.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if a.spoil {
		data[len(data)-1] ^= 1
	}
	basic := [][]byte{data, marshal(t, pkix.AlgorithmIdentifier{Algorithm: oid("1.2.840.10045.4.3.2")}, ""), marshal(t, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}, "")}
	if len(a.show) > 0 {
		var shown [][]byte
		for _, h := range a.show {
			shown = append(shown, h.cert.Raw)
		}
		basic = append(basic, sequence(t, asn1.ClassContextSpecific, 0, sequence(t, 0, asn1.TagSequence, shown...)))
	}
	return wrap(t, 0, sequence(t, 0, asn1.TagSequence, basic...))
}

// wrap makes the outermost layer.
func wrap(t testing.TB, status byte, basic []byte) []byte {
	parts := [][]byte{{asn1.TagEnum, 1, status}}
	if basic != nil {
		inner := sequence(t, 0, asn1.TagSequence, marshal(t, oidBasic, ""), marshal(t, basic, ""))
		parts = append(parts, sequence(t, asn1.ClassContextSpecific, 0, inner))
	}
	return sequence(t, 0, asn1.TagSequence, parts...)
}

func TestOCSP(t *testing.T) {
	issuer := hold(t, 1, nil, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	leaf := hold(t, 7, issuer, nil)
	delegate, idle, strange := hold(t, 2, issuer, responder), hold(t, 3, issuer, nil), hold(t, 4, nil, responder)
	list := sctList(sctBytes(5, noon))
	said := func(status, signature string, change func(*OCSP)) *OCSP {
		out := &OCSP{Status: status, Signature: signature, Produced: noon, This: noon}
		if change != nil {
			change(out)
		}
		return out
	}
	for _, tc := range []struct {
		name   string
		answer answer
		issuer *x509.Certificate
		want   *OCSP
		wrong  string
	}{
		{"good", answer{serial: 7, status: good, by: issuer}, issuer.cert, said(Good, ByIssuer, nil), ""},
		{"unknown", answer{serial: 7, status: unknown, by: issuer}, issuer.cert, said(Unknown, ByIssuer, nil), ""},
		{"for a time", answer{serial: 7, status: good, by: issuer, next: noon.Add(time.Hour)}, issuer.cert, said(Good, ByIssuer, func(o *OCSP) { o.Next = noon.Add(time.Hour) }), ""},
		{"revoked", answer{serial: 7, status: revoked(t, noon.Add(-time.Hour), 1), by: issuer}, issuer.cert, said(Revoked, ByIssuer, func(o *OCSP) {
			o.RevokedAt, o.Reason = noon.Add(-time.Hour), "keyCompromise"
		}), ""},
		{"by a delegate", answer{serial: 7, status: good, by: delegate, show: []*holder{delegate}}, issuer.cert, said(Good, ByDelegate, nil), ""},
		{"by a delegate that is not shown", answer{serial: 7, status: good, by: delegate}, issuer.cert, said(Good, Invalid, nil), ""},
		{"by somebody without the office", answer{serial: 7, status: good, by: idle, show: []*holder{idle}}, issuer.cert, said(Good, Invalid, nil), ""},
		{"by a stranger's delegate", answer{serial: 7, status: good, by: strange, show: []*holder{strange}}, issuer.cert, said(Good, Invalid, nil), ""},
		{"a delegate behind too many", answer{serial: 7, status: good, by: delegate, show: []*holder{idle, idle, idle, idle, delegate}}, issuer.cert, said(Good, Invalid, nil), ""},
		{"without the issuer", answer{serial: 7, status: good, by: issuer}, nil, said(Good, Unchecked, nil), ""},
		{"with SHA-256", answer{serial: 7, status: good, by: issuer, hash: "2.16.840.1.101.3.4.2.1"}, issuer.cert, said(Good, ByIssuer, nil), ""},
		{"with timestamps", answer{serial: 7, status: good, by: issuer, extensions: []pkix.Extension{{Id: oidOCSPSCTs, Value: marshal(t, list, "")}}}, issuer.cert, said(Good, ByIssuer, func(o *OCSP) {
			o.SCTs = []SCT{{LogID: [32]byte{5}, At: noon, From: FromOCSP}}
		}), ""},
		{"of another number", answer{serial: 8, status: good, by: issuer}, issuer.cert, nil, "another certificate"},
		{"of another issuer", answer{serial: 7, status: good, by: issuer}, strange.cert, nil, "another certificate"},
		{"by a hash that nobody knows", answer{serial: 7, status: good, by: issuer, hash: "1.2.3"}, issuer.cert, nil, "another certificate"},
		{"beyond all calendars", answer{serial: 7, status: good, by: issuer, produced: time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -7200))}, issuer.cert, nil, "date"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.answer.produced.IsZero() {
				tc.answer.produced = noon
			}
			tc.answer.update = noon
			got, err := ParseOCSP(tc.answer.response(t, issuer), leaf.cert, tc.issuer)
			if tc.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wrong) {
					t.Errorf("%+v, %v, want an error with %q", got, err, tc.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnusableOCSP(t *testing.T) {
	issuer := hold(t, 1, nil, nil)
	fine := answer{serial: 1, status: good, by: issuer, produced: noon, update: noon}.response(t, issuer)
	for name, tc := range map[string]struct {
		der   []byte
		wrong string
	}{
		"nothing":            {nil, "no OCSP response"},
		"cut short":          {fine[:len(fine)-1], "no OCSP response"},
		"something behind":   {append(slices.Clone(fine), 0), "no OCSP response"},
		"too large":          {make([]byte, maxResponse+1), "no more than"},
		"try later":          {wrap(t, 3, nil), "try later"},
		"a status of no one": {wrap(t, 99, nil), "no basic"},
		"nothing in it":      {wrap(t, 0, nil), "no basic"},
		"garbage in it":      {wrap(t, 0, []byte{1, 2, 3}), "no basic"},
	} {
		if got, err := ParseOCSP(tc.der, issuer.cert, issuer.cert); err == nil || !strings.Contains(err.Error(), tc.wrong) {
			t.Errorf("%s: %+v, %v, want an error with %q", name, got, err, tc.wrong)
		}
	}
	spoilt := answer{serial: 1, status: good, by: issuer, produced: noon, update: noon, next: noon, spoil: true}.response(t, issuer)
	if got, err := ParseOCSP(spoilt, issuer.cert, issuer.cert); err == nil && got.Signature != Invalid {
		t.Errorf("spoilt: %+v, want a wrong signature", got)
	}
}

// sctBytes makes a timestamp of a log.
func sctBytes(log byte, at time.Time) []byte {
	b := append([]byte{0, log}, make([]byte, 31)...)
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMilli()))
	return append(b, 0, 0, 4, 3, 0, 2, 0xab, 0xcd)
}

func sctList(scts ...[]byte) []byte {
	var list []byte
	for _, s := range scts {
		list = append(binary.BigEndian.AppendUint16(list, uint16(len(s))), s...)
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(list))), list...)
}

func TestSCTs(t *testing.T) {
	one, two := sctBytes(1, noon), sctBytes(2, noon.Add(time.Second))
	later := slices.Clone(one)
	later[0] = 1 // a version that is not there yet
	never := slices.Clone(one)
	copy(never[33:], "\xff\xff\xff\xff\xff\xff\xff\xff")
	want := []SCT{{LogID: [32]byte{1}, At: noon, From: FromCertificate}, {LogID: [32]byte{2}, At: noon.Add(time.Second), From: FromCertificate}}
	for name, tc := range map[string]struct {
		list []byte
		want []SCT
	}{
		"two":                   {sctList(one, two), want},
		"none":                  {sctList(), nil},
		"one of a later kind":   {sctList(one, later, two), want},
		"one without a date":    {sctList(one, never, two), want},
		"one that is cut short": {sctList(one, one[:20], two), want},
		"a list cut short":      {sctList(one, two)[:80], nil},
		"something behind":      {append(sctList(one, two), 0), nil},
		"nothing":               {nil, nil},
	} {
		cert := hold(t, 1, nil, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: oidSCTs, Value: marshal(t, tc.list, "")}}
		})
		if diff := cmp.Diff(tc.want, InCertificate(cert.cert)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := InHandshake(slices.Repeat([][]byte{one}, 10*MaxSCTs)); len(got) != MaxSCTs || got[0].From != FromTLS {
		t.Errorf("%d read of many, want %d", len(got), MaxSCTs)
	}
	if got := parseList(sctList(slices.Repeat([][]byte{one}, 10*MaxSCTs)...), FromTLS); len(got) != MaxSCTs {
		t.Errorf("%d read of many, want %d", len(got), MaxSCTs)
	}
	if got := InCertificate(hold(t, 1, nil, nil).cert); got != nil {
		t.Errorf("%v in a certificate without", got)
	}
}

// Whatever the bytes, there is an answer that can be written down, and nobody's word is
// taken for the issuer's.
func FuzzOCSP(f *testing.F) {
	issuer, stranger := hold(f, 1, nil, nil), hold(f, 1, nil, nil)
	for _, status := range [][]byte{good, unknown, revoked(f, noon, 4)} {
		a := answer{serial: 1, status: status, by: issuer, produced: noon, update: noon, next: noon.Add(time.Hour), show: []*holder{stranger}}
		f.Add(a.response(f, issuer))
	}
	f.Add(wrap(f, 6, nil))
	f.Fuzz(func(t *testing.T, der []byte) {
		got, err := ParseOCSP(der, stranger.cert, nil)
		if err != nil {
			return
		}
		for _, at := range []time.Time{got.Produced, got.This, got.Next, got.RevokedAt} {
			if _, err := at.MarshalJSON(); err != nil {
				t.Error(err)
			}
		}
		if !slices.Contains([]string{Good, Revoked, Unknown}, got.Status) || got.Signature != Unchecked || len(got.SCTs) > MaxSCTs {
			t.Errorf("%+v", got)
		}
		if again, err := ParseOCSP(der, stranger.cert, stranger.cert); err == nil && (again.Signature == ByIssuer || again.Signature == ByDelegate) {
			t.Errorf("%+v, of which nothing is the stranger's", again)
		}
	})
}

// What is read of a list is in it.
func FuzzSCTs(f *testing.F) {
	f.Add(sctList(sctBytes(1, noon), sctBytes(2, noon)))
	f.Add([]byte{0, 3, 0, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got := parseList(b, FromTLS)
		if len(got) > MaxSCTs || len(got)*sctHead > len(b) {
			t.Errorf("%d read of %d bytes", len(got), len(b))
		}
		for _, s := range got {
			if _, err := s.At.MarshalJSON(); err != nil || !strings.Contains(string(b), string(s.LogID[:])) {
				t.Errorf("%+v, %v", s, err)
			}
		}
	})
}
