package resolver

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// Encrypted queries tell nothing by their length, carry no cookie, and over HTTPS no ID.
// Requirement 40.
func TestEncryptedQueriesAreVeiled(t *testing.T) {
	for _, protocol := range []string{UDP, TCP, TLS, HTTPS} {
		for labels := range 30 {
			name := strings.Repeat("a234567.", labels) + "test."
			q := &query{question: question{name, dns.TypeA}, server: target{Server: Server{Protocol: protocol}}, protocol: protocol}
			if err := q.pack(true, q.cookie.hex()); err != nil {
				t.Fatal(err)
			}
			m := new(dns.Msg)
			if err := m.Unpack(q.wire); err != nil {
				t.Fatal(err)
			}
			_, cookie := cookieOf(m.IsEdns0())
			encrypted := protocol == TLS || protocol == HTTPS
			if encrypted && len(q.wire)%128 != 0 || cookie == encrypted || m.Id != q.id {
				t.Errorf("%s, %d octets of name: %d octets, cookie: %t, ID %d for %d", protocol, len(name), len(q.wire), cookie, m.Id, q.id)
			}
			if protocol == HTTPS && m.Id != 0 {
				t.Errorf("ID %d over HTTPS", m.Id)
			}
		}
	}
}

func TestQueryWithoutEDNSIsNotPadded(t *testing.T) {
	q := &query{question: question{"zoo.test.", dns.TypeA}, server: target{Server: Server{Protocol: TLS}}, protocol: TLS}
	if err := q.pack(false, ""); err != nil || len(q.wire) != headerSize+len("zoo.test.")+1+4 {
		t.Errorf("%d octets, %v", len(q.wire), err)
	}
}

// named is a resolver of a server by name, at the port of s.
func named(t *testing.T, s *streamServer, name string, c Config) *Resolver {
	t.Helper()
	if c.HostsFile == "" {
		c.HostsFile = file(t, "")
	}
	server := Server{Addr: netip.AddrPortFrom(netip.Addr{}, s.Addr.Port()), Protocol: TLS, Name: name}
	c.Servers, c.Dialer = []Server{server}, plainTLS{}
	r := fresh(c)
	t.Cleanup(func() { r.Close() })
	return r
}

// The name of a server is found by what needs no such server.
// Requirement 40.
func TestNamesOfServersAreResolvedFirst(t *testing.T) {
	plain := serve(t, zone(map[string][]string{
		"dns.test. A": {"dns.test. 60 IN A 127.0.0.1"},
		// Nobody listens at the second address of this one.
		"two.test. A": {"two.test. 60 IN A 127.0.0.1", "two.test. 60 IN A 127.9.9.9"},
	}), nil)
	silentOne := Server{Addr: plain.addr, Protocol: TLS}
	s := serveStream(t, selfSigned(t), honest)
	port := s.Addr.Port()
	override := func(addr string) []Override {
		return []Override{{Host: "dns.test", Port: port, Addrs: addrs(addr)}}
	}
	bootstrap := []Server{silentOne, {Addr: plain.addr, Protocol: UDP}}
	tests := []struct {
		name, server string
		config       Config
		asked        []string // for the server's name, in clear
		code         trace.Code
		says         string
	}{
		{name: "by the DNS", server: "dns.test", config: Config{Bootstrap: bootstrap}, asked: []string{"dns.test. A", "dns.test. AAAA"}},
		{name: "by the other family", server: "dns.test", config: Config{Bootstrap: bootstrap, Family: IPv6}, asked: []string{"dns.test. A", "dns.test. AAAA"}},
		{name: "with two addresses", server: "two.test", config: Config{Bootstrap: bootstrap}, asked: []string{"two.test. A", "two.test. AAAA"}},
		{name: "by the hosts file", server: "dns.test", config: Config{Bootstrap: bootstrap, HostsFile: file(t, "127.0.0.1 dns.test\n")}},
		{name: "by an override", server: "dns.test", config: Config{Bootstrap: bootstrap, Overrides: override("127.0.0.1")}},
		{
			name: "not at all", server: "none.test", config: Config{Bootstrap: bootstrap}, asked: []string{"none.test. A", "none.test. AAAA"},
			code: NoServer, says: "the name server's own name: none.test: the name does not exist",
		},
		{
			name: "that is special", server: "dns.invalid", config: Config{Bootstrap: bootstrap},
			code: NoServer, says: "the name server's own name: dns.invalid: names of this kind",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(plain.queries())
			r := named(t, s, tt.server, tt.config)
			answered, records, err := runQuery(t, r, "n9.test", "A")
			var asked []string
			for _, e := range of[trace.QuerySent](records) {
				switch e.For {
				case "":
					checkSent(t, e, s, tt.server, err)
				case forBootstrap:
					asked = append(asked, e.Name+" "+e.Type)
				default:
					t.Errorf("%+v", e)
				}
			}
			if n := len(plain.queries()) - before; n != len(asked) {
				t.Errorf("%d queries in clear, %d told", n, len(asked))
			}
			if diff := cmp.Diff(tt.asked, asked, cmp.Transformer("set", func(s []string) map[string]bool {
				out := map[string]bool{}
				for _, x := range s {
					out[x] = true
				}
				return out
			})); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if tt.code != "" {
				wantCode(t, err, tt.code)
				if !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v, want %q", err, tt.says)
				}
				return
			}
			if err != nil || len(answered.Answers) != 1 {
				t.Fatalf("%+v, %v", answered, err)
			}
			// Once in a run.
			_, records, err = runQuery(t, r, "n8.test", "A")
			if n := len(of[trace.QuerySent](records)); n != 1 || err != nil {
				t.Errorf("%d queries for the second name, %v", n, err)
			}
		})
	}
}

