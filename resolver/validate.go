package resolver

import (
	"context"
	"slices"
	"sync"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// A validation finds out whether what one question brought can be trusted (RFC 4035,
// section 5). It looks up the keys of zones and what their parents say of them, with the
// job's own budget.
type validation struct {
	job     *job
	mu      sync.Mutex // guards zones and seen
	zones   map[string]*trust
	seen    []*answer
	working sync.Mutex // guards checker
	checker *dnssec.Checker
}

// A trust is what is known of a zone's keys.
type trust struct {
	once sync.Once
	verdict
	keys []*dns.DNSKEY
	// notZone says that the name is certainly none of a zone's.
	notZone bool
}

// A verdict is the security of data, and why it is not secure.
type verdict struct {
	status dnssec.Status
	reason *dnssec.Reason
	// exists says that a name does, although the server denied it.
	exists bool
	// by is the key that signed, of the zone.
	by   *dnssec.Proof
	zone string
}

var secure = verdict{status: dnssec.Secure}

func bogus(zone string, ede uint16, text string) verdict {
	return verdict{status: dnssec.Bogus, reason: &dnssec.Reason{Zone: zone, EDE: ede, Text: text}}
}

func newValidation(j *job) *validation {
	at := j.r.asOf
	if at.IsZero() {
		at = j.now()
	}
	return &validation{job: j, zones: map[string]*trust{}, checker: dnssec.NewChecker(at)}
}

// judge finds the security of a link of a chain, which is that of the least trusted of
// its parts (RFC 4035, section 4.3). Without validation all is well. More says that the
// chain's end is to be asked for; some servers prove what is not at the end of an alias
// only to those who ask for that.
func (v *validation) judge(ctx context.Context, c *chain, from mark, a *answer, more bool) (verdict, bool) {
	if v == nil {
		return secure, more
	}
	v.keepDenial(a)
	out := secure
	for _, set := range c.setsSince(from, a.m) {
		if one := v.set(ctx, set, a); one.status < out.status || out.by == nil {
			out = least(out, one)
		}
	}
	if c.found || more || out.status == dnssec.Bogus {
		return out, more
	}
	denied := v.denied(ctx, question{c.end(), c.qtype}, a)
	if denied.status == dnssec.Bogus && !sameName(c.end(), a.q.name) {
		return out, true
	}
	return least(out, denied), false
}

// maxSeen bounds the messages whose denials are kept for what else they prove.
const maxSeen = 16

// keepDenial remembers a message that denies something: it may say of a zone further down
// that it has no DS records.
func (v *validation) keepDenial(a *answer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if denies(a.m.Ns) && len(v.seen) < maxSeen {
		v.seen = append(v.seen, a)
	}
}

// insecureBySeen finds a proof that a delegation is insecure among the denials seen.
func (v *validation) insecureBySeen(ctx context.Context, zone string) (signing, bool) {
	v.mu.Lock()
	seen := slices.Clone(v.seen)
	v.mu.Unlock()
	for _, a := range seen {
		d := v.denial(ctx, zone, a.m, dns.TypeDS)
		if d.Denial == nil {
			continue
		}
		if cut, reason := d.Delegation(zone); cut == dnssec.InsecureCut {
			return insecureCut(zone, reason), true
		}
	}
	return signing{}, false
}

// least joins verdicts: the worse one counts, the newer one's signature is told.
func least(a, b verdict) verdict {
	if a.status <= b.status && a.status != dnssec.Secure {
		a.exists = a.exists || b.exists
		return a
	}
	b.exists = b.exists || a.exists
	return b
}

// setsSince lists the sets of the records taken since a mark, with their signatures.
func (c *chain) setsSince(from mark, m *dns.Msg) []dnssec.Set {
	var out []dnssec.Set
	for _, set := range dnssec.Sets(withSignatures(m.Answer, m)) {
		if slices.ContainsFunc(c.records[from.records:], func(rr dns.RR) bool {
			return !c.made[rr] && rr.Header().Rrtype == set.Type() && sameName(rr.Header().Name, set.Name())
		}) {
			out = append(out, set)
		}
	}
	return out
}

// withSignatures is a section with the signatures of all sections: some servers put them
// into another one.
func withSignatures(section []dns.RR, m *dns.Msg) []dns.RR {
	out := slices.Clone(section)
	for _, other := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range other {
			if rr.Header().Rrtype == dns.TypeRRSIG {
				out = append(out, rr)
			}
		}
	}
	return out
}

// set finds the security of one set of records.
func (v *validation) set(ctx context.Context, set dnssec.Set, a *answer) verdict {
	if !v.job.r.anchors.reach(set.Name()) {
		return verdict{status: dnssec.Indeterminate, reason: &dnssec.Reason{Zone: set.Name(), Text: "there is no trust anchor above this name"}}
	}
	signers := signersOf(set)
	if a.zone != "" {
		// The zone that the server was asked for is the set's, or the set's is below. A
		// zone above has no say (RFC 4035, section 5.3.1).
		signers = slices.DeleteFunc(signers, func(zone string) bool { return !isUnder(zone, a.zone) })
	}
	if len(signers) == 0 {
		return v.unsigned(ctx, set.Name(), set.Type())
	}
	var worst verdict
	for i, zone := range signers {
		one := v.signed(ctx, set, zone, a)
		if one.status == dnssec.Secure {
			return one
		}
		if i == 0 || one.status > worst.status {
			worst = one
		}
	}
	return worst
}

