package resolver

import (
	"context"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// A result is what came of a name: the records found and, unless there are any, why.
type result struct {
	name      string // as asked, absolute
	canonical string // at the end of the aliases
	rcode     string // of the reply that decided; empty if there was none
	answers   []trace.RR
	authority []trace.RR
	addrs     []netip.Addr
	ttl       uint32 // least of the answers
	err       *Error
}

func newResult(name string) *result {
	return &result{name: name, canonical: name, answers: []trace.RR{}, authority: []trace.RR{}}
}

// final reports whether the result speaks for every type: what else is asked of the
// name need not be waited for much longer.
func (r *result) final() bool {
	return r.err == nil || r.err.Code == NameNotFound
}

// resolve asks one question and follows aliases to its end.
func (r *Resolver) resolve(ctx context.Context, sc *trace.Scope, q question) *result {
	c, sends := newChain(q), new(budget)
	out := newResult(q.name)
	for more := true; more; {
		m, server, err := r.ask(ctx, sc, question{c.end(), q.qtype}, sends)
		if err != nil {
			out.fail(err)
			if m != nil {
				out.authority = presented(inClass(m.Ns))
			}
			break
		}
		var loop error
		if more, loop = c.read(m); loop != nil {
			// The resolver's own verdict on what cannot be resolved.
			out.fail(&Error{Server: server.at(), Code: AliasLoop, Rcode: "SERVFAIL", Err: loop})
			break
		}
		out.conclude(c, m, server)
	}
	out.take(c)
	if out.err != nil {
		out.err.Name, out.err.Type = q.name, q.typeName()
	}
	return out
}

func (r *result) fail(err *Error) { r.err, r.rcode = err, err.Rcode }

// conclude judges the last reply of a chain.
func (r *result) conclude(c *chain, m *dns.Msg, s Server) {
	r.rcode, r.authority, r.err = rcodeName(m.Rcode), presented(inClass(m.Ns)), nil
	switch {
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
	r.answers = presented(c.records)
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
func (r *Resolver) addresses(ctx context.Context, sc *trace.Scope, name string) *result {
	types := r.types()
	if r.conf().oneByOne || len(types) == 1 {
		var all []*result
		for _, t := range types {
			all = append(all, r.resolve(ctx, sc, question{name, t}))
		}
		return merge(all)
	}
	return merge(r.together(ctx, sc, name, types))
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

// together asks for all types at once. When one has settled the matter the others
// have a little while left; they are waited for in any case.
func (r *Resolver) together(ctx context.Context, sc *trace.Scope, name string, types []uint16) []*result {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	all := make([]*result, len(types))
	done := make(chan int, len(types))
	for i, t := range types {
		go func() {
			all[i] = r.resolve(ctx, sc, question{name, t})
			done <- i
		}()
	}
	for range types {
		if all[<-done].final() {
			defer time.AfterFunc(r.grace, func() { cancel(errUnneeded) }).Stop()
		}
	}
	return all
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
