package resolver

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// maxSends bounds the queries for one question, with all retries, fallbacks and
// aliases, so that no chain of replies makes us send without end. glibc's greatest
// for one name is 3 servers, 5 times.
const maxSends = 32

// A budget counts the queries for one question.
type budget struct{ sent int }

// spend reports whether there is one more query to be had.
func (b *budget) spend() bool {
	b.sent++
	return b.sent <= maxSends
}

// An ask is the work on one question: which servers are still worth asking, and the
// failure that tells most so far.
type ask struct {
	r      *Resolver
	sc     *trace.Scope
	conf   conf
	q      question
	budget *budget
	worst  *Error
	lame   *dns.Msg // the reply that worst is of, if that was isLame
}

// ask puts the question to the servers in turn and returns the first reply that
// decides, with the server it is from: NOERROR or NXDOMAIN. A reply beside an error is
// the best there was and does not decide.
func (r *Resolver) ask(ctx context.Context, sc *trace.Scope, q question, b *budget) (*dns.Msg, Server, *Error) {
	if ctx.Err() != nil {
		return nil, Server{}, ended(ctx, q.name, q.typeName())
	}
	a := &ask{r: r, sc: sc, conf: r.conf(), q: q, budget: b}
	servers := r.rotated(a.conf)
	// A server that replied or cannot be reached is not asked again: the same question
	// has the same answer (RFC 9520, section 3.1). Silent ones are.
	out := make([]bool, len(servers))
	for try := range a.conf.attempts {
		for i, s := range servers {
			if out[i] {
				continue
			}
			m, err := a.server(ctx, s, a.wait(try, len(servers)), try == 0)
			if ctx.Err() != nil {
				return nil, s, ended(ctx, q.name, q.typeName())
			}
			if err == nil && decides(m) {
				return m, s, nil
			}
			out[i] = !errors.Is(err, errTimeout)
			a.note(s, m, err)
		}
	}
	return a.lame, Server{}, a.worst
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

// server asks one server, in each manner that its replies ask for. EDNS is left out
// in later rounds, as some firewalls drop what they do not know (RFC 6891, section
// 6.2.2: silence may have that reason).
func (a *ask) server(ctx context.Context, s Server, wait time.Duration, edns bool) (*dns.Msg, error) {
	how := manner{protocol: s.Protocol, edns: edns || s.encrypted()}
	for {
		if !a.budget.spend() {
			return nil, errBudget
		}
		m, err := a.r.exchange(ctx, a.sc, s, a.q, how, wait)
		if err != nil {
			return nil, err
		}
		if m.Truncated && how.protocol != UDP {
			return nil, errTC
		}
		next := how.after(m)
		if next == how {
			return m, nil
		}
		how = next
	}
}

// after is the manner in which a reply wants the question to be put again; the same
// one if it does not. Each change is made once, so they come to an end.
func (h manner) after(m *dns.Msg) manner {
	switch {
	case m.Truncated:
		h.protocol = TCP // RFC 7766, section 5
	case h.edns && (m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented || m.Rcode == dns.RcodeBadVers):
		h.edns = false // RFC 6891, section 7
	case h.edns && m.Rcode == dns.RcodeBadCookie && h.bad == 0:
		h.bad++ // with the server's new cookie (RFC 7873, section 5.3)
	case h.edns && m.Rcode == dns.RcodeBadCookie && h.protocol == UDP:
		h.protocol = TCP
	}
	return h
}

// exchange puts the question once and records what comes of it.
func (r *Resolver) exchange(ctx context.Context, sc *trace.Scope, s Server, qu question, how manner, wait time.Duration) (*dns.Msg, error) {
	q := &query{question: qu, number: int(r.queries.Add(1)), server: s, protocol: how.protocol, bootstrap: r.bootstraps}
	var cookie string
	q.cookie, cookie = r.cookies.forServer(s.Addr.Addr())
	if err := q.pack(how.edns, r.conf().trustAD, cookie); err != nil {
		return nil, err
	}
	m, err := r.over(ctx, sc, q, wait)
	if err != nil {
		sc.Emit(trace.QueryFailed{ID: q.number, Why: printable(err.Error())})
		return nil, err
	}
	r.cookies.learn(s.Addr.Addr(), q.cookie, m)
	return m, nil
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
func (a *ask) note(s Server, m *dns.Msg, err error) {
	e := &Error{Name: a.q.name, Type: a.q.typeName(), Server: s.at(), Err: err}
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
		a.lame = m
	}
}

// ranks orders codes by how much they tell of a name, least first.
var ranks = [...]trace.Code{
	Cancelled, NoAddress, NoServer, Timeout, ServerTLS, ServerUntrusted, BadReply, Refused, ServerFailure,
	AliasLoop, NameNotFound,
}

func rank(c trace.Code) int { return slices.Index(ranks[:], c) }
