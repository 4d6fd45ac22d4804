package tree

import (
	"fmt"
	"strings"
	"time"

	"fetchscope/trace"
)

// A script writes down what was recorded of a made-up resolution.
type script struct {
	records []trace.Record
	now     trace.Time
	id      int
}

const us = trace.Time(time.Microsecond)

func (s *script) emit(e trace.Event) {
	s.records = append(s.records, trace.Record{Moment: trace.Moment{At: s.now, From: trace.Timestamp}, Event: e})
}

// ask is a query to a server of a zone, written "name address zone", or to a resolver,
// "address". The reply takes so many microseconds.
func (s *script) ask(server, question string, took trace.Time) *script {
	s.id++
	s.now += 100 * us
	q := trace.QuerySent{ID: s.id, Protocol: "udp", Bytes: 52}
	words := strings.Fields(server)
	q.Server = words[0]
	if len(words) == 3 {
		q.ServerName, q.Server, q.Zone = words[0], words[1], words[2]
	}
	if !strings.Contains(q.Server, ":") {
		q.Server += ":53"
	}
	asked, why, _ := strings.Cut(question, " for ")
	q.Name, q.Type, _ = strings.Cut(asked, " ")
	q.For = why
	s.emit(q)
	s.now += took * us
	return s
}

func (s *script) answer(rcode string, answers int) *script {
	s.emit(trace.QueryAnswered{ID: s.id, Rcode: rcode, Answers: answers, Bytes: 230})
	return s
}

func (s *script) is(what string) *script {
	s.answer("NOERROR", 1)
	s.emit(trace.QueryJudged{ID: s.id, As: what})
	return s
}

func (s *script) refers(cut string) *script {
	s.answer("NOERROR", 0)
	s.emit(trace.QueryJudged{ID: s.id, As: "referral", Cut: cut})
	return s
}

func (s *script) lame(rcode, why string) *script {
	s.answer(rcode, 0)
	s.emit(trace.QueryJudged{ID: s.id, As: "lame", Why: why})
	return s
}

func (s *script) fails(why string) *script {
	s.emit(trace.QueryFailed{ID: s.id, Why: why})
	return s
}

func (s *script) keys(zone string, tag uint16) *script {
	s.emit(trace.ZoneJudged{Zone: zone, Security: "secure", KeyTag: tag, Algorithm: "ECDSAP256SHA256", Digest: "SHA256", Anchor: zone == "."})
	return s
}

func (s *script) signed(zone string, tag uint16) *script {
	s.emit(trace.SecurityJudged{Security: "secure", SignedBy: &trace.Signature{Zone: zone, KeyTag: tag, Algorithm: "ECDSAP256SHA256"}})
	return s
}

func (s *script) unproved(security string, r trace.SecurityReason) *script {
	s.emit(trace.SecurityJudged{Security: security, Reason: &r})
	return s
}

// ends is the document of the script: an answer's records are written as in a master
// file, without a class; those of the authority section after "authority".
func (s *script) ends(name, qtype, rcode string, records ...string) *trace.ResolveDocument {
	return s.typed("", name, qtype, rcode, records...)
}

func (s *script) typed(typed, name, qtype, rcode string, records ...string) *trace.ResolveDocument {
	e := trace.Answered{Name: name, Type: qtype, Rcode: rcode, Security: "unchecked", Source: "dns", Answers: []trace.RR{}, Authority: []trace.RR{}}
	for _, line := range records {
		line, authority := strings.CutPrefix(line, "authority ")
		f := strings.SplitN(line, " ", 4)
		rr := trace.RR{Name: f[0], TTL: 300, Type: f[2], Data: f[3]}
		if authority {
			e.Authority = append(e.Authority, rr)
		} else {
			e.Answers = append(e.Answers, rr)
		}
	}
	s.emit(e)
	return trace.FoldResolve(s.records, trace.Question{Name: name, Type: qtype, Typed: typed}, time.Unix(1795240800, 0))
}

const (
	root    = "a.root-servers.net. 198.51.100.4 ."
	com     = "a.gtld-servers.net. 198.51.100.30 com."
	example = "ns1.example.com. 203.0.113.53 example.com."
	second  = "ns2.example.com. 203.0.113.54 example.com."
	soa     = "authority example.com. 300 SOA ns1.example.com. host.example.com. 2026112201 7200 900 1209600 60"
)

// toExample walks down to a zone of com.
func toExample(zone string) *script {
	return new(script).ask(root, ". NS for priming", 8100).is("answer").
		ask(root, "com. A", 9800).refers("com.").
		ask(com, zone+" A", 11200).refers(zone)
}

// withKeys adds the queries for the keys of the zones, as validation makes them.
func (s *script) withKeys() *script {
	return s.ask(root, ". DNSKEY for keys", 9000).is("answer").keys(".", 20326).
		ask(com, "com. DNSKEY for keys", 11000).is("answer").keys("com.", 19718).
		ask(example, "example.com. DNSKEY for keys", 12000).is("answer").keys("example.com.", 370)
}

