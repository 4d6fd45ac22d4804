package dnssec

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strconv"

	"github.com/miekg/dns"
)

// A Link is a zone's keys, and what they are trusted for.
type Link struct {
	// Keys are all of the zone's.
	Keys []*dns.DNSKEY
	// KeyTag and Algorithm are those of the key that the parent or an anchor names and
	// that signed the keys; Digest is the type of the DS record's, 0 if the anchor is
	// the key itself.
	KeyTag            uint16
	Algorithm, Digest uint8
	// TTL is how long the keys may be kept.
	TTL uint32
}

// Trusted finds the keys of a zone that can be trusted: by the DS set of its parent,
// already verified, or by anchors, DS or DNSKEY records. The status is
//
//   - Secure, with the keys, where one record of a supported algorithm and digest
//     names a key that signed the set of keys. Other records need not fit, and other
//     algorithms need not sign (RFC 6840, section 5.11);
//   - Insecure where no record is of a supported algorithm and digest (RFC 4035,
//     section 5.2; RFC 6840, section 5.2);
//   - Bogus else.
func (c *Checker) Trusted(zone string, keys Set, by []dns.RR) (*Link, Status, *Reason) {
	z, ok := parseName(zone)
	if !ok {
		return nil, Bogus, &Reason{Zone: zone, EDE: edeBogus, Text: "the zone's name is malformed"}
	}
	v := introduction{c: c, zone: z, keys: keys}
	if status, reason := v.read(by); reason != nil {
		return nil, status, v.named(reason)
	}
	if reason := v.meet(); reason != nil {
		return nil, Bogus, v.named(reason)
	}
	link, reason := v.link()
	if reason != nil {
		return nil, Bogus, v.named(reason)
	}
	return link, Secure, nil
}

// An introduction is how the keys of a zone come to be trusted.
type introduction struct {
	c       *Checker
	zone    name
	keys    Set
	anchors []anchor
	all     []*dns.DNSKEY
	entries []*dns.DNSKEY // those that an anchor names
	digest  map[*dns.DNSKEY]uint8
}

// An anchor is a DS record, or a DNSKEY that is trusted itself.
type anchor struct {
	algorithm uint8
	tag       uint16 // of a DS, like digest and hash
	digest    uint8
	hash      []byte
	public    []byte // or a key
}

func (a anchor) isKey() bool { return a.public != nil }

// named puts the zone into a reason.
func (v *introduction) named(r *Reason) *Reason {
	named := *r
	named.Zone = v.zone.String()
	return &named
}

// read takes the records that can be used.
func (v *introduction) read(by []dns.RR) (Status, *Reason) {
	var found, understood int
	for _, rr := range by {
		a, is := readAnchor(rr)
		if !is || !v.zone.same(rr.Header().Name) || rr.Header().Class != dns.ClassINET {
			continue
		}
		found++
		if _, supported := schemes()[a.algorithm]; !supported {
			continue
		}
		understood++
		if digestOf(a.digest) != 0 || a.isKey() {
			v.anchors = append(v.anchors, a)
		}
	}
	switch {
	case len(v.anchors) > 0:
		return Secure, nil
	case understood > 0:
		return Insecure, &Reason{EDE: edeUnsupportedDigest, Text: "no DS record has a supported digest"}
	case found > 0:
		return Insecure, &Reason{EDE: edeUnsupportedAlgorithm, Text: "the zone uses no supported algorithm"}
	}
	return Bogus, &Reason{EDE: edeBogus, Text: "there is no DS record or anchor for it"}
}

func readAnchor(rr dns.RR) (a anchor, is bool) {
	switch rr := rr.(type) {
	case *dns.DS:
		hash, err := hex.DecodeString(rr.Digest)
		return anchor{algorithm: rr.Algorithm, tag: rr.KeyTag, digest: rr.DigestType, hash: hash}, err == nil
	case *dns.DNSKEY:
		public, err := base64.StdEncoding.DecodeString(rr.PublicKey)
		return anchor{algorithm: rr.Algorithm, public: public}, err == nil && len(public) > 0
	}
	return anchor{}, false
}

