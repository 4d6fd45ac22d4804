package dnssec

import (
	"github.com/miekg/dns"
)

// An nsecChain is the NSEC records of a zone that there are (RFC 4034, section 4).
type nsecChain struct {
	zone    name
	records []nsec
}

// An nsec record says that nothing exists between its owner and the next name.
type nsec struct {
	owner, next name
	types       types
}

// add takes a record that can be one of the zone's: both names are in it.
func (c *nsecChain) add(rr *dns.NSEC) {
	owner, ok1 := parseName(rr.Hdr.Name)
	next, ok2 := parseName(rr.NextDomain)
	if ok1 && ok2 && owner.in(c.zone) && next.in(c.zone) {
		c.records = append(c.records, nsec{owner, next, rr.TypeBitMap})
	}
}

func (c *nsecChain) at(n name) (types, bool) {
	for _, r := range c.records {
		if r.owner.is(n) {
			return r.types, true
		}
	}
	return nil, false
}

// spans reports whether the name lies between the record's two, or after the last, which
// leads back to the apex and nowhere else (RFC 4034, section 4.1.1). What is below a
// delegation or a DNAME does so too, but is not the zone's (RFC 6840, section 4.1).
func (c *nsecChain) spans(r nsec, n name) bool {
	if !r.owner.before(n) || n.below(r.owner) && r.types.endsZone() {
		return false
	}
	return n.before(r.next) || r.next.is(c.zone)
}

func (c *nsecChain) span(n name) (r nsec, found bool) {
	for _, r := range c.records {
		if c.spans(r, n) {
			return r, true
		}
	}
	return nsec{}, false
}

func (c *nsecChain) covers(n name) (empty, covered bool) {
	r, covered := c.span(n)
	return covered && r.next.below(n), covered
}

// missing takes the closest encloser from the record that covers the name: what the
// name shares with one of the two that exist.
func (c *nsecChain) missing(n name) (g gap, proven bool) {
	r, found := c.span(n)
	if !found {
		return gap{}, false
	}
	g = gap{encloser: n.shared(r.owner), empty: r.next.below(n)}
	if other := n.shared(r.next); len(other) > len(g.encloser) {
		g.encloser = other
	}
	return g, true
}

func (c *nsecChain) beyond(n, _ name) (g gap, proven bool) { return c.missing(n) }