// documents are the resolutions that the golden files show.
func documents() map[string]*trace.ResolveDocument {
	docs := map[string]*trace.ResolveDocument{
		"walk":     toExample("example.com.").ask(example, "www.example.com. A", 12900).is("answer").ends("www.example.com.", "A", "NOERROR", "www.example.com. 300 A 203.0.113.7"),
		"secure":   secure(),
		"alias":    alias(),
		"bogus":    bogus(),
		"insecure": insecure(),
		"denied":   denied(),
		"lame":     lame(),
		"dead":     dead(),
		"circle":   circle(),
		"deep":     deep(),
		"reverse":  reverse(),
		"stub":     stub(),
	}
	docs["stub-keys"] = new(script).ask("192.0.2.53", "www.example.com. A", 5000).answer("NOERROR", 2).
		ask("192.0.2.53", ". DNSKEY for keys", 900).answer("NOERROR", 2).keys(".", 20326).
		ask("192.0.2.53", "com. DS for delegation signer", 800).answer("NOERROR", 2).
		ask("192.0.2.53", "com. DNSKEY for keys", 400_000).fails("no reply in time").
		unproved("bogus", trace.SecurityReason{Zone: "com.", EDE: 9, Meaning: "DNSKEY Missing", Message: "the keys of the zone cannot be had"}).
		ends("www.example.com.", "A", "SERVFAIL")
	docs["refers"] = new(script).ask("198.51.100.4", "www.example.com. A", 9000).answer("NOERROR", 0).
		ends("www.example.com.", "A", "NOERROR", "authority com. 300 NS a.gtld-servers.net.")
	docs["typed"] = new(script).ask("192.0.2.53:5353", "xn--bcher-kva.example. MX", 4000).answer("NXDOMAIN", 0).
		typed("bücher.example", "xn--bcher-kva.example.", "MX", "NXDOMAIN", "authority example. 300 SOA ns.example. host.example. 1 2 3 4 60")
	docs["stopped"] = toExample("example.com.").ask(example, "www.example.com. A", 12900).is("answer").
		ask(root, ". DNSKEY for keys", 100).fails("it took longer than the 50ms that -m allows").
		unproved("bogus", trace.SecurityReason{Zone: ".", Message: "the keys of the zone cannot be had"}).
		ends("www.example.com.", "A", "")
	docs["encrypted"] = encrypted()
	docs["known"] = new(script).ends("www.example.com.", "A", "NOERROR", "www.example.com. 300 A 203.0.113.7")
	docs["refused"] = trace.FoldResolve(nil, trace.Question{Name: "a..b", Type: "A"}, time.Unix(0, 0))
	return docs
}

func secure() *trace.ResolveDocument {
	return toExample("example.com.").ask(second, "www.example.com. A", 800_000).fails("no reply in time").
		ask(example, "www.example.com. A", 12900).is("answer").withKeys().signed("example.com.", 370).
		ends("www.example.com.", "A", "NOERROR", "www.example.com. 300 A 203.0.113.7", "www.example.com. 300 A 203.0.113.8")
}

func alias() *trace.ResolveDocument {
	other := "ns.other.com. 203.0.113.99 other.com."
	return toExample("example.com.").ask(example, "www.example.com. A", 12900).is("answer").withKeys().
		ask(com, "other.com. A", 11000).refers("other.com.").
		ask(com, "ns.other.com. A for server address", 11000).refers("other.com.").
		ask(other, "www.other.com. A", 15000).is("answer").
		ask(other, "other.com. DNSKEY for keys", 15000).is("answer").keys("other.com.", 4711).signed("other.com.", 815).
		ends("www.example.com.", "A", "NOERROR", "www.example.com. 300 CNAME www.other.com.", "www.other.com. 300 A 203.0.113.98")
}

func bogus() *trace.ResolveDocument {
	return toExample("example.com.").ask(example, "www.example.com. A", 12900).is("answer").withKeys().
		unproved("bogus", trace.SecurityReason{
			Zone: "example.com.", KeyTag: 370, EDE: 7, Meaning: "Signature Expired",
			Message: "the signature of www.example.com. A expired at 2026-11-01T00:00:00Z",
		}).ends("www.example.com.", "A", "SERVFAIL")
}

func insecure() *trace.ResolveDocument {
	return toExample("example.com.").ask(example, "www.example.com. A", 12900).is("answer").
		ask(root, ". DNSKEY for keys", 9000).is("answer").keys(".", 20326).
		ask(com, "com. DNSKEY for keys", 9000).is("answer").keys("com.", 19718).
		unproved("insecure", trace.SecurityReason{Zone: "com.", Message: "example.com. is delegated without a DS record"}).
		ends("www.example.com.", "A", "NOERROR", "www.example.com. 300 A 203.0.113.7")
}

