package demo

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/miekg/dns"
)

// A zoneKey is one of a zone's two: that which signs the keys, or that which signs the
// rest (RFC 6781, section 3.1).
type zoneKey struct {
	public *dns.DNSKEY
	signer crypto.Signer
}

// Flags of a DNSKEY record (RFC 4034, section 2.1.1).
const (
	zoneSigning = 256
	keySigning  = 257
)

// keyTTL is how long keys may be kept.
const keyTTL = 3600

// newZoneKey makes a key. It follows from the zone's name, so that tags and the trust
// anchor are the same at every start; it is thus no secret, and worth nothing outside.
func newZoneKey(apex string, flags uint16) (*zoneKey, error) {
	seed := sha256.Sum256(fmt.Appendf(nil, "fetchscope demo %s %d", apex, flags))
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		return nil, err
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	return &zoneKey{signer: private, public: &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: apex, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: keyTTL},
		Flags: flags, Protocol: 3, Algorithm: dns.ECDSAP256SHA256,
		PublicKey: base64.StdEncoding.EncodeToString(point[1:]), // without the octet that says "uncompressed" (RFC 6605, section 4)
	}}, nil
}

// ds is what the zone above says of the key.
func (k *zoneKey) ds() *dns.DS {
	ds := k.public.ToDS(dns.SHA256)
	ds.Hdr.Ttl = keyTTL
	return ds
}

// A signing is a zone on its way to be signed.
type signing struct {
	*zone
	key      *zoneKey
	from, to time.Time
}

// How long signatures are good, from before now, since clocks differ, to long after a
// demo; or, where they have expired, to yesterday.
const (
	signedBefore = time.Hour
	signedFor    = 30 * 24 * time.Hour
	day          = 24 * time.Hour
)

// sign adds keys, the chain of names and the signatures to a zone, and returns what the
// zone above is to say of it. Nothing may be added after.
func (z *zone) sign(now time.Time) (*dns.DS, error) {
	keys, err := newZoneKey(z.apex, keySigning)
	if err != nil {
		return nil, err
	}
	rest, err := newZoneKey(z.apex, zoneSigning)
	if err != nil {
		return nil, err
	}
	z.add(keys.public)
	z.add(rest.public)
	z.survey()
	z.link()
	s := &signing{zone: z, key: rest, from: now.Add(-signedBefore), to: now.Add(signedFor)}
	if z.expired {
		s.from, s.to = now.Add(-signedFor), now.Add(-day)
	}
	if err := s.all(); err != nil {
		return nil, err
	}
	s.key = keys
	return keys.ds(), s.sign(z.set(z.apex, dns.TypeDNSKEY))
}

// all signs all but the keys: what the zone vouches for, not delegations nor glue (RFC
// 4035, section 2.2).
func (s *signing) all() error {
	for name := range s.names {
		types := s.types(name)
		for _, set := range s.sets[name] {
			t := set.rrtype()
			if !slices.Contains(types, t) || t == dns.TypeDNSKEY || t == dns.TypeNS && name != s.apex {
				continue
			}
			if err := s.sign(set); err != nil {
				return err
			}
		}
	}
	for _, l := range s.chain {
		if err := s.sign(l.set); err != nil {
			return err
		}
	}
	return nil
}

func (s *signing) sign(set *set) error {
	sig := &dns.RRSIG{
		Hdr:       dns.RR_Header{Ttl: set.records[0].Header().Ttl},
		Algorithm: s.key.public.Algorithm, KeyTag: s.key.public.KeyTag(), SignerName: s.apex,
		Inception: uint32(s.from.Unix()), Expiration: uint32(s.to.Unix()),
	}
	if err := sig.Sign(s.key.signer, set.records); err != nil {
		return fmt.Errorf("%s: %w", s.apex, err)
	}
	set.signatures = []dns.RR{sig}
	return nil
}
