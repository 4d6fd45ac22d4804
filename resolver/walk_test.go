package resolver

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// The addresses of most internets: the root, test., and two zones in it.
const (
	rootAt, tldAt, zooAt, fooAt = "127.1.0.1", "127.1.0.2", "127.1.0.3", "127.1.0.4"
	deepAt, spareAt             = "127.1.0.5", "127.1.0.6"
)

// small is the sites that most tests need; the last are put in place of their equals.
func small(others ...site) []site {
	out := []site{
		{zone: ".", at: rootAt},
		{zone: "test.", at: tldAt},
		{zone: "zoo.test.", at: zooAt, text: "www A 192.0.2.1\nwww AAAA 2001:db8::1\n"},
		{zone: "foo.test.", at: fooAt, text: "www A 192.0.2.2\n"},
	}
	for _, s := range others {
		if i := slices.IndexFunc(out, func(o site) bool { return o.zone == s.zone }); i >= 0 {
			out[i] = s
		} else {
			out = append(out, s)
		}
	}
	return out
}

// check compares what came of a question.
func (in *internet) check(t *testing.T, question string, want outcome) []trace.Record {
	t.Helper()
	got, records, err := in.walk(t, question)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (error: %v): (-want +got)\n%s", question, err, diff)
	}
	return records
}

// found is the outcome with these answers, not validated.
func found(answers ...string) outcome { return outcome{"NOERROR", unchecked, answers} }

func failed(rcode string) outcome { return outcome{Rcode: rcode, Security: unchecked} }

// Requirement 9.
func TestRootIsPrimed(t *testing.T) {
	tests := []struct {
		name   string
		behave behaviour
	}{
		{"as it should", honestly},
		{"without an answer to it", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeNS {
				return []*dns.Msg{new(dns.Msg).SetRcode(q, dns.RcodeRefused)}
			}
			return []*dns.Msg{honest}
		}},
		{"with servers that have no address", func(q, honest *dns.Msg, _ bool) []*dns.Msg {
			if q.Question[0].Qtype == dns.TypeNS {
				honest.Answer = []dns.RR{rr(". 60 IN NS nowhere.test.")}
				honest.Extra = nil
			}
			return []*dns.Msg{honest}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, small()...)
			in.hosts[rootAt].does(tt.behave)
			in.check(t, "www.zoo.test. A", found("www.zoo.test. A 192.0.2.1"))
			if asked := in.asked(rootAt); asked[0] != ". NS" {
				t.Errorf("the root was asked %q, want . NS first", asked)
			}
		})
	}
}

// Requirement 9: the servers that the root names are asked, not those of an old file.
func TestRootServersComeFromTheRoot(t *testing.T) {
	in := startInternet(t, small(site{zone: ".", at: rootAt + " " + spareAt})...)
	c := in.config(t)
	c.RootHints = file(t, ". NS old.\nold. A "+rootAt+"\n")
	in.hosts[rootAt].does(func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		if q.Question[0].Qtype == dns.TypeNS {
			honest.Answer = []dns.RR{rr(". 60 IN NS ns2.")}
			honest.Extra = []dns.RR{rr("ns2. 60 IN A " + spareAt)}
		}
		return []*dns.Msg{honest}
	})
	got, _, err := outcomeOf(t, fresh(c), "www.zoo.test. A")
	if want := found("www.zoo.test. A 192.0.2.1"); err != nil || !cmp.Equal(want, got) {
		t.Errorf("got %+v, %v", got, err)
	}
	if asked := in.asked(rootAt); len(asked) != 1 || len(in.asked(spareAt)) == 0 {
		t.Errorf("the server of the hints was asked %q, that of the root %q", asked, in.asked(spareAt))
	}
}

