package resolver

import (
	"encoding/hex"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// changed makes a reply and changes it.
func changed(q *dns.Msg, rcode int, change func(m *dns.Msg)) [][]byte {
	m := replyTo(q, rcode)
	change(m)
	return [][]byte{wire(m)}
}

func TestNextServerIsAskedAfterOneThatDoesNotAnswer(t *testing.T) {
	tests := []struct {
		name  string
		first datagrams
		alone trace.Code // what the first server alone leads to
		rcode string     // of Answered then
	}{
		{"SERVFAIL", always(dns.RcodeServerFailure), ServerFailure, "SERVFAIL"},
		{"REFUSED", always(dns.RcodeRefused), Refused, "REFUSED"},
		{"NOTIMP", always(dns.RcodeNotImplemented), ServerFailure, "NOTIMP"},
		{"15", always(15), ServerFailure, "RCODE15"},
		{"lame", func(q *dns.Msg) [][]byte {
			return changed(q, dns.RcodeSuccess, func(m *dns.Msg) { m.RecursionAvailable = false })
		}, "", "NOERROR"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := serve(t, tt.first, nil)
			well := serve(t, zone(map[string][]string{"zoo.test. A": {good}}), nil)
			answered, _, err := runQuery(t, asking(t, bad, well), "zoo.test", "A")
			if err != nil || answered.Answers[0].Data != "192.0.2.1" {
				t.Errorf("with a good second: %+v, %v", answered, err)
			}
			answered, _, err = runQuery(t, asking(t, bad), "zoo.test", "A")
			if answered == nil || answered.Rcode != tt.rcode {
				t.Errorf("alone: %+v, want rcode %s", answered, tt.rcode)
			}
			if tt.alone != "" {
				wantCode(t, err, tt.alone)
			} else if err != nil {
				t.Errorf("alone: %v", err)
			}
		})
	}
}

