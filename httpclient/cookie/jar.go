package cookie

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Jar keeps cookies. The zero Jar is empty and ready; several fetches may share it.
type Jar struct {
	mu sync.Mutex
	// domains holds the cookies by their domain in lower case.
	domains map[string][]*Cookie
	count   int
	// received and loaded number the cookies, so that each one of a file is older than
	// the one above it, and any of them older than those received.
	received, loaded int64
}

// Set takes the value of a Set-Cookie field of a response, or says why it is refused
// (section 5.7).
func (j *Jar) Set(o Origin, value string, now time.Time) error {
	s, err := parse(value)
	if err != nil {
		return err
	}
	c := &Cookie{
		Name: s.name, Value: s.value, Path: s.path, Secure: s.secure, HTTPOnly: s.httpOnly, Expires: s.end(now),
	}
	if err := c.settle(o, s.domain); err != nil {
		return err
	}
	if !o.Secure && c.Secure {
		return ErrInsecure
	}
	if !s.keepsPromise(c) {
		return ErrPrefix
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !o.Secure && j.overlays(c) {
		return ErrOverlay
	}
	j.received++
	c.created = j.received
	j.put(c, now)
	return nil
}

// settle finds the domain and the path of a cookie (section 5.7, steps 6 to 10).
func (c *Cookie) settle(o Origin, domain string) error {
	own := lower(domain) == lower(o.Host)
	switch {
	case domain == "", own && isPublicSuffix(domain):
		c.Domain, c.HostOnly = o.Host, true
	case isPublicSuffix(domain):
		return ErrSuffix
	case !domainMatch(o.Host, domain):
		return ErrDomain
	default:
		c.Domain, c.HostOnly = domain, isAddress(domain)
	}
	if c.Path == "" {
		c.Path = defaultPath(o.Path)
	}
	return nil
}

// keepsPromise says whether a cookie has what the prefix of its name promises (section
// 5.7, steps 20 and 21).
func (s *setting) keepsPromise(c *Cookie) bool {
	switch {
	case hasPrefix(c.Name, hostPrefix):
		return c.Secure && c.HostOnly && s.domain == "" && s.path == "/"
	case hasPrefix(c.Name, securePrefix):
		return c.Secure
	}
	return true
}

// overlays says whether a cookie that came without TLS would stand before one that is
// Secure (section 5.7, step 13).
func (j *Jar) overlays(c *Cookie) bool {
	domain := lower(c.Domain)
	for key, cookies := range j.domains {
		near := strings.HasSuffix(key, domain) || strings.HasSuffix(domain, key) // most are not
		if !near || !domainMatch(key, domain) && !domainMatch(domain, key) {
			continue
		}
		for _, old := range cookies {
			if old.Secure && old.Name == c.Name && pathMatch(c.Path, old.Path) {
				return true
			}
		}
	}
	return false
}

// put takes a cookie in, in place of one that it replaces and no older than that; one that
// is over only takes that away.
func (j *Jar) put(c *Cookie, now time.Time) {
	key := lower(c.Domain)
	cookies := j.domains[key]
	at := slices.IndexFunc(cookies, c.same)
	switch {
	case at < 0 && c.expired(now):
		return
	case at >= 0 && c.expired(now):
		j.remove(key, at)
		return
	case at >= 0:
		c.created = cookies[at].created
		cookies[at] = c
		return
	}
	if j.domains == nil {
		j.domains = map[string][]*Cookie{}
	}
	j.domains[key] = append(cookies, c)
	j.count++
	j.bound(key, now)
}

// remove takes a cookie out.
func (j *Jar) remove(key string, at int) {
	left := slices.Delete(j.domains[key], at, at+1)
	if j.domains[key] = left; len(left) == 0 {
		delete(j.domains, key)
	}
	j.count--
}

// bound makes room in the order of section 5.7: first what is over, then from a domain
// that has more than its share, those that are not Secure before others, the oldest first.
func (j *Jar) bound(key string, now time.Time) {
	if len(j.domains[key]) > maxDomain {
		j.remove(key, leastWanted(j.domains[key], now))
	}
	if j.count <= maxCookies {
		return
	}
	oldest, at, age := "", 0, int64(math.MaxInt64)
	for key, cookies := range j.domains {
		for i, c := range cookies {
			if c.expired(now) {
				c.created = math.MinInt64
			}
			if c.created < age {
				oldest, at, age = key, i, c.created
			}
		}
	}
	j.remove(oldest, at)
}

// leastWanted is the place of the cookie of a domain that goes first.
func leastWanted(cookies []*Cookie, now time.Time) int {
	rank := func(c *Cookie) int {
		switch {
		case c.expired(now):
			return 0
		case !c.Secure:
			return 1
		}
		return 2
	}
	least := slices.MinFunc(cookies, func(a, b *Cookie) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.created, b.created))
	})
	return slices.Index(cookies, least)
}

// Header is the value of the Cookie field for a request, "" for none (section 5.8.3): the
// longer paths before the shorter, then the older cookies before the younger. What would
// make it too long is left out.
func (j *Jar) Header(o Origin, now time.Time) string {
	var b strings.Builder
	for _, c := range j.matching(o, now) {
		text := c.text()
		if b.Len()+len(text)+len("Cookie: ; ") > maxHeader {
			break
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(text)
	}
	return b.String()
}

// matching are the cookies that go to an origin, in order. Only the domains that the host
// is in are looked at.
func (j *Jar) matching(o Origin, now time.Time) []*Cookie {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []*Cookie
	for domain := lower(o.Host); domain != ""; {
		for _, c := range j.domains[domain] {
			if c.goesTo(o, now) {
				out = append(out, c)
			}
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	slices.SortFunc(out, func(a, b *Cookie) int {
		return cmp.Or(cmp.Compare(len(b.Path), len(a.Path)), cmp.Compare(a.created, b.created))
	})
	return out
}
