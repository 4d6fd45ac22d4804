package resolver

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// maxSends bounds the queries for one question, with all retries, fallbacks and
// aliases, so that no chain of replies makes us send without end. For a stub glibc's
// greatest for one name is 3 servers, 5 times; a walk from the root with the keys of
// each zone takes some dozens.
const (
	maxStubSends = 32
	maxWalkSends = 200
)

// A budget bounds what one question may cost.
type budget struct {
	left    atomic.Int64 // queries
	targets atomic.Int64 // names of servers looked up
}

func newBudget(queries int64) *budget {
	b := new(budget)
	b.left.Store(queries)
	return b
}

// spend reports whether there is one more query to be had.
func (b *budget) spend() bool { return b.left.Add(-1) >= 0 }

// A job is the work on one question of a person's or a fetch's, with all the questions
// that it leads to: their queries share one budget.
type job struct {
	r      *Resolver
	sc     *trace.Scope
	budget *budget
	style  style
	why    string // what the queries are for, where not for the question itself
	source source
	check  *validation // nil where nothing is validated
	near   func()      // called when a walk has come to where the question is answered
	// avoid holds servers whose word was not to be trusted.
	avoid map[string]bool
}

// job begins the work on a question.
func (r *Resolver) job(sc *trace.Scope) *job {
	j := &job{r: r, sc: sc, budget: newBudget(maxStubSends), why: r.why}
	j.style.dnssec, j.style.nsid = r.dnssec, r.nsid
	switch {
	case r.iterate:
		j.budget = newBudget(maxWalkSends)
	case r.dnssec:
		j.budget = newBudget(maxWalkSends)
		j.style.recursion = true
	default:
		j.style.recursion, j.style.trustAD = true, r.conf().trustAD
	}
	if r.dnssec {
		j.check = newValidation(j)
	}
	j.source = j.begin()
	return j
}

func (j *job) begin() source {
	if j.r.iterate {
		return &walk{job: j, it: j.r.iterator()}
	}
	return stub{j}
}

// beside is the job as it goes on for another type of record: all but the budget and what
// is known of zones is its own.
func (j *job) beside() *job {
	other := *j
	other.avoid, other.near = nil, nil
	other.source = other.begin()
	return &other
}

// now is the calendar time, by which records age.
func (j *job) now() time.Time { return j.sc.Date(j.sc.Now()) }

// A style is what queries ask for beside the question.
type style struct {
	recursion bool // RD: the server is to look it up
	dnssec    bool // DO: signatures come along; and CD: we judge them ourselves
	trustAD   bool // AD: the server is to say whether it found them right
	nsid      bool // the server is to say which one it is (RFC 5001)
}

// A target is a server as it is asked once.
type target struct {
	Server
	name string // of an authority; empty for a resolver
	zone string // of which it is asked as a server
	why  string
}

// manner is how a question is put, which changes with what the server makes of it.
type manner struct {
	protocol string
	edns     bool
	bad      int // replies of BADCOOKIE so far
}

// put asks one server, in each manner that its replies ask for. It returns the reply
// and the number of the query that it is to.
func (j *job) put(ctx context.Context, to target, q question, how manner, wait time.Duration) (*dns.Msg, int, error) {
	var second *dns.Msg // what is taken where TCP fails that only the letter case made us try
	for {
		if !j.budget.spend() {
			return nil, 0, errBudget
		}
		m, query, lostCase, err := j.exchange(ctx, to, q, how, wait)
		switch {
		case err != nil && second != nil && ctx.Err() == nil:
			return second, query, nil
		case err != nil:
			return nil, query, err
		case m.Truncated && how.protocol != UDP:
			return nil, query, errTC
		}
		next := how.after(m)
		if lostCase && next == how {
			// It may be forged. Over TCP it is not; and a server that cannot be asked
			// that way is believed, as all were before there was this test.
			second, next.protocol = m, TCP
		}
		if next == how {
			return m, query, nil
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
func (j *job) exchange(ctx context.Context, to target, qu question, how manner, wait time.Duration) (m *dns.Msg, number int, lostCase bool, err error) {
	r := j.r
	q := &query{question: qu, style: j.style, number: int(r.queries.Add(1)), server: to, protocol: how.protocol}
	var cookie string
	q.cookie, cookie = r.cookies.forServer(to.Addr.Addr())
	if err := q.pack(how.edns, cookie); err != nil {
		return nil, q.number, false, err
	}
	m, err = r.over(ctx, j.sc, q, wait)
	if err != nil {
		j.sc.Emit(trace.QueryFailed{ID: q.number, Why: printable(err.Error())})
		return nil, q.number, false, err
	}
	r.cookies.learn(to.Addr.Addr(), q.cookie, m)
	return m, q.number, q.lostCase, nil
}
