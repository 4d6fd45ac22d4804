package writeout

import (
	"encoding/pem"
	"fmt"
	"strings"
)

// certificateDate is how curl dates certificates.
const certificateDate = "Jan _2 15:04:05 2006 GMT"

// certificates describes the last server's chain: for each certificate some lines of a
// name and a value, and the certificate itself as PEM (RFC 7468).
func (v *view) certificates() string {
	var b strings.Builder
	for _, c := range v.chain() {
		fmt.Fprintf(&b, "Subject:%s\nIssuer:%s\n", c.Subject, c.Issuer)
		fmt.Fprintf(&b, "Signature Algorithm:%s\nPublic Key Algorithm:%s\n", c.Signature, c.Key)
		if len(c.Names) > 0 {
			fmt.Fprintf(&b, "X509v3 Subject Alternative Name:%s\n", strings.Join(c.Names, ", "))
		}
		fmt.Fprintf(&b, "Start date:%s\nExpire date:%s\n", c.NotBefore.UTC().Format(certificateDate), c.NotAfter.UTC().Format(certificateDate))
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.String()
}

// distrusts are the reasons of distrust as OpenSSL numbers them, which is how scripts
// that read ssl_verify_result know them.
var distrusts = [...]struct {
	why    string
	number int64
}{
	{"certificate_not_yet_valid", 9},
	{"certificate_expired", 10},
	{"certificate_self_signed", 18},
	{"certificate_unknown_authority", 20},
	{"certificate_path_too_long", 25},
	{"certificate_wrong_usage", 26},
	{"certificate_unknown_critical_extension", 34},
	{"certificate_name_constraint", 47},
	{"certificate_name_mismatch", 62},
	{"certificate_not_a_ca", 79},
}

// unspecified is OpenSSL's number for all other reasons.
const unspecified = 1

// verification is 0 where the last server's certificate is trusted, or there is none.
func (v *view) verification() int64 {
	t := v.last.TLS
	if t == nil || t.Why == "" {
		return 0
	}
	for _, d := range distrusts {
		if d.why == string(t.Why) {
			return d.number
		}
	}
	return unspecified
}
