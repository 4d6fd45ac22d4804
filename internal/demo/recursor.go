package demo

import (
	"errors"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// A recursor is the demo's resolver: for each question it walks from the root to the
// zone that knows (RFC 1034, section 5.3.3).
type recursor struct {
	root   netip.Addr
	glue   map[netip.Addr]netip.AddrPort
	client *dns.Client
}

func newRecursor(servers []*nameServer) *recursor {
	r := &recursor{root: servers[0].glue, glue: map[netip.Addr]netip.AddrPort{}, client: &dns.Client{Timeout: askTimeout}}
	for _, s := range servers {
		r.glue[s.glue] = s.at
	}
	return r
}

const (
	// askTimeout is how long one of the demo's own servers is waited for.
	askTimeout = 2 * time.Second
	// maxReferrals is more than there are zones.
	maxReferrals = 8
)

// ServeDNS answers what the walk finds.
func (r *recursor) ServeDNS(w dns.ResponseWriter, q *dns.Msg) { _ = w.WriteMsg(r.answer(q)) }

func (r *recursor) answer(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	if len(q.Question) != 1 {
		m.Rcode = dns.RcodeFormatError
	} else if found, err := r.walk(q.Question[0]); err != nil {
		m.Rcode = dns.RcodeServerFailure
	} else {
		m.Rcode, m.Answer, m.Ns = found.Rcode, found.Answer, found.Ns
	}
	return m
}

var errNoAnswer = errors.New("the walk led nowhere")

func (r *recursor) walk(q dns.Question) (*dns.Msg, error) {
	ask := new(dns.Msg)
	ask.SetQuestion(q.Name, q.Qtype)
	ask.RecursionDesired = false
	server := r.root
	for range maxReferrals {
		m, _, err := r.client.Exchange(ask, r.glue[server].String())
		if err != nil {
			return nil, err
		}
		if m.Authoritative || m.Rcode != dns.RcodeSuccess {
			return m, nil
		}
		next, ok := referral(m)
		if !ok {
			return nil, errNoAnswer
		}
		server = next
	}
	return nil, errNoAnswer
}

// referral finds the address of a server that the reply refers to.
func referral(m *dns.Msg) (netip.Addr, bool) {
	for _, rr := range m.Extra {
		if a, ok := rr.(*dns.A); ok {
			return netip.AddrFromSlice(a.A.To4())
		}
	}
	return netip.Addr{}, false
}
