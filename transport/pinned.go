package transport

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"fetchscope/trace"
)

// Pins are the public keys that a server may have, whoever vouches for them.
type Pins struct {
	// hashes are SHA-256 of the keys' SubjectPublicKeyInfo in Base64 (RFC 7469, section
	// 2.4), key is one in full.
	hashes []string
	key    []byte
}

// pinPrefix begins each hash.
const pinPrefix = "sha256//"

// ParsePins reads what --pinnedpubkey takes: hashes with "sha256//" before each and ";"
// between, or the name of a file with one public key in PEM or DER form. The error is an
// *Error.
func ParsePins(s string) (*Pins, error) {
	if strings.HasPrefix(s, pinPrefix) {
		p := &Pins{}
		for _, h := range strings.Split(s, ";") {
			p.hashes = append(p.hashes, strings.TrimPrefix(h, pinPrefix))
		}
		return p, nil
	}
	key, err := readBounded(s)
	if err == nil {
		if block, _ := pem.Decode(key); block != nil {
			key = block.Bytes
		}
		if _, bad := x509.ParsePKIXPublicKey(key); bad != nil {
			err = fmt.Errorf("%s holds no public key, in PEM form or DER", s)
		}
	}
	if err != nil {
		return nil, &Error{Op: "read the pinned public key", Code: CodePinFile, Err: err}
	}
	return &Pins{key: key}, nil
}

// keyHash is the name of a certificate's key that pins use.
func keyHash(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// judge compares the server's key; nil without pins.
func (p *Pins) judge(sent []*x509.Certificate) *trace.PinnedKey {
	if p == nil {
		return nil
	}
	out := &trace.PinnedKey{Status: trace.PinMismatch, Pins: max(len(p.hashes), 1)}
	if len(sent) == 0 {
		return out
	}
	out.SHA256 = keyHash(sent[0])
	for _, h := range p.hashes {
		if h == out.SHA256 {
			out.Status = trace.PinMatch
		}
	}
	if p.key != nil && bytes.Equal(p.key, sent[0].RawSubjectPublicKeyInfo) {
		out.Status = trace.PinMatch
	}
	return out
}

// A PinError is a server's key that is none of those pinned.
type PinError struct {
	// SHA256 is the key as a pin would name it.
	SHA256 string
}

func (e *PinError) Error() string { return "the server's public key is not the one that is pinned" }
