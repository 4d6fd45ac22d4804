package resolver

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// Limits of a walk. A question of a person's costs some ten queries; one that costs far
// more is an attack on others by way of us.
const (
	// maxAuthorities bounds the servers taken of one delegation (NXNSAttack): real ones
	// have up to 13.
	maxAuthorities = 16
	// maxAddresses bounds the addresses of one name server.
	maxAddresses = 8
	// maxFailedNames bounds the names of servers of one zone that lead nowhere.
	maxFailedNames = 5
	// maxTargets bounds the names of servers looked up for one question.
	maxTargets = 64
	// maxDepth bounds how many names of servers may stand on one another.
	maxDepth = 7
	// maxMinimised bounds the labels added one at a time (RFC 9156, section 2.3), and
	// minimisedSingly those of them at the start.
	maxMinimised    = 10
	minimisedSingly = 4
)

// A walk finds answers by asking the servers of zones, from the root down (RFC 1034,
// section 5.3.3). Several may go on at once for one job.
type walk struct {
	*job
	it *iterator
	// path holds the names of servers that are being looked up to get further: one that
	// comes up again stands on itself.
	path []string
}

// find returns what the zone of the question says.
func (w *walk) find(ctx context.Context, q question) (*answer, *Error) {
	if a := w.r.cache.find(q, w.now()); a != nil {
		return a, nil
	}
	w.prime(ctx)
	z := w.it.closest(q)
	steps := minimise(z, q)
	for {
		ask := steps.question()
		if steps.whole() && w.near != nil {
			w.near()
		}
		r, err := w.contact(ctx, z, ask)
		switch {
		case err != nil && (steps.whole() || ctx.Err() != nil || err.Err == errBudget):
			return nil, err
		case err != nil:
			steps.end() // the server may fail over what it was not built for
		case r.kind == isReferral:
			z = w.descend(z, r)
			steps = minimise(z, q)
		case steps.whole():
			return w.conclude(z, q, r), nil
		case r.kind == isNoName:
			steps.end() // some deny names that have others below them (RFC 9156, section 2.3)
		default:
			steps.next()
		}
	}
}

// conclude keeps what came of a question.
func (w *walk) conclude(z *delegation, q question, r *reply) *answer {
	a := &answer{q: q, m: r.m, from: r.to.Server, zone: z.name, query: r.query}
	w.r.cache.keep(a, w.now())
	return a
}

// minimised are the steps by which a name is shown to the servers, no more of it than
// each needs (RFC 9156).
type minimised struct {
	q     question
	have  int // labels shown
	all   int
	steps int
}

func minimise(z *delegation, q question) *minimised {
	m := &minimised{q: q, have: labels(z.name), all: labels(q.name)}
	m.next()
	return m
}

// next shows more of the name: a label, or a share of many.
func (m *minimised) next() {
	m.steps++
	more := 1
	if left := maxMinimised - m.steps; m.steps > minimisedSingly && left > 0 {
		more = max(1, (m.all-m.have)/(left+1))
	}
	if m.have += more; m.steps >= maxMinimised || m.have > m.all {
		m.have = m.all
	}
}

// end shows the whole name.
func (m *minimised) end() { m.have = m.all }

func (m *minimised) whole() bool { return m.have >= m.all }

// question is the next one to ask. The type tells nothing until it has to.
func (m *minimised) question() question {
	if m.whole() {
		return m.q
	}
	return question{lastLabels(m.q.name, m.have), dns.TypeA}
}

// aside is a walk for another purpose.
func (w *walk) aside(why string) *walk {
	below, j := *w, *w.job
	j.why, j.avoid, j.near, below.job = why, nil, nil, &j
	return &below
}

// prime asks a server of the root for the root's servers (RFC 9609); without an answer
// the hints are used.
func (w *walk) prime(ctx context.Context) {
	w.it.mu.Lock()
	root, done := w.it.zones["."], w.it.primed
	w.it.primed = true
	w.it.mu.Unlock()
	if done {
		return
	}
	r, err := w.aside(forPriming).contact(ctx, root, question{".", dns.TypeNS})
	if err != nil || r.kind != isAnswer {
		return
	}
	z := delegationOf(".", r.m.Answer, r.m.Extra)
	for _, s := range z.servers {
		for _, hint := range root.servers {
			if len(s.addrs) == 0 && sameName(s.name, hint.name) {
				s.addrs = hint.addrs
			}
		}
	}
	if slices.ContainsFunc(z.servers, func(s *authority) bool { return len(s.addrs) > 0 }) {
		w.it.mu.Lock()
		w.it.zones["."] = z
		w.it.mu.Unlock()
	}
}

