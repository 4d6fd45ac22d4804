package resolver

import (
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// hasty is a resolver that walks and does not wait long for servers that say nothing.
func (in *internet) hasty(t *testing.T) *Resolver {
	t.Helper()
	r := fresh(in.config(t))
	r.iterator().wait = 40 * time.Millisecond
	return r
}

// mute says nothing by either protocol.
func mute(_, _ *dns.Msg, _ bool) []*dns.Msg { return nil }

const serverCookie = "5e5e5e5e5e5e5e5e"

// serverWays are ways of a server of zoo.test.; the walk is to find its way all the same,
// in so many queries at most.
var serverWays = []struct {
	name   string
	behave behaviour
	most   int  // queries for the question that gets this treatment
	mute   bool // at first, so that nobody is to be waited for too long
}{
	{"a reply with another ID first", func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		forged := honest.Copy()
		forged.Id++
		forged.Answer = nil
		return []*dns.Msg{forged, honest}
	}, 1, false}, // requirement 1
	{"a reply to another question first", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		forged := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		forged.Question = []dns.Question{{Name: "evil.test.", Qtype: q.Question[0].Qtype, Qclass: dns.ClassINET}}
		return []*dns.Msg{forged, honest}
	}, 1, false},
	{"the name comes back in lower case", func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.Question = []dns.Question{honest.Question[0]}
		honest.Question[0].Name = lower(honest.Question[0].Name)
		return []*dns.Msg{honest}
	}, 2, false}, // requirement 2
	{"nothing fits into a datagram", func(_, honest *dns.Msg, overTCP bool) []*dns.Msg {
		if !overTCP {
			honest.Truncated = true
			honest.Answer = []dns.RR{rr("www.zoo.test. 60 IN A 6.6.6.6")}
		}
		return []*dns.Msg{honest}
	}, 2, false}, // requirement 3
	{"no EDNS", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		if q.IsEdns0() != nil {
			return []*dns.Msg{new(dns.Msg).SetRcode(q, dns.RcodeFormatError)}
		}
		return []*dns.Msg{honest}
	}, 2, false}, // requirement 4
	{"an unknown option", func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.IsEdns0().Option = append(honest.IsEdns0().Option, &dns.EDNS0_LOCAL{Code: 65001, Data: []byte("?")})
		return []*dns.Msg{honest}
	}, 1, false},
	{"more than was asked for", func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		for range 40 {
			honest.Extra = append(honest.Extra, rr("pad.zoo.test. 60 IN TXT "+strings.Repeat("x", 100)))
		}
		return []*dns.Msg{honest}
	}, 1, false}, // requirement 5
	{"only by TCP", func(_, honest *dns.Msg, overTCP bool) []*dns.Msg {
		if !overTCP {
			return nil
		}
		return []*dns.Msg{honest}
	}, 3, true}, // requirement 5
	{"a cookie first", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		ours, _ := cookieOf(q.IsEdns0())
		honest.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: ours[:16] + serverCookie}}
		if ours[16:] != serverCookie {
			honest.Rcode, honest.Answer, honest.Ns = dns.RcodeBadCookie, nil, nil
		}
		return []*dns.Msg{honest}
	}, 2, false}, // requirement 7
	{"another's cookie first", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		forged := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		forged.SetEdns0(1232, false)
		forged.IsEdns0().Option = []dns.EDNS0{&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: serverCookie + serverCookie}}
		return []*dns.Msg{forged, honest}
	}, 1, false}, // requirement 7
	{"two questions first", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		forged := new(dns.Msg).SetRcode(q, dns.RcodeNameError)
		forged.Question = append(forged.Question, forged.Question...)
		return []*dns.Msg{forged, honest}
	}, 1, false}, // requirement 8
}

// Requirements 1 to 8, as they hold for the servers of a zone.
func TestServersWithWaysOfTheirOwn(t *testing.T) {
	for _, tt := range serverWays {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, small()...)
			in.hosts[zooAt].does(tt.behave)
			r := in.patient(t)
			if tt.mute {
				r = fresh(in.config(t))
			}
			got, _, err := outcomeOf(t, r, "www.zoo.test. A")
			if len(got.Answers) != 1 || got.Answers[0] != "www.zoo.test. A 192.0.2.1" {
				t.Errorf("got %+v, %v", got, err)
			}
			if n := len(in.asked(zooAt)); n > tt.most {
				t.Errorf("%d queries, want at most %d", n, tt.most)
			}
		})
	}
}

