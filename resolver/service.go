package resolver

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

const (
	// serviceGrace is how long the HTTPS record may take once there are addresses: what
	// it tells saves at best a round trip, and some resolvers never answer for it.
	serviceGrace = 250 * time.Millisecond
	// maxServiceAliases bounds records in alias mode that lead to one another (RFC 9460,
	// section 3.1).
	maxServiceAliases = 4
	// maxServices bounds the records of a set that are looked at.
	maxServices = 16
)

// A Service is a way to reach a host by HTTPS, as an HTTPS record offers it (RFC 9460,
// section 2.4.3).
type Service struct {
	// Target is the name to connect to, without a final dot.
	Target string
	// Port is where to connect to.
	Port uint16
	// ALPN lists the protocols that the service speaks.
	ALPN []string
}

// LookupService is [Resolver.Lookup] for an https URL: the HTTPS record is asked for
// beside the addresses, and where it names a service that speaks one of the protocols
// given, the answer is of that. Names that the DNS was not asked for have none.
func (r *Resolver) LookupService(ctx context.Context, sc *trace.Scope, host string, port uint16, protocols []string) (*Answer, error) {
	name, err := hostName(host)
	_, overridden := r.override(host, port)
	_, literal := netip.ParseAddr(host)
	if source, _ := special(name); err != nil || overridden || literal == nil || source != "" {
		return r.Lookup(ctx, sc, host, port)
	}
	asked, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	found := make(chan *result, 1)
	job := r.job(sc)
	job.why = forService
	go func() { found <- job.resolve(asked, question{serviceName(name, port), dns.TypeHTTPS}) }()
	answer, failure := r.Lookup(ctx, sc, host, port)
	defer time.AfterFunc(serviceGrace, func() { cancel(errUnneeded) }).Stop()
	s := &services{r: r, sc: sc, protocols: protocols, port: port}
	if better := s.choose(ctx, name, <-found, answer, 0); better != nil {
		if answer != nil && answer.Late != better.Late {
			answer.Late.Stop()
		}
		sc.Emit(better.event(host))
		return better, nil
	}
	return answer, failure
}

// forService is what a query for an HTTPS record is for.
const forService = "service"

// serviceName is where the HTTPS record of an origin is (RFC 9460, section 9.1).
func serviceName(name string, port uint16) string {
	if port == 443 {
		return name
	}
	return "_" + strconv.Itoa(int(port)) + "._https." + name
}

// services is the work of choosing one.
type services struct {
	r         *Resolver
	sc        *trace.Scope
	protocols []string
	port      uint16
}

// choose finds the best service of a set that can be used. plain is the answer without
// it, nil where there is none.
func (s *services) choose(ctx context.Context, name string, found *result, plain *Answer, depth int) *Answer {
	if found.err != nil || depth > maxServiceAliases {
		return nil
	}
	for _, record := range inOrder(found.records) {
		why, a := s.unusable(record), (*Answer)(nil)
		switch {
		case why != "":
		case record.Priority == 0:
			a = s.alias(ctx, record, depth)
		default:
			a = s.take(ctx, name, record, plain)
		}
		if why == "" && a == nil {
			why = "no address of its target can be had"
		}
		s.tell(record, why)
		if a != nil {
			return a
		}
	}
	return nil
}

// inOrder are the records of a set, those preferred first. One in alias mode makes all
// others void (RFC 9460, section 2.4.1).
func inOrder(records []dns.RR) []*dns.HTTPS {
	var out []*dns.HTTPS
	for _, rr := range records {
		if h, is := rr.(*dns.HTTPS); is && len(out) < maxServices {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b *dns.HTTPS) int { return int(a.Priority) - int(b.Priority) })
	if len(out) > 0 && out[0].Priority == 0 {
		out = out[:1]
	}
	return out
}

// unusable says why a record is of no use to us; empty if it is.
func (s *services) unusable(h *dns.HTTPS) string {
	if h.Priority == 0 {
		if h.Target == "." {
			return "the service is not offered"
		}
		return ""
	}
	for _, v := range h.Value {
		m, is := v.(*dns.SVCBMandatory)
		if !is {
			continue
		}
		for _, key := range m.Code {
			if !understood(key) {
				return "it demands that " + key.String() + " be understood"
			}
		}
	}
	for _, p := range alpn(h) {
		if slices.Contains(s.protocols, p) {
			return ""
		}
	}
	return "it speaks no protocol that we do"
}