func TestTheServersReasonIsTold(t *testing.T) {
	s := serve(t, func(q *dns.Msg) [][]byte {
		return changed(q, dns.RcodeServerFailure, func(m *dns.Msg) {
			m.SetEdns0(512, false).IsEdns0().Option = []dns.EDNS0{
				&dns.EDNS0_EDE{InfoCode: dns.ExtendedErrorCodeDNSBogus, ExtraText: "no \x1b[31m key"},
			}
		})
	}, nil)
	_, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
	want := "zoo.test A: no server could answer (SERVFAIL and the like), says " + s.addr.String() +
		`: extended error 6 (DNSSEC Bogus) "no \027[31m key"`
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// Requirement 4.
func TestEDNSIsLeftOutForServersWithout(t *testing.T) {
	for _, rcode := range []int{dns.RcodeFormatError, dns.RcodeNotImplemented, dns.RcodeBadVers} {
		t.Run(rcodeName(rcode), func(t *testing.T) {
			s := serve(t, func(q *dns.Msg) [][]byte {
				if q.IsEdns0() == nil {
					return [][]byte{wire(replyTo(q, dns.RcodeSuccess, good))}
				}
				return changed(q, rcode&0xf, func(m *dns.Msg) {
					if rcode > 0xf {
						m.Rcode = rcode
						m.SetEdns0(512, false)
					}
				})
			}, nil)
			answered, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
			if err != nil || len(answered.Answers) != 1 {
				t.Errorf("got %+v, %v", answered, err)
			}
			if size := s.queries()[0].IsEdns0().UDPSize(); size != udpSize {
				t.Errorf("asked for %d octets", size)
			}
		})
	}
	t.Run("FORMERR without the question", func(t *testing.T) {
		s := serve(t, func(q *dns.Msg) [][]byte {
			if q.IsEdns0() == nil {
				return [][]byte{wire(replyTo(q, dns.RcodeSuccess, good))}
			}
			return [][]byte{wire(new(dns.Msg).SetRcodeFormatError(q))}
		}, nil)
		answered, records, err := runQuery(t, asking(t, s), "zoo.test", "A")
		if n := len(of[trace.QuerySent](records)); err != nil || len(answered.Answers) != 1 || n != 2 {
			t.Errorf("got %+v, %v, in %d queries", answered, err, n)
		}
	})
	t.Run("always FORMERR", func(t *testing.T) {
		s := serve(t, always(dns.RcodeFormatError), nil)
		_, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
		wantCode(t, err, ServerFailure)
		if n := len(s.queries()); n != 2 {
			t.Errorf("%d queries, want 2", n)
		}
	})
	t.Run("silence", func(t *testing.T) {
		r := asking(t, serve(t, silent, nil)).with(func(c *conf) { c.timeout = time.Millisecond })
		_, records, _ := runQuery(t, r, "zoo.test", "A")
		if q := of[trace.QuerySent](records); len(q) != 2 || q[0].Bytes <= q[1].Bytes {
			t.Errorf("queries %v, want one with EDNS and one without", q)
		}
	})
}

// Requirement 7.
func TestCookies(t *testing.T) {
	const theirs = "0102030405060708"
	cookie := func(q *dns.Msg) string {
		c, _ := cookieOf(q.IsEdns0())
		return c
	}
	bad := func(q *dns.Msg) [][]byte {
		return changed(q, dns.RcodeBadCookie, func(m *dns.Msg) {
			m.SetEdns0(512, false).IsEdns0().Option = []dns.EDNS0{
				&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: cookie(q)[:16] + theirs},
			}
		})
	}
	t.Run("learnt", func(t *testing.T) {
		s := serve(t, func(q *dns.Msg) [][]byte {
			if strings.HasSuffix(cookie(q), theirs) {
				return [][]byte{wire(replyTo(q, dns.RcodeSuccess, good))}
			}
			return bad(q)
		}, nil)
		r := asking(t, s)
		for _, qtype := range []string{"A", "TXT"} {
			if _, _, err := runQuery(t, r, "zoo.test", qtype); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, q := range s.queries() {
			got = append(got, cookie(q))
		}
		ours := got[0]
		if diff := cmp.Diff([]string{ours, ours + theirs, ours + theirs}, got); diff != "" || len(ours) != 16 {
			t.Error(diff)
		}
	})
	t.Run("never right", func(t *testing.T) {
		s := serve(t, bad, func(q *dns.Msg, c net.Conn) { c.Write(goodFrame(q)) })
		answered, _, err := runQuery(t, asking(t, s), "zoo.test", "A")
		if err != nil || len(answered.Answers) != 1 || len(s.queries()) != 3 {
			t.Errorf("got %+v, %v after %d queries; want TCP to be the third", answered, err, len(s.queries()))
		}
	})
	t.Run("of each server its own", func(t *testing.T) {
		var jar cookieJar
		one, _ := jar.forServer(loopback()[0])
		other, _ := jar.forServer(loopback()[1])
		again, whole := jar.forServer(loopback()[0])
		if one == other || one != again || whole != hex.EncodeToString(one[:]) {
			t.Errorf("cookies %x, %x, %x", one, other, again)
		}
	})
}

// Requirement 6.
func TestQueriesForAQuestionAreBounded(t *testing.T) {
	var servers []*nameServer
	for range 3 {
		servers = append(servers, serve(t, silent, nil))
	}
	r := asking(t, servers...).with(func(c *conf) { c.timeout, c.attempts = time.Microsecond, maxStubSends })
	_, records, err := runQuery(t, r, "zoo.test", "A")
	wantCode(t, err, ServerFailure)
	if n := len(of[trace.QuerySent](records)); n != maxStubSends {
		t.Errorf("%d queries, want %d", n, maxStubSends)
	}
}

// Requirement 39.
func TestServersAreRotated(t *testing.T) {
	r := fresh(Config{}).with(func(c *conf) {
		c.servers = make([]Server, 3)
		for i := range c.servers {
			c.servers[i].Protocol = string(rune('a' + i))
		}
		c.rotate = true
	})
	var got string
	for range 4 {
		for _, s := range r.rotated(r.conf()) {
			got += s.Protocol
		}
		got += " "
	}
	if want := "abc bca cab abc "; got != want {
		t.Errorf("order %q, want %q", got, want)
	}
}

// Requirement 39.
func TestWaitsAreThoseOfGlibc(t *testing.T) {
	a := &ask{conf: defaultConf()}
	got := []time.Duration{a.wait(0, 3), a.wait(1, 1), a.wait(1, 3), a.wait(2, 3)}
	want := []time.Duration{5 * time.Second, 10 * time.Second, 10 * time.Second / 3, 20 * time.Second / 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCodesAreListedOnce(t *testing.T) {
	seen := map[trace.Code]bool{}
	for _, c := range Codes {
		if seen[c.Code] || c.Means == "" {
			t.Errorf("%q is listed twice or means nothing", c.Code)
		}
		seen[c.Code] = true
	}
	for _, c := range ranks {
		if !seen[c] {
			t.Errorf("%q is not listed", c)
		}
	}
}

// TestServersSayWhoTheyAre asks for identifiers (RFC 5001) and keeps what a server says
// beside the rcode (RFC 8914).
func TestServersSayWhoTheyAre(t *testing.T) {
	for _, tt := range []struct{ sent, want string }{{"6e73312e74657374", "ns1.test"}, {"00ff1b", "0x00ff1b"}} {
		s := serve(t, func(q *dns.Msg) [][]byte {
			return changed(q, dns.RcodeServerFailure, func(m *dns.Msg) {
				opt := m.SetEdns0(512, false).IsEdns0()
				for _, o := range q.IsEdns0().Option {
					if o.Option() == dns.EDNS0NSID {
						opt.Option = append(opt.Option, &dns.EDNS0_NSID{Code: dns.EDNS0NSID, Nsid: tt.sent})
					}
				}
				opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: 22, ExtraText: "up\x1bstream"})
			})
		}, nil)
		r := asking(t, s)
		r.nsid = true
		_, records, _ := runQuery(t, r, "zoo.test", "A")
		got := of[trace.QueryAnswered](records)
		want := &trace.ExtendedError{Code: 22, Meaning: "No Reachable Authority", Text: `up\027stream`}
		if len(got) == 0 || got[0].NSID != tt.want || !cmp.Equal(want, got[0].Extended) {
			t.Errorf("answered %+v, want %s and %+v", got, tt.want, want)
		}
	}
}