// Requirement 1: a reply counts only from where the query went to.
func TestRepliesFromElsewhere(t *testing.T) {
	listen := func() *net.UDPConn {
		u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { u.Close() })
		return u
	}
	asked, other := listen(), listen()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 512)
		n, from, err := asked.ReadFromUDPAddrPort(b)
		q := new(dns.Msg)
		if err != nil || q.Unpack(b[:n]) != nil {
			return
		}
		other.WriteToUDPAddrPort(wire(replyTo(q, dns.RcodeSuccess, evil)), from)
		asked.WriteToUDPAddrPort(wire(replyTo(q, dns.RcodeSuccess, good)), from)
	}()
	server := &nameServer{addr: asked.LocalAddr().(*net.UDPAddr).AddrPort()}
	got, _, err := runQuery(t, asking(t, server), "zoo.test.", "A")
	if err != nil || len(got.Answers) != 1 || got.Answers[0].Data != "192.0.2.1" {
		t.Errorf("got %+v, %v", got, err)
	}
	asked.Close()
	<-done
}

// Requirement 6: every server of a zone is asked before the question fails, each three
// times at most, the last time by TCP.
func TestTriesOfSilentServers(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt + " " + spareAt})...)
	in.hosts[zooAt].does(mute)
	in.hosts[spareAt].does(mute)
	got, records, err := outcomeOf(t, in.hasty(t), "www.zoo.test. A")
	if e, is := err.(*Error); !is || e.Code != Timeout || got.Rcode != "SERVFAIL" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, addr := range []string{zooAt, spareAt} {
		var protocols []string
		for _, q := range of[trace.QuerySent](records) {
			if strings.HasPrefix(q.Server, addr+":") {
				protocols = append(protocols, q.Protocol)
			}
		}
		if strings.Join(protocols, " ") != "udp udp tcp" {
			t.Errorf("%s was asked by %q", addr, protocols)
		}
	}
}

// Requirement 6: waits double from 400 ms.
func TestWaitsForServersOfZones(t *testing.T) {
	if firstWait > 400*time.Millisecond || maxRounds > 3 {
		t.Errorf("%v, %d rounds", firstWait, maxRounds)
	}
}

// Requirement 6: a server that cannot be reached is left at once, and for good.
func TestServersOutOfReachAreLeft(t *testing.T) {
	w := build(t, clock, small(site{zone: "zoo.test.", at: zooAt, text: `@ NS ns1
@ NS closed
ns1 A ` + zooAt + `
closed A 127.1.0.99
www A 192.0.2.1
`})...)
	w.zones["test."] = append(w.zones["test."], rr("zoo.test. 60 IN NS closed.zoo.test."), rr("closed.zoo.test. 60 IN A 127.1.0.99"))
	in := w.start(t)
	got, records, err := outcomeOf(t, in.patient(t), "www.zoo.test. A")
	if len(got.Answers) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	tries := 0
	for _, q := range of[trace.QuerySent](records) {
		if strings.HasPrefix(q.Server, "127.1.0.99:") {
			tries++
		}
	}
	if tries > 1 {
		t.Errorf("the closed port was asked %d times", tries)
	}
}

// A server without a way to it says nothing of the others of its family.
func TestOneServerOutOfReachIsNotItsFamily(t *testing.T) {
	dead, alive := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")
	root := &delegation{name: ".", servers: []*authority{{name: "a.", addrs: []netip.Addr{dead, alive}, sought: map[uint16]bool{}}}}
	it := newIterator(root, dnsPort)
	c := &contact{walk: &walk{it: it}, z: root, q: question{".", dns.TypeNS}, out: map[netip.Addr]bool{}}
	c.fail(target{}, prospect{addr: dead}, syscall.ENETUNREACH)
	got := it.prospects(root)
	if len(got) != 2 || got[0].addr != alive || !c.out[dead] || c.out[alive] {
		t.Errorf("left are %+v, given up %v", got, c.out)
	}
	if _, qtype, ok := it.seek(root); !ok || qtype != dns.TypeA {
		t.Error("no further address is looked for")
	}
}
