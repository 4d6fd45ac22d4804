package resolver

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// An iterator is what a run has learnt of the DNS on its walks from the root: zones and
// their servers, and how these behave. Answers are kept beside it.
type iterator struct {
	port uint16        // of authoritative servers
	wait time.Duration // for a reply, at first
	// loopback says that name servers on this machine may be asked: the root's are here.
	loopback bool

	mu     sync.Mutex
	primed bool
	zones  map[string]*delegation
	health map[netip.Addr]health
}

// A delegation is a zone as it was delegated: a name and the servers that answer for what is below it.
type delegation struct {
	name    string // absolute
	servers []*authority
}

// An authority is a name server of a zone by its name.
type authority struct {
	name  string
	addrs []netip.Addr
	// sought says for which address types its name was looked up already.
	sought map[uint16]bool
}

// health is how a server behaved.
type health struct {
	rtt      time.Duration // of its last reply; 0 without one
	failures int           // time-outs and errors since
}

func newIterator(root *delegation, port uint16) *iterator {
	it := &iterator{
		port: port, wait: firstWait, zones: map[string]*delegation{".": root}, health: map[netip.Addr]health{},
	}
	for _, a := range root.servers {
		it.loopback = it.loopback || slices.ContainsFunc(a.addrs, netip.Addr.IsLoopback)
	}
	return it
}

// closest returns the deepest zone known that a question can be asked in. A DS record
// is of the zone above (RFC 4035, section 3.1.4.1).
func (it *iterator) closest(q question) *delegation {
	it.mu.Lock()
	defer it.mu.Unlock()
	name := lower(q.name)
	if q.qtype == dns.TypeDS {
		name = parent(name)
	}
	for {
		if z, known := it.zones[name]; known {
			return z
		}
		name = parent(name)
	}
}

// learn keeps a zone, or returns the one that is known by its name.
func (it *iterator) learn(z *delegation) *delegation {
	it.mu.Lock()
	defer it.mu.Unlock()
	if known, is := it.zones[lower(z.name)]; is {
		return known
	}
	it.zones[lower(z.name)] = z
	return z
}

// usable says whether an address can be a name server's to us. Delegations to this
// machine would let anybody have us ask our own services.
func (it *iterator) usable(a netip.Addr) bool {
	a = a.Unmap()
	switch {
	case !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return false
	case a.IsLoopback():
		return it.loopback
	}
	return true
}

// add takes in addresses of a server.
func (it *iterator) add(s *authority, addrs []netip.Addr) {
	it.mu.Lock()
	defer it.mu.Unlock()
	for _, a := range addrs {
		if a = a.Unmap(); it.usable(a) && !slices.Contains(s.addrs, a) && len(s.addrs) < maxAddresses {
			s.addrs = append(s.addrs, a)
		}
	}
}

// glueOf returns the addresses that the delegation of its own zone has of a server's
// name. They are second to what that zone says.
func (it *iterator) glueOf(name string) []netip.Addr {
	z := it.closest(question{name, dns.TypeA})
	it.mu.Lock()
	defer it.mu.Unlock()
	for _, s := range z.servers {
		if sameName(s.name, name) {
			return s.addrs
		}
	}
	return nil
}

// seek marks the next type of address to be looked up for a server of a zone; ok is
// false if all have been. Names without any address go first, IPv4 before IPv6.
func (it *iterator) seek(z *delegation) (s *authority, qtype uint16, ok bool) {
	it.mu.Lock()
	defer it.mu.Unlock()
	for _, t := range []uint16{dns.TypeA, dns.TypeAAAA} {
		for _, bare := range []bool{true, false} {
			for _, s := range z.servers {
				if s.sought[t] || (len(s.addrs) == 0) != bare {
					continue
				}
				s.sought[t] = true
				return s, t, true
			}
		}
	}
	return nil, 0, false
}

// note remembers how a server behaved.
func (it *iterator) note(a netip.Addr, change func(*health)) {
	it.mu.Lock()
	defer it.mu.Unlock()
	h := it.health[a]
	change(&h)
	it.health[a] = h
}

// A prospect is an address of a zone's, with the name of the server.
type prospect struct {
	addr netip.Addr
	name string
	health
}

// prospects lists the addresses of a zone, the best first: those that answered, by
// their round-trip time, then those not tried yet, then those that failed.
func (it *iterator) prospects(z *delegation) []prospect {
	it.mu.Lock()
	defer it.mu.Unlock()
	var out []prospect
	for _, s := range z.servers {
		for _, a := range s.addrs {
			out = append(out, prospect{a, s.name, it.health[a]})
		}
	}
	slices.SortStableFunc(out, func(a, b prospect) int { return a.order(b) })
	return out
}

func (c prospect) order(d prospect) int {
	switch {
	case c.failures != d.failures:
		return c.failures - d.failures
	case (c.rtt == 0) != (d.rtt == 0):
		if c.rtt == 0 {
			return 1
		}
		return -1
	}
	return int(c.rtt - d.rtt)
}

// parent is the name with its first label taken off; the root's is the root.
func parent(name string) string {
	if i, end := dns.NextLabel(name, 0); !end {
		return name[i:]
	}
	return "."
}

// lastLabels is the end of a name with that many labels.
func lastLabels(name string, n int) string {
	i, over := dns.PrevLabel(name, n)
	if over || n == 0 {
		if n == 0 {
			return "."
		}
		return name
	}
	return name[i:]
}

func labels(name string) int { return dns.CountLabel(name) }

// rootServers are the servers of the root zone, the hints to begin with (RFC 9609).
const rootServers = `
a.root-servers.net 198.41.0.4 2001:503:ba3e::2:30
b.root-servers.net 170.247.170.2 2801:1b8:10::b
c.root-servers.net 192.33.4.12 2001:500:2::c
d.root-servers.net 199.7.91.13 2001:500:2d::d
e.root-servers.net 192.203.230.10 2001:500:a8::e
f.root-servers.net 192.5.5.241 2001:500:2f::f
g.root-servers.net 192.112.36.4 2001:500:12::d0d
h.root-servers.net 198.97.190.53 2001:500:1::53
i.root-servers.net 192.36.148.17 2001:7fe::53
j.root-servers.net 192.58.128.30 2001:503:c27::2:30
k.root-servers.net 193.0.14.129 2001:7fd::1
l.root-servers.net 199.7.83.42 2001:500:9f::42
m.root-servers.net 202.12.27.33 2001:dc3::35
`

// builtinHints is the root zone by rootServers.
func builtinHints() *delegation {
	root := &delegation{name: "."}
	for line := range strings.Lines(strings.TrimSpace(rootServers)) {
		words := strings.Fields(line)
		s := &authority{name: words[0] + ".", sought: map[uint16]bool{}}
		for _, w := range words[1:] {
			s.addrs = append(s.addrs, netip.MustParseAddr(w))
		}
		root.servers = append(root.servers, s)
	}
	return root
}
