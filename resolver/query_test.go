package resolver

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// Requirement 20 (and 21).
func TestQueryPresentsRecords(t *testing.T) {
	evilText := "\x1b]0;EVIL\a\x1b[31m\x9b31m\xc2\x9b\x7f\"\\"
	txt := &dns.TXT{
		Hdr: dns.RR_Header{Name: "zoo.test.", Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 60},
		Txt: []string{strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(evilText)},
	}
	for _, tt := range []struct {
		name, host, qtype string
		records           []dns.RR
		want              []trace.RR
	}{
		{"text", "zoo.test", "txt", []dns.RR{txt}, []trace.RR{{
			Name: "zoo.test.", Type: "TXT", TTL: 60,
			Data: `"\027]0;EVIL\007\027[31m\15531m\194\155\127\"\\"`,
		}}},
		{
			"unknown type", "zoo.test", "TYPE65280",
			[]dns.RR{rr(`zoo.test. 60 IN TYPE65280 \# 3 0a0b0c`)},
			[]trace.RR{{Name: "zoo.test.", Type: "TYPE65280", TTL: 60, Data: `\# 3 0a0b0c`}},
		},
		{
			"known type by its number", "zoo.test", "TYPE15",
			[]dns.RR{rr("zoo.test. 60 IN MX 5 mail.zoo.test.")},
			[]trace.RR{{Name: "zoo.test.", Type: "MX", TTL: 60, Data: "5 mail.zoo.test."}},
		},
		{
			"service", "zoo.test.", "HTTPS",
			[]dns.RR{rr(`zoo.test. 60 IN HTTPS 1 . alpn="h2,h3"`)},
			[]trace.RR{{Name: "zoo.test.", Type: "HTTPS", TTL: 60, Data: `1 . alpn="h2,h3"`}},
		},
		{
			"duplicates and mixed TTLs", "zoo.test", "A",
			[]dns.RR{rr(good), rr("ZOO.test. 30 IN A 192.0.2.1"), rr("zoo.test. 40 IN A 192.0.2.2")},
			[]trace.RR{{Name: "zoo.test.", Type: "A", TTL: 30, Data: "192.0.2.1"}, {Name: "zoo.test.", Type: "A", TTL: 30, Data: "192.0.2.2"}},
		},
		{
			"alias asked for", "zoo.test", "CNAME",
			[]dns.RR{rr("zoo.test. 60 IN CNAME b.test."), rr("b.test. 60 IN A 192.0.2.1")},
			[]trace.RR{{Name: "zoo.test.", Type: "CNAME", TTL: 60, Data: "b.test."}},
		},
		{
			"everything", "zoo.test", "ANY",
			[]dns.RR{rr(`zoo.test. 60 IN HINFO "RFC8482" ""`), rr("other.test. 60 IN A 6.6.6.6")},
			[]trace.RR{{Name: "zoo.test.", Type: "HINFO", TTL: 60, Data: `"RFC8482" ""`}},
		},
		{"nothing", "zoo.test", "MX", nil, []trace.RR{}},
		{"the root", ".", "NS", []dns.RR{rr(". 60 IN NS a.test.")}, []trace.RR{{Name: ".", Type: "NS", TTL: 60, Data: "a.test."}}},
		{
			"odd name", "\x1b[2J.test", "A",
			[]dns.RR{rr(`\027[2J.test. 60 IN A 192.0.2.1`)},
			[]trace.RR{{Name: `\027[2J.test.`, Type: "A", TTL: 60, Data: "192.0.2.1"}},
		},
		{
			"U-label", "_x.Bücher.example", "A",
			[]dns.RR{rr(`_x.xn--bcher-kva.example. 60 IN A 192.0.2.1`)},
			[]trace.RR{{Name: "_x.xn--bcher-kva.example.", Type: "A", TTL: 60, Data: "192.0.2.1"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, func(q *dns.Msg) [][]byte {
				return changed(q, dns.RcodeSuccess, func(m *dns.Msg) { m.Answer = tt.records })
			}, nil)
			answered, _, err := runQuery(t, asking(t, s), tt.host, tt.qtype)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, answered.Answers); diff != "" {
				t.Error(diff)
			}
			if answered.Rcode != "NOERROR" || answered.Security != "unchecked" || answered.Authority == nil {
				t.Errorf("answered %+v", answered)
			}
		})
	}
}

