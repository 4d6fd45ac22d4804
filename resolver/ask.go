package resolver

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// A stub is the source that asks servers who do the looking up: those of resolv.conf or
// of --server.
type stub struct{ *job }

// An ask is the work on one question: which servers are still worth asking, and the
// failure that tells most so far.
type ask struct {
	*job
	conf  conf
	q     question
	worst *Error
	lame  *answer // the reply that worst is of, if that was isLame
}

// find puts the question to the servers in turn and returns the first reply that
// decides: NOERROR or NXDOMAIN. A reply beside an error is the best there was and does
// not decide.
func (s stub) find(ctx context.Context, q question) (*answer, *Error) {
	if a := s.r.cache.find(q, s.now()); a != nil {
		return a, nil
	}
	if ctx.Err() != nil {
		return nil, ended(ctx, q.name, q.typeName())
	}
	a := &ask{job: s.job, conf: s.r.conf(), q: q}
	servers := s.r.rotated(a.conf)
	// A server that replied or cannot be reached is not asked again: the same question
	// has the same answer (RFC 9520, section 3.1). Silent ones are.
	out := make([]bool, len(servers))
	for i, server := range servers {
		out[i] = s.avoid[server.at()]
	}
	for try := range a.conf.attempts {
		for i, s := range servers {
			if out[i] {
				continue
			}
			// EDNS is left out in later rounds, as some firewalls drop what they do not
			// know (RFC 6891, section 6.2.2: silence may have that reason).
			how := manner{protocol: s.Protocol, edns: try == 0 || a.style.dnssec || s.Encrypted()}
			m, query, err := a.put(ctx, target{Server: s, why: a.why}, q, how, a.wait(try, len(servers)))
			if ctx.Err() != nil {
				return nil, ended(ctx, q.name, q.typeName())
			}
			found := &answer{q: q, m: m, from: s, query: query}
			if err == nil && decides(m) {
				a.r.cache.keep(found, a.now())
				return found, nil
			}
			out[i] = !errors.Is(err, errTimeout)
			a.note(found, err)
		}
	}
	if a.worst == nil {
		a.worst = &Error{Name: q.name, Type: q.typeName(), Code: NoServer}
	}
	return a.lame, a.worst
}

// rotated returns the servers in the order in which they are to be asked.
func (r *Resolver) rotated(c conf) []Server {
	if !c.rotate {
		return c.servers
	}
	first := int((r.rotation.Add(1) - 1) % uint32(len(c.servers)))
	return append(append([]Server(nil), c.servers[first:]...), c.servers[:first]...)
}

// wait is how long a server is waited for: as in glibc the time doubles from round to
// round, and after the first the servers share it.
func (a *ask) wait(try, servers int) time.Duration {
	if try == 0 {
		return a.conf.timeout
	}
	return max(a.conf.timeout<<try/time.Duration(servers), min(a.conf.timeout, time.Second))
}

// decides reports whether a reply ends the asking: the name exists or does not.
func decides(m *dns.Msg) bool {
	return m.Rcode == dns.RcodeNameError || m.Rcode == dns.RcodeSuccess && !isLame(m)
}

// isLame recognizes a server that has no answer and will not look for one: neither
// authoritative nor recursive, and nothing said.
func isLame(m *dns.Msg) bool {
	return len(m.Answer) == 0 && !m.Authoritative && !m.RecursionAvailable
}

// note keeps the failure that tells most: what a server says goes before replies that
// are of no use, these before silence, and that before servers out of reach.
func (a *ask) note(found *answer, err error) {
	m := found.m
	e := &Error{Name: a.q.name, Type: a.q.typeName(), Server: found.from.at(), Err: err}
	switch {
	case err != nil:
		e.Code = code(err)
	case m.Rcode == dns.RcodeSuccess:
		e.Code, e.Rcode, e.Err = ServerFailure, rcodeName(m.Rcode), errLame
	case m.Rcode == dns.RcodeRefused:
		e.Code, e.Rcode, e.Err = Refused, rcodeName(m.Rcode), extended(m)
	default:
		e.Code, e.Rcode, e.Err = ServerFailure, rcodeName(m.Rcode), extended(m)
	}
	if a.worst != nil && rank(e.Code) <= rank(a.worst.Code) {
		return
	}
	a.worst, a.lame = e, nil
	if m != nil && m.Rcode == dns.RcodeSuccess {
		a.lame = found
	}
}

// ranks orders codes by how much they tell of a name, least first.
var ranks = [...]trace.Code{
	Cancelled, NoAddress, NoServer, Timeout, ServerTLS, ServerUntrusted, BadReply, Lame, Refused, ServerFailure,
	TooCostly, AliasLoop, Bogus, NameNotFound,
}

func rank(c trace.Code) int { return slices.Index(ranks[:], c) }
