// Package resolver is step 1 of a fetch: it turns a name into addresses, or answers
// one question of the DNS, and tells every datagram that mattered.
//
// Input is a host name as it stands in a URL, or a name and a type as a person types
// them; output is an [Answer] or a trace.Answered event. The step after it is
// transport, which connects to the addresses. Beside the result run the events
// ResolveStarted, QueryConnecting, QueryConnected, QuerySent, QueryAnswered, QueryJudged,
// QueryFailed, DatagramDropped, ZoneJudged, SecurityJudged, ServiceOffered, Resolved,
// AddressesAdded and Answered.
//
// It is a stub resolver written against the wire: RFC 1034 and 1035 with 2181, 2308,
// 5452, 6891, 7766, 7873 and 9619; TLS and HTTPS to the server (RFC 7858, 8310, 8484,
// padded as 7830 and 8467 say), which a [Dialer] from outside connects; the names of
// RFC 6761, 6762 and 7686 that are not asked for; hosts(5) and resolv.conf(5) as glibc
// reads them; the order of RFC 6724, and addresses handed on as they come (RFC 8305,
// section 3). Instead of asking a resolver it can walk from the
// root itself (RFC 1034, section 5.3.3, with 6672, 9156, 9471 and 9609, within limits that
// no server can make it exceed), and it can validate what it finds (package dnssec; RFC
// 4035, section 5). HTTPS records lead to a service (RFC 9460), TLSA records speak for
// certificates (RFC 6698). Answers are kept for a run (RFC 2308), by their TTL. No call of
// the system's own resolver is made. DNS over QUIC is left out.
package resolver

import (
	"cmp"
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"fetchscope/trace"
)

// A Family restricts a resolution to one of the two kinds of address.
type Family int

// The families: both, or one of them alone (-4, -6).
const (
	Any Family = iota
	IPv4
	IPv6
)

// admits reports whether an address is of the family.
func (f Family) admits(a netip.Addr) bool {
	return f == Any || (f == IPv4) == a.Unmap().Is4()
}

// only returns the addresses of the family, in their order.
func (f Family) only(addrs []netip.Addr) []netip.Addr {
	var out []netip.Addr
	for _, a := range addrs {
		if f.admits(a) {
			out = append(out, a)
		}
	}
	return out
}

// Config is what a Resolver is made of. Its zero value resolves as the system does.
type Config struct {
	// Servers are asked in place of the system's, in this order. The system's
	// resolv.conf is then not read, so that its search list does not apply either,
	// unless ResolvConf names a file.
	Servers []Server
	// ResolvConf and HostsFile are read in place of the system's files.
	ResolvConf, HostsFile string
	// Overrides come before all else; a later one replaces or removes an earlier.
	Overrides []Override
	Family    Family
	// Bootstrap are asked, in clear, for the addresses of Servers that have a name; the
	// system's servers where there are none. Encrypted ones are passed over.
	Bootstrap []Server
	// Dialer connects to encrypted Servers, which cannot be asked without.
	Dialer Dialer

	// Iterate walks from the root instead of asking servers that look things up. Neither
	// hosts file nor search list count then.
	Iterate bool
	// RootHints, a master file, names the servers to begin with (RFC 9609); empty stands
	// for the root's.
	RootHints string
	// Port is that of authoritative servers; 0 stands for 53.
	Port uint16
	// NSID asks each server for its identifier (RFC 5001).
	NSID bool
	// DNSSEC validates answers (RFC 4035), from the records in TrustAnchor, a master file
	// of DS or DNSKEY records, or from the root's; as of ValidationTime, or now.
	DNSSEC         bool
	TrustAnchor    string
	ValidationTime time.Time
}

// A Resolver turns names into addresses. It is safe for concurrent use; one serves a
// whole run, so that its queries are numbered through.
type Resolver struct {
	hostsFile string
	overrides map[hostPort][]netip.Addr
	family    Family
	conf      func() conf // reads resolv.conf at the first question
	grace     time.Duration
	after     func(time.Duration) <-chan time.Time
	route     func(netip.Addr) (local netip.Addr, ok bool)
	total     time.Duration
	queries   *atomic.Int64 // numbers the queries, from 1
	rotation  atomic.Uint32 // counts the questions, for "options rotate"
	cookies   cookieJar
	cache     cache
	iterate   bool
	dnssec    bool
	nsid      bool
	asOf      time.Time
	iterator  func() *iterator
	anchors   anchors
	dialer    Dialer
	pool      *pool
	book      *addressBook
	config    Config
	why       string // what all queries are for, where not for the questions themselves
}

