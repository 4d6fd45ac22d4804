package resolver

import (
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// maxAliases bounds the aliases of a name; real chains have three or four.
const maxAliases = 11

// A chain is the way from a name over its aliases to the records wanted, put together
// from one or more replies. Records that are not on the way are not taken from a
// reply: nobody asked for them (RFC 2181, section 5.4.1).
type chain struct {
	qtype uint16
	// names are those passed; the last is where the chain ends so far.
	names   []string
	records []dns.RR
	// found says that the end has records of the type.
	found bool
}

func newChain(q question) *chain { return &chain{qtype: q.qtype, names: []string{q.name}} }

func (c *chain) end() string { return c.names[len(c.names)-1] }

// read follows the chain through the answers of a reply. It says whether there is
// more to ask, at the new end.
func (c *chain) read(m *dns.Msg) (more bool, err error) {
	start := c.end()
	for {
		if data := c.dataAt(m); len(data) > 0 {
			c.records = append(c.records, data...)
			c.found = true
			return false, nil
		}
		moved, err := c.follow(m)
		if err != nil {
			return false, err
		}
		if !moved {
			break
		}
	}
	// An alias whose target's records are missing: the server left it to us, unless
	// it says that there are none (RFC 2308, section 2).
	more = c.end() != start && m.Rcode == dns.RcodeSuccess && !hasSOA(m)
	return more, nil
}

// dataAt returns the records of the type at the chain's end.
func (c *chain) dataAt(m *dns.Msg) []dns.RR {
	var out []dns.RR
	for _, rr := range m.Answer {
		h := rr.Header()
		if h.Class == dns.ClassINET && (h.Rrtype == c.qtype || c.qtype == dns.TypeANY) && sameName(h.Name, c.end()) {
			out = append(out, rr)
		}
	}
	return out
}

// follow takes the alias at the chain's end, if there is one.
func (c *chain) follow(m *dns.Msg) (moved bool, err error) {
	for _, rr := range m.Answer {
		cname, is := rr.(*dns.CNAME)
		if !is || cname.Hdr.Class != dns.ClassINET || !sameName(cname.Hdr.Name, c.end()) {
			continue
		}
		c.takeDNAME(m)
		c.records = append(c.records, rr)
		return true, c.extend(cname.Target)
	}
	return false, nil
}

// takeDNAME takes the record that the server made the alias from (RFC 6672, section
// 3.1): its owner is above the alias.
func (c *chain) takeDNAME(m *dns.Msg) {
	for _, rr := range m.Answer {
		dname, is := rr.(*dns.DNAME)
		if is && dname.Hdr.Class == dns.ClassINET && !sameName(dname.Hdr.Name, c.end()) && isUnder(c.end(), dname.Hdr.Name) {
			c.records = append(c.records, rr)
		}
	}
}

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

func hasSOA(m *dns.Msg) bool {
	for _, rr := range m.Ns {
		if rr.Header().Rrtype == dns.TypeSOA {
			return true
		}
	}
	return false
}