func TestQueryOfNameThatDoesNotExist(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		return changed(q, dns.RcodeNameError, func(m *dns.Msg) {
			m.Ns = []dns.RR{rr("test. 5 IN SOA a. b. 1 2 3 4 5")}
		})
	}, nil)
	answered, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
	wantCode(t, err, NameNotFound)
	want := &trace.Answered{
		Name: "zoo.test.", Type: "A", Rcode: "NXDOMAIN", Security: "unchecked", Answers: []trace.RR{},
		Authority: []trace.RR{{Name: "test.", Type: "SOA", TTL: 5, Data: "a. b. 1 2 3 4 5"}}, Source: "dns",
	}
	if diff := cmp.Diff(want, answered); diff != "" {
		t.Error(diff)
	}
}

// Requirement 22 (and 39).
func TestQueryWithoutTheDNS(t *testing.T) {
	s := serve(t, silent, nil)
	r := fresh(Config{Servers: []Server{{Addr: s.addr, Protocol: UDP}}, HostsFile: file(t, "192.0.2.7 a.test\n2001:db8::7 a.test\n")})
	for _, tt := range []struct {
		name, qtype, rcode, source string
		code                       trace.Code
		data                       []string
	}{
		{"a.test", "A", "NOERROR", "hosts", "", []string{"192.0.2.7"}},
		{"A.test.", "AAAA", "NOERROR", "hosts", "", []string{"2001:db8::7"}},
		{"localhost", "A", "NOERROR", "localhost", "", []string{"127.0.0.1"}},
		{"x.localhost", "AAAA", "NOERROR", "localhost", "", []string{"::1"}},
		{"localhost", "MX", "NOERROR", "localhost", "", nil},
		{"x.invalid", "A", "NXDOMAIN", "special", SpecialName, nil},
		{"x.onion", "TXT", "NXDOMAIN", "special", SpecialName, nil},
		{"x.local", "A", "", "special", SpecialName, nil},
		{strings.Repeat("a", 64) + ".test", "A", "", "", BadName, nil},
		{strings.Repeat(strings.Repeat("a", 60)+".", 5), "A", "", "", BadName, nil},
		{"a..test", "A", "", "", BadName, nil},
		{".test", "A", "", "", BadName, nil},
		{"", "A", "", "", BadName, nil},
		{"b\xffcher", "A", "", "", BadName, nil},
		{"xn--\u00fc.test", "A", "", "", BadName, nil},
		{"a.test", "AXFR", "", "", BadType, nil},
		{"a.test", "TYPE65536", "", "", BadType, nil},
		{"a.test", "TYPE41", "", "", BadType, nil},
		{"a.test", "NONSENSE", "", "", BadType, nil},
	} {
		t.Run(tt.name+" "+tt.qtype, func(t *testing.T) {
			answered, _, err := runQuery(t, r, tt.name, tt.qtype)
			if tt.code != "" {
				wantCode(t, err, tt.code)
			} else if err != nil {
				t.Error(err)
			}
			if tt.source == "" {
				if answered != nil {
					t.Errorf("answered %+v", answered)
				}
				return
			}
			var data []string
			for _, r := range answered.Answers {
				data = append(data, r.Data)
			}
			if diff := cmp.Diff(tt.data, data); diff != "" || answered.Rcode != tt.rcode || answered.Source != tt.source {
				t.Errorf("%s%+v", diff, answered)
			}
		})
	}
	if n := len(s.queries()); n != 0 {
		t.Errorf("%d queries were sent", n)
	}
}

func TestQuerySearches(t *testing.T) {
	s := serve(t, zone(map[string][]string{"www.b.test. A": {"www.b.test. 60 IN A 192.0.2.1"}}), nil)
	search := "search a.test b.test\n"
	r := fresh(Config{Servers: []Server{{Addr: s.addr, Protocol: UDP}}, HostsFile: file(t, ""), ResolvConf: file(t, search)})
	answered, _, err := runQuery(t, r, "www", "A")
	if err != nil || answered.Name != "www.b.test." {
		t.Errorf("answered %+v, %v", answered, err)
	}
	answered, _, err = runQuery(t, r, "www.", "A")
	wantCode(t, err, NameNotFound)
	if answered.Name != "www." {
		t.Errorf("answered %+v", answered)
	}
	want := []string{"www. A", "www.a.test. A", "www.b.test. A"}
	if diff := cmp.Diff(want, s.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestQueriesOfARunAreNumberedThrough(t *testing.T) {
	s := serve(t, zone(map[string][]string{"zoo.test. A": {good}}), nil)
	r := asking(t, s)
	for want, qtype := range []string{"A", "AAAA", "MX"} {
		_, records, _ := runQuery(t, r, "zoo.test", qtype)
		if sent := of[trace.QuerySent](records); len(sent) != 1 || sent[0].ID != want+1 {
			t.Errorf("sent %+v, want number %d", sent, want+1)
		}
	}
}
