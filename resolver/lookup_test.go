package resolver

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

var compareAddrs = cmpopts.EquateComparable(netip.Addr{})

// lookUpAll runs Lookup, waits for what is late, and returns the answer with all records.
func lookUpAll(t *testing.T, r *Resolver, host string) (*Answer, []trace.Record, error) {
	t.Helper()
	rec := trace.NewRecorder(nil)
	a, err := r.Lookup(patience(t), rec.Scope(0), host, 80)
	if a != nil {
		a.whole(patience(t))
	}
	if a != nil && len(a.Addrs) > 1 {
		// Which family comes first depends on the machine's routes.
		v4 := IPv4.only(a.Addrs)
		a.Addrs = append(v4, IPv6.only(a.Addrs)...)
	}
	return a, rec.Records(), err
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

const good6 = "zoo.test. 40 IN AAAA 2001:db8::1"

// Requirement 39.
func TestLookupAsksForBothFamilies(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}, "zoo.test. AAAA": {good6}}), nil)
	got, records, err := lookUpAll(t, asking(t, s), "Zoo.test")
	if err != nil {
		t.Fatal(err)
	}
	want := &Answer{Addrs: addrs("192.0.2.1", "2001:db8::1"), Canonical: "Zoo.test", TTL: 40 * time.Second, Source: "dns"}
	if diff := cmp.Diff(want, got, compareAddrs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"zoo.test. A", "zoo.test. AAAA"}, s.asked()); diff != "" {
		t.Error(diff)
	}
	if e := records[0].Event; e != (trace.ResolveStarted{Name: "Zoo.test"}) {
		t.Errorf("the first event is %+v", e)
	}
	resolved := of[trace.Resolved](records)
	followed := 0
	for _, e := range of[trace.AddressesAdded](records) {
		followed += len(e.Addresses)
	}
	if len(resolved) != 1 || !resolved[0].HasTTL || resolved[0].Canonical != "" || len(resolved[0].Addresses)+followed != 2 {
		t.Errorf("resolved: %+v, and %d addresses later", resolved, followed)
	}
}

func TestFamiliesCanBeRestricted(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}, "zoo.test. AAAA": {good6}}), nil)
	for _, tt := range []struct {
		name   string
		family Family
		change func(*conf)
		want   string
	}{
		{"IPv4", IPv4, func(*conf) {}, "192.0.2.1"},
		{"IPv6", IPv6, func(*conf) {}, "2001:db8::1"},
		{"no-aaaa", Any, func(c *conf) { c.noAAAA = true }, "192.0.2.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := asking(t, s).with(tt.change)
			r.family = tt.family
			got, records, err := lookUpAll(t, r, "zoo.test")
			if err != nil || !cmp.Equal(got.Addrs, addrs(tt.want), compareAddrs) {
				t.Errorf("got %+v, %v; want %s", got, err, tt.want)
			}
			if n := len(of[trace.QuerySent](records)); n != 1 {
				t.Errorf("%d queries, want 1", n)
			}
		})
	}
}

// perType answers A and AAAA each in its way.
func perType(a, aaaa datagrams) datagrams {
	return func(q *dns.Msg) [][]byte {
		if q.Question[0].Qtype == dns.TypeA {
			return a(q)
		}
		return aaaa(q)
	}
}

// Requirement 39.
func TestOneFamilysFailureDoesNotHideTheOther(t *testing.T) {
	answer := func(q *dns.Msg) [][]byte { return [][]byte{wire(replyTo(q, dns.RcodeSuccess, good))} }
	for _, tt := range []struct {
		name    string
		a, aaaa datagrams
		code    trace.Code
	}{
		{"SERVFAIL", answer, always(dns.RcodeServerFailure), ""},
		{"NXDOMAIN", answer, always(dns.RcodeNameError), ""},
		{"no data", answer, always(dns.RcodeSuccess), ""},
		{"silence", answer, silent, ""},
		{"neither has data", always(dns.RcodeSuccess), always(dns.RcodeSuccess), NoAddress},
		{"no data, but who knows", always(dns.RcodeSuccess), always(dns.RcodeServerFailure), ServerFailure},
		{"no name and silence", always(dns.RcodeNameError), silent, NameNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := asking(t, serve(t, perType(tt.a, tt.aaaa), nil))
			if strings.Contains(tt.name, "silence") { // the others both answer, late or not
				r.grace = time.Millisecond
			}
			got, _, err := lookUpAll(t, r, "zoo.test")
			if tt.code != "" {
				wantCode(t, err, tt.code)
			} else if err != nil || !cmp.Equal(got.Addrs, addrs("192.0.2.1"), compareAddrs) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestSingleRequestAsksOneAfterTheOther(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}, "zoo.test. AAAA": {good6}}), nil)
	r := asking(t, s).with(func(c *conf) { c.oneByOne = true })
	got, records, err := lookUpAll(t, r, "zoo.test")
	if err != nil || len(got.Addrs) != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	var order []string
	for _, rec := range records {
		switch e := rec.Event.(type) {
		case trace.QuerySent:
			order = append(order, "sent "+e.Type)
		case trace.QueryAnswered:
			order = append(order, "answered")
		}
	}
	if diff := cmp.Diff([]string{"sent A", "answered", "sent AAAA", "answered"}, order); diff != "" {
		t.Error(diff)
	}
}

