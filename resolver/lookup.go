package resolver

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"fetchscope/trace"
)

// Lookup finds the addresses of the host of a URL, which is in ASCII (A-labels) and
// without brackets; the port matters only to overrides. It looks, in this order, at
// the overrides, at the host itself (an address needs no resolution, and then no
// event is recorded), the hosts file, the names with a meaning of their own, and the
// DNS with the search list. Events: ResolveStarted, those of the queries, Resolved.
// A failure is an [*Error].
//
// Addresses of the DNS are handed on as soon as connecting may begin (RFC 8305, section
// 3): with IPv6 addresses there is no waiting for IPv4, with IPv4 addresses 50 ms of it
// for IPv6. The Answer's Late brings the rest, and is to be stopped by the caller.
func (r *Resolver) Lookup(ctx context.Context, sc *trace.Scope, host string, port uint16) (*Answer, error) {
	given, overridden := r.override(host, port)
	if addr, err := netip.ParseAddr(host); err == nil && !overridden {
		return &Answer{Addrs: []netip.Addr{addr}, Canonical: host, Source: fromLiteral}, nil
	}
	sc.Emit(trace.ResolveStarted{Name: printable(host)})
	var answer *Answer
	var failure *Error
	if overridden {
		answer, failure = r.given(host, given)
	} else {
		answer, failure = r.find(ctx, sc, host)
	}
	if failure != nil {
		return nil, failure
	}
	sc.Emit(answer.event(host))
	return answer, nil
}

// given answers with the addresses of an override, in their order.
func (r *Resolver) given(host string, addrs []netip.Addr) (*Answer, *Error) {
	addrs = r.family.only(addrs)
	if len(addrs) == 0 {
		return nil, &Error{Name: host, Code: NoAddress}
	}
	return &Answer{Addrs: addrs, Canonical: host, Source: fromFlag}, nil
}

// find looks for a name wherever names are found.
func (r *Resolver) find(ctx context.Context, sc *trace.Scope, host string) (*Answer, *Error) {
	name, err := hostName(host)
	if err != nil {
		return nil, &Error{Name: host, Code: BadName, Err: err}
	}
	if addrs, canonical := r.hosts(name, r.family); len(addrs) > 0 && !r.iterate {
		return &Answer{Addrs: addrs, Canonical: canonical, Source: fromHosts}, nil
	}
	switch source, why := special(name); source {
	case fromLocalhost:
		addrs := sorted(r.family.only(loopback()))
		return &Answer{Addrs: addrs, Canonical: relative(name), Source: fromLocalhost}, nil
	case fromSpecial:
		return nil, &Error{Name: host, Code: SpecialName, Err: &replyError{why}}
	}
	return r.findDNS(ctx, sc, host, name)
}

// findDNS asks for a name and what the search list makes of it.
func (r *Resolver) findDNS(ctx context.Context, sc *trace.Scope, host, name string) (*Answer, *Error) {
	ctx, cancel := r.limit(ctx)
	steps := r.steps(name, strings.HasSuffix(host, "."))
	found := search(steps, func(name string) *result { return r.job(sc).addresses(ctx, name) })
	if r.dnssec {
		sc.Emit(found.judged())
	}
	if found.pending == nil {
		defer cancel()
	}
	switch {
	case ctx.Err() != nil:
		stopped := ended(ctx, host, "")
		r.late(sc, found, cancel).Stop()
		return nil, stopped
	case found.err != nil: // nothing is pending then
		found.err.Name = host
		return nil, found.err
	}
	return &Answer{
		Addrs:     sorted(found.addrs),
		Canonical: relative(found.canonical),
		TTL:       time.Duration(found.ttl) * time.Second,
		Source:    fromDNS,
		Late:      r.late(sc, found, cancel),
	}, nil
}
