package resolver

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// A site is a zone and where it is served.
type site struct {
	zone string
	// at are the addresses of its name servers ns1, ns2 and so on, in the zone.
	at string
	// text is a master file. SOA and NS records of the zone and of those delegated by it
	// are added unless it has them.
	text string
	sign *signature
	// ds is what the zone above says of the key, where not what it should.
	ds func(key *dns.DNSKEY) []dns.RR
	// spoil changes the zone after it was signed.
	spoil func(records []dns.RR) []dns.RR
}

// A world is the zones of some sites, signed, by their names.
type world struct {
	sites []site
	keys  map[string]zoneKey
	zones map[string][]dns.RR
	clock time.Time
}

// clock is the time of validations by servers of tests.
var clock = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// build makes the zones as of a time.
func build(t testing.TB, at time.Time, sites ...site) *world {
	t.Helper()
	w := &world{sites: sites, keys: map[string]zoneKey{}, zones: map[string][]dns.RR{}, clock: at}
	for _, s := range sites {
		if s.sign != nil {
			w.keys[s.zone] = newZoneKey(t, s.zone, *s.sign)
		}
	}
	for _, s := range sites {
		records := master(t, s.zone, s.text)
		for _, own := range w.added(s, records) {
			records = append(records, rr(own))
		}
		records = w.delegate(t, s, records)
		if s.sign != nil {
			records = signedZone(t, s.zone, records, w.keys[s.zone], *s.sign, at)
		}
		if s.spoil != nil {
			records = s.spoil(records)
		}
		w.zones[s.zone] = records
	}
	return w
}

// master reads a master file.
func master(t testing.TB, origin, text string) []dns.RR {
	t.Helper()
	var out []dns.RR
	p := dns.NewZoneParser(strings.NewReader(text), origin, "")
	p.SetDefaultTTL(3600)
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		out = append(out, rr)
	}
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// added are the records of the apex that a site's text leaves out.
func (w *world) added(s site, records []dns.RR) []string {
	out := []string{fmt.Sprintf("%s 3600 IN SOA %s hostmaster.%s 1 3600 900 86400 %d", s.zone, s.server(1), rooted(s.zone), minimumTTL)}
	if hasSet(records, s.zone, dns.TypeNS) {
		return out
	}
	return append(out, s.delegation()...)
}

func hasSet(records []dns.RR, name string, rrtype uint16) bool {
	return slices.ContainsFunc(records, func(rr dns.RR) bool {
		return rr.Header().Rrtype == rrtype && sameName(rr.Header().Name, name)
	})
}

// rooted is the end of a name that stands in a zone.
func rooted(zone string) string { return strings.TrimPrefix(zone, ".") }

func (s site) server(n int) string { return fmt.Sprintf("ns%d.%s", n, rooted(s.zone)) }

// delegation is the NS and A records of a site.
func (s site) delegation() []string {
	var out []string
	for i, addr := range strings.Fields(s.at) {
		out = append(out, s.zone+" 3600 IN NS "+s.server(i+1), s.server(i+1)+" 3600 IN A "+addr)
	}
	return out
}

// delegate adds the zones below to the records of a site's.
func (w *world) delegate(t testing.TB, above site, records []dns.RR) []dns.RR {
	t.Helper()
	for _, s := range w.sites {
		if s.zone == "." || w.above(s) != above.zone {
			continue
		}
		if !hasSet(records, s.zone, dns.TypeNS) {
			for _, r := range s.delegation() {
				records = append(records, rr(r))
			}
		}
		switch {
		case s.ds != nil:
			records = append(records, s.ds(w.keys[s.zone].DNSKEY)...)
		case s.sign != nil:
			records = append(records, w.keys[s.zone].ToDS(dns.SHA256))
		}
	}
	return records
}

// above is the closest zone that there is above a site's.
func (w *world) above(s site) string {
	for name := parent(s.zone); ; name = parent(name) {
		if slices.ContainsFunc(w.sites, func(o site) bool { return o.zone == name }) {
			return name
		}
	}
}

