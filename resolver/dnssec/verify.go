package dnssec

import (
	"strconv"

	"github.com/miekg/dns"
)

// A Proof is a set that was verified.
type Proof struct {
	// KeyTag and Algorithm are those of the key whose signature holds.
	KeyTag    uint16
	Algorithm uint8
	// Wildcard is the owner of the wildcard that the set was made from, "*.example.",
	// and empty if it was made from none. The set is then proven only together with
	// [Denial.NoSuchExpansion].
	Wildcard string
	// TTL is how long the set may be kept: the least of its TTL, the one that was
	// signed and the time to the signature's end (RFC 4035, section 5.3.3).
	TTL uint32
}

// Verify checks a set by the trusted keys of a zone (RFC 4035, section 5.3). One
// signature that holds is enough. The reason, where none does, is that of the
// signature that came farthest.
func (c *Checker) Verify(s Set, zone string, keys []*dns.DNSKEY) (*Proof, *Reason) {
	z, ok := parseName(zone)
	if !ok {
		return nil, &Reason{Zone: zone, EDE: edeBogus, Text: "the zone's name is malformed"}
	}
	a := attempt{c: c, set: s, zone: z, keys: c.read(keys)}
	if reason := a.begin(); reason != nil {
		return nil, a.named(reason)
	}
	return a.run()
}

// read reads keys; what is no key is left out.
func (c *Checker) read(keys []*dns.DNSKEY) []*key {
	out := make([]*key, 0, len(keys))
	for _, k := range keys {
		if k != nil {
			out = append(out, c.key(k))
		}
	}
	return out
}

// An attempt is the verification of one set by the keys of one zone.
type attempt struct {
	c           *Checker
	set         Set
	owner, zone name
	keys        []*key
	data        [][]byte // of the set in canonical order, when first needed
	checks      int
	// entry says that the set is the zone's keys, and keys those that it is trusted by.
	entry bool
	// holds is the key that it was verified with.
	holds *key
}

// A stage is how far a signature came; the reason of the farthest is the one to tell.
type stage int

const (
	atForm stage = iota
	atAlgorithm
	atTime
	atKey
	atCheck
	atLimit
)

// begin looks at the set itself.
func (a *attempt) begin() *Reason {
	if len(a.set.RRs) == 0 {
		return &Reason{EDE: edeBogus, Text: "there are no records to verify"}
	}
	owner, ok := parseName(a.set.Name())
	if a.owner = owner; !ok || !a.set.uniform(owner) {
		return &Reason{EDE: edeBogus, Text: "the records are no set of the class IN"}
	}
	switch {
	case !owner.in(a.zone):
		return a.bogus("lies outside the zone")
	case a.set.Type() == dns.TypeDS && owner.is(a.zone) && len(owner) > 0:
		// RFC 4034, section 5: it belongs to the parent, and no zone can speak for itself.
		return a.bogus("must be signed by the parent zone")
	case len(a.set.Sigs) == 0:
		return &Reason{EDE: edeSignatureMissing, Text: a.what() + " is not signed"}
	}
	return nil
}

// what is the set, in words.
func (a *attempt) what() string {
	return a.owner.String() + " " + dns.Type(a.set.Type()).String()
}

func (a *attempt) bogus(text string) *Reason {
	return &Reason{EDE: edeBogus, Text: a.what() + " " + text}
}

// named puts the zone into a reason.
func (a *attempt) named(r *Reason) *Reason {
	named := *r
	named.Zone = a.zone.String()
	return &named
}

// run tries the signatures in turn.
func (a *attempt) run() (*Proof, *Reason) {
	var farthest stage
	var reason *Reason
	for _, sig := range a.set.Sigs {
		proof, at, why := a.try(sig)
		if why == nil {
			return proof, nil
		}
		if reason == nil || at > farthest {
			farthest, reason = at, why
		}
		if at == atLimit {
			break
		}
	}
	return nil, a.named(reason)
}

// try follows one signature, the cheap tests first.
func (a *attempt) try(sig *dns.RRSIG) (*Proof, stage, *Reason) {
	if why := a.form(sig); why != nil {
		return nil, atForm, why
	}
	if _, supported := schemes()[sig.Algorithm]; !supported {
		return nil, atAlgorithm, reasonOf(sig, edeSignatureMissing, a.what()+" has no signature of a supported algorithm")
	}
	if why := a.time(sig); why != nil {
		return nil, atTime, why
	}
	keys, why := a.candidates(sig)
	if why != nil {
		return nil, atKey, why
	}
	if at, why := a.check(sig, keys); why != nil {
		return nil, at, why
	}
	return a.proof(sig), atCheck, nil
}

func reasonOf(sig *dns.RRSIG, ede uint16, text string) *Reason {
	return &Reason{KeyTag: sig.KeyTag, Algorithm: sig.Algorithm, EDE: ede, Text: text}
}