// meet finds the keys that the anchors name.
func (v *introduction) meet() *Reason {
	if reason := v.take(); reason != nil {
		return reason
	}
	v.digest = map[*dns.DNSKEY]uint8{}
	why := &Reason{EDE: edeKeyMissing, Text: "no DNSKEY is the one that its DS record or anchor names"}
	keys := v.c.read(v.all)
	for _, a := range v.anchors {
		if a.digest == dns.SHA1 && v.superseded(a) {
			continue
		}
		if reason := v.find(a, keys); reason != nil {
			why = reason
		}
	}
	if len(v.entries) == 0 {
		return why
	}
	return nil
}

// take takes the keys out of their set.
func (v *introduction) take() *Reason {
	if len(v.keys.RRs) == 0 {
		return &Reason{EDE: edeKeyMissing, Text: "the zone has no DNSKEY records"}
	}
	for _, rr := range v.keys.RRs {
		k, is := rr.(*dns.DNSKEY)
		if !is || !v.zone.same(k.Hdr.Name) {
			return &Reason{EDE: edeKeyMissing, Text: "the records are not the zone's DNSKEY records"}
		}
		v.all = append(v.all, k)
	}
	return nil
}

// superseded reports whether a SHA-1 digest is to be ignored, because a better one is
// there for the same algorithm (RFC 4509, section 3).
func (v *introduction) superseded(sha1 anchor) bool {
	for _, a := range v.anchors {
		if a.algorithm == sha1.algorithm && !a.isKey() && a.digest != dns.SHA1 {
			return true
		}
	}
	return false
}

// find adds the keys that an anchor names. The reason is that of a key which it names,
// but which cannot be used.
func (v *introduction) find(a anchor, keys []*key) (why *Reason) {
	matches := 0
	for _, k := range keys {
		if a.algorithm != k.rr.Algorithm || !a.isKey() && a.tag != k.tag {
			continue
		}
		if matches++; matches > maxTagMatches && !a.isKey() {
			return &Reason{KeyTag: a.tag, Algorithm: a.algorithm, EDE: edeBogus, Text: "more than " + strconv.Itoa(maxTagMatches) + " keys have the tag of one DS record"}
		}
		switch {
		case !a.names(v.zone, k):
		case k.unusable != nil:
			why = k.unusable
		default:
			v.enter(k, a.digest)
		}
	}
	return why
}

func (v *introduction) enter(k *key, digest uint8) {
	if _, known := v.digest[k.rr]; !known {
		v.entries = append(v.entries, k.rr)
	}
	v.digest[k.rr] = max(v.digest[k.rr], digest)
}

// names reports whether a key is the one meant. For a DS, that is by the digest over
// owner and data (RFC 4034, section 5.1.4); for a DNSKEY by the public key: its flags
// may have changed since, which the key's own test heeds.
func (a anchor) names(zone name, k *key) bool {
	switch {
	case len(k.data) < 4, len(k.data) > 4+maxKey:
		return false
	case a.isKey():
		return bytes.Equal(a.public, k.data[4:])
	}
	return bytes.Equal(a.hash, sum(digestOf(a.digest), zone.wire(), k.data))
}

// link verifies the set of keys by those that were found.
func (v *introduction) link() (*Link, *Reason) {
	a := attempt{c: v.c, set: v.keys, zone: v.zone, keys: v.c.read(v.entries), entry: true}
	if reason := a.begin(); reason != nil {
		return nil, reason
	}
	proof, reason := a.run()
	if reason != nil {
		return nil, reason
	}
	return &Link{
		Keys: v.all, KeyTag: proof.KeyTag, Algorithm: proof.Algorithm, TTL: proof.TTL,
		Digest: v.digest[a.holds.rr],
	}, nil
}
