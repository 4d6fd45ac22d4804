// Package altsvc remembers where else an origin can be reached: HTTP Alternative Services
// (RFC 7838).
//
// A response's Alt-Svc goes in through [Cache.Learn], from a connection with TLS; before a
// connection is made, [Cache.Lookup] says whether another host and port stand for those of
// the URL. A run fills the [Cache] from a file in curl's form, and writes it to one: entries
// for protocols that are not spoken stay in it. Hosts are names as the URL Standard has
// them, or addresses, IPv6 ones without brackets. There is no clock here: who calls says
// what time it is.
//
// Left out is that entries are to be forgotten when the network changes (RFC 7838, section
// 2.2), which a program that runs once does not see; persist is kept in the file, as by
// curl.
package altsvc

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The protocols by curl's names; h1 stands for http/1.1.
const (
	h1 = "h1"
	h2 = "h2"
	h3 = "h3"
)

// protocols are curl's names for the protocols of ALPN; a slash may be percent-encoded
// (RFC 7838, section 3). Others are not remembered.
var protocols = map[string]string{"h1": h1, "http/1.1": h1, "http%2f1.1": h1, "h2": h2, "h3": h3}

// A service is a host and port, and what is spoken there.
type service struct {
	protocol, host string
	port           uint16
}

// An entry says that one service stands for another.
type entry struct {
	from, to service
	// expires is in seconds of Unix time.
	expires  int64
	persist  bool
	priority uint64
}

const (
	// maxEntries bounds what servers can make a cache hold; one that is full forgets what it
	// has known longest.
	maxEntries = 1000
	// maxOffers is how many alternatives of one response are looked at.
	maxOffers = 32
	// maxHost is the length of a name in the DNS (RFC 1035, section 2.3.4).
	maxHost = 253
	// usualAge is how long an entry lasts that does not say (RFC 7838, section 3.1).
	usualAge = 24 * 60 * 60
	// maxAge is ten years, beyond which nobody means it.
	maxAge = 10 * 365 * usualAge
)

// A Cache holds alternatives. The zero Cache is empty and ready; several fetches may share
// it.
type Cache struct {
	mu      sync.Mutex
	entries []entry
}

// Lookup finds what stands for an origin and speaks HTTP/1.1.
func (c *Cache) Lookup(host string, port uint16, now time.Time) (toHost string, toPort uint16, found bool) {
	if c == nil {
		return "", 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	from := service{h1, canonical(host), port}
	for _, e := range c.entries {
		if e.from == from && e.to.protocol == h1 && e.expires > now.Unix() {
			return e.to.host, e.to.port, true
		}
	}
	return "", 0, false
}

// Learn takes the value of an Alt-Svc field of a response that came from an origin by
// HTTP/1.1 and TLS. It takes the place of all that was known of it. What is malformed ends
// the reading.
func (c *Cache) Learn(host string, port uint16, value string, now time.Time) {
	from := service{h1, canonical(host), port}
	if from.host == "" {
		return
	}
	offers, readable := parse(value)
	if !readable {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = slices.DeleteFunc(c.entries, func(e entry) bool { return e.from == from })
	for _, o := range offers {
		if o.to.host == "" {
			o.to.host = from.host
		}
		if o.age > 0 {
			c.add(entry{from: from, to: o.to, expires: now.Unix() + o.age, persist: o.persist})
		}
	}
}

func (c *Cache) add(e entry) {
	if len(c.entries) >= maxEntries {
		c.entries = slices.Delete(c.entries, 0, 1)
	}
	c.entries = append(c.entries, e)
}

// canonical is a host as it is compared, "" for what cannot be one.
func canonical(host string) string {
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "" || len(host) > maxHost || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"[]/\@`, r) }) {
		return ""
	}
	return host
}

// An offer is one alternative of a field; its host may be "" for the origin's.
type offer struct {
	to      service
	age     int64
	persist bool
}

// parse reads a field's value (RFC 7838, section 3). readable is false where not even its
// first part can be read; clear is readable, and offers nothing.
func parse(value string) (offers []offer, readable bool) {
	rest := strings.Trim(value, " \t")
	if strings.EqualFold(rest, "clear") {
		return nil, true
	}
	for n := 0; rest != "" && n < maxOffers; n++ {
		o, known, after, ok := cutOffer(rest)
		if !ok {
			return offers, n > 0
		}
		if known {
			offers = append(offers, o)
		}
		readable, rest = true, after
	}
	return offers, readable
}

// cutOffer takes one alternative off a list.
func cutOffer(s string) (o offer, known bool, rest string, ok bool) {
	name, after, ok := strings.Cut(s, "=")
	if !ok || !strings.HasPrefix(after, `"`) {
		return o, false, "", false
	}
	authority, rest, ok := strings.Cut(after[1:], `"`)
	if !ok || strings.Contains(authority, `\`) {
		return o, false, "", false
	}
	o.to, ok = readAuthority(authority)
	o.to.protocol, known = protocols[strings.ToLower(strings.Trim(name, " \t"))]
	o.age = usualAge
	for {
		rest = strings.TrimLeft(rest, " \t")
		after, more := strings.CutPrefix(rest, ";")
		if !more {
			break
		}
		rest = o.parameter(after)
	}
	after, more := strings.CutPrefix(rest, ",")
	if !more && rest != "" {
		return o, false, "", false
	}
	return o, known && ok, strings.TrimLeft(after, " \t,"), true
}

// parameter takes one parameter, and returns what stands behind it.
func (o *offer) parameter(s string) (rest string) {
	end := strings.IndexAny(s, ";,")
	if quote := strings.IndexByte(s, '"'); quote >= 0 && (end < 0 || quote < end) {
		if end = strings.IndexByte(s[quote+1:], '"'); end >= 0 {
			end += quote + 2
		}
	}
	if end < 0 {
		end = len(s)
	}
	name, v, _ := strings.Cut(s[:end], "=")
	v = strings.Trim(v, "\" \t")
	switch strings.ToLower(strings.Trim(name, " \t")) {
	case "ma":
		if n, err := strconv.ParseUint(v, 10, 63); err == nil {
			o.age = int64(min(n, maxAge))
		}
	case "persist":
		o.persist = v == "1"
	}
	return s[end:]
}

// readAuthority reads [host]:port.
func readAuthority(s string) (service, bool) {
	colon := strings.LastIndexByte(s, ':')
	if colon < 0 {
		return service{}, false
	}
	port, err := strconv.ParseUint(s[colon+1:], 10, 16)
	host := canonical(s[:colon])
	bracketed := strings.HasPrefix(s, "[")
	ok := err == nil && port != 0 && (host != "" || colon == 0) && bracketed == strings.Contains(host, ":")
	return service{host: host, port: uint16(port)}, ok
}
