// Package cookie remembers what servers ask a client to send back: cookies, by RFC 6265bis
// (draft-ietf-httpbis-rfc6265bis), as far as a client without scripts needs it.
//
// A response's Set-Cookie goes in through [Jar.Set], or is refused with the reason; a
// request's Cookie comes out of [Jar.Header]. In between lies a [Jar], which a run of the
// command fills from files and writes to one, in the form that Netscape's browser gave
// them and that curl reads and writes. The package asks no server and has no clock: who
// calls it says what time it is.
//
// Left out is SameSite. Every URL here is one that a person named, or a redirect from
// there, which is followed as a navigation of the top level: cookies of every kind go
// along with that.
package cookie

import (
	"errors"
	"time"
)

// A Cookie is one cookie as it is kept.
type Cookie struct {
	// Name may be empty; such a cookie is sent as its value alone.
	Name, Value string
	// Domain is as the server or the file wrote it, without a dot before it. Its case
	// does not count.
	Domain string
	// HostOnly says that the hosts below the domain do not get it.
	HostOnly bool
	Path     string
	Secure   bool
	HTTPOnly bool
	// Expires is in seconds of Unix time; 0 is the end of the session.
	Expires int64

	// created orders cookies by their age. Those of files are older than all that are
	// received, and have negative numbers.
	created int64
}

// An Origin is where a cookie comes from, or where it is to go.
type Origin struct {
	// Host is a name or an address, without brackets, and Path the URL's without the
	// query.
	Host, Path string
	// Secure says that nobody on the way can read or change what is sent: https, or
	// this machine.
	Secure bool
}

// The limits of what a server, or a file, can make a jar hold.
const (
	// maxPair is for name and value together, and maxAttribute for an attribute's value
	// (section 5.6).
	maxPair      = 4096
	maxAttribute = 1024
	// maxAge is how long a cookie may last (section 5.5).
	maxAge = 400 * 24 * time.Hour
	// maxDomain and maxCookies are what the larger browsers keep for a domain and in all;
	// a server of one name can fill 1 MB, and any number of them 20 MB.
	maxDomain  = 180
	maxCookies = 4000
	// maxHeader is for the whole field: servers refuse heads beyond 8 KB.
	maxHeader = 8190
)

// Why a cookie is refused.
var (
	ErrControl  = errors.New("it has a control character")
	ErrEmpty    = errors.New("it has neither name nor value")
	ErrTooLong  = errors.New("its name and value are longer than 4096 bytes")
	ErrPrefix   = errors.New("it lacks what the prefix of its name promises")
	ErrDomain   = errors.New("its domain is not that of the host")
	ErrSuffix   = errors.New("its domain is a public suffix, as com is")
	ErrInsecure = errors.New("it is Secure but came without TLS")
	ErrOverlay  = errors.New("it came without TLS and would hide one that is Secure")
)

// expired says whether the cookie is over.
func (c *Cookie) expired(now time.Time) bool { return c.Expires != 0 && c.Expires <= now.Unix() }

// An identity is what only one cookie has at a time (section 5.7, step 23).
type identity struct {
	name, domain, path string
	hostOnly           bool
}

func (c *Cookie) identity() identity {
	return identity{c.Name, lower(c.Domain), c.Path, c.HostOnly}
}

// same says whether one replaces the other.
func (c *Cookie) same(d *Cookie) bool { return c.identity() == d.identity() }

// text is the cookie as it is sent.
func (c *Cookie) text() string {
	if c.Name == "" {
		return c.Value
	}
	return c.Name + "=" + c.Value
}

// goesTo says whether a request may carry the cookie (section 5.8.3, step 1).
func (c *Cookie) goesTo(o Origin, now time.Time) bool {
	host := lower(o.Host) == lower(c.Domain) || !c.HostOnly && domainMatch(o.Host, c.Domain)
	return host && pathMatch(o.Path, c.Path) && (o.Secure || !c.Secure) && !c.expired(now)
}
