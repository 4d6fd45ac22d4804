package demo

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// A nameServer is one of the demo's: where it says it is, and where it is. Both are
// the same but for the port where every address of 127/8 can be had, as on Linux.
type nameServer struct {
	glue netip.Addr
	at   netip.AddrPort
	zone *zone
}

// A zone is what one name server knows.
type zone struct {
	apex    string
	records []dns.RR
	// cuts are the zones below that are delegated.
	cuts []string
}

// The servers' addresses, as their glue has them.
var (
	rootAddr     = netip.MustParseAddr("127.53.0.1")
	tldAddr      = netip.MustParseAddr("127.53.0.2")
	zoneAddr     = netip.MustParseAddr("127.53.0.3")
	resolverAddr = netip.MustParseAddr("127.53.0.53")
)

// zoneFiles are the three zones, in master-file form (RFC 1035, section 5).
var zoneFiles = []struct {
	addr netip.Addr
	apex string
	cuts []string
	text string
}{
	{rootAddr, ".", []string{"test."}, `
.                       86400 IN SOA a.root.test. hostmaster.root.test. 1 1800 900 604800 300
.                       86400 IN NS  a.root.test.
a.root.test.            86400 IN A   127.53.0.1
test.                   86400 IN NS  ns.nic.test.
ns.nic.test.            86400 IN A   127.53.0.2
`},
	{tldAddr, "test.", []string{"fetchscope.test."}, `
test.                   3600 IN SOA ns.nic.test. hostmaster.nic.test. 1 1800 900 604800 300
test.                   3600 IN NS  ns.nic.test.
ns.nic.test.            3600 IN A   127.53.0.2
fetchscope.test.        3600 IN NS  ns1.fetchscope.test.
ns1.fetchscope.test.    3600 IN A   127.53.0.3
`},
	{zoneAddr, "fetchscope.test.", nil, `
fetchscope.test.        300 IN SOA ns1.fetchscope.test. hostmaster.fetchscope.test. 1 1800 900 604800 300
fetchscope.test.        300 IN NS  ns1.fetchscope.test.
fetchscope.test.        300 IN A   127.0.0.1
fetchscope.test.        300 IN TXT "an internet on loopback"
ns1.fetchscope.test.    300 IN A   127.53.0.3
www.fetchscope.test.    300 IN A   127.0.0.1
swift.fetchscope.test.  300 IN A   127.0.0.1
docs.fetchscope.test.   300 IN CNAME www.fetchscope.test.
loop.fetchscope.test.   300 IN CNAME loop.fetchscope.test.
`},
}

// startNames brings up the three name servers and the resolver.
func (n *Internet) startNames() error {
	var servers []*nameServer
	for _, f := range zoneFiles {
		z, err := parseZone(f.apex, f.text, f.cuts)
		if err != nil {
			return err
		}
		s := &nameServer{glue: f.addr, zone: z}
		if s.at, err = n.serveNames(f.addr, s); err != nil {
			return err
		}
		servers = append(servers, s)
	}
	n.recursor = newRecursor(servers)
	at, err := n.serveNames(resolverAddr, n.recursor)
	n.Resolver = at
	return err
}

func parseZone(apex, text string, cuts []string) (*zone, error) {
	z := &zone{apex: apex, cuts: cuts}
	p := dns.NewZoneParser(strings.NewReader(text), apex, "")
	for rr, ok := p.Next(); ok; rr, ok = p.Next() {
		z.records = append(z.records, rr)
	}
	return z, p.Err()
}

// serveNames listens by UDP and TCP on the same port. Where the address cannot be had,
// 127.0.0.1 has to do.
func (n *Internet) serveNames(addr netip.Addr, h dns.Handler) (netip.AddrPort, error) {
	var lastErr error
	for range portTries {
		for _, a := range []netip.Addr{addr, netip.AddrFrom4([4]byte{127, 0, 0, 1})} {
			at, err := n.listenNames(a, h)
			if err == nil {
				return at, nil
			}
			lastErr = err
		}
	}
	return netip.AddrPort{}, lastErr
}

// portTries is how often a port is sought that is free for both UDP and TCP.
const portTries = 8

func (n *Internet) listenNames(addr netip.Addr, h dns.Handler) (netip.AddrPort, error) {
	packets, err := net.ListenPacket("udp", net.JoinHostPort(addr.String(), "0"))
	if err != nil {
		return netip.AddrPort{}, err
	}
	port := packets.LocalAddr().(*net.UDPAddr).Port
	listener, err := net.Listen("tcp", net.JoinHostPort(addr.String(), strconv.Itoa(port)))
	if err != nil {
		packets.Close()
		return netip.AddrPort{}, err
	}
	for _, s := range []*dns.Server{{PacketConn: packets, Handler: h}, {Listener: listener, Handler: h}} {
		ready := make(chan struct{})
		s.NotifyStartedFunc = func() { close(ready) }
		n.running.Go(func() { _ = s.ActivateAndServe() })
		<-ready
		n.closers = append(n.closers, s.Shutdown)
	}
	return netip.AddrPortFrom(addr, uint16(port)), nil
}

// ServeDNS answers from the zone (RFC 1034, section 4.3.2).
func (s *nameServer) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	if len(q.Question) != 1 || q.Question[0].Qclass != dns.ClassINET {
		m.Rcode = dns.RcodeRefused
	} else {
		s.zone.answer(m, q.Question[0])
	}
	_ = w.WriteMsg(m)
}

func (z *zone) answer(m *dns.Msg, q dns.Question) {
	name := dns.CanonicalName(q.Name)
	if !dns.IsSubDomain(z.apex, name) {
		m.Rcode = dns.RcodeRefused
		return
	}
	for _, cut := range z.cuts {
		if dns.IsSubDomain(cut, name) {
			z.refer(m, cut)
			return
		}
	}
	m.Authoritative = true
	for range maxAliases {
		found := z.find(name, q.Qtype)
		m.Answer = append(m.Answer, found...)
		if len(found) > 0 {
			return
		}
		alias := z.find(name, dns.TypeCNAME)
		if len(alias) == 0 {
			break
		}
		m.Answer = append(m.Answer, alias...)
		name = dns.CanonicalName(alias[0].(*dns.CNAME).Target)
	}
	m.Ns = z.find(z.apex, dns.TypeSOA)
	if !z.exists(name) {
		m.Rcode = dns.RcodeNameError
	}
}

// maxAliases bounds a chain of aliases.
const maxAliases = 8

// refer names the servers of a zone below, with their addresses.
func (z *zone) refer(m *dns.Msg, cut string) {
	m.Ns = z.find(cut, dns.TypeNS)
	for _, ns := range m.Ns {
		m.Extra = append(m.Extra, z.find(ns.(*dns.NS).Ns, dns.TypeA)...)
	}
}

func (z *zone) find(name string, qtype uint16) []dns.RR {
	var out []dns.RR
	for _, rr := range z.records {
		if rr.Header().Name == name && (rr.Header().Rrtype == qtype || qtype == dns.TypeANY) {
			out = append(out, rr)
		}
	}
	return out
}

// exists says whether there is the name, or one below it (RFC 8020).
func (z *zone) exists(name string) bool {
	for _, rr := range z.records {
		if dns.IsSubDomain(name, rr.Header().Name) {
			return true
		}
	}
	return false
}
