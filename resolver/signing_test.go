package resolver

import (
	"cmp"
	"crypto"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A signature says how a zone of a test is signed. The zero value stands for one key of
// ECDSA P-256 and a chain of NSEC records.
type signature struct {
	algorithm uint8
	bits      int
	nsec3     bool
	optOut    bool
	// iterations and salt are those of NSEC3.
	iterations uint16
	salt       string
	// begin and end are when the signatures hold, from the clock of the test.
	begin, end time.Duration
}

// A zoneKey is a key pair of a zone.
type zoneKey struct {
	*dns.DNSKEY
	private crypto.Signer
}

func newZoneKey(t testing.TB, zone string, s signature) zoneKey {
	t.Helper()
	k := &dns.DNSKEY{
		Hdr:   dns.RR_Header{Name: zone, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: dns.ZONE | dns.SEP, Protocol: 3, Algorithm: cmp.Or(s.algorithm, dns.ECDSAP256SHA256),
	}
	for {
		private, err := k.Generate(cmp.Or(s.bits, 256))
		if err != nil {
			t.Fatal(err)
		}
		if k.KeyTag() != 0 { // the library signs with no such key
			return zoneKey{k, private.(crypto.Signer)}
		}
	}
}

// sign makes a signature of a set. One of a wildcard counts the labels without the
// asterisk, which the library sees to.
func (k zoneKey) sign(t testing.TB, set []dns.RR, s signature, clock time.Time) dns.RR {
	t.Helper()
	sig := &dns.RRSIG{
		Hdr:       dns.RR_Header{Name: set[0].Header().Name, Rrtype: dns.TypeRRSIG, Class: dns.ClassINET, Ttl: set[0].Header().Ttl},
		Algorithm: k.Algorithm, KeyTag: k.KeyTag(), SignerName: k.Hdr.Name,
		Inception:  uint32(clock.Add(cmp.Or(s.begin, -time.Hour)).Unix()),
		Expiration: uint32(clock.Add(cmp.Or(s.end, 240*time.Hour)).Unix()),
	}
	if err := sig.Sign(k.private, set); err != nil {
		t.Fatal(err)
	}
	return sig
}

// A rrsetKey names a set within a zone.
type rrsetKey struct {
	owner  string
	rrtype uint16
}

// rrsets groups records.
func rrsets(records []dns.RR) map[rrsetKey][]dns.RR {
	out := map[rrsetKey][]dns.RR{}
	for _, rr := range records {
		k := rrsetKey{lower(rr.Header().Name), rr.Header().Rrtype}
		out[k] = append(out[k], rr)
	}
	return out
}

// signedZone adds keys, the chain of denials and signatures to the records of a zone.
func signedZone(t testing.TB, origin string, records []dns.RR, key zoneKey, s signature, clock time.Time) []dns.RR {
	t.Helper()
	out := append(slices.Clone(records), key.DNSKEY)
	if s.nsec3 {
		out = append(out, nsec3Chain(origin, out, s)...)
	} else {
		out = append(out, nsecChain(origin, out)...)
	}
	sets := rrsets(out)
	for k, set := range sets {
		cut := cutAbove(origin, sets, k.owner)
		ofParent := k.rrtype == dns.TypeDS || k.rrtype == dns.TypeNSEC
		if cut == "" || cut == k.owner && ofParent {
			out = append(out, key.sign(t, set, s, clock))
		}
	}
	return out
}

// cutAbove is the delegation that a name is at or below; empty if it is the zone's own.
func cutAbove(origin string, sets map[rrsetKey][]dns.RR, name string) string {
	found := ""
	for ; !sameName(name, origin) && name != "."; name = parent(name) {
		if len(sets[rrsetKey{name, dns.TypeNS}]) > 0 {
			found = name
		}
	}
	return found
}

// ownTypes are the types at each name of a zone's own, cuts among them, glue not.
func ownTypes(origin string, records []dns.RR) map[string][]uint16 {
	out := map[string][]uint16{}
	sets := rrsets(records)
	for k := range sets {
		switch cutAbove(origin, sets, k.owner) {
		case "":
			out[k.owner] = append(out[k.owner], k.rrtype)
		case k.owner:
			if k.rrtype == dns.TypeNS || k.rrtype == dns.TypeDS {
				out[k.owner] = append(out[k.owner], k.rrtype)
			}
		}
	}
	return out
}

// minimumTTL is the TTL of denials (RFC 9077, section 3).
const minimumTTL = 300

func nsecChain(origin string, records []dns.RR) []dns.RR {
	own := ownTypes(origin, records)
	names := slices.SortedFunc(maps.Keys(own), canonicalOrder)
	var out []dns.RR
	for i, name := range names {
		types := append(own[name], dns.TypeNSEC, dns.TypeRRSIG)
		slices.Sort(types)
		out = append(out, &dns.NSEC{
			Hdr:        dns.RR_Header{Name: name, Rrtype: dns.TypeNSEC, Class: dns.ClassINET, Ttl: minimumTTL},
			NextDomain: names[(i+1)%len(names)], TypeBitMap: types,
		})
	}
	return out
}

// canonicalOrder compares names as RFC 4034, section 6.1, has it.
func canonicalOrder(a, b string) int {
	x, y := dns.SplitDomainName(a), dns.SplitDomainName(b)
	slices.Reverse(x)
	slices.Reverse(y)
	return slices.Compare(x, y)
}

// nsec3Chain makes NSEC3 records of all names of a zone, also those that only have others
// below them; opt-out leaves out delegations without DS.
func nsec3Chain(origin string, records []dns.RR, s signature) []dns.RR {
	byHash := map[string][]uint16{}
	for name, types := range ownTypes(origin, records) {
		insecure := slices.Contains(types, dns.TypeNS) && !slices.Contains(types, dns.TypeSOA) && !slices.Contains(types, dns.TypeDS)
		switch {
		case insecure && s.optOut:
			continue
		case !insecure:
			types = append(types, dns.TypeRRSIG)
		}
		if sameName(name, origin) {
			types = append(types, dns.TypeNSEC3PARAM)
		}
		slices.Sort(types)
		byHash[s.hash(name)] = types
		for up := parent(name); isUnder(up, origin) && !sameName(up, origin) && !sameName(name, origin); up = parent(up) {
			byHash[s.hash(up)] = append(byHash[s.hash(up)], []uint16{}...)
		}
	}
	return append(s.nsec3Records(origin, byHash), &dns.NSEC3PARAM{
		Hdr:  dns.RR_Header{Name: origin, Rrtype: dns.TypeNSEC3PARAM, Class: dns.ClassINET},
		Hash: dns.SHA1, Iterations: s.iterations, Salt: s.salt, SaltLength: uint8(len(s.salt) / 2),
	})
}

func (s signature) hash(name string) string {
	return dns.HashName(name, dns.SHA1, s.iterations, s.salt)
}

func (s signature) nsec3Records(origin string, byHash map[string][]uint16) []dns.RR {
	hashes := slices.Sorted(maps.Keys(byHash))
	var out []dns.RR
	for i, h := range hashes {
		rr := &dns.NSEC3{
			Hdr:  dns.RR_Header{Name: strings.TrimSuffix(lower(h)+"."+origin, ".") + ".", Rrtype: dns.TypeNSEC3, Class: dns.ClassINET, Ttl: minimumTTL},
			Hash: dns.SHA1, Iterations: s.iterations, Salt: s.salt, SaltLength: uint8(len(s.salt) / 2),
			HashLength: 20, NextDomain: hashes[(i+1)%len(hashes)], TypeBitMap: byHash[h],
		}
		if s.optOut {
			rr.Flags = 1
		}
		out = append(out, rr)
	}
	return out
}

// covers reports whether a record is a signature of a type's; 0 stands for any.
func covers(rr dns.RR, rrtype uint16) bool {
	sig, is := rr.(*dns.RRSIG)
	return is && (rrtype == 0 || sig.TypeCovered == rrtype)
}

// without takes out records.
func without(which func(dns.RR) bool) func([]dns.RR) []dns.RR {
	return func(records []dns.RR) []dns.RR { return slices.DeleteFunc(records, which) }
}

// spoilt changes copies of records, as others share them.
func spoilt(which func(dns.RR) bool, change func(dns.RR)) func([]dns.RR) []dns.RR {
	return func(records []dns.RR) []dns.RR {
		for i, rr := range records {
			if which(rr) {
				records[i] = dns.Copy(rr)
				change(records[i])
			}
		}
		return records
	}
}

// corrupted changes signatures.
func corrupted(which func(dns.RR) bool) func([]dns.RR) []dns.RR {
	return spoilt(which, func(rr dns.RR) {
		sig := []byte(rr.(*dns.RRSIG).Signature)
		if sig[10] != 'A' {
			sig[10] = 'A'
		} else {
			sig[10] = 'B'
		}
		rr.(*dns.RRSIG).Signature = string(sig)
	})
}

func unknownAlgorithm(k *dns.DNSKEY) []dns.RR {
	ds := k.ToDS(dns.SHA256)
	ds.Algorithm = 200
	return []dns.RR{ds}
}

func digestOf(digest uint8) func(*dns.DNSKEY) []dns.RR {
	return func(k *dns.DNSKEY) []dns.RR { return []dns.RR{k.ToDS(digest)} }
}
