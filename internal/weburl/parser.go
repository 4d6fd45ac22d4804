package weburl

import "strings"

// parser is one run of the basic URL parser.
//
// The standard steps through code points and collects them in a buffer. Here a
// state takes all of its input at once, by looking for the delimiter that ends
// it: all delimiters are ASCII, so bytes will do, and nothing is read twice.
type parser struct {
	in     string // cleaned input
	pos    int    // what is before it is done
	base   *URL   // may be nil
	url    URL    // under construction
	path   []byte // becomes url.path
	reason string // why it failed
	at     int    // where in in
}

// state is a state of the standard, by the same name. It returns the next one,
// or nil at the end.
type state func(*parser) state

func parse(input string, base *URL) (*URL, error) {
	p := &parser{base: base}
	if base != nil {
		p.url.asIs = base.asIs
	}
	return run(input, p)
}

func run(input string, p *parser) (*URL, error) {
	trimmed, lead := trim(input)
	p.in = clean(trimmed)
	for s := state(schemeState); s != nil; {
		s = s(p)
	}
	if p.reason != "" {
		_, n := tidy(trimmed, p.at)
		return nil, &Error{Input: input, Reason: p.reason, At: lead + n}
	}
	u := p.url
	u.path = string(p.path)
	return &u, nil
}

func (p *parser) fail(reason string, at int) state {
	p.reason, p.at = reason, at
	return nil
}

// isSpecial reports whether scheme is a special scheme.
func isSpecial(scheme string) bool {
	_, ok := defaultPort(scheme)
	return ok
}

// defaultPort returns the default port of a special scheme; file has none.
func defaultPort(scheme string) (port uint16, special bool) {
	switch scheme {
	case "https", "wss":
		return 443, true
	case "http", "ws":
		return 80, true
	case "ftp":
		return 21, true
	case "file":
		return 0, true
	}
	return 0, false
}

func (p *parser) special() bool { return isSpecial(p.url.scheme) }

func (p *parser) rest() string { return p.in[p.pos:] }

// next reports whether the next byte is c.
func (p *parser) next(c byte) bool {
	return p.pos < len(p.in) && p.in[p.pos] == c
}

// nextSlash reports whether the next byte is "/", or the "\" that special URLs
// take for it.
func (p *parser) nextSlash() bool {
	return p.next('/') || p.next('\\') && p.special()
}

// find returns the position of the first of the given bytes, or the input's end.
func (p *parser) find(set string) int {
	if i := strings.IndexAny(p.rest(), set); i >= 0 {
		return p.pos + i
	}
	return len(p.in)
}

// findSlash is find with "\" added for special URLs. The bytes are given with
// that one last.
func (p *parser) findSlash(set string) int {
	if !p.special() {
		set = strings.TrimSuffix(set, `\`)
	}
	return p.find(set)
}

// schemeState is the scheme start and the scheme state.
func schemeState(p *parser) state {
	n := schemeLen(p.in)
	if n == 0 {
		return noSchemeState
	}
	p.url.scheme = strings.ToLower(p.in[:n])
	p.pos = n + 1
	switch {
	case p.url.scheme == "file":
		return fileState
	case p.special() && p.base != nil && p.base.scheme == p.url.scheme:
		return specialRelativeOrAuthorityState
	case p.special():
		return specialAuthorityState
	case p.next('/'):
		p.pos++
		return pathOrAuthorityState
	}
	return opaquePathState
}

// schemeLen returns the length of the scheme s begins with, or 0 if it begins
// with none.
func schemeLen(s string) int {
	for i := range len(s) {
		c := s[i]
		switch {
		case isAlpha(c):
		case i > 0 && c == ':':
			return i
		case i == 0 || !isDigit(c) && c != '+' && c != '-' && c != '.':
			return 0
		}
	}
	return 0
}

func noSchemeState(p *parser) state {
	switch {
	case p.base == nil:
		return p.fail(reasonNoScheme, 0)
	case p.base.opaque && p.next('#'):
		p.url = *p.base
		p.path = append(p.path, p.base.path...)
		return fragmentState
	case p.base.opaque:
		return p.fail(reasonNotBase, 0)
	case p.base.scheme == "file":
		return fileState
	}
	return relativeState
}

func specialRelativeOrAuthorityState(p *parser) state {
	if strings.HasPrefix(p.rest(), "//") {
		return specialAuthorityState
	}
	return relativeState
}

func pathOrAuthorityState(p *parser) state {
	if p.next('/') {
		p.pos++
		return authorityState
	}
	return pathState
}

// specialAuthorityState is the special authority slashes and the special
// authority ignore slashes state: any number of slashes will do, even none.
func specialAuthorityState(p *parser) state {
	for p.nextSlash() {
		p.pos++
	}
	return authorityState
}

func relativeState(p *parser) state {
	p.url.scheme = p.base.scheme
	if p.nextSlash() {
		p.pos++
		return relativeSlashState
	}
	p.inheritAuthority()
	return p.inheritPath()
}

func relativeSlashState(p *parser) state {
	switch {
	case p.special() && p.nextSlash():
		return specialAuthorityState
	case p.next('/'):
		p.pos++
		return authorityState
	}
	p.inheritAuthority()
	return pathState
}

func (p *parser) inheritAuthority() {
	p.url.username, p.url.password = p.base.username, p.base.password
	p.url.host, p.url.hasHost = p.base.host, p.base.hasHost
	p.url.port, p.url.hasPort = p.base.port, p.base.hasPort
}

// inheritPath ends the relative and the file state: the reference begins with
// neither scheme nor slash, so the base's path counts, and its query where the
// reference has no path of its own.
func (p *parser) inheritPath() state {
	p.path = append(p.path, p.base.path...)
	if p.pos < len(p.in) && !p.next('?') && !p.next('#') {
		p.shorten()
		return pathState
	}
	p.url.query, p.url.hasQuery = p.base.query, p.base.hasQuery
	return p.afterPath()
}
