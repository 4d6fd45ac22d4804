package demo

import (
	stdcmp "cmp"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// started is an internet that ends with the test; narrow, without more addresses than
// one.
func started(t *testing.T, f Fault, narrow bool) *Internet {
	t.Helper()
	n := &Internet{narrow: narrow}
	if err := n.start(&f); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// asking puts a query over a real socket.
func asking(t *testing.T, protocol string, at netip.AddrPort, q *dns.Msg) *dns.Msg {
	t.Helper()
	client := &dns.Client{Net: protocol, UDPSize: dns.MaxMsgSize}
	m, _, err := client.Exchange(q, at.String())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// query is a question of a stub, with the size of datagrams that it takes; 0 is without
// EDNS.
func query(name string, qtype, size uint16, signatures bool) *dns.Msg {
	q := new(dns.Msg)
	q.SetQuestion(name, qtype)
	if size > 0 {
		q.SetEdns0(size, signatures)
	}
	return q
}

// walkable skips where the name servers cannot share a port.
func walkable(t *testing.T, n *Internet) {
	t.Helper()
	if n.NamePort == 0 {
		t.Skip("this system's loopback has not got all addresses of 127/8")
	}
}

func TestAnswersAreCutToWhatTheWayCarries(t *testing.T) {
	n := started(t, Fault{}, false)
	walkable(t, n)
	server := netip.AddrPortFrom(zoneAddr, n.NamePort)
	for _, c := range []struct {
		what, protocol, name string
		qtype, size          uint16
		truncated            bool
	}{
		{"large set", "udp", "large.fetchscope.test.", dns.TypeTXT, 1232, true},
		{"large set to one who takes more", "udp", "large.fetchscope.test.", dns.TypeTXT, 4096, true},
		{"large set over TCP", "tcp", "large.fetchscope.test.", dns.TypeTXT, 1232, false},
		{"keys with EDNS", "udp", "fetchscope.test.", dns.TypeDNSKEY, 1232, false},
		{"all there is without EDNS", "udp", "large.fetchscope.test.", dns.TypeANY, 0, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			q := query(c.name, c.qtype, c.size, c.size > 0)
			m := asking(t, c.protocol, server, q)
			if m.Truncated != c.truncated {
				t.Errorf("truncated: %v, want %v: %s", m.Truncated, c.truncated, shape(m))
			}
			m.Compress = true
			if most := max(512, min(c.size, 1232)); c.protocol == "udp" && m.Len() > int(most) {
				t.Errorf("the reply has %d octets, want %d at most", m.Len(), most)
			}
			if (m.IsEdns0() != nil) != (c.size > 0) {
				t.Errorf("OPT record in the reply: %v, in the query: %v", m.IsEdns0() != nil, c.size > 0)
			}
		})
	}
}

func TestWhatIsNotServedIsRefused(t *testing.T) {
	n := started(t, Fault{}, false)
	walkable(t, n)
	servers := map[string]netip.AddrPort{"zone": netip.AddrPortFrom(zoneAddr, n.NamePort), "resolver": n.Resolver}
	for _, c := range []struct {
		what  string
		bend  func(q *dns.Msg)
		rcode int
	}{
		{"EDNS of the future", func(q *dns.Msg) { q.IsEdns0().SetVersion(1) }, dns.RcodeBadVers},
		{"another class", func(q *dns.Msg) { q.Question[0].Qclass = dns.ClassCHAOS }, dns.RcodeRefused},
		{"another operation", func(q *dns.Msg) { q.Opcode = dns.OpcodeNotify }, dns.RcodeNotImplemented},
		{"transfer", func(q *dns.Msg) { q.Question[0].Qtype = dns.TypeAXFR }, dns.RcodeRefused},
	} {
		for who, at := range servers {
			t.Run(c.what+", "+who, func(t *testing.T) {
				q := query("fetchscope.test.", dns.TypeSOA, 1232, false)
				c.bend(q)
				if m := asking(t, "tcp", at, q); m.Rcode != c.rcode {
					t.Errorf("got %s, want %s", dns.RcodeToString[m.Rcode], dns.RcodeToString[c.rcode])
				}
			})
		}
	}
}

// The resolver serves those who validate and those who do not, wherever its servers are.
func TestResolver(t *testing.T) {
	for what, narrow := range map[string]bool{"own addresses": false, "one address": true} {
		n := started(t, Fault{}, narrow)
		for _, c := range []struct {
			what, name    string
			qtype         uint16
			plain, signed string
		}{
			{"address", "www.fetchscope.test.", dns.TypeA, "NOERROR | A | |", "NOERROR | A RRSIG | | OPT"},
			{"denial", "nowhere.test.", dns.TypeA, "NXDOMAIN | | SOA |", "NXDOMAIN | | SOA RRSIG NSEC3 RRSIG NSEC3 RRSIG NSEC3 RRSIG | OPT"},
			{"DS", "fetchscope.test.", dns.TypeDS, "NOERROR | DS | |", "NOERROR | DS RRSIG | | OPT"},
			{"keys", ".", dns.TypeDNSKEY, "NOERROR | DNSKEY | |", "NOERROR | DNSKEY RRSIG | | OPT"},
			{"denial asked for", "www.fetchscope.test.", dns.TypeNSEC, "NOERROR | NSEC | |", "NOERROR | NSEC RRSIG | | OPT"},
			{"alias to another zone", "plain.fetchscope.test.", dns.TypeA, "NOERROR | CNAME A | |", "NOERROR | CNAME RRSIG A | | OPT"},
			{"alias without such a type", "plain.fetchscope.test.", dns.TypeMX, "NOERROR | CNAME | SOA |", "NOERROR | CNAME RRSIG | SOA | OPT"},
			{"alias in a circle", "loop.fetchscope.test.", dns.TypeA, "NOERROR | CNAME | |", "NOERROR | CNAME RRSIG | | OPT"},
		} {
			t.Run(what+", "+c.what, func(t *testing.T) {
				got := shape(asking(t, "udp", n.Resolver, query(c.name, c.qtype, 0, false)))
				if got != c.plain {
					t.Errorf("%s %s:\n got %s\nwant %s", c.name, dns.Type(c.qtype), got, c.plain)
				}
				got = shape(asking(t, "udp", n.Resolver, query(c.name, c.qtype, 1232, true)))
				if got != c.signed {
					t.Errorf("%s %s with signatures:\n got %s\nwant %s", c.name, dns.Type(c.qtype), got, c.signed)
				}
			})
		}
	}
}

// Without addresses of their own the servers have no common port, and there is no file
// that would say so.
func TestOneAddressIsNotWalked(t *testing.T) {
	n := started(t, Fault{}, true)
	if n.NamePort != 0 || n.HintsFile != "" || n.AnchorFile == "" {
		t.Errorf("port %d, hints %q, anchor %q", n.NamePort, n.HintsFile, n.AnchorFile)
	}
}

func TestFilesOfAWalk(t *testing.T) {
	n := started(t, FaultNamed("slow-dns"), false)
	walkable(t, n)
	hints, err := os.ReadFile(n.HintsFile)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(hints)) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		". 86400 IN NS silent.root.test.", "silent.root.test. 86400 IN A 127.53.1.1",
		". 86400 IN NS a.root.test.", "a.root.test. 86400 IN A 127.53.0.1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
	anchor, err := os.ReadFile(n.AnchorFile)
	if err != nil || !strings.HasPrefix(string(anchor), ".\t3600\tIN\tDS\t") {
		t.Errorf("anchor %q, %v", anchor, err)
	}
}

// What the resolver makes of a fault, with and without addresses for all servers.
func TestFaultsThroughTheResolver(t *testing.T) {
	want := map[string]string{
		"nxdomain":       "NXDOMAIN",
		"servfail":       `SERVFAIL "fetchscope.test.: 127.53.0.3 says SERVFAIL"`,
		"lame":           `SERVFAIL "fetchscope.test.: its servers do not have it"`,
		"dnssec-bogus":   "NOERROR 127.53.66.6",
		"dnssec-expired": "NOERROR 127.0.0.1",
		"slow-dns":       "NOERROR 127.0.0.1",
		"cname-loop":     "NOERROR docs.fetchscope.test. www.fetchscope.test.",
		"unreachable":    "NOERROR 233.252.0.1",
	}
	for _, f := range Faults {
		for what, narrow := range map[string]bool{"own addresses": false, "one address": true} {
			t.Run(f.Name+", "+what, func(t *testing.T) {
				t.Parallel()
				if f.conduct.deafIPv6 && !hasIPv6() {
					t.Skip("loopback has no address of IPv6")
				}
				n := started(t, f, narrow)
				client := &dns.Client{Timeout: 20 * askTimeout}
				m, _, err := client.Exchange(query("www.fetchscope.test.", dns.TypeA, 1232, false), n.Resolver.String())
				if err != nil {
					t.Fatal(err)
				}
				want := stdcmp.Or(want[f.Name], "NOERROR 127.0.0.1") // the origin's alone
				if got := outcome(m); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	}
}

func hasIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		l.Close()
	}
	return err == nil
}

// outcome is the rcode with the data of the answers, or why there are none.
func outcome(m *dns.Msg) string {
	words := []string{dns.RcodeToString[m.Rcode]}
	for _, rr := range m.Answer {
		words = append(words, dns.Field(rr, 1))
	}
	for _, o := range m.IsEdns0().Option {
		if e, is := o.(*dns.EDNS0_EDE); is {
			words = append(words, `"`+e.ExtraText+`"`)
		}
	}
	return strings.Join(words, " ")
}