// Requirement 10 (and 19): what leads sideways or up is no referral; the next server is asked.
func TestReferralsLeadDown(t *testing.T) {
	tests := []struct{ name, authority string }{
		{"upward", "test. 60 IN NS ns1.test."},
		{"to the root", ". 60 IN NS ns1."},
		{"to itself", "zoo.test. 60 IN NS ns1.zoo.test."},
		{"sideways", "foo.test. 60 IN NS ns1.foo.test."},
		{"to a name beside", "other.zoo.test. 60 IN NS ns1.zoo.test."},
		{"below the name", "a.www.zoo.test. 60 IN NS ns1.zoo.test."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt + " " + spareAt, text: "www A 192.0.2.1\n"})...)
			in.hosts[zooAt].does(func(q, _ *dns.Msg, _ bool) []*dns.Msg {
				m := new(dns.Msg).SetReply(q)
				m.Ns = []dns.RR{rr(tt.authority)}
				return []*dns.Msg{m}
			})
			in.check(t, "www.zoo.test. A", found("www.zoo.test. A 192.0.2.1"))
			if n := len(in.asked(zooAt)); n != 1 {
				t.Errorf("the lame server was asked %d times, want once", n)
			}
		})
	}
}

// Requirement 11.
func TestOnlyDataOfTheZoneIsUsed(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: "www CNAME www.foo.test.\nmail A 192.0.2.9\n"})...)
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.Answer = append(honest.Answer, rr("www.foo.test. 60 IN A 6.6.6.6"))
		honest.Ns = append(honest.Ns, rr("foo.test. 60 IN NS ns1.zoo.test."), rr("test. 60 IN NS ns1.zoo.test."))
		honest.Extra = append(honest.Extra, rr("ns1.foo.test. 60 IN A "+zooAt), rr("ns1.test. 60 IN A "+zooAt))
		return []*dns.Msg{honest}
	})
	in.hosts[tldAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		honest.Extra = append(honest.Extra, rr("mail.zoo.test. 60 IN A 6.6.6.6")) // beside the glue
		return []*dns.Msg{honest}
	})
	r := in.patient(t)
	for question, want := range map[string]outcome{
		"www.zoo.test. A":  found("www.zoo.test. CNAME www.foo.test.", "www.foo.test. A 192.0.2.2"),
		"www.foo.test. A":  found("www.foo.test. A 192.0.2.2"),
		"mail.zoo.test. A": found("mail.zoo.test. A 192.0.2.9"),
	} {
		if got, _, err := outcomeOf(t, r, question); !cmp.Equal(want, got) {
			t.Errorf("%s: got %+v, %v", question, got, err)
		}
	}
}

// Requirement 11: glue serves to reach the servers, and is no answer.
func TestGlueIsNoAnswer(t *testing.T) {
	in := startInternet(t, small(site{
		zone: "zoo.test.", at: zooAt,
		text: "@ NS ns1\nns1 A 192.0.2.77\n", // the zone itself says otherwise than its parent's glue
	})...)
	in.check(t, "ns1.zoo.test. A", found("ns1.zoo.test. A 192.0.2.77"))
}

// Requirement 12.
func TestNamesOfServersAreLookedUp(t *testing.T) {
	const answer = "www.zoo.test. A 192.0.2.1"
	tests := []struct {
		name, tld, other string
		want             outcome
		limit            int // queries
	}{
		{"in another zone", "zoo NS a.foo\n", "a A " + zooAt, found(answer), 9},
		{"IPv6 alone", "zoo NS a.foo\n", "a AAAA ::1", failed("SERVFAIL"), 12},
		{"an alias", "zoo NS a.foo\n", "a CNAME b\nb A " + zooAt, found(answer), 9},
		{"one leads nowhere", "zoo NS none.foo\nzoo NS a.foo\n", "a A " + zooAt, found(answer), 12},
		{"stands on itself", "zoo NS a.zoo\n", "", failed("SERVFAIL"), 12},
		{"stand on one another", "zoo NS a.bar\nbar NS a.zoo\n", "", failed("SERVFAIL"), 12},
		{"three in a circle", "zoo NS a.bar\nbar NS a.baz\nbaz NS a.zoo\n", "", failed("SERVFAIL"), 12},
		{"a circle and a way out", "zoo NS a.bar\nzoo NS a.foo\nbar NS a.zoo\n", "a A " + zooAt, found(answer), 14},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, small(site{zone: "test.", at: tldAt, text: tt.tld}, site{zone: "foo.test.", at: fooAt, text: tt.other})...)
			in.check(t, "www.zoo.test. A", tt.want)
			if n := in.total(); n > tt.limit {
				t.Errorf("%d queries, want at most %d", n, tt.limit)
			}
		})
	}
}