// Requirement 13 (and 14).
func TestAliases(t *testing.T) {
	c := func(from, to string) string { return from + ".test. 30 IN CNAME " + to + ".test." }
	long := map[string][]string{}
	for i := range 14 {
		from, to := string(rune('a'+i)), string(rune('b'+i))
		long[from+".test. A"] = []string{c(from, to)}
	}
	long["c.test. A"] = []string{"c.test. 9 IN A 192.0.2.3"}
	for _, tt := range []struct {
		name    string
		records map[string][]string
		end     string
		ttl     time.Duration
		code    trace.Code
		queries int
	}{
		{"in one answer", map[string][]string{"a.test. A": {c("a", "b"), "b.test. 9 IN A 192.0.2.1"}}, "b.test", 9, "", 1},
		{"in any order", map[string][]string{"a.test. A": {"c.test. 90 IN A 192.0.2.1", c("b", "c"), c("a", "b")}}, "c.test", 30, "", 1},
		{"to be asked for", long, "c.test", 9, "", 3},
		{"case", map[string][]string{"a.test. A": {c("A", "B"), "b.test. 9 IN A 192.0.2.1"}}, "B.test", 9, "", 1},
		{"to itself", map[string][]string{"a.test. A": {c("a", "a"), evil}}, "", 0, AliasLoop, 1},
		{"in a circle", map[string][]string{"a.test. A": {c("a", "b"), c("b", "a")}}, "", 0, AliasLoop, 1},
		{"in a circle of replies", map[string][]string{"a.test. A": {c("a", "b")}, "b.test. A": {c("b", "a")}}, "", 0, AliasLoop, 2},
		{"to nowhere", map[string][]string{"a.test. A": {c("a", "b")}}, "", 0, NameNotFound, 2},
		{"address of another", map[string][]string{"a.test. A": {evil}}, "", 0, NoAddress, 1},
		{"address of another beside", map[string][]string{"a.test. A": {"a.test. 9 IN A 192.0.2.1", evil}}, "a.test", 9, "", 1},
		{"class", map[string][]string{"a.test. A": {"a.test. 9 CH A 6.6.6.6"}}, "", 0, NoAddress, 1},
		{"DNAME", map[string][]string{"a.x.test. A": {"x.test. 5 IN DNAME y.test.", "a.x.test. 5 IN CNAME a.y.test.", "a.y.test. 9 IN A 192.0.2.1"}}, "a.y.test", 5, "", 1},
		{"TTL with the top bit", map[string][]string{"a.test. A": {"a.test. 4294967295 IN A 192.0.2.1"}}, "a.test", 0, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, zone(tt.records), nil)
			r := asking(t, s)
			r.family = IPv4
			host := "a.test"
			if tt.name == "DNAME" {
				host = "a.x.test"
			}
			got, _, err := lookUpAll(t, r, host)
			if n := len(s.queries()); n != tt.queries {
				t.Errorf("%d queries, want %d", n, tt.queries)
			}
			switch {
			case tt.code != "":
				wantCode(t, err, tt.code)
			case err != nil || got.Canonical != tt.end || got.TTL != tt.ttl*time.Second || len(got.Addrs) != 1:
				t.Errorf("got %+v, %v; want %s, %d s", got, err, tt.end, tt.ttl)
			}
		})
	}
	delete(long, "c.test. A")
	long["c.test. A"] = []string{c("c", "d")}
	s := serve(t, zone(long), nil)
	r := asking(t, s)
	r.family = IPv4
	_, _, err := lookUpAll(t, r, "a.test")
	wantCode(t, err, AliasLoop)
	if n := len(s.queries()); n != maxAliases+1 {
		t.Errorf("%d queries, want %d", n, maxAliases+1)
	}
}

