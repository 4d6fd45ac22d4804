package demo

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A plan is which zones there are and which server has which, before anything listens.
// A fault is a change of it.
type plan struct {
	zones   []*zone // those above first
	servers []*nameServer
	anchor  *dns.DS // of the root's key
	place   Place
}

// The servers' addresses, as the zones have them.
var (
	rootAddr     = netip.MustParseAddr("127.53.0.1")
	tldAddr      = netip.MustParseAddr("127.53.0.2")
	zoneAddr     = netip.MustParseAddr("127.53.0.3")
	resolverAddr = netip.MustParseAddr("127.53.0.53")
)

// Names of zones that faults concern.
const (
	tldName   = "test."
	zoneName  = "fetchscope.test."
	plainName = "plain.test."
)

// published are the zones, those above first, with their servers.
var published = []struct {
	apex, file string
	signed     bool
	at         netip.Addr
}{
	{".", "root.zone", true, rootAddr},
	{tldName, "test.zone", true, tldAddr},
	{zoneName, "fetchscope.test.zone", true, zoneAddr},
	{plainName, "plain.test.zone", false, zoneAddr},
}

// newPlan reads the zones, makes the fault's changes and signs.
func newPlan(f *Fault, at Place) (*plan, error) {
	p := &plan{place: at}
	for _, z := range published {
		read, err := readZone(z.apex, z.file, z.signed)
		if err != nil {
			return nil, err
		}
		p.zones = append(p.zones, read)
		s := p.serverAt(z.at)
		s.zones = append(s.zones, read)
	}
	if f.before != nil {
		f.before(p)
	}
	p.settle()
	if err := p.sign(time.Now()); err != nil {
		return nil, err
	}
	if f.after != nil {
		f.after(p)
	}
	return p, nil
}

// settle puts the addresses that the zones have into their place. Servers are still known
// by those on loopback.
func (p *plan) settle() {
	for _, z := range p.zones {
		for _, sets := range z.sets {
			for _, s := range sets {
				p.settleSet(s)
			}
		}
	}
}

func (p *plan) settleSet(s *set) {
	for i, rr := range s.records {
		if a, is := rr.(*dns.A); is {
			addr, _ := netip.AddrFromSlice(a.A.To4())
			moved := dns.Copy(a).(*dns.A)
			moved.A = p.place.of(addr).AsSlice()
			s.records[i] = moved
		}
	}
}

// serverAt is the server of an address, a new one if there is none yet.
func (p *plan) serverAt(addr netip.Addr) *nameServer {
	i := slices.IndexFunc(p.servers, func(s *nameServer) bool { return s.glue == addr })
	if i < 0 {
		i = len(p.servers)
		p.servers = append(p.servers, &nameServer{glue: addr})
	}
	return p.servers[i]
}

func (p *plan) zone(apex string) *zone {
	i := slices.IndexFunc(p.zones, func(z *zone) bool { return z.apex == apex })
	return p.zones[i]
}

// sign signs the zones from the lowest up, since each has the digests of those below.
func (p *plan) sign(now time.Time) error {
	for i := len(p.zones) - 1; i >= 0; i-- {
		z := p.zones[i]
		if !z.signed {
			z.survey()
			continue
		}
		ds, err := z.sign(now)
		switch {
		case err != nil:
			return err
		case z.apex == ".":
			p.anchor = ds
		default:
			p.delegate(ds)
		}
	}
	return nil
}

// delegate puts a DS record into the zone above, if that delegates.
func (p *plan) delegate(ds *dns.DS) {
	above := p.zones[0]
	for _, z := range p.zones {
		if z.apex != ds.Hdr.Name && dns.IsSubDomain(z.apex, ds.Hdr.Name) {
			above = z
		}
	}
	if above.set(ds.Hdr.Name, dns.TypeNS) != nil {
		above.add(ds)
	}
}

// hints is the file of the root's servers (RFC 9609).
func (p *plan) hints() string {
	root := p.zone(".")
	servers := root.set(".", dns.TypeNS).records
	b := new(strings.Builder)
	for _, rr := range servers {
		writeRecords(b, []dns.RR{rr})
		writeRecords(b, root.addresses(rr.(*dns.NS).Ns))
	}
	return b.String()
}

// trust is the file of the trust anchor.
func (p *plan) trust() string {
	b := new(strings.Builder)
	writeRecords(b, []dns.RR{p.anchor})
	return b.String()
}

func writeRecords(b *strings.Builder, records []dns.RR) {
	for _, rr := range records {
		b.WriteString(rr.String() + "\n")
	}
}
