package resolver

import (
	"context"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
	"fetchscope/trace"
)

// trusted finds the keys of a zone that can be trusted, by a trust anchor or by the DS
// records that its parent has of it. Each zone is looked at once.
func (v *validation) trusted(ctx context.Context, zone string) *trust {
	v.mu.Lock()
	key := lower(zone)
	t, known := v.zones[key]
	if !known {
		t = new(trust)
		v.zones[key] = t
	}
	v.mu.Unlock()
	t.once.Do(func() { v.establish(ctx, zone, t) })
	return t
}

func (v *validation) establish(ctx context.Context, zone string, t *trust) {
	by := v.job.r.anchors.at(zone)
	anchored := len(by) > 0
	switch {
	case anchored:
	case !v.job.r.anchors.reach(zone):
		t.status = dnssec.Indeterminate
		t.reason = &dnssec.Reason{Zone: zone, Text: "there is no trust anchor above this zone"}
		return
	default:
		d := v.delegated(ctx, zone)
		if d.notZone {
			t.notZone = true
			t.verdict = bogus(zone, dns.ExtendedErrorCodeDNSBogus, "it signs, but is proven to be no zone")
			return
		}
		if d.status != dnssec.Secure {
			t.verdict = d.verdict
			v.tell(zone, nil, t.verdict, anchored)
			return
		}
		by = d.records
	}
	v.judgeKeys(ctx, zone, by, t, anchored)
}

// judgeKeys looks up the keys of a zone and finds those that its DS records, or an
// anchor, vouch for.
func (v *validation) judgeKeys(ctx context.Context, zone string, by []dns.RR, t *trust, anchored bool) {
	j := v.aside(forKeys)
	var link *dnssec.Link
	for range maxOpinions {
		a, err := j.source.find(ctx, question{zone, dns.TypeDNSKEY})
		if err != nil {
			if t.reason == nil {
				t.verdict = bogus(zone, dns.ExtendedErrorCodeDNSKEYMissing, "the keys of the zone cannot be had: "+err.Error())
			}
			break
		}
		v.working.Lock()
		link, t.status, t.reason = v.checker.Trusted(zone, keySet(a.m, zone), by)
		v.working.Unlock()
		if t.status != dnssec.Bogus {
			break
		}
		j.distrust(a)
	}
	if link != nil {
		t.keys = link.Keys
	}
	v.tell(zone, link, t.verdict, anchored)
}

func keySet(m *dns.Msg, zone string) dnssec.Set {
	for _, set := range dnssec.Sets(withSignatures(m.Answer, m)) {
		if set.Type() == dns.TypeDNSKEY && sameName(set.Name(), zone) {
			return set
		}
	}
	return dnssec.Set{}
}

// aside is the job as it looks up what validation needs.
func (v *validation) aside(why string) *job {
	j := *v.job
	j.why, j.avoid = why, nil
	j.source = j.begin()
	return &j
}

// A signing is what a zone's parent says of its keys.
type signing struct {
	verdict
	records []dns.RR // the DS records, verified
	notZone bool
}

// delegated finds out what the parent says of a zone: its DS records, that it has none
// (and is insecure), or that there is no such zone (RFC 4035, section 5.2).
func (v *validation) delegated(ctx context.Context, zone string) signing {
	j := v.aside(forDS)
	out := signing{}
	if j.r.cache.find(question{zone, dns.TypeDS}, j.now()) == nil {
		if known, ok := v.insecureBySeen(ctx, zone); ok {
			return known
		}
	}
	for opinion := range maxOpinions {
		a, err := j.source.find(ctx, question{zone, dns.TypeDS})
		if err != nil {
			if opinion == 0 {
				out.verdict = bogus(zone, dns.ExtendedErrorCodeDNSBogus, "nothing can be learnt of the zone's delegation: "+err.Error())
			}
			return out
		}
		out = v.signing(ctx, zone, a)
		if out.status != dnssec.Bogus {
			return out
		}
		j.distrust(a)
	}
	return out
}

func (v *validation) signing(ctx context.Context, zone string, a *answer) signing {
	for _, set := range dnssec.Sets(withSignatures(a.m.Answer, a.m)) {
		if !sameName(set.Name(), zone) {
			continue
		}
		switch set.Type() {
		case dns.TypeDS:
			return signing{verdict: v.set(ctx, set, a), records: set.RRs}
		case dns.TypeCNAME: // no other data can be there (RFC 1034, section 3.6.2)
			return signing{verdict: v.set(ctx, set, a), notZone: true}
		}
	}
	d := v.denial(ctx, zone, a.m, dns.TypeDS)
	switch {
	case d.Denial == nil && d.status != dnssec.Secure:
		return signing{verdict: d.verdict}
	case d.Denial == nil:
		return signing{verdict: v.unsigned(ctx, zone, dns.TypeDS)}
	}
	cut, reason := d.Delegation(zone)
	switch cut {
	case dnssec.InsecureCut:
		return insecureCut(zone, reason)
	case dnssec.NotACut:
		return signing{verdict: verdict{status: dnssec.Secure}, notZone: true}
	}
	return signing{verdict: verdict{status: dnssec.Bogus, reason: reason}}
}

func insecureCut(zone string, reason *dnssec.Reason) signing {
	if reason == nil {
		reason = &dnssec.Reason{Zone: zone, Text: "its parent proves that it has no DS records"}
	}
	return signing{verdict: verdict{status: dnssec.Insecure, reason: reason}}
}

// tell records what was found of a zone.
func (v *validation) tell(zone string, link *dnssec.Link, found verdict, anchored bool) {
	e := trace.ZoneJudged{Zone: printable(lower(zone)), Security: found.status.String(), Anchor: anchored}
	if link != nil {
		e.KeyTag, e.Algorithm = link.KeyTag, dns.AlgorithmToString[link.Algorithm]
		if !anchored || link.Digest != 0 {
			e.Digest = dns.HashToString[link.Digest]
		}
	}
	e.Reason = reasonOf(found.reason)
	v.job.sc.Emit(e)
}

// reasonOf is a reason as it is recorded.
func reasonOf(r *dnssec.Reason) *trace.SecurityReason {
	if r == nil {
		return nil
	}
	return &trace.SecurityReason{
		Zone: printable(r.Zone), KeyTag: r.KeyTag, EDE: r.EDE, Meaning: dns.ExtendedErrorCodeToString[r.EDE], Message: printable(r.Text),
	}
}

// judged is what validation makes of a result, as it is recorded.
func (r *result) judged() trace.SecurityJudged {
	e := trace.SecurityJudged{Security: r.security.String()}
	if r.security != dnssec.Secure {
		e.Reason = reasonOf(r.reason)
	} else if by := r.by; by != nil {
		e.SignedBy = &trace.Signature{
			Zone: printable(r.signer), KeyTag: by.KeyTag, Algorithm: dns.AlgorithmToString[by.Algorithm], Wildcard: printable(by.Wildcard),
		}
	}
	return e
}