// Requirement 22 (and 39).
func TestNamesThatAreNotAskedFor(t *testing.T) {
	s := serve(t, silent, nil)
	r := fresh(Config{
		Servers: []Server{{Addr: s.addr, Protocol: UDP}},
		HostsFile: file(t, "192.0.2.7\tcanon.example Printer.local  # its address\n"+
			"2001:db8::7 printer.local\n192.0.2.8 other printer.local. \nfe80::1%lo0 link\n"),
		Overrides: []Override{
			{Host: "Given.test.", Port: 80, Addrs: addrs("192.0.2.2", "192.0.2.1")},
			{Host: "gone.test", Port: 80, Addrs: addrs("192.0.2.2")},
			{Host: "gone.invalid", Port: 80, Addrs: addrs("192.0.2.2")},
			{Host: "gone.invalid", Port: 80, Remove: true},
		},
	})
	for _, tt := range []struct {
		host      string
		addrs     []netip.Addr
		canonical string
		source    string
		code      trace.Code
	}{
		{host: "printer.LOCAL", addrs: addrs("192.0.2.7", "192.0.2.8", "2001:db8::7"), canonical: "canon.example", source: "hosts"},
		{host: "link", addrs: addrs("fe80::1%lo0"), canonical: "link", source: "hosts"},
		{host: "localhost", addrs: addrs("127.0.0.1", "::1"), canonical: "localhost", source: "localhost"},
		{host: "a.b.LOCALHOST.", addrs: addrs("127.0.0.1", "::1"), canonical: "a.b.LOCALHOST", source: "localhost"},
		{host: "given.TEST", addrs: addrs("192.0.2.2", "192.0.2.1"), canonical: "given.TEST", source: "flag"},
		{host: "192.0.2.9", addrs: addrs("192.0.2.9"), canonical: "192.0.2.9", source: "literal"},
		{host: "x.onion", code: SpecialName},
		{host: "gone.invalid", code: SpecialName},
		{host: "scanner.local", code: SpecialName},
		{host: "a..b", code: BadName},
		{host: "", code: BadName},
		{host: ".", code: BadName},
		{host: "bücher.example", code: BadName},
	} {
		t.Run(tt.host, func(t *testing.T) {
			got, _, err := lookUpAll(t, r, tt.host)
			if tt.code != "" {
				wantCode(t, err, tt.code)
				return
			}
			want := &Answer{Addrs: tt.addrs, Canonical: tt.canonical, Source: tt.source}
			if diff := cmp.Diff(want, got, compareAddrs); diff != "" || err != nil {
				t.Errorf("%s%v", diff, err)
			}
		})
	}
	if n := len(s.queries()); n != 0 {
		t.Errorf("%d queries were sent", n)
	}
}

func TestErrorsAreReadable(t *testing.T) {
	for _, tt := range []struct {
		err  *Error
		want string
	}{
		{
			&Error{Name: "a.test", Code: NameNotFound, Rcode: "NXDOMAIN", Server: "192.0.2.1:53"},
			"a.test: the name does not exist (NXDOMAIN), says 192.0.2.1:53",
		},
		{
			&Error{Name: "a\x1b", Type: "A", Code: BadName, Err: errNameForm},
			`"a\x1b" A: this cannot be a host name: ` + errNameForm.Error(),
		},
		{
			&Error{Name: "a.test", Code: Timeout, Server: "192.0.2.1:53", Err: errTimeout},
			"a.test: no server answered in time, 192.0.2.1:53: no reply in time",
		},
		{
			&Error{Name: "a.test", Code: ServerFailure, Rcode: "NOTIMP", Server: "192.0.2.1:53"},
			"a.test: no server could answer (SERVFAIL and the like) (NOTIMP), says 192.0.2.1:53",
		},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
		if tt.err.Err != nil && !errors.Is(tt.err, tt.err.Err) {
			t.Errorf("%v does not unwrap", tt.err)
		}
	}
}
