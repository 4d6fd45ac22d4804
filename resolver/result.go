package resolver

import (
	"cmp"
	"context"
	"errors"
	"net/netip"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
	"fetchscope/trace"
)

// A result is what came of a name: the records found and, unless there are any, why.
type result struct {
	name      string // as asked, absolute
	canonical string // at the end of the aliases
	rcode     string // of the reply that decided; empty if there was none
	answers   []trace.RR
	authority []trace.RR
	records   []dns.RR // the answers
	addrs     []netip.Addr
	ttl       uint32 // least of the answers
	security  dnssec.Status
	reason    *dnssec.Reason // of an answer that is not secure
	by        *dnssec.Proof  // of one that is: the key, of the zone signer
	signer    string
	err       *Error
	// pending is the asking for the families that have not answered yet.
	pending *gathering
}

func newResult(name string) *result {
	return &result{name: name, canonical: name, answers: []trace.RR{}, authority: []trace.RR{}}
}

// final reports whether the result speaks for every type: what else is asked of the
// name need not be waited for much longer.
func (r *result) final() bool {
	return r.err == nil || r.err.Code == NameNotFound
}

// maxOpinions bounds how many servers are asked again where an answer is not to be
// trusted (RFC 4035, section 4.7).
const maxOpinions = 4

// resolve asks one question and follows aliases to its end.
func (j *job) resolve(ctx context.Context, q question) *result {
	c, out := newChain(q), newResult(q.name)
	for more := true; more; {
		more = j.link(ctx, c, out)
	}
	out.take(c)
	if out.err != nil {
		out.err.Name, out.err.Type = q.name, q.typeName()
	}
	return out
}

// link finds what the DNS says of the chain's end, and says whether there is more to ask.
func (j *job) link(ctx context.Context, c *chain, out *result) (more bool) {
	before := c.mark()
	for opinion := 1; ; opinion++ {
		a, err := j.source.find(ctx, question{c.end(), c.qtype})
		switch {
		case err != nil && opinion > 1 && err.Code == NoServer:
			return false // what the others said stands
		case err != nil:
			out.fail(err)
			if a != nil {
				out.authority = presented(inClass(a.m.Ns))
			}
			return false
		}
		more, trouble := j.believe(ctx, c, before, a, out)
		if trouble != nil && ctx.Err() != nil {
			// It was cut short: nothing was found out.
			out.fail(ended(ctx, c.names[0], question{qtype: c.qtype}.typeName()))
			out.security, out.reason = dnssec.Indeterminate, nil
			return false
		}
		if trouble == nil || opinion == maxOpinions {
			return more
		}
		j.distrust(a)
		c.reset(before)
	}
}

// believe takes an answer into the chain. It returns the reason where the answer is not to
// be trusted.
func (j *job) believe(ctx context.Context, c *chain, before mark, a *answer, out *result) (more bool, trouble error) {
	more, loop := c.read(a)
	// Where aliases lead too far there is nothing at their end that could be denied.
	v, more := j.check.judge(ctx, c, before, a, more || loop != nil)
	out.security = min(before.security, v.status)
	if v.status != dnssec.Secure {
		out.reason = v.reason
	}
	if v.by != nil {
		out.by, out.signer = v.by, v.zone
	}
	if v.exists {
		a = a.withRcode(dns.RcodeSuccess)
	}
	if refused := j.sentinel(c, out.security); refused != nil {
		out.fail(refused)
		out.security = dnssec.Bogus
		return false, nil
	}
	c.security = out.security
	switch {
	case out.security == dnssec.Bogus:
		out.fail(&Error{Server: a.from.at(), Code: Bogus, verdict: servFail, Err: v.reason})
		return false, v.reason
	case errors.Is(loop, errTooLongName):
		out.fail(&Error{Server: a.from.at(), Code: NameNotFound, Rcode: rcodeName(dns.RcodeYXDomain), Err: loop})
	case loop != nil:
		// The resolver's own verdict on what cannot be resolved, which nobody has signed.
		out.fail(&Error{Server: a.from.at(), Code: AliasLoop, verdict: servFail, Err: loop})
		out.security = dnssec.Indeterminate
	default:
		out.conclude(c, a)
		return more, nil
	}
	return false, nil
}

