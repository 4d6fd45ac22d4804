package resolver

import (
	"errors"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// maxAliases bounds the aliases of a name; real chains have three or four.
const maxAliases = 11

// A chain is the way from a name over its aliases to the records wanted, put together
// from one or more replies. Records that are not on the way are not taken from a
// reply: nobody asked for them (RFC 2181, section 5.4.1).
type chain struct {
	qtype uint16
	// made are the aliases that follow from a DNAME record and are not signed.
	made map[dns.RR]bool
	// names are those passed; the last is where the chain ends so far.
	names   []string
	records []dns.RR
	// found says that the end has records of the type.
	found bool
	// security is that of the least trusted link so far.
	security dnssec.Status
}

func newChain(q question) *chain {
	return &chain{qtype: q.qtype, names: []string{q.name}, made: map[dns.RR]bool{}, security: dnssec.Secure}
}

// A mark is where a chain stood.
type mark struct {
	names, records int
	security       dnssec.Status
}

func (c *chain) mark() mark { return mark{len(c.names), len(c.records), c.security} }

// reset goes back to a mark.
func (c *chain) reset(m mark) {
	c.names, c.records, c.security, c.found = c.names[:m.names], c.records[:m.records], m.security, false
}

func (c *chain) end() string { return c.names[len(c.names)-1] }

// read follows the chain through an answer. It says whether there is more to ask, at
// the new end.
func (c *chain) read(a *answer) (more bool, err error) {
	start := c.end()
	for {
		if c.makesAlias(a.m) {
			return false, nil
		}
		if data := c.dataAt(a.m); len(data) > 0 {
			c.records = append(c.records, data...)
			c.found = true
			return false, nil
		}
		moved, err := c.follow(a.m)
		if err != nil {
			return false, err
		}
		if !moved {
			break
		}
	}
	return c.end() != start && !a.settles(c.end()), nil
}

// settles reports whether an answer that has no records of a name's says so: that it does
// not exist, or not with the type (RFC 2308, section 2). The servers of a zone can say so
// of names in it alone.
func (a *answer) settles(name string) bool {
	if a.zone != "" && !isUnder(name, a.zone) {
		return false
	}
	return a.m.Rcode == dns.RcodeNameError || hasSOA(a.m, name)
}

// dataAt returns the records of the type at the chain's end.
func (c *chain) dataAt(m *dns.Msg) []dns.RR {
	var out []dns.RR
	kinds := typeSet{}
	for _, rr := range m.Answer {
		h := rr.Header()
		if h.Class != dns.ClassINET || !sameName(h.Name, c.end()) {
			continue
		}
		switch {
		case h.Rrtype == c.qtype, c.qtype == dns.TypeANY && kinds.admit(rr):
			out = append(out, rr)
		case h.Rrtype == dns.TypeCNAME && len(out) == 0 && !besideAliases(c.qtype):
			return nil // both cannot be (RFC 1034, section 3.6.2): what comes first holds
		}
	}
	return out
}

// maxTypes bounds the types of records taken of an answer to ANY, which may be as many as
// the server likes (RFC 8482, section 4.1): each may have to be verified.
const maxTypes = 24

// A typeSet holds the types of records seen.
type typeSet map[uint16]bool

// admit reports whether a record is of a type that there is room for. A signature is of
// the type that it covers.
func (s typeSet) admit(rr dns.RR) bool {
	t := rr.Header().Rrtype
	if sig, is := rr.(*dns.RRSIG); is {
		t = sig.TypeCovered
	}
	if len(s) < maxTypes {
		s[t] = true
	}
	return s[t]
}

// besideAliases says which types can be at the name of an alias (RFC 4034, section 2.5
// and 4), or are asked for regardless of them.
func besideAliases(qtype uint16) bool {
	switch qtype {
	case dns.TypeCNAME, dns.TypeANY, dns.TypeRRSIG, dns.TypeNSEC:
		return true
	}
	return false
}

// follow takes the alias at the chain's end, if there is one: a DNAME above it, which the
// CNAME beside it must agree with (RFC 6672, section 3.4), or a CNAME.
func (c *chain) follow(m *dns.Msg) (moved bool, err error) {
	if d := c.dnameAbove(m); d != nil {
		return true, c.substitute(d)
	}
	for _, rr := range m.Answer {
		cname, is := rr.(*dns.CNAME)
		if is && cname.Hdr.Class == dns.ClassINET && sameName(cname.Hdr.Name, c.end()) {
			c.records = append(c.records, rr)
			return true, c.extend(cname.Target)
		}
	}
	return false, nil
}

// dnameAbove returns the record that redirects all names below its own, the end's among
// them.
func (c *chain) dnameAbove(m *dns.Msg) *dns.DNAME {
	for _, rr := range m.Answer {
		d, is := rr.(*dns.DNAME)
		if is && d.Hdr.Class == dns.ClassINET && !sameName(d.Hdr.Name, c.end()) && isUnder(c.end(), d.Hdr.Name) {
			return d
		}
	}
	return nil
}

// substitute moves the end to where a DNAME record redirects it.
func (c *chain) substitute(d *dns.DNAME) error {
	target, err := c.redirect(d)
	if err != nil {
		return err
	}
	return c.extend(target)
}

// redirect takes a DNAME record and the CNAME record that it makes of the end (RFC 6672,
// sections 2.2 and 3.1).
func (c *chain) redirect(d *dns.DNAME) (target string, err error) {
	c.records = append(c.records, d)
	name := c.end()
	prefix := name[:len(name)-len(d.Hdr.Name)]
	if d.Hdr.Name == "." {
		prefix = name
	}
	target, err = absolute(prefix + strings.TrimPrefix(d.Target, "."))
	if err != nil {
		return "", errTooLongName
	}
	alias := &dns.CNAME{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeCNAME, Class: dns.ClassINET, Ttl: d.Hdr.Ttl}, Target: target}
	c.made[alias] = true
	c.records = append(c.records, alias)
	return target, nil
}

// makesAlias reports whether the alias asked for is one that a DNAME record makes, and
// takes it.
func (c *chain) makesAlias(m *dns.Msg) bool {
	d := c.dnameAbove(m)
	if d == nil || c.qtype != dns.TypeCNAME {
		return false
	}
	_, err := c.redirect(d)
	c.found = err == nil
	return c.found
}

// errTooLongName is a name that a DNAME record makes too long (RFC 6672, section 2.2).
var errTooLongName = errors.New("the name that a DNAME record leads to is too long")

// extend moves the end to an alias's target.
func (c *chain) extend(target string) error {
	for _, name := range c.names {
		if sameName(name, target) {
			return &replyError{strings.Join(append(c.names, target), " → ")}
		}
	}
	if len(c.names) > maxAliases {
		return &replyError{"more than " + strconv.Itoa(maxAliases) + " aliases, up to " + target}
	}
	c.names = append(c.names, target)
	return nil
}

// hasSOA reports whether a message has the SOA record of a zone that the name is in.
func hasSOA(m *dns.Msg, name string) bool {
	for _, rr := range m.Ns {
		if h := rr.Header(); h.Rrtype == dns.TypeSOA && isUnder(name, h.Name) {
			return true
		}
	}
	return false
}
