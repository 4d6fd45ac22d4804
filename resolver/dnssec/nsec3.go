package dnssec

import (
	"bytes"
	"crypto/sha1"
	"encoding/base32"
	"encoding/hex"
	"strings"

	"github.com/miekg/dns"
)

const (
	// maxIterations is what RFC 9276, section 3.2, recommends to treat as insecure
	// when it is exceeded. Zones are to have none.
	maxIterations = 150
	// maxStepRounds bounds the rounds of SHA-1 for one proof: eight names at the most
	// iterations (CVE-2023-50868). A proof takes three, more below names of many
	// labels; at the few iterations that zones have, it is enough for a name of any
	// length, as those of reverse zones are.
	maxStepRounds = 8 * (maxIterations + 1)
)

// Values of RFC 5155, section 3.1.
const (
	hashSHA1   = 1
	flagOptOut = 1
)

type digest [sha1.Size]byte

// An nsec3Chain is the NSEC3 records of a zone that there are (RFC 5155).
type nsec3Chain struct {
	checker *Checker
	zone    name
	records []nsec3
	// params are those of the records, each once, and hashes what was hashed by them.
	params []params
	hashes map[hashed]digest
	// rounds are those that the step has left, and exhausted says that it wanted more.
	rounds    int
	exhausted bool
	// excess is a count of iterations above the limit that a record had, 0 for none.
	excess uint16
}

// An nsec3 record says that no name hashes to a value between its own and the next.
type nsec3 struct {
	params      int // by which of the chain's it hashes
	owner, next digest
	types       types
	optOut      bool
}

// params are how a record hashes. A zone that changes its salt has two chains for a
// while, of which each is true.
type params struct {
	iterations uint16
	salt       string
}

type hashed struct {
	params int
	name   string
}

func newNSEC3Chain(c *Checker, zone name) nsec3Chain {
	return nsec3Chain{checker: c, zone: zone, hashes: map[hashed]digest{}}
}

// begin gives a proof its own budget of rounds.
func (c *nsec3Chain) begin() { c.rounds, c.exhausted = maxStepRounds, false }

// add takes a record that can be one of the zone's: its owner is a hash, directly below
// the apex (RFC 5155, section 3). Unknown hash algorithms and flags are ignored
// (section 8.2).
func (c *nsec3Chain) add(rr *dns.NSEC3) {
	owner, ok := parseName(rr.Hdr.Name)
	if !ok || len(owner) != len(c.zone)+1 || !owner.in(c.zone) || rr.Hash != hashSHA1 || rr.Flags&^flagOptOut != 0 {
		return
	}
	own, ok1 := decodeHash(owner[len(owner)-1])
	next, ok2 := decodeHash(rr.NextDomain)
	salt, ok3 := decodeSalt(rr.Salt)
	switch {
	case !ok1 || !ok2 || !ok3:
	case rr.Iterations > maxIterations:
		c.excess = max(c.excess, rr.Iterations)
	default:
		c.records = append(c.records, nsec3{
			params: c.param(params{rr.Iterations, salt}),
			owner:  own, next: next,
			types: rr.TypeBitMap, optOut: rr.Flags&flagOptOut != 0,
		})
	}
}

func (c *nsec3Chain) param(p params) int {
	for i, known := range c.params {
		if p == known {
			return i
		}
	}
	c.params = append(c.params, p)
	return len(c.params) - 1
}

// decodeHash reads base32hex, which has no case (RFC 5155, section 1.3; RFC 4648,
// section 7). A hash fills its digits: padding there is none.
func decodeHash(s string) (d digest, ok bool) {
	b, err := base32.HexEncoding.DecodeString(strings.ToUpper(s))
	return digest(append(b, d[:]...)), err == nil && len(b) == len(d)
}

// decodeSalt reads hexadecimal, or a hyphen for none (RFC 5155, section 3.3).
func decodeSalt(s string) (string, bool) {
	if s == "-" {
		return "", true
	}
	b, err := hex.DecodeString(s)
	return string(b), err == nil
}

// hash is that of RFC 5155, section 5, where the budget allows it.
func (c *nsec3Chain) hash(n name, by int) (d digest, ok bool) {
	wire := n.wire()
	key := hashed{by, string(wire)}
	if d, known := c.hashes[key]; known {
		return d, true
	}
	p := c.params[by]
	rounds := int(p.iterations) + 1
	if rounds > c.rounds || c.checker.rounds+rounds > maxRounds {
		c.exhausted = true
		return d, false
	}
	c.rounds -= rounds
	c.checker.rounds += rounds
	d = hashName(wire, p)
	c.hashes[key] = d
	return d, true
}

func hashName(wire []byte, p params) digest {
	d := sha1.Sum(append(wire, p.salt...))
	buf := make([]byte, 0, len(d)+len(p.salt))
	for range p.iterations {
		buf = append(append(buf[:0], d[:]...), p.salt...)
		d = sha1.Sum(buf)
	}
	return d
}

// find returns the first record for which fits says yes of the name's hash.
func (c *nsec3Chain) find(n name, fits func(r nsec3, d digest) bool) (r nsec3, found bool) {
	for by := range c.params {
		d, ok := c.hash(n, by)
		if !ok {
			return nsec3{}, false
		}
		for _, r := range c.records {
			if r.params == by && fits(r, d) {
				return r, true
			}
		}
	}
	return nsec3{}, false
}

func (c *nsec3Chain) matching(n name) (nsec3, bool) {
	return c.find(n, func(r nsec3, d digest) bool { return r.owner == d })
}

func (c *nsec3Chain) covering(n name) (nsec3, bool) {
	return c.find(n, nsec3.spans)
}

// spans reports whether a hash lies between the record's two. The last record leads
// back to the first, and one that is alone to itself (RFC 5155, section 3.1.7).
func (r nsec3) spans(d digest) bool {
	after, before := bytes.Compare(r.owner[:], d[:]) < 0, bytes.Compare(d[:], r.next[:]) < 0
	if bytes.Compare(r.owner[:], r.next[:]) < 0 {
		return after && before
	}
	return after || before
}

func (c *nsec3Chain) at(n name) (types, bool) {
	r, found := c.matching(n)
	return r.types, found
}

func (c *nsec3Chain) covers(n name) (empty, covered bool) {
	_, covered = c.covering(n)
	return false, covered
}

// missing is the proof of the closest encloser (RFC 5155, section 8.3): a name that
// exists, and the one a label longer, which does not. The search begins at the apex,
// where in most cases it ends at once; what is found first is the only one there is.
func (c *nsec3Chain) missing(n name) (g gap, proven bool) {
	for i := len(c.zone); i < len(n); i++ {
		r, found := c.matching(n[:i])
		if c.exhausted || found && r.types.endsZone() {
			return gap{}, false
		}
		if !found {
			continue
		}
		if g, proven = c.beyond(n, n[:i]); proven {
			return g, true
		}
	}
	return gap{}, false
}

// beyond covers the next closer name (RFC 5155, section 8.8).
func (c *nsec3Chain) beyond(n, encloser name) (g gap, proven bool) {
	r, proven := c.covering(n[:len(encloser)+1])
	return gap{encloser: encloser, optOut: r.optOut}, proven
}
