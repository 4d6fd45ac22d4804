package resolver

import (
	"context"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// An answer is what the DNS says to one question; aliases in it are not followed yet.
type answer struct {
	q     question
	m     *dns.Msg
	from  Server
	zone  string // of which the server was asked as an authority; empty for a resolver's
	query int    // the number of the query that it is to
}

// withRcode is the answer as if its server had said otherwise.
func (a *answer) withRcode(rcode int) *answer {
	m, other := *a.m, *a
	m.Rcode, other.m = rcode, &m
	return &other
}

// A source finds answers: the servers of resolv.conf, or the walk from the root.
type source interface {
	find(ctx context.Context, q question) (*answer, *Error)
}

// Bounds of how long an answer is kept: a day, and for denials three hours (RFC 2308,
// section 5).
const (
	maxTTL         = 24 * 60 * 60
	maxNegativeTTL = 3 * 60 * 60
	// maxKept bounds the answers kept; more than a run has names.
	maxKept = 10000
)

// A cache keeps answers, also those that deny, for as long as they may be (RFC 2308).
// The zero value is ready.
type cache struct {
	mu   sync.Mutex
	kept map[question]keptAnswer
}

type keptAnswer struct {
	*answer
	until time.Time
}

// keep keeps an answer from now on.
func (c *cache) keep(a *answer, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= maxKept {
		c.kept = make(map[question]keptAnswer)
	}
	c.kept[a.q.folded()] = keptAnswer{a, now.Add(time.Duration(a.ttl()) * time.Second)}
}

// find returns an answer that is still good; nil if there is none.
func (c *cache) find(q question, now time.Time) *answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, known := c.kept[q.folded()]
	if !known || !now.Before(k.until) {
		return nil
	}
	return k.answer
}

// forget drops an answer that turned out not to be trusted.
func (c *cache) forget(q question) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, q.folded())
}

// ttl is how many seconds an answer is good for: the least of its records', and of a
// denial what its SOA record says.
func (a *answer) ttl() uint32 {
	least, section := uint32(maxTTL), a.m.Answer
	if len(section) == 0 {
		least, section = maxNegativeTTL, a.m.Ns
	}
	for _, rr := range section {
		least = min(least, ttl(rr.Header().Ttl))
		if soa, is := rr.(*dns.SOA); is && len(a.m.Answer) == 0 {
			least = min(least, ttl(soa.Minttl))
		}
	}
	if len(section) == 0 {
		return 0
	}
	return least
}

// folded is the question as a key: names compare without case.
func (q question) folded() question { return question{lower(q.name), q.qtype} }
