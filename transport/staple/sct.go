package staple

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"time"
)

// Where a timestamp can be from (RFC 6962, section 3.3).
const (
	FromTLS         = "tls"
	FromCertificate = "certificate"
	FromOCSP        = "ocsp"
)

// An SCT is a log's promise to publish a certificate (RFC 6962, section 3.2). Nothing here
// has verified its signature.
type SCT struct {
	LogID [32]byte
	At    time.Time
	From  string
}

// oidSCTs is the extension of a certificate, oidOCSPSCTs that of an OCSP response (RFC
// 6962, section 3.3).
var (
	oidSCTs     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
	oidOCSPSCTs = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 5}
)

// InCertificate returns the timestamps in a certificate.
func InCertificate(cert *x509.Certificate) []SCT {
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidSCTs) {
			return inExtension(e.Value, FromCertificate)
		}
	}
	return nil
}

// InHandshake returns the timestamps that came in the TLS extension.
func InHandshake(raw [][]byte) []SCT {
	var out []SCT
	for _, r := range raw[:min(len(raw), MaxSCTs)] {
		if s, ok := parseSCT(r, FromTLS); ok {
			out = append(out, s)
		}
	}
	return out
}

// inExtension takes the octet string apart that an extension is.
func inExtension(value []byte, from string) []SCT {
	var list []byte
	if !decoded(value, &list, "") {
		return nil
	}
	return parseList(list, from)
}

// parseList reads a SignedCertificateTimestampList, up to what makes no sense.
func parseList(b []byte, from string) []SCT {
	list, rest, ok := vector(b)
	if !ok || len(rest) > 0 {
		return nil
	}
	var out []SCT
	for len(list) > 0 && len(out) < MaxSCTs {
		var one []byte
		if one, list, ok = vector(list); !ok {
			break
		}
		if s, ok := parseSCT(one, from); ok {
			out = append(out, s)
		}
	}
	return out
}

// sctHead is what stands before a timestamp's extensions: version, log, time.
const sctHead = 1 + 32 + 8

// parseSCT reads one of version 1; behind its extensions stands the signature.
func parseSCT(b []byte, from string) (SCT, bool) {
	if len(b) < sctHead || b[0] != 0 {
		return SCT{}, false
	}
	s := SCT{From: from, LogID: [32]byte(b[1:33])}
	ms := binary.BigEndian.Uint64(b[33:])
	if ms > maxMillis {
		return SCT{}, false
	}
	s.At = time.UnixMilli(int64(ms)).UTC()
	_, rest, ok := vector(b[sctHead:])
	if !ok || len(rest) < 2 {
		return SCT{}, false
	}
	_, rest, ok = vector(rest[2:])
	return s, ok && len(rest) == 0
}

// maxMillis is the end of the year 9999, behind which a date cannot be written.
const maxMillis = 253402300799999

// vector is what has its length in two bytes before it (RFC 8446, section 3.4).
func vector(b []byte) (inner, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b)-2 < n {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}