// checkSent holds that the query to the named server tells where it went.
func checkSent(t *testing.T, e trace.QuerySent, s *streamServer, name string, err error) {
	t.Helper()
	want := s.Addr.String()
	if err != nil {
		want = net.JoinHostPort(name, strings.TrimPrefix(want, "127.0.0.1:"))
	}
	if e.Server != want || e.ServerName != name || e.Protocol != TLS {
		t.Errorf("%+v, want %s, which is %s", e, name, want)
	}
}

func TestServerThatCannotBeReached(t *testing.T) {
	gone := closedPort(t)
	for _, protocol := range []string{TCP, TLS} {
		r := fresh(Config{HostsFile: file(t, ""), Servers: []Server{{Addr: gone.addr, Protocol: protocol}}, Dialer: plainTLS{}})
		_, records, err := runQuery(t, r, "zoo.test", "A")
		wantCode(t, err, NoServer)
		sent := of[trace.QuerySent](records)
		if len(sent) != 1 || sent[0].Bytes != 0 || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: told %+v, %v", protocol, sent, err)
		}
		if n := len(of[trace.QueryConnected](records)); n != 0 {
			t.Errorf("%s: %d connections", protocol, n)
		}
	}
}

func TestEncryptedServersNeedADialer(t *testing.T) {
	for _, protocol := range []string{TLS, HTTPS} {
		r := fresh(Config{HostsFile: file(t, ""), Servers: []Server{{Addr: netip.MustParseAddrPort("127.0.0.1:1"), Protocol: protocol}}})
		_, _, err := runQuery(t, r, "zoo.test", "A")
		wantCode(t, err, NoServer)
	}
}

// FuzzJudge holds that what is taken of a response answers the query, and lives no longer
// than the server said.
func FuzzJudge(f *testing.F) {
	q := &query{question: question{"zoo.test.", dns.TypeA}, server: target{Server: Server{Protocol: HTTPS}}, protocol: HTTPS}
	if err := q.pack(true, ""); err != nil {
		f.Fatal(err)
	}
	m := new(dns.Msg)
	if err := m.Unpack(q.wire); err != nil {
		f.Fatal(err)
	}
	f.Add(200, messageType, "250", wire(replyTo(m, dns.RcodeSuccess, good)))
	f.Add(200, "Application/DNS-Message ; x=y", "-1", wire(replyTo(m, dns.RcodeNameError)))
	f.Add(500, "text/html\x1b", "99999999999999999999", []byte{})
	f.Fuzz(func(t *testing.T, status int, media, age string, body []byte) {
		got, err := q.judge(&HTTPResponse{Status: status, ContentType: media, Age: age, Body: body})
		if err != nil {
			if printable(err.Error()) != err.Error() && !strings.Contains(err.Error(), "…") {
				t.Errorf("%q", err)
			}
			return
		}
		if status != 200 || len(body) > maxDatagram || got.Id != 0 || !got.Response {
			t.Errorf("status %d, %d octets: %+v", status, len(body), got)
		}
		raw := new(dns.Msg)
		if got.Truncated || raw.Unpack(body) != nil {
			return
		}
		for i, rr := range got.Answer {
			if rr.Header().Ttl > raw.Answer[i].Header().Ttl {
				t.Errorf("TTL %d of %d", rr.Header().Ttl, raw.Answer[i].Header().Ttl)
			}
		}
	})
}

func TestAgeIsTakenOffTheTTL(t *testing.T) {
	for age, want := range map[string]uint32{"": 300, "120": 180, "300": 0, "301": 0, "x": 300, "-5": 300, "2147483647": 0} {
		m := replyTo(new(dns.Msg).SetQuestion("zoo.test.", dns.TypeA), dns.RcodeSuccess, "zoo.test. 300 IN A 192.0.2.1")
		m.SetEdns0(1232, true)
		grow(m, age)
		if got := m.Answer[0].Header().Ttl; got != want || !m.IsEdns0().Do() {
			t.Errorf("Age %q leaves %d, want %d", age, got, want)
		}
	}
}