// distrust leaves a server out from now on.
func (j *job) distrust(a *answer) {
	if j.avoid == nil {
		j.avoid = make(map[string]bool)
	}
	j.avoid[a.from.at()] = true
	j.r.cache.forget(a.q)
}

func (r *result) fail(err *Error) { r.err, r.rcode = err, cmp.Or(err.verdict, err.Rcode) }

// conclude judges the last reply of a chain.
func (r *result) conclude(c *chain, a *answer) {
	m, s := a.m, a.from
	r.rcode, r.authority, r.err = rcodeName(m.Rcode), presented(inClass(m.Ns)), nil
	switch {
	case c.found && c.qtype == dns.TypeCNAME && m.Rcode == dns.RcodeNameError:
		// It is the alias's target that does not exist (RFC 6604, section 3).
		r.err = &Error{Server: s.at(), Code: NameNotFound, Rcode: r.rcode}
	case c.found: // an NXDOMAIN beside the records contradicts them
		r.rcode = rcodeName(dns.RcodeSuccess)
	case m.Rcode == dns.RcodeNameError:
		r.err = &Error{Server: s.at(), Code: NameNotFound, Rcode: r.rcode}
	default:
		r.err = &Error{Server: s.at(), Code: NoAddress, Rcode: r.rcode}
	}
}

// take copies what the chain has gathered.
func (r *result) take(c *chain) {
	r.canonical = c.end()
	if r.rcode == rcodeName(dns.RcodeServerFailure) {
		return // half a chain answers nothing
	}
	r.records, r.answers = c.records, presented(c.records)
	for i, rr := range r.answers {
		if i == 0 || rr.TTL < r.ttl {
			r.ttl = rr.TTL
		}
	}
	for _, rr := range c.records {
		if a, is := address(rr); is {
			r.addrs = append(r.addrs, a)
		}
	}
	r.addrs = unique(r.addrs)
}

// inClass drops records that are not of the Internet's class.
func inClass(records []dns.RR) []dns.RR {
	var out []dns.RR
	for _, rr := range records {
		if rr.Header().Class == dns.ClassINET {
			out = append(out, rr)
		}
	}
	return out
}

// addresses asks for the addresses of a name in all wanted families, at once unless
// resolv.conf says otherwise.
func (j *job) addresses(ctx context.Context, name string) *result {
	types := j.r.types()
	if j.r.conf().oneByOne || len(types) == 1 {
		var all []*result
		for _, t := range types {
			all = append(all, j.resolve(ctx, question{name, t}))
		}
		return merge(all)
	}
	return j.gather(ctx, name, types).handOn()
}

// types are the record types that hold addresses of the family.
func (r *Resolver) types() []uint16 {
	switch {
	case r.family == IPv4, r.family == Any && r.conf().noAAAA:
		return []uint16{dns.TypeA}
	case r.family == IPv6:
		return []uint16{dns.TypeAAAA}
	}
	return []uint16{dns.TypeA, dns.TypeAAAA}
}

// merge joins the results of the families. Addresses of one are not hidden by a
// failure of the other. Where there are none, a failure goes before the word that
// there is no address: nobody can say so then.
func merge(all []*result) *result {
	out := all[0]
	for _, one := range all[1:] {
		if one.rank() > out.rank() {
			out = one
		}
	}
	for _, one := range all {
		if one.security < out.security {
			out.security, out.reason = one.security, one.reason
		}
		if one != out && len(one.addrs) > 0 {
			out.addrs = append(out.addrs, one.addrs...)
			out.ttl = min(out.ttl, one.ttl)
		}
	}
	if out.err != nil {
		out.err.Type = "" // it was asked for addresses
	}
	return out
}

func (r *result) rank() int {
	if r.err == nil {
		return len(ranks)
	}
	return rank(r.err.Code)
}