// understood says which parameters are: those that are optional to heed count as well.
func understood(key dns.SVCBKey) bool {
	switch key {
	case dns.SVCB_ALPN, dns.SVCB_NO_DEFAULT_ALPN, dns.SVCB_PORT, dns.SVCB_IPV4HINT, dns.SVCB_IPV6HINT:
		return true
	}
	return false
}

// alpn lists the protocols of a service, with the one that is spoken unless said
// otherwise (RFC 9460, section 7.1).
func alpn(h *dns.HTTPS) []string {
	var out []string
	byDefault := true
	for _, v := range h.Value {
		switch v := v.(type) {
		case *dns.SVCBAlpn:
			out = append(out, v.Alpn...)
		case *dns.SVCBNoDefaultAlpn:
			byDefault = false
		}
	}
	if byDefault && !slices.Contains(out, "http/1.1") {
		out = append(out, "http/1.1")
	}
	return out
}

// alias goes where a record in alias mode leads (RFC 9460, section 2.4.2): the target's
// own HTTPS record counts then, and its addresses.
func (s *services) alias(ctx context.Context, h *dns.HTTPS, depth int) *Answer {
	target := relative(h.Target)
	job := s.r.job(s.sc)
	job.why = forService
	found := job.resolve(ctx, question{h.Target, dns.TypeHTTPS})
	plain, err := s.r.findWhole(ctx, s.sc, target)
	if err != nil {
		plain = nil
	}
	if better := s.choose(ctx, h.Target, found, plain, depth+1); better != nil || plain == nil {
		return better
	}
	plain.Service = &Service{Target: target, Port: s.port, ALPN: []string{"http/1.1"}}
	return plain
}

// findWhole finds the addresses of a service's target, in all families: which service is
// the best that can be had hangs on them.
func (r *Resolver) findWhole(ctx context.Context, sc *trace.Scope, target string) (*Answer, *Error) {
	answer, failure := r.find(ctx, sc, target)
	if failure != nil {
		return nil, failure
	}
	return answer.whole(ctx), nil
}

// take makes the answer of a service: the addresses of its target or, where those cannot
// be had, the record's hints (RFC 9460, section 7.3).
func (s *services) take(ctx context.Context, name string, h *dns.HTTPS, plain *Answer) *Answer {
	target := h.Target
	if target == "." {
		target = name
	}
	out := plain
	if !sameName(target, name) {
		var failure *Error
		if out, failure = s.r.findWhole(ctx, s.sc, relative(target)); failure != nil {
			out = nil
		}
	}
	port, hints := s.port, []netip.Addr(nil)
	for _, v := range h.Value {
		switch v := v.(type) {
		case *dns.SVCBPort:
			port = v.Port
		case *dns.SVCBIPv4Hint:
			hints = append(hints, asAddrs(v.Hint)...)
		case *dns.SVCBIPv6Hint:
			hints = append(hints, asAddrs(v.Hint)...)
		}
	}
	hints = s.r.family.only(unique(hints))
	switch {
	case out == nil && len(hints) == 0:
		return nil
	case out == nil:
		out = &Answer{Addrs: sorted(hints), Canonical: relative(target), Source: fromDNS}
	}
	answer := *out
	answer.Service = &Service{Target: relative(target), Port: port, ALPN: alpn(h)}
	return &answer
}

func asAddrs[IP ~[]byte](hints []IP) []netip.Addr {
	var out []netip.Addr
	for _, h := range hints {
		if a, ok := netip.AddrFromSlice(h); ok {
			out = append(out, a.Unmap())
		}
	}
	return out
}

// tell records a record and what was made of it.
func (s *services) tell(h *dns.HTTPS, why string) {
	s.sc.Emit(trace.ServiceOffered{
		Name: printable(h.Hdr.Name), Priority: h.Priority, Target: printable(h.Target), ALPN: printables(alpn(h)), Data: printable(data(h)), Unused: why,
	})
}

func printables(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = printable(s)
	}
	return out
}