// signersOf lists the zones that claim to have signed a set and may have: at its name or
// above, and for DS records above alone (RFC 4035, section 5.3.1).
func signersOf(set dnssec.Set) []string {
	var out []string
	for _, sig := range set.Sigs {
		name := lower(sig.SignerName)
		fits := isUnder(set.Name(), name) && (set.Type() != dns.TypeDS || !sameName(set.Name(), name))
		if fits && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// signed verifies a set that a zone claims to have signed.
func (v *validation) signed(ctx context.Context, set dnssec.Set, zone string, a *answer) verdict {
	t := v.trusted(ctx, zone)
	if t.status != dnssec.Secure {
		return t.verdict
	}
	v.working.Lock()
	proof, reason := v.checker.Verify(set, zone, t.keys)
	v.working.Unlock()
	if reason != nil {
		return verdict{status: dnssec.Bogus, reason: reason}
	}
	out := verdict{status: dnssec.Secure, by: proof, zone: zone}
	if proof.Wildcard == "" {
		return out
	}
	d := v.denial(ctx, set.Name(), a.m, set.Type())
	if d.Denial == nil {
		return bogus(zone, dns.ExtendedErrorCodeNSECMissing, "an answer made from the wildcard "+proof.Wildcard+" has no proof that the name itself does not exist")
	}
	status, reason := d.NoSuchExpansion(set.Name(), proof.Wildcard)
	return least(out, verdict{status: status, reason: reason})
}

// denied finds the security of a denial.
func (v *validation) denied(ctx context.Context, q question, a *answer) verdict {
	if !v.job.r.anchors.reach(q.name) {
		return verdict{status: dnssec.Indeterminate, reason: &dnssec.Reason{Zone: q.name, Text: "there is no trust anchor above this name"}}
	}
	d := v.denial(ctx, q.name, a.m, q.qtype)
	if d.Denial == nil && d.status != dnssec.Secure {
		return d.verdict
	}
	if d.Denial == nil {
		return v.unsigned(ctx, q.name, q.qtype)
	}
	if a.m.Rcode != dns.RcodeNameError {
		status, reason := d.NoData(q.name, q.qtype)
		return verdict{status: status, reason: reason, by: d.by, zone: d.zone}
	}
	status, reason := d.NoName(q.name)
	if status == dnssec.Bogus {
		// Some servers deny a name that only has others below it; their records do not.
		if other, _ := d.NoData(q.name, q.qtype); other == dnssec.Secure {
			return verdict{status: other, exists: true, by: d.by, zone: d.zone}
		}
	}
	return verdict{status: status, reason: reason, by: d.by, zone: d.zone}
}

// A denial is a proof by one zone's records, or, without one, how that came.
type denial struct {
	verdict
	*dnssec.Denial
}

// denial gathers the records of a section that prove what is not there. Without any that
// are signed it is Secure and has no Denial.
func (v *validation) denial(ctx context.Context, name string, m *dns.Msg, qtype uint16) denial {
	out := denial{verdict: secure}
	byZone := map[string][]dnssec.Set{}
	for _, set := range dnssec.Sets(withSignatures(m.Ns, m)) {
		if t := set.Type(); t != dns.TypeNSEC && t != dns.TypeNSEC3 {
			continue
		}
		for _, zone := range signersOf(set) {
			apart := qtype == dns.TypeDS && name != "." && sameName(zone, name) // the child has no say
			if isUnder(name, zone) && !apart {
				byZone[zone] = append(byZone[zone], set)
			}
		}
	}
	zone := ""
	for z := range byZone {
		if len(z) > len(zone) {
			zone = z // of the deepest zone: the one above knows nothing of what is in it
		}
	}
	if zone == "" {
		return out
	}
	return v.prove(ctx, zone, byZone[zone])
}

// prove verifies the sets of a denial.
func (v *validation) prove(ctx context.Context, zone string, sets []dnssec.Set) denial {
	t := v.trusted(ctx, zone)
	if t.status != dnssec.Secure {
		return denial{verdict: t.verdict}
	}
	v.working.Lock()
	defer v.working.Unlock()
	var verified []dnssec.Set
	out := denial{verdict: verdict{status: dnssec.Secure, zone: zone}}
	for _, set := range sets {
		proof, reason := v.checker.Verify(set, zone, t.keys)
		if reason != nil {
			return denial{verdict: verdict{status: dnssec.Bogus, reason: reason}}
		}
		out.by = proof
		verified = append(verified, set)
	}
	out.Denial = v.checker.Denial(zone, verified)
	return out
}

// unsigned finds out why data of a name are not signed: because a zone on the way to it
// is not, or because they were tampered with (RFC 4035, section 5.2).
func (v *validation) unsigned(ctx context.Context, name string, rrtype uint16) verdict {
	anchor := v.job.r.anchors.closest(name)
	if t := v.trusted(ctx, anchor); t.status != dnssec.Secure {
		return t.verdict
	}
	zone := anchor
	for n := labels(anchor) + 1; n <= labels(name); n++ {
		cut := lastLabels(name, n)
		if rrtype == dns.TypeDS && n == labels(name) {
			break // it is of the zone above
		}
		ds := v.delegated(ctx, cut)
		switch {
		case ds.notZone:
		case ds.status == dnssec.Secure:
			if t := v.trusted(ctx, cut); t.status != dnssec.Secure {
				return t.verdict
			}
			zone = cut
		default:
			return ds.verdict
		}
	}
	return bogus(zone, dns.ExtendedErrorCodeRRSIGsMissing, "the "+dns.Type(rrtype).String()+" data of "+name+" are not signed, though their zone is")
}