// descend takes a referral.
func (w *walk) descend(from *delegation, r *reply) *delegation {
	z := delegationOf(r.cut, r.m.Ns, r.m.Extra)
	for _, s := range z.servers {
		s.addrs = slices.DeleteFunc(s.addrs, func(a netip.Addr) bool { return !w.it.usable(a) })
	}
	w.keepDS(from, r)
	return w.it.learn(z)
}

// keepDS keeps what a referral says of the zone's DS records: them, or their denial.
func (w *walk) keepDS(from *delegation, r *reply) {
	q := question{r.cut, dns.TypeDS}
	m := *r.m
	m.Answer = ofType(m.Ns, dns.TypeDS, r.cut)
	if len(m.Answer) > 0 || denies(m.Ns) {
		w.r.cache.keep(&answer{q: q, m: &m, from: r.to.Server, zone: from.name, query: r.query}, w.now())
	}
}

func denies(section []dns.RR) bool {
	return slices.ContainsFunc(section, func(rr dns.RR) bool {
		t := rr.Header().Rrtype
		return t == dns.TypeNSEC || t == dns.TypeNSEC3
	})
}

// delegationOf makes a delegation of NS records and glue. Glue serves to reach these servers and
// for nothing else (RFC 2181, section 5.4.1).
func delegationOf(name string, ns, glue []dns.RR) *delegation {
	z := &delegation{name: name}
	for _, rr := range ns {
		n, is := rr.(*dns.NS)
		if !is || !sameName(n.Hdr.Name, name) || len(z.servers) >= maxAuthorities || z.has(n.Ns) {
			continue
		}
		addrs := addressesOf(glue, n.Ns)
		z.servers = append(z.servers, &authority{name: n.Ns, addrs: addrs[:min(len(addrs), maxAddresses)], sought: map[uint16]bool{}})
	}
	return z
}

func (z *delegation) has(server string) bool {
	return slices.ContainsFunc(z.servers, func(s *authority) bool { return sameName(s.name, server) })
}

// lookUp finds addresses of a server of a zone, of one type. Aliases are not proper there
// (RFC 2181, section 10.3) and are followed all the same.
func (w *walk) lookUp(ctx context.Context, z *delegation, s *authority, qtype uint16) error {
	name := lower(s.name)
	switch {
	case len(w.path) >= maxDepth:
		return errDepth
	case slices.Contains(w.path, name):
		return errCircle
	case w.budget.targets.Add(1) > maxTargets:
		return errTargets
	}
	below := w.aside(forServer)
	below.path = append(slices.Clone(w.path), name)
	if isUnder(s.name, z.name) && z.name != "." {
		return below.lookAbove(ctx, z, s, qtype)
	}
	c := newChain(question{s.name, qtype})
	for more := true; more; {
		a, err := below.find(ctx, question{c.end(), qtype})
		if err != nil {
			return err
		}
		var loop error
		if more, loop = c.read(a); loop != nil {
			return loop
		}
	}
	w.it.add(s, addressesOf(c.records, c.end()))
	return nil
}

// lookAbove asks for a server whose name is in its own zone: none but the servers of the
// zone above can know, by glue.
func (w *walk) lookAbove(ctx context.Context, z *delegation, s *authority, qtype uint16) error {
	above := w.it.closest(question{z.name, dns.TypeDS})
	c := newChain(question{s.name, qtype})
	for more := true; more; {
		r, err := w.contact(ctx, above, question{c.end(), qtype})
		if err != nil {
			return err
		}
		start := c.end()
		if _, loop := c.read(&answer{m: r.m, zone: above.name}); loop != nil {
			return loop
		}
		w.it.add(s, addressesOf(r.m.Extra, s.name))
		more = c.end() != start && !c.found
	}
	w.it.add(s, addressesOf(c.records, c.end()))
	return nil
}

// addressesOf picks the addresses of a name.
func addressesOf(section []dns.RR, name string) []netip.Addr {
	var out []netip.Addr
	for _, rr := range section {
		if a, is := address(rr); is && sameName(rr.Header().Name, name) {
			out = append(out, a)
		}
	}
	return out
}

// What a query can be for beside the question itself.
const (
	forPriming = "priming"
	forServer  = "server address"
	forDS      = "delegation signer"
	forKeys    = "keys"
)

var (
	errDepth   = errors.New("its name servers' names stand on too many others")
	errCircle  = errors.New("the name servers' names stand on one another")
	errTargets = errors.New("too many names of name servers for one question")
)

func (w *walk) tell(r *reply) {
	e := trace.QueryJudged{ID: r.query, As: kindNames[r.kind], Why: printable(r.why)}
	if r.kind == isReferral {
		e.Cut = printable(r.cut)
	}
	w.sc.Emit(e)
}
