package dnssec

import (
	"github.com/miekg/dns"
)

// A Set is an RRset with the signatures that cover it.
type Set struct {
	RRs  []dns.RR
	Sigs []*dns.RRSIG
}

// Name is the owner as the first record has it, empty for an empty set.
func (s Set) Name() string {
	if len(s.RRs) == 0 {
		return ""
	}
	return s.RRs[0].Header().Name
}

// Type is that of the records, 0 for an empty set.
func (s Set) Type() uint16 {
	if len(s.RRs) == 0 {
		return 0
	}
	return s.RRs[0].Header().Rrtype
}

// uniform reports whether the records are one set of the class IN, which those that
// Sets made are. The owner has no case.
func (s Set) uniform(owner name) bool {
	for _, rr := range s.RRs {
		h := rr.Header()
		if h.Class != dns.ClassINET || h.Rrtype != s.Type() || h.Name != s.Name() && !owner.same(h.Name) {
			return false
		}
	}
	return true
}

// owned is what makes records one set: the owner on the wire, in lower case, and the
// type. The class is IN.
type owned struct {
	owner  string
	rrtype uint16
}

// A grouping is a section on its way to sets.
type grouping struct {
	sets  []Set
	index map[owned]int
	seen  map[owned]map[string]bool
}

// Sets groups a section by owner, without regard to case, and type, in the order of
// their first appearance. Records are in a set once, whatever the case of their names
// and their TTL (RFC 2181, section 5); signatures go to the set that they cover, and
// those that cover nothing, or signatures (RFC 4035, section 2.2), are dropped. So are
// records of another class than IN and the OPT record, which belongs to the message.
func Sets(section []dns.RR) []Set {
	g := grouping{index: map[owned]int{}, seen: map[owned]map[string]bool{}}
	var sigs []*dns.RRSIG
	for _, rr := range section {
		if rr == nil || rr.Header().Class != dns.ClassINET || rr.Header().Rrtype == dns.TypeOPT {
			continue
		}
		if rr.Header().Rrtype != dns.TypeRRSIG {
			g.add(rr)
		} else if sig, is := rr.(*dns.RRSIG); is {
			sigs = append(sigs, sig)
		}
	}
	for _, sig := range sigs {
		g.cover(sig)
	}
	return g.sets
}

func (g *grouping) add(rr dns.RR) {
	key, ok := g.fresh(rr, rr.Header().Rrtype)
	if !ok {
		return
	}
	i, known := g.index[key]
	if !known {
		i = len(g.sets)
		g.index[key] = i
		g.sets = append(g.sets, Set{})
	}
	g.sets[i].RRs = append(g.sets[i].RRs, rr)
}

// cover gives a signature to its set.
func (g *grouping) cover(sig *dns.RRSIG) {
	key, ok := g.key(sig, sig.TypeCovered)
	i, covers := g.index[key]
	if !ok || !covers {
		return
	}
	if _, first := g.fresh(sig, dns.TypeRRSIG); first {
		g.sets[i].Sigs = append(g.sets[i].Sigs, sig)
	}
}

func (g *grouping) key(rr dns.RR, rrtype uint16) (owned, bool) {
	owner, ok := parseName(rr.Header().Name)
	return owned{string(owner.wire()), rrtype}, ok
}

// fresh reports whether the record was not there before. One that has no owner or no
// form on the wire is left out: no server can have sent it.
func (g *grouping) fresh(rr dns.RR, rrtype uint16) (owned, bool) {
	key, ok := g.key(rr, rrtype)
	data, err := canonicalData(rr)
	if !ok || err != nil || g.seen[key][string(data)] {
		return key, false
	}
	if g.seen[key] == nil {
		g.seen[key] = map[string]bool{}
	}
	g.seen[key][string(data)] = true
	return key, true
}