// denied is a name of many labels, of which there are no such records.
func denied() *trace.ResolveDocument {
	return toExample("example.com.").ask(example, "_tcp.example.com. A", 12000).is("no data").
		ask(example, "_443._tcp.example.com. TLSA", 12000).is("no data").withKeys().signed("example.com.", 999).
		ends("_443._tcp.example.com.", "TLSA", "NOERROR", soa)
}

func lame() *trace.ResolveDocument {
	return toExample("example.com.").ask(example, "www.example.com. A", 12000).lame("REFUSED", "REFUSED").
		ask(second, "www.example.com. A", 12000).lame("NOERROR", "it refers to servers that are no nearer").
		ask("ns3.example.com. [2001:db8:0:1:2:3:4:53]:53 example.com.", "www.example.com. A", 1).fails("network is unreachable").
		ask("ns4.example.com. 203.0.113.56 example.com.", "www.example.com. A", 1).fails("the reply is malformed").
		ends("www.example.com.", "A", "SERVFAIL")
}

// dead is a zone with 13 servers of which none answers, however often it is asked.
func dead() *trace.ResolveDocument {
	s := toExample("example.com.")
	for round := range 3 {
		for i := range 13 {
			server := fmt.Sprintf("%c.a-long-name-of-a-server.example.com. 203.0.113.%d example.com.", 'a'+i, i+1)
			s.ask(server, "www.example.com. A", 400_000<<round).fails("no reply in time")
		}
	}
	return s.ends("www.example.com.", "A", "SERVFAIL")
}

// circle is a zone whose servers' names stand on one another.
func circle() *trace.ResolveDocument {
	return toExample("example.com.").ask(com, "ns.round.com. A for server address", 11000).refers("round.com.").
		ask(com, "ns.round.com. AAAA for server address", 800_000).fails("no reply in time").
		ends("www.example.com.", "A", "SERVFAIL")
}

// deep is a name with a zone at each of its many labels.
func deep() *trace.ResolveDocument {
	s := new(script).ask(root, "test. A", 100).refers("test.")
	name := "test."
	for i := range 30 {
		below := fmt.Sprintf("z%d.%s", i, name)
		server := "ns." + name + " 203.0.113.5 " + name
		s.ask(server, below+" A", 100).fails("connection refused")
		s.ask(server, below+" A", 100).refers(below)
		name = below
	}
	return s.ask("ns."+name+" 203.0.113.5 "+name, name+" A", 100).is("answer").ends(name, "A", "NOERROR", name+" 300 A 203.0.113.7")
}

func reverse() *trace.ResolveDocument {
	name := strings.Repeat("0.", 24) + "8.b.d.0.1.0.0.2.ip6.arpa."
	arpa := "b.ip6-servers.arpa. [2001:db8:ffff:ffff:ffff:ffff:ffff:53]:53 ip6.arpa."
	return new(script).ask("a.root-servers.net. [2001:503:ba3e::2:30]:53 .", "arpa. A", 100).refers("ip6.arpa.").
		ask(arpa, name+" PTR", 200).is("no name").
		typed("2001:db8::", name, "PTR", "NXDOMAIN", "authority ip6.arpa. 300 SOA b.ip6-servers.arpa. nstld.iana.org. 2026112201 2 3 4 60")
}

// stub asks two servers, the second by TCP too, and completes the name.
func stub() *trace.ResolveDocument {
	return new(script).ask("192.0.2.53", "www.corp.example. A", 5_000_000).fails("no reply in time").
		ask("[2001:db8::53]:5353", "www.corp.example. A", 4000).answer("SERVFAIL", 0).
		ask("192.0.2.54", "www.corp.example. A", 1000).answer("NXDOMAIN", 0).
		ask("192.0.2.54", "www. A", 1000).answer("NOERROR", 3).
		typed("www", "www.", "A", "NOERROR", "www. 300 A 203.0.113.7", "www. 300 A 203.0.113.8", "www. 300 A 203.0.113.9")
}

// encrypted asks a server that is named by TLS; it says more than an rcode.
func encrypted() *trace.ResolveDocument {
	s := new(script).ask("192.0.2.53", "dns.example. A for bootstrap", 4000).answer("NOERROR", 1)
	s.emit(trace.QueryConnecting{ID: s.id + 1, Server: "192.0.2.99:853"})
	s.now += 30_000 * us
	s.emit(trace.QueryConnected{ID: s.id + 1, Server: "192.0.2.99:853"})
	s.id++
	s.emit(trace.QuerySent{ID: s.id, Server: "192.0.2.99:853", ServerName: "dns.example.", Protocol: "tls", Name: "www.example.com.", Type: "A", Bytes: 128})
	s.now += 12_000 * us
	s.emit(trace.QueryAnswered{ID: s.id, Rcode: "SERVFAIL", Bytes: 468, NSID: "fra-7", Extended: &trace.ExtendedError{Code: 22, Meaning: "No Reachable Authority", Text: "at example.com"}})
	return s.ends("www.example.com.", "A", "SERVFAIL")
}