// An internet is hosts on loopback, each at an address of its own, all at one port.
type internet struct {
	*world
	port  uint16
	hosts map[string]*host
}

// start serves a world.
func (w *world) start(t testing.TB) *internet {
	t.Helper()
	in := &internet{world: w, hosts: map[string]*host{}}
	for _, s := range w.sites {
		for _, addr := range strings.Fields(s.at) {
			if in.hosts[addr] == nil {
				in.hosts[addr] = &host{behave: honestly}
			}
			in.hosts[addr].zones = append(in.hosts[addr].zones, newServed(s.zone, w.zones[s.zone]))
		}
	}
	for range 20 { // the port must be free at all addresses
		if in.listen(t) {
			return in
		}
	}
	t.Fatal("no port is free at all addresses")
	return nil
}

// startInternet builds and serves sites.
func startInternet(t *testing.T, sites ...site) *internet {
	t.Helper()
	return build(t, clock, sites...).start(t)
}

// listen takes a port at all addresses and serves there until the test ends; it reports
// false if the port is taken somewhere.
func (in *internet) listen(t testing.TB) bool {
	t.Helper()
	first, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	in.port = first.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	var open sockets
	for addr, h := range in.hosts {
		if err := open.add(h, netip.AddrPortFrom(netip.MustParseAddr(addr), in.port)); err != nil {
			open.close()
			if strings.Contains(err.Error(), "assign requested address") {
				t.Skip("of 127.0.0.0/8 this system lets no address be used but 127.0.0.1: ", err)
			}
			return false
		}
	}
	t.Cleanup(open.serve())
	return true
}

// asked lists what a host was asked, in order.
func (in *internet) asked(addr string) []string {
	var out []string
	for _, q := range in.hosts[addr].queries() {
		out = append(out, lower(q.Question[0].Name)+" "+dns.Type(q.Question[0].Qtype).String())
	}
	return out
}

// total counts the queries that all hosts have seen.
func (in *internet) total() int {
	n := 0
	for addr := range in.hosts {
		n += len(in.asked(addr))
	}
	return n
}

// hints is the root's delegation as a master file.
func (w *world) hints() string {
	for _, s := range w.sites {
		if s.zone == "." {
			return strings.Join(s.delegation(), "\n") + "\n"
		}
	}
	return ""
}

// anchor is the DS record of the root's key.
func (w *world) anchor() string { return w.keys["."].ToDS(dns.SHA256).String() + "\n" }

// config walks from the root of the internet, and validates if that is signed.
func (in *internet) config(t testing.TB) Config {
	t.Helper()
	c := Config{Iterate: true, RootHints: file(t, in.hints()), Port: in.port, HostsFile: file(t, "")}
	if _, signed := in.keys["."]; signed {
		c.DNSSEC, c.TrustAnchor, c.ValidationTime = true, file(t, in.anchor()), in.clock
	}
	return c
}

// An outcome is what came of a question, in words.
type outcome struct {
	Rcode    string
	Security string
	Answers  []string
}

// patient is a resolver that walks and gives servers time: a busy machine must not make
// it ask twice.
func (in *internet) patient(t *testing.T) *Resolver {
	t.Helper()
	r := fresh(in.config(t))
	r.iterator().wait = 5 * time.Second
	return r
}

// walk asks one question from the root.
func (in *internet) walk(t *testing.T, question string) (outcome, []trace.Record, error) {
	t.Helper()
	return outcomeOf(t, in.patient(t), question)
}

func outcomeOf(t *testing.T, r *Resolver, question string) (outcome, []trace.Record, error) {
	t.Helper()
	name, qtype, _ := strings.Cut(question, " ")
	a, records, err := runQuery(t, r, name, qtype)
	out := outcome{Rcode: a.Rcode, Security: a.Security}
	for _, r := range a.Answers {
		out.Answers = append(out.Answers, r.Name+" "+r.Type+" "+r.Data)
	}
	return out, records, err
}
