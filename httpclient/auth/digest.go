package auth

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

// An algorithm is one of Digest (RFC 7616, section 6.1).
type algorithm struct {
	name     string
	strength int
	hash     func() hash.Hash
	// session takes nonce and cnonce into the key.
	session bool
}

// algorithms are those that are supported, by their names in lower case.
func algorithms(name string) (algorithm, bool) {
	base, session := strings.CutSuffix(strings.ToLower(name), "-sess")
	a := algorithm{name: name, session: session}
	switch base {
	case "", "md5":
		a.strength, a.hash = 1, md5.New
	case "sha-256":
		a.strength, a.hash = 2, sha256.New
	case "sha-512-256":
		a.strength, a.hash = 3, sha512.New512_256
	default:
		return a, false
	}
	return a, base != "" || !session
}

// sum is the hash of a text, in hexadecimal.
func (a *algorithm) sum(parts ...string) string {
	h := a.hash()
	_, _ = io.WriteString(h, strings.Join(parts, ":"))
	return hex.EncodeToString(h.Sum(nil))
}

// A digest is a Digest challenge that can be answered, and how often it has been.
type digest struct {
	algorithm
	realm, nonce string
	// opaque and named are nil and false where the challenge has no such parameter.
	opaque *string
	named  bool // the algorithm was
	// qop is auth, auth-int, or "" for what RFC 2069 had.
	qop      string
	userhash bool
	stale    bool

	cnonce string
	count  int
}

// Why a Digest challenge cannot be answered.
var (
	errAlgorithm = errors.New("the algorithm is not supported")
	errNonce     = errors.New("there is no nonce")
	errSession   = errors.New("a session takes a quality of protection")
)

// readDigest reads a challenge (RFC 7616, section 3.3).
func readDigest(c *Challenge) (*digest, error) {
	d := &digest{}
	name, named := c.Param("algorithm")
	var known bool
	if d.algorithm, known = algorithms(name); !known || named && name == "" {
		return nil, errAlgorithm
	}
	d.named = named
	if d.nonce, known = c.Param("nonce"); !known || d.nonce == "" {
		return nil, errNonce
	}
	d.realm, _ = c.Param("realm")
	if opaque, ok := c.Param("opaque"); ok {
		d.opaque = &opaque
	}
	d.userhash = c.says("userhash")
	d.stale = c.says("stale")
	qop, _ := c.Param("qop")
	if d.qop = protection(qop); d.qop == "" && d.session {
		return nil, errSession
	}
	return d, nil
}

// says whether a parameter is true.
func (c *Challenge) says(name string) bool {
	v, _ := c.Param(name)
	return strings.EqualFold(v, "true")
}

// protection chooses of a list of qualities of protection: auth where it is there. Others
// than the two that are known do not count (RFC 7616, section 3.3).
func protection(list string) string {
	chosen := ""
	for option := range strings.SplitSeq(list, ",") {
		switch strings.ToLower(strings.Trim(option, " \t")) {
		case "auth":
			return "auth"
		case "auth-int":
			chosen = "auth-int"
		}
	}
	return chosen
}

// strongest chooses among the challenges that can be answered, the first where several are
// equally strong; nil where there is none.
func strongest(challenges []Challenge) *digest {
	var best *digest
	for i := range challenges {
		if !strings.EqualFold(challenges[i].Scheme, "Digest") {
			continue
		}
		d, err := readDigest(&challenges[i])
		if err == nil && (best == nil || d.strength > best.strength) {
			best = d
		}
	}
	return best
}

// cnonceSize is the number of random bytes that are ours in each answer, as with curl:
// sixteen letters.
const cnonceSize = 12

// answer makes the credentials for a request (RFC 7616, section 3.4), in curl's form and
// order.
func (d *digest) answer(l Login, r Request) (string, error) {
	if d.cnonce == "" {
		b := make([]byte, cnonceSize)
		_, _ = rand.Read(b) // which never fails
		d.cnonce = base64.StdEncoding.EncodeToString(b)
	}
	d.count++
	response, err := d.response(l, r)
	if err != nil {
		return "", err
	}
	user := l.User
	if d.userhash {
		user = d.sum(l.User, d.realm)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username="%s", realm="%s", nonce="%s", uri="%s", `, quote(user), quote(d.realm), quote(d.nonce), quote(r.URI))
	if d.qop != "" {
		fmt.Fprintf(&b, `cnonce="%s", nc=%08x, qop=%s, `, d.cnonce, d.count, d.qop)
	}
	fmt.Fprintf(&b, `response="%s"`, response)
	if d.opaque != nil {
		fmt.Fprintf(&b, `, opaque="%s"`, quote(*d.opaque))
	}
	if d.named {
		b.WriteString(", algorithm=" + d.name)
	}
	if d.userhash {
		b.WriteString(", userhash=true")
	}
	return b.String(), nil
}

// response is the proof that the password is known (RFC 7616, sections 3.4.1 to 3.4.3).
func (d *digest) response(l Login, r Request) (string, error) {
	key := d.sum(l.User, d.realm, l.Password)
	if d.session {
		key = d.sum(key, d.nonce, d.cnonce)
	}
	about := d.sum(r.Method, r.URI)
	if d.qop == "auth-int" {
		content, err := d.content(r)
		if err != nil {
			return "", err
		}
		about = d.sum(r.Method, r.URI, content)
	}
	if d.qop == "" {
		return d.sum(key, d.nonce, about), nil // RFC 2069, section 2.1.2
	}
	return d.sum(key, d.nonce, fmt.Sprintf("%08x", d.count), d.cnonce, d.qop, about), nil
}

// content is the hash of what the request carries.
func (d *digest) content(r Request) (string, error) {
	h := d.hash()
	if r.Open != nil {
		content, err := r.Open()
		if err != nil {
			return "", err
		}
		defer content.Close()
		if _, err := io.Copy(h, content); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// quote makes text fit into a quoted string. Control characters, which a name in a URL can
// have, would end the field: they are percent-encoded, as with curl.
func quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteString(`\` + s[i:i+1])
		case c < ' ' || c == 0x7f:
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