// maxTotal bounds a resolution, with all its servers, retries and search steps, whatever
// resolv.conf allows (30 s, five times, for three servers).
const maxTotal = 60 * time.Second

// New returns a Resolver. Nothing is asked before it is used. The error, an [*Error] with
// the code BadHints or BadAnchor, is that of a file that cannot be used.
func New(c Config) (*Resolver, error) {
	hints, err := readHints(c.RootHints)
	if err != nil {
		return nil, &Error{Name: c.RootHints, Code: BadHints, Err: err}
	}
	var trusted anchors
	if c.DNSSEC || c.TrustAnchor != "" { // to read them takes time
		if trusted, err = readAnchors(c.TrustAnchor); err != nil {
			return nil, &Error{Name: c.TrustAnchor, Code: BadAnchor, Err: err}
		}
	}
	r := &Resolver{
		hostsFile: c.HostsFile,
		overrides: overrideTable(c.Overrides),
		family:    c.Family,
		conf:      sync.OnceValue(func() conf { return c.load() }),
		grace:     familyGrace,
		after:     time.After,
		route:     localAddress,
		total:     maxTotal,
		iterate:   c.Iterate,
		dnssec:    c.DNSSEC,
		nsid:      c.NSID,
		asOf:      c.ValidationTime,
		iterator:  sync.OnceValue(func() *iterator { return newIterator(hints(), cmp.Or(c.Port, dnsPort)) }),
		anchors:   trusted,
		queries:   new(atomic.Int64),
		dialer:    c.Dialer,
		pool:      newPool(),
		book:      newAddressBook(),
		config:    c,
	}
	if r.hostsFile == "" {
		r.hostsFile = systemHosts()
	}
	return r, nil
}

// load finds out which servers to ask, and how.
func (c Config) load() conf {
	var out conf
	switch {
	case c.ResolvConf != "":
		out = readConf(c.ResolvConf)
	case len(c.Servers) > 0:
		out = defaultConf()
	default:
		out = systemConf()
	}
	if len(c.Servers) > 0 {
		out.servers = c.Servers
	}
	return out
}

// limit gives a resolution its greatest time.
func (r *Resolver) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, r.total, errTotal)
}

// An Answer is what later steps need of a resolution.
type Answer struct {
	// Addrs are in the order in which they are to be tried.
	Addrs []netip.Addr
	// Canonical is the name the addresses belong to, at the end of all aliases,
	// without a final dot.
	Canonical string
	// TTL is the least of the records the answer rests on; it counts from the end
	// of the resolution, and only where Source is dns.
	TTL time.Duration
	// Service is what an HTTPS record says of how to connect; nil without one.
	Service *Service
	// Source is dns, hosts, localhost, flag (an Override) or literal (the host is an
	// address itself).
	Source string
	// Late is the address family that has not answered yet, nil where none is missing.
	Late *Late
}

// event is the answer as it is recorded, for the host that was asked for.
func (a *Answer) event(host string) trace.Resolved {
	e := trace.Resolved{Source: a.Source, TTL: a.TTL, HasTTL: a.Source == fromDNS}
	if !sameName(a.Canonical, host) {
		e.Canonical = a.Canonical
	}
	e.Addresses = written(a.Addrs)
	return e
}

// written are addresses as they are recorded.
func written(addrs []netip.Addr) []string {
	out := make([]string, len(addrs))
	for i, addr := range addrs {
		out[i] = addr.String()
	}
	return out
}

// Where an answer comes from.
const (
	fromDNS       = "dns"
	fromHosts     = "hosts"
	fromLocalhost = "localhost"
	fromFlag      = "flag"
	fromLiteral   = "literal"
	fromSpecial   = "special"
)
