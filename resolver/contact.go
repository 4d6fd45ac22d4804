package resolver

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

const (
	// firstWait is how long a server is waited for at first. It doubles from round to
	// round; a server known to be far gets four of its round trips.
	firstWait = 400 * time.Millisecond
	// maxRounds is how often each server is asked.
	maxRounds = 3
	// maxAsked bounds the queries to the servers of one zone for one question.
	maxAsked = 32
)

// A reply is what a server of a zone said.
type reply struct {
	judged
	to    target
	query int
}

// A contact is the work of getting one question answered by the servers of a zone.
type contact struct {
	*walk
	z      *delegation
	q      question
	out    map[netip.Addr]bool // not to be asked again: the same question has the same answer
	asked  int                 // queries so far
	failed int                 // names of servers that led nowhere
	empty  *reply              // of a server that said nothing
	worst  *Error
}

// contact asks the servers of a zone until one does its work.
func (w *walk) contact(ctx context.Context, z *delegation, q question) (*reply, *Error) {
	c := &contact{walk: w, z: z, q: q, out: map[netip.Addr]bool{}}
	for round := range maxRounds {
		r, err := c.round(ctx, round)
		if r != nil || err != nil {
			return r, err
		}
	}
	switch {
	case c.empty != nil:
		c.empty.kind = isNoData // they all say so
		return c.empty, nil
	case c.worst != nil:
		return nil, c.worst
	}
	return nil, &Error{Name: q.name, Type: q.typeName(), Code: NoServer, verdict: servFail, Err: noneOf(z)}
}

// round asks each server once, in the order of merit, and finds out more addresses when
// it runs out of them.
func (c *contact) round(ctx context.Context, round int) (*reply, *Error) {
	asked := map[netip.Addr]bool{}
	for c.asked < maxAsked {
		to, ok := c.next(asked)
		if !ok {
			if round > 0 || !c.seek(ctx) {
				return nil, nil
			}
			continue
		}
		asked[to.addr] = true
		c.asked++
		r, err := c.ask(ctx, to, round)
		if r != nil || err != nil {
			return r, err
		}
	}
	return nil, nil
}

func (c *contact) next(asked map[netip.Addr]bool) (prospect, bool) {
	for _, to := range c.it.prospects(c.z) {
		if !asked[to.addr] && !c.out[to.addr] && !c.avoid[netip.AddrPortFrom(to.addr, c.it.port).String()] {
			return to, true
		}
	}
	return prospect{}, false
}

// seek looks up one more of the servers' names; false if there is none left.
func (c *contact) seek(ctx context.Context) bool {
	if c.failed >= maxFailedNames || ctx.Err() != nil {
		return false
	}
	s, qtype, ok := c.it.seek(c.z)
	if !ok {
		return false
	}
	known := len(s.addrs)
	err := c.lookUp(ctx, c.z, s, qtype)
	if len(s.addrs) == known {
		c.it.add(s, c.it.glueOf(s.name))
	}
	if len(s.addrs) == known {
		c.failed++
		c.noteLost(s, err)
	}
	return true
}

// noteLost remembers why a server's name led nowhere, unless more is known.
func (c *contact) noteLost(s *authority, err error) {
	if err != nil && c.worst == nil {
		c.worst = &Error{
			Name: c.q.name, Type: c.q.typeName(), Code: NoServer, verdict: servFail,
			Err: &replyError{"no address of " + s.name + ", a name server of " + c.z.name + ": " + err.Error()},
		}
	}
}

// ask asks one server. It returns nothing where the next one is to be asked.
func (c *contact) ask(ctx context.Context, to prospect, round int) (*reply, *Error) {
	t := target{
		Server: Server{Addr: netip.AddrPortFrom(to.addr, c.it.port), Protocol: UDP},
		name:   to.name, zone: c.z.name, why: c.why,
	}
	how := manner{protocol: UDP, edns: true}
	if round == maxRounds-1 {
		how.protocol = TCP // something between us may not let datagrams through
	}
	begun := c.sc.Now()
	m, query, err := c.put(ctx, t, c.q, how, max(c.it.wait, 4*to.rtt)<<round)
	if ctx.Err() != nil {
		return nil, ended(ctx, c.q.name, c.q.typeName())
	}
	if errors.Is(err, errBudget) {
		return nil, &Error{Name: c.q.name, Type: c.q.typeName(), Code: TooCostly, verdict: servFail, Err: err}
	}
	if err != nil {
		c.fail(t, to, err)
		return nil, nil
	}
	c.it.note(to.addr, func(h *health) { h.rtt, h.failures = max(c.sc.Now().Sub(begun), 1), 0 })
	r := &reply{judged: judge(c.z.name, c.q, m), to: t, query: query}
	c.tell(r)
	return c.take(r), nil
}

// take decides whether a reply will do.
func (c *contact) take(r *reply) *reply {
	addr := r.to.Addr.Addr()
	switch r.kind {
	case isUseless, isEmpty:
		c.out[addr] = true
		c.it.note(addr, func(h *health) { h.failures++ })
		if r.kind == isEmpty && c.empty == nil {
			c.empty = r
		}
		c.note(r.to, r.m, r.why)
		return nil
	}
	return r
}

// note keeps the failure that tells most.
func (c *contact) note(t target, m *dns.Msg, why string) {
	e := &Error{
		Name: c.q.name, Type: c.q.typeName(), Server: t.Addr.String(), Code: ServerFailure,
		Rcode: rcodeName(m.Rcode), verdict: servFail, Err: extended(m),
	}
	switch m.Rcode {
	case dns.RcodeSuccess, dns.RcodeNameError:
		e.Code, e.Rcode, e.Err = Lame, "", &replyError{why}
	case dns.RcodeRefused:
		e.Code = Refused
	}
	c.keepWorse(e)
}

// fail takes in that a server gave no reply that could be used.
func (c *contact) fail(t target, to prospect, err error) {
	c.it.note(to.addr, func(h *health) { h.failures++ })
	if !errors.Is(err, errTimeout) {
		c.out[to.addr] = true
	}
	c.keepWorse(&Error{Name: c.q.name, Type: c.q.typeName(), Server: t.Addr.String(), Code: code(err), verdict: servFail, Err: err})
}

func (c *contact) keepWorse(e *Error) {
	if c.worst == nil || rank(e.Code) > rank(c.worst.Code) {
		c.worst = e
	}
}

func noneOf(z *delegation) error {
	return &replyError{"no name server of " + z.name + " has an address that can be asked"}
}