// form tests what a signature says of the set (RFC 4035, section 5.3.1).
func (a *attempt) form(sig *dns.RRSIG) *Reason {
	signer, ok := parseName(sig.SignerName)
	switch {
	case !a.owner.same(sig.Hdr.Name), sig.Hdr.Class != dns.ClassINET, sig.TypeCovered != a.set.Type():
		return reasonOf(sig, edeBogus, "the signature is not of "+a.what())
	case !ok, !signer.is(a.zone):
		return reasonOf(sig, edeBogus, a.what()+" is signed by "+signer.String()+", which is not its zone")
	case int(sig.Labels) > a.owner.signedLabels():
		return reasonOf(sig, edeBogus, "the signature of "+a.what()+" counts more labels than the name has")
	case int(sig.Labels) < a.zone.signedLabels():
		// The wildcard would lie above the zone.
		return reasonOf(sig, edeBogus, "the signature of "+a.what()+" counts fewer labels than the zone has")
	}
	return nil
}

// time tests the signature's validity, in serial arithmetic (RFC 4034, section 3.1.5;
// RFC 1982): a time is later than another if it is less than 2^31 seconds ahead.
func (a *attempt) time(sig *dns.RRSIG) *Reason {
	now := a.c.serial()
	text := "the signature of " + a.what()
	switch {
	case int32(sig.Expiration-sig.Inception) < 0:
		return reasonOf(sig, edeNeverValid, text+" ends before it begins")
	case int32(now+clockSkew-sig.Inception) < 0:
		return reasonOf(sig, edeNotYetValid, text+" is not valid before "+a.c.shown(sig.Inception))
	case int32(sig.Expiration+clockSkew-now) < 0:
		return reasonOf(sig, edeExpired, text+" expired at "+a.c.shown(sig.Expiration))
	}
	return nil
}

// candidates are the keys that the signature may have been made with. Tags are no more
// than a hint: several keys can have the same (RFC 4034, section 8).
func (a *attempt) candidates(sig *dns.RRSIG) ([]*key, *Reason) {
	var out []*key
	why := a.keyless(sig)
	for _, k := range a.keys {
		switch {
		case k.tag != sig.KeyTag, k.rr.Algorithm != sig.Algorithm, !k.owner.is(a.zone):
		case k.unusable != nil:
			why = k.unusable
		default:
			out = append(out, k)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, why
}

// keyless says that no key fits a signature. Among a zone's keys, that can be as it
// should: a key that is not trusted yet signs them too.
func (a *attempt) keyless(sig *dns.RRSIG) *Reason {
	if a.entry {
		return reasonOf(sig, edeSignatureMissing, a.what()+" is not signed by a key that its DS record or anchor names")
	}
	return reasonOf(sig, edeKeyMissing, "no DNSKEY fits the signature of "+a.what())
}

// check does what costs, within the limits of the set and of the question.
func (a *attempt) check(sig *dns.RRSIG, keys []*key) (stage, *Reason) {
	if why := a.limit(); why != nil {
		return atLimit, why
	}
	signed, err := a.signed(sig)
	if err != nil {
		return atLimit, a.bogus("cannot be verified: " + err.Error())
	}
	signature := signatureOf(sig)
	for _, k := range keys {
		if why := a.limit(); why != nil {
			return atLimit, why
		}
		a.checks++
		if a.c.check(k, signed, signature) {
			a.holds = k
			return atCheck, nil
		}
	}
	return atCheck, reasonOf(sig, edeBogus, "the signature of "+a.what()+" is wrong")
}

// limit says which limit no further check would keep.
func (a *attempt) limit() *Reason {
	switch {
	case a.checks >= maxSetChecks:
		return a.bogus("would take more than " + strconv.Itoa(maxSetChecks) + " signature checks")
	case a.c.spent():
		return a.bogus("is not verified: the question has taken too many signature checks")
	}
	return nil
}

// signed is what the signature is made over.
func (a *attempt) signed(sig *dns.RRSIG) (data []byte, err error) {
	if a.data == nil {
		if a.data, err = canonicalSet(a.set.RRs); err != nil {
			return nil, err
		}
	}
	owner, _ := a.source(sig)
	return signedData(sig, owner, a.zone, a.data)
}

// source is the owner that the set was signed under: where the signature counts fewer
// labels than the owner has, a wildcard (RFC 4035, section 5.3.2).
func (a *attempt) source(sig *dns.RRSIG) (owner name, expanded bool) {
	if int(sig.Labels) == a.owner.signedLabels() {
		return a.owner, false
	}
	return a.owner[:sig.Labels].wildcard(), true
}

// proof is what a signature that holds shows.
func (a *attempt) proof(sig *dns.RRSIG) *Proof {
	p := &Proof{KeyTag: sig.KeyTag, Algorithm: sig.Algorithm}
	if owner, expanded := a.source(sig); expanded {
		p.Wildcard = owner.String()
	}
	p.TTL = min(lifetime(sig.OrigTtl), sig.Expiration+clockSkew-a.c.serial())
	for _, rr := range a.set.RRs {
		p.TTL = min(p.TTL, lifetime(rr.Header().Ttl))
	}
	return p
}

// lifetime reads a TTL whose top bit is set as zero (RFC 2181, section 8).
func lifetime(ttl uint32) uint32 {
	if ttl>>31 != 0 {
		return 0
	}
	return ttl
}