// Requirement 15 (and 17: what denies a name above is the zone's own server).
func TestDenials(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: `www A 192.0.2.1
a.ent A 192.0.2.4
gone CNAME none.foo.test.
empty CNAME www.foo.test.
`})...)
	none := outcome{"NXDOMAIN", unchecked, []string{"gone.zoo.test. CNAME none.foo.test."}}
	for question, want := range map[string]outcome{
		"none.zoo.test. A":     failed("NXDOMAIN"),
		"a.b.none.zoo.test. A": failed("NXDOMAIN"),
		"www.zoo.test. TXT":    {Rcode: "NOERROR", Security: unchecked},
		"ent.zoo.test. A":      {Rcode: "NOERROR", Security: unchecked},
		"a.ent.zoo.test. A":    found("a.ent.zoo.test. A 192.0.2.4"),
		"gone.zoo.test. A":     none,
		"gone.zoo.test. TXT":   none,
		"empty.zoo.test. TXT":  found("empty.zoo.test. CNAME www.foo.test."),
		"a.b.nowhere. A":       failed("NXDOMAIN"),
		"zoo.test. MX":         {Rcode: "NOERROR", Security: unchecked},
	} {
		t.Run(question, func(t *testing.T) { in.check(t, question, want) })
	}
}

// Requirement 16.
func TestNamesAreShownLabelByLabel(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: "a.b.c A 192.0.2.1\n"})...)
	in.check(t, "a.b.c.zoo.test. TXT", outcome{Rcode: "NOERROR", Security: unchecked})
	for addr, want := range map[string][]string{
		rootAt: {". NS", "test. A"},
		tldAt:  {"zoo.test. A"},
		zooAt:  {"c.zoo.test. A", "b.c.zoo.test. A", "a.b.c.zoo.test. TXT"},
	} {
		if diff := cmp.Diff(want, in.asked(addr)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", addr, diff)
		}
	}
}

// Requirement 16: names of many labels take ten steps in a zone at most.
func TestStepsOfMinimisingAreBounded(t *testing.T) {
	name := strings.Repeat("x.", 60) + "zoo.test."
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: name + " A 192.0.2.1\n"})...)
	in.check(t, name+" A", found(name+" A 192.0.2.1"))
	if n := len(in.asked(zooAt)); n > maxMinimised {
		t.Errorf("%d queries, want at most %d", n, maxMinimised)
	}
}

// Requirement 16 (and 17): a server that fails over a part of a name, or denies it, is
// asked for the whole, once.
func TestServersThatDoNotTakePartsOfNames(t *testing.T) {
	for _, rcode := range []int{dns.RcodeNameError, dns.RcodeRefused, dns.RcodeServerFailure, dns.RcodeNotImplemented} {
		t.Run(rcodeName(rcode), func(t *testing.T) {
			in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: "a.b.c.d A 192.0.2.1\n"})...)
			in.hosts[zooAt].does(func(q, honest *dns.Msg, _ bool) []*dns.Msg {
				if !sameName(q.Question[0].Name, "a.b.c.d.zoo.test.") {
					honest.Rcode = rcode
				}
				return []*dns.Msg{honest}
			})
			in.check(t, "a.b.c.d.zoo.test. A", found("a.b.c.d.zoo.test. A 192.0.2.1"))
			if asked := in.asked(zooAt); len(asked) > 3 {
				t.Errorf("asked %q", asked)
			}
		})
	}
}

