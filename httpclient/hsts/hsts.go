// Package hsts remembers which hosts are to be reached by https alone: HTTP Strict
// Transport Security (RFC 6797).
//
// A response's Strict-Transport-Security goes in through [Cache.Learn], from a connection
// that was trusted; before anything of a fetch is resolved, [Cache.Applies] says whether
// its URL is to become https. A run fills the [Cache] from files in curl's form, and writes
// it to one. Hosts are names as the URL Standard has them, in ASCII and lower case; a dot
// at the end does not count. There is no clock here: who calls says what time it is.
//
// Left out are the lists of hosts that browsers bring along.
package hsts

import (
	"errors"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An entry is a host that is known (RFC 6797, section 5).
type entry struct {
	host       string
	subdomains bool
	// expires is in seconds of Unix time; unlimited is never.
	expires int64
}

// unlimited is beyond every date.
const unlimited = math.MaxInt64

// maxEntries bounds what servers can make a cache hold, as in curl; one that is full
// forgets the one that it has known longest.
const maxEntries = 1000

// maxHost is the length of a name in the DNS (RFC 1035, section 2.3.4).
const maxHost = 253

// A Cache holds the hosts that are known. The zero Cache is empty and ready; several
// fetches may share it.
type Cache struct {
	mu      sync.Mutex
	entries []entry
}

// canonical is a host as it is compared (RFC 6797, section 8.2); "" for what cannot be a
// known host: an address, a name with an empty label, or nothing.
func canonical(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || len(host) > maxHost {
		return ""
	}
	if strings.Contains("."+host+".", "..") {
		return ""
	}
	return host
}

// Applies says whether a host is to be reached by https alone (RFC 6797, section 8.3).
func (c *Cache) Applies(host string, now time.Time) bool {
	host = canonical(host)
	if c == nil || host == "" {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.entries, func(e entry) bool {
		above, below := strings.CutSuffix(host, e.host)
		known := below && (above == "" || e.subdomains && strings.HasSuffix(above, "."))
		return known && e.expires > now.Unix()
	})
}

// ErrHeader says that a field does not keep to its grammar, and therefore does not count
// (RFC 6797, section 8.1).
var ErrHeader = errors.New("malformed Strict-Transport-Security")

// Learn takes the value of the first Strict-Transport-Security field of a response that
// came over a connection that was trusted (RFC 6797, section 8.1).
func (c *Cache) Learn(host, value string, now time.Time) error {
	if host = canonical(host); host == "" {
		return nil
	}
	age, subdomains, err := parse(value)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.entries, func(e entry) bool { return e.host == host })
	learnt := entry{host: host, subdomains: subdomains, expires: end(age, now)}
	switch {
	case age == 0 && at >= 0:
		c.entries = slices.Delete(c.entries, at, at+1)
	case age == 0:
	case at >= 0:
		c.entries[at] = learnt
	default:
		c.add(learnt)
	}
	return nil
}

// add appends an entry.
func (c *Cache) add(e entry) {
	if len(c.entries) >= maxEntries {
		c.entries = slices.Delete(c.entries, 0, 1)
	}
	c.entries = append(c.entries, e)
}

// end is so many seconds from now.
func end(age int64, now time.Time) int64 {
	if age > unlimited-now.Unix() {
		return unlimited
	}
	return now.Unix() + age
}

// parse reads the field (RFC 6797, section 6.1): directives, each at most once, of which
// max-age must be there and unknown ones do not matter.
func parse(value string) (age int64, subdomains bool, err error) {
	seen := map[string]bool{}
	for directive := range directives(value) {
		name, v, hasValue := strings.Cut(directive, "=")
		name, v = strings.ToLower(trim(name)), trim(v)
		if name == "" && !hasValue {
			continue // an empty directive
		}
		if seen[name] {
			return 0, false, ErrHeader
		}
		seen[name] = true
		switch name {
		case "max-age":
			if age, err = seconds(v); err != nil {
				return 0, false, err
			}
		case "includesubdomains":
			subdomains = true
		}
	}
	if !seen["max-age"] {
		return 0, false, ErrHeader
	}
	return age, subdomains, nil
}

// directives yields what stands between the semicolons that are outside of quotes.
func directives(value string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start, quoted, escaped := 0, false, false
		for i := range len(value) {
			switch {
			case escaped:
				escaped = false
			case quoted && value[i] == '\\':
				escaped = true
			case value[i] == '"':
				quoted = !quoted
			case value[i] == ';' && !quoted:
				if !yield(value[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(value[start:])
	}
}

// seconds reads a max-age, which may be quoted; one that is too large for a number is the
// largest.
func seconds(s string) (int64, error) {
	if inner, ok := strings.CutPrefix(s, `"`); ok {
		if s, ok = strings.CutSuffix(inner, `"`); !ok {
			return 0, ErrHeader
		}
	}
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, ErrHeader
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return unlimited, nil
	}
	return n, nil
}

func trim(s string) string { return strings.Trim(s, " \t") }
