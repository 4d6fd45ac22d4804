package demo

import (
	"embed"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A zone is what is published under one name (RFC 1034, section 4.2): its own records,
// those by which zones below it are delegated, and glue.
type zone struct {
	apex   string
	signed bool
	sets   map[string][]*set // by the name of their owner
	cuts   []string          // names of the zones below
	// names are those that exist in the zone, the empty ones above others included
	// (RFC 4592, section 2.2.2). What is below a cut is not the zone's.
	names map[string]bool
	// chain leads through the names, to deny what lies between; nsec3 is its form.
	chain []link
	nsec3 bool
	// expired says that the signatures are too old.
	expired bool
}

// A set is the records of one name and type (RFC 2181, section 5), with signatures.
type set struct {
	records, signatures []dns.RR
}

func (s *set) rrtype() uint16 { return s.records[0].Header().Rrtype }

// The zones in master-file form (RFC 1035, section 5).
//
//go:embed zones
var zoneFiles embed.FS

// readZone reads the zone of a file.
func readZone(apex, file string, signed bool) (*zone, error) {
	text, err := zoneFiles.ReadFile("zones/" + file)
	if err != nil {
		return nil, err
	}
	z := &zone{apex: apex, signed: signed, sets: map[string][]*set{}}
	p := dns.NewZoneParser(strings.NewReader(string(text)), apex, file)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		z.add(rr)
	}
	return z, p.Err()
}

// add takes a record into its set.
func (z *zone) add(rr dns.RR) {
	name := rr.Header().Name
	for _, s := range z.sets[name] {
		if s.rrtype() == rr.Header().Rrtype {
			s.records = append(s.records, rr)
			return
		}
	}
	z.sets[name] = append(z.sets[name], &set{records: []dns.RR{rr}})
}

// drop takes out all that is at a name and below.
func (z *zone) drop(name string) {
	for owner := range z.sets {
		if dns.IsSubDomain(name, owner) {
			delete(z.sets, owner)
		}
	}
}

// set returns the set of one name and type, nil if there is none.
func (z *zone) set(name string, rrtype uint16) *set {
	for _, s := range z.sets[name] {
		if s.rrtype() == rrtype {
			return s
		}
	}
	return nil
}

// survey finds the cuts and the names once all records are there.
func (z *zone) survey() {
	z.cuts, z.names = nil, map[string]bool{}
	for name := range z.sets {
		if name != z.apex && z.set(name, dns.TypeNS) != nil {
			z.cuts = append(z.cuts, name)
		}
	}
	for name := range z.sets {
		if cut := z.cutAbove(name); cut != "" && cut != name {
			continue
		}
		for ; name != z.apex; name = parent(name) {
			z.names[name] = true
		}
	}
	z.names[z.apex] = true
	z.nsec3 = z.set(z.apex, dns.TypeNSEC3PARAM) != nil
}

// cutAbove is the zone below that a name is in, empty if it is in this one.
func (z *zone) cutAbove(name string) string {
	for _, cut := range z.cuts {
		if dns.IsSubDomain(cut, name) {
			return cut
		}
	}
	return ""
}

// cutFor is the zone below that a question is to be asked in. DS records are of the zone
// above the cut (RFC 4035, section 3.1.4.1).
func (z *zone) cutFor(name string, qtype uint16) string {
	if cut := z.cutAbove(name); cut != name || qtype != dns.TypeDS {
		return cut
	}
	return ""
}

// encloser is the closest name above that exists (RFC 4592, section 3.3.1).
func (z *zone) encloser(name string) string {
	for !z.names[name] {
		name = parent(name)
	}
	return name
}

// types are those of a name's sets as the zone vouches for them: of a delegation not the
// glue (RFC 4035, section 2.3).
func (z *zone) types(name string) []uint16 {
	var out []uint16
	for _, s := range z.sets[name] {
		if t := s.rrtype(); !slices.Contains(z.cuts, name) || t == dns.TypeNS || t == dns.TypeDS {
			out = append(out, t)
		}
	}
	return out
}

// addresses are those of a name server, glue included.
func (z *zone) addresses(server string) []dns.RR {
	var out []dns.RR
	for _, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
		if s := z.set(server, t); s != nil {
			out = append(out, s.records...)
		}
	}
	return out
}

// parent is the name with its first label taken off; the root's is the root.
func parent(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}

// nextCloser is the part of a name that is one label longer than its encloser.
func nextCloser(name, encloser string) string {
	for parent(name) != encloser {
		name = parent(name)
	}
	return name
}
