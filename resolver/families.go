package resolver

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

const (
	// resolutionDelay is how long IPv6 may still take once there are IPv4 addresses to
	// connect to (RFC 8305, sections 3 and 8).
	resolutionDelay = 50 * time.Millisecond
	// familyGrace is how long the other address family may still take once one has
	// answered, while connecting goes on: what answers late is worth seeing, and may be
	// all that can be reached. It is less than a lost datagram's retry.
	familyGrace = 2 * time.Second
)

// A gathering is the asking for the addresses of a name in several families at once. The
// goroutine that began it takes in the results.
type gathering struct {
	job    *job
	cancel context.CancelCauseFunc
	done   chan familyResult
	found  []*result // so far
	left   int       // how many have not answered
	grace  *time.Timer
}

// A familyResult is what came of one type of record.
type familyResult struct {
	qtype uint16
	*result
}

// gather asks for all types at once.
func (j *job) gather(ctx context.Context, name string, types []uint16) *gathering {
	g := &gathering{job: j, done: make(chan familyResult, len(types)), left: len(types)}
	ctx, g.cancel = context.WithCancelCause(ctx)
	near := make(chan struct{})
	arrive := sync.OnceFunc(func() { close(near) })
	for i, t := range types {
		one := j.beside()
		if i == 0 {
			one.near = arrive
		}
		go func() {
			if i > 0 && j.r.iterate {
				<-near // one walk down will do for both
			}
			found := one.resolve(ctx, question{name, t})
			arrive()
			g.done <- familyResult{t, found}
		}()
	}
	return g
}

// take takes in a result. When one has settled the matter the others have a little while
// left.
func (g *gathering) take(one familyResult) {
	g.left--
	g.found = append(g.found, one.result)
	if one.final() && g.left > 0 && g.grace == nil {
		g.grace = time.AfterFunc(g.job.r.grace, func() { g.cancel(errUnneeded) })
	}
}

// handOn waits until there is something to be done (RFC 8305, section 3): all families
// have answered, or IPv6 has with addresses to connect to, or another has and IPv6 had its
// time. The result has the families that are missing then.
func (g *gathering) handOn() *result {
	var delay <-chan time.Time
	for over := false; g.left > 0 && !over; {
		select {
		case one := <-g.done:
			g.take(one)
			switch {
			case !g.job.r.connectable(one.addrs):
			case one.qtype == dns.TypeAAAA:
				over = true
			default:
				delay = g.job.r.after(resolutionDelay)
			}
		case <-delay:
			over = true
		}
	}
	out := merge(g.found)
	if g.left > 0 {
		out.pending = g
		return out
	}
	g.end()
	return out
}

// connectable reports whether this machine has a way to one of the addresses. What it has
// none to does not keep it from waiting for others.
func (r *Resolver) connectable(addrs []netip.Addr) bool {
	for _, a := range addrs[:min(len(addrs), maxProbed)] {
		if _, ok := r.route(a); ok {
			return true
		}
	}
	return false
}

// rest waits for the families that are missing and returns what came of them.
func (g *gathering) rest() []*result {
	before := len(g.found)
	for g.left > 0 {
		g.take(<-g.done)
	}
	g.end()
	return g.found[before:]
}

func (g *gathering) end() {
	if g.grace != nil {
		g.grace.Stop()
	}
	g.cancel(nil)
}

// A Late is the address family that had not answered yet when an [Answer] was handed on
// (RFC 8305, section 3). Asking for it goes on until it has answered, for 2 s at the most,
// or until Stop, which must be called.
type Late struct {
	cancel context.CancelCauseFunc
	over   chan struct{} // closed when addrs is what came
	addrs  []netip.Addr
}

// Wait returns the family's addresses, in the order in which they are to be tried, once
// they are known; nil where there are none, or ctx ended before. AddressesAdded is
// recorded with them.
func (l *Late) Wait(ctx context.Context) []netip.Addr {
	select {
	case <-l.over:
		return l.addrs
	case <-ctx.Done():
		return nil
	}
}

// Stop ends the asking, where it still goes on, and waits for that. Its queries are then
// recorded as failed for not being needed any more. It does nothing on a nil Late.
func (l *Late) Stop() {
	if l == nil {
		return
	}
	l.cancel(errUnneeded)
	<-l.over
}

// late follows what is missing of a result, and calls release when nothing is any more; nil
// where nothing is missing.
func (r *Resolver) late(sc *trace.Scope, first *result, release func()) *Late {
	g := first.pending
	if g == nil {
		return nil
	}
	l := &Late{cancel: g.cancel, over: make(chan struct{})}
	security := first.security
	go func() {
		defer close(l.over)
		defer release()
		found := merge(g.rest())
		if r.dnssec && found.security < security && (found.err == nil || found.err.Code == Bogus) {
			sc.Emit(found.judged())
		}
		if l.addrs = sorted(found.addrs); len(l.addrs) > 0 {
			sc.Emit(trace.AddressesAdded{Addresses: written(l.addrs)})
		}
	}()
	return l
}

// whole waits for what is late of an answer, so that there is nothing to follow.
func (a *Answer) whole(ctx context.Context) *Answer {
	if a.Late != nil {
		late := a.Late.Wait(ctx)
		a.Late.Stop()
		a.Addrs, a.Late = sorted(append(a.Addrs, late...)), nil
	}
	return a
}
