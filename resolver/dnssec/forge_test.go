package dnssec_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/miekg/dns"
)

// colliding makes keys, of which the given one is the last, that all have its tag:
// sums of octet pairs are as easily mended as they are made (RFC 4034, appendix B).
func colliding(t testing.TB, like *dns.DNSKEY, n int) []*dns.DNSKEY {
	t.Helper()
	public, err := base64.StdEncoding.DecodeString(like.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var out []*dns.DNSKEY
	for i := 1; i < n; i++ {
		// What one pair of octets gains, another loses.
		b := append([]byte(nil), public...)
		a, z := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
		step := uint16(i)
		if a > 0xffff-step || z < step {
			a, z, step = z, a, 0
		}
		binary.BigEndian.PutUint16(b, a+step)
		binary.BigEndian.PutUint16(b[2:], z-step)
		k := dns.Copy(like).(*dns.DNSKEY)
		k.PublicKey = base64.StdEncoding.EncodeToString(b)
		if k.KeyTag() != like.KeyTag() {
			t.Fatalf("key %d has the tag %d, not %d", i, k.KeyTag(), like.KeyTag())
		}
		out = append(out, k)
	}
	return append(out, like)
}

// hexLower puts the letters among octets written in hexadecimal into lower case.
func hexLower(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return hex.EncodeToString(b)
}