// Requirement 17: a denial of what is above by a server of the zone above ends nothing if
// that server is not the zone's.
func TestDenialByAStranger(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt + " " + spareAt, text: "www A 192.0.2.1\n"})...)
	in.hosts[zooAt].does(func(q, _ *dns.Msg, _ bool) []*dns.Msg {
		m := new(dns.Msg).SetRcode(q, dns.RcodeNameError) // as a resolver that has no way to the zone
		m.RecursionAvailable = true
		return []*dns.Msg{m}
	})
	in.check(t, "www.zoo.test. A", found("www.zoo.test. A 192.0.2.1"))
}

// Requirement 18.
func TestWhoIsAskedForDSAndDNSKEY(t *testing.T) {
	in := startInternet(t, signedSites(
		site{zone: "zoo.test.", at: zooAt, sign: &signature{}, text: "www A 192.0.2.1\n"},
		site{zone: "sub.zoo.test.", at: zooAt, sign: &signature{}, text: "www A 192.0.2.9\n"}, // on its parent's server
	)...)
	in.check(t, "zoo.test. DS", outcome{"NOERROR", "secure", []string{in.dsOf("zoo.test.")}})
	if asked := in.asked(zooAt); slices.Contains(asked, "zoo.test. DS") {
		t.Errorf("the child was asked for its DS: %q", asked)
	}
	in.check(t, "sub.zoo.test. DS", outcome{"NOERROR", "secure", []string{in.dsOf("sub.zoo.test.")}})
	in.check(t, "www.sub.zoo.test. A", outcome{"NOERROR", "secure", []string{"www.sub.zoo.test. A 192.0.2.9"}})
	if asked := in.asked(tldAt); slices.Contains(asked, "zoo.test. DNSKEY") {
		t.Errorf("the parent was asked for the child's keys: %q", asked)
	}
}

// dsOf is the DS record of a zone as an answer.
func (w *world) dsOf(zone string) string { return zone + " DS " + data(w.keys[zone].ToDS(dns.SHA256)) }

// Requirement 19.
func TestLameServersAreLeft(t *testing.T) {
	says := func(change func(m *dns.Msg)) behaviour {
		return func(q, _ *dns.Msg, _ bool) []*dns.Msg {
			m := new(dns.Msg).SetReply(q)
			change(m)
			return []*dns.Msg{m}
		}
	}
	tests := []struct {
		name   string
		behave behaviour
	}{
		{"REFUSED", says(func(m *dns.Msg) { m.Rcode = dns.RcodeRefused })},
		{"SERVFAIL", says(func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure })},
		{"NOTIMP", says(func(m *dns.Msg) { m.Rcode = dns.RcodeNotImplemented })},
		{"NOTAUTH", says(func(m *dns.Msg) { m.Rcode = dns.RcodeNotAuth })},
		{"an rcode nobody knows", says(func(m *dns.Msg) { m.Rcode = 14 })},
		{"nothing", says(func(*dns.Msg) {})},
		{"a resolver's word", says(func(m *dns.Msg) {
			m.RecursionAvailable = true
			m.Answer = []dns.RR{rr("www.zoo.test. 60 IN A 6.6.6.6")}
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt + " " + spareAt + " " + deepAt, text: "www A 192.0.2.1\n"})...)
			in.hosts[zooAt].does(tt.behave)
			in.hosts[spareAt].does(tt.behave)
			in.check(t, "www.zoo.test. A", found("www.zoo.test. A 192.0.2.1"))
		})
	}
}

