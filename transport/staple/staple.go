// Package staple reads what a server shows beside its certificates: an OCSP response (RFC
// 6960, stapled by RFC 6066, section 8) and signed certificate timestamps (RFC 6962,
// section 3.3).
//
// Input are the bytes as the handshake or a certificate had them, and the certificates
// they are about; output are plain values. The package only computes: it asks no
// responder and no log, reads no clock and records nothing. An OCSP response is verified
// by the issuer's key or its delegate's; timestamps are not, as the logs' keys are not
// known here.
package staple

import "encoding/asn1"

// Limits of what a server may send: crypto/tls lets it be 256 KiB.
const (
	// maxResponse is a hundred times what a response with its delegate's certificate has.
	maxResponse = 64 << 10
	// maxSingles bounds the certificates that a response is about; one is the rule.
	maxSingles = 64
	// maxCerts bounds the certificates in a response; a delegate's is the only one that
	// counts.
	maxCerts = 4
	// MaxSCTs bounds the timestamps that are read: authorities put in two to five.
	MaxSCTs = 16
)

// decoded reads one value of DER that is all of b.
func decoded(b []byte, into any, params string) bool {
	rest, err := asn1.UnmarshalWithParams(b, into, params)
	return err == nil && len(rest) == 0
}