// Requirement 20.
func TestTypesWithoutMeaning(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt, text: `any HINFO "RFC8482" ""
new TYPE65400 \# 3 c0000a
empty TYPE65401 \# 0
`})...)
	in.hosts[zooAt].does(func(_, honest *dns.Msg, _ bool) []*dns.Msg {
		if len(honest.Answer) > 0 { // a record of another class is none of the answer
			chaos := dns.Copy(honest.Answer[0])
			chaos.Header().Class = dns.ClassCHAOS
			honest.Answer = append(honest.Answer, chaos)
		}
		return []*dns.Msg{honest}
	})
	for question, want := range map[string]outcome{
		"any.zoo.test. ANY":         found(`any.zoo.test. HINFO "RFC8482" ""`),
		"new.zoo.test. TYPE65400":   found(`new.zoo.test. TYPE65400 \# 3 c0000a`),
		"empty.zoo.test. TYPE65401": found(`empty.zoo.test. TYPE65401 \# 0 `),
	} {
		t.Run(question, func(t *testing.T) { in.check(t, question, want) })
	}
}

// Requirement 21.
func TestLifetimesOfRecords(t *testing.T) {
	in := startInternet(t, small(site{zone: "zoo.test.", at: zooAt})...)
	in.hosts[zooAt].does(func(q, honest *dns.Msg, _ bool) []*dns.Msg {
		name := lower(q.Question[0].Name)
		honest.Rcode, honest.Ns = dns.RcodeSuccess, nil
		for _, r := range []string{" 300 IN A 192.0.2.1", " 60 IN A 192.0.2.2", " 900 IN A 192.0.2.1"} {
			honest.Answer = append(honest.Answer, rr(name+r))
		}
		if strings.HasPrefix(name, "old.") {
			honest.Answer[1].Header().Ttl = 1<<31 + 60
		}
		return []*dns.Msg{honest}
	})
	for name, ttl := range map[string]uint32{"mixed.zoo.test.": 60, "old.zoo.test.": 0} {
		a, _, err := runQuery(t, in.patient(t), name, "A")
		want := []trace.RR{{Name: name, Type: "A", TTL: ttl, Data: "192.0.2.1"}, {Name: name, Type: "A", TTL: ttl, Data: "192.0.2.2"}}
		if diff := cmp.Diff(want, a.Answers); diff != "" {
			t.Errorf("%v: (-want +got)\n%s", err, diff)
		}
	}
}

// Requirement 22: the walk asks nobody either.
func TestSpecialNamesAreNotWalkedFor(t *testing.T) {
	in := startInternet(t, small()...)
	for question, want := range map[string]outcome{
		"localhost. A":     {"NOERROR", unchecked, []string{"localhost. A 127.0.0.1"}},
		"a.localhost. A":   {"NOERROR", unchecked, []string{"a.localhost. A 127.0.0.1"}},
		"abc.onion. A":     failed("NXDOMAIN"),
		"a.invalid. A":     failed("NXDOMAIN"),
		"printer.local. A": {Security: unchecked},
	} {
		t.Run(question, func(t *testing.T) { in.check(t, question, want) })
	}
	if n := in.total(); n != 0 {
		t.Errorf("%d queries, want none", n)
	}
}

// A delegation to this machine is refused where the root is elsewhere: anybody could have
// us ask our own services.
func TestDelegationsToThisMachine(t *testing.T) {
	it := newIterator(builtinHints(), 53)
	s := &authority{name: "ns1.zoo.test.", sought: map[uint16]bool{}}
	it.add(s, addressesOf([]dns.RR{
		rr("ns1.zoo.test. 60 IN A 127.0.0.1"), rr("ns1.zoo.test. 60 IN AAAA ::1"), rr("ns1.zoo.test. 60 IN AAAA ::ffff:127.0.0.1"),
		rr("ns1.zoo.test. 60 IN A 0.0.0.0"), rr("ns1.zoo.test. 60 IN A 224.0.0.1"), rr("ns1.zoo.test. 60 IN A 192.0.2.53"),
	}, s.name))
	if len(s.addrs) != 1 || s.addrs[0].String() != "192.0.2.53" {
		t.Errorf("got %v, want 192.0.2.53 alone", s.addrs)
	}
}
