// Package weburl parses, resolves and serializes URLs as browsers do.
//
// It takes the text a user typed or a server sent (a Location header, a link)
// and returns an immutable [URL], or an [*Error] that says why there is none.
// It is the first step of a fetch: name resolution takes [URL.Hostname] or
// [URL.Addr] from it, the connection [URL.EffectivePort], and the request
// [URL.Host] and [URL.Target]. It reads nothing but its arguments.
//
// Implemented are the basic URL parser, the host parser and the serializers of
// the WHATWG URL Standard (https://url.spec.whatwg.org), and Unicode ToASCII of
// UTS #46 with the options that standard gives.
//
// Left out: encodings other than UTF-8, the setters and the state override that
// serves them, blob URL entries, URLSearchParams, and the validation errors that
// do not stop a parse. Guessing a scheme for "example.com" is the caller's work.
//
// Two limits are this package's own, maxEncodeRunes and maxDecodeBytes.
package weburl

import (
	"net/netip"
	"strconv"
	"strings"
)

// URL is a parsed URL, a "URL record" of the standard. It never changes; its
// methods may be called from any goroutine.
type URL struct {
	scheme             string
	username, password string // percent-encoded
	host               host
	hasHost            bool // tells an empty host from none
	port               uint16
	hasPort            bool // false when absent and when the scheme's default
	path               string
	opaque             bool // path is opaque: no leading slash, no segments
	query, fragment    string
	hasQuery           bool // tells "?" from none
	hasFragment        bool
	asIs               bool // dot segments stand
}

// Parse parses an absolute URL. The error, if any, is an [*Error].
func Parse(input string) (*URL, error) {
	return parse(input, nil)
}

// ParseAsIs is Parse, but leaves the dot segments of paths, in references that are
// resolved against the URL too. The standard knows no such thing; servers' tests need it.
func ParseAsIs(input string) (*URL, error) {
	return run(input, &parser{url: URL{asIs: true}})
}

// Parse resolves a reference, relative or absolute, against u. The error, if
// any, is an [*Error].
func (u *URL) Parse(reference string) (*URL, error) {
	return parse(reference, u)
}

// Scheme returns the scheme in lower case, without the colon.
func (u *URL) Scheme() string { return u.scheme }

// Special reports whether the scheme is one for which the standard has rules of
// its own: http, https, ws, wss, ftp or file.
func (u *URL) Special() bool { return isSpecial(u.scheme) }

// Protocol returns the scheme followed by a colon.
func (u *URL) Protocol() string { return u.scheme + ":" }

// Username returns the user name, percent-encoded.
func (u *URL) Username() string { return u.username }

// Password returns the password, percent-encoded.
func (u *URL) Password() string { return u.password }

// Hostname returns the host without the port; an IPv6 address keeps its brackets.
func (u *URL) Hostname() string { return u.host.text }

// Host returns the host, with the port when that is not the scheme's default.
func (u *URL) Host() string {
	if !u.hasPort {
		return u.host.text
	}
	return u.host.text + ":" + u.Port()
}

// Port returns the port in decimal, or "" when it is the scheme's default.
func (u *URL) Port() string {
	if !u.hasPort {
		return ""
	}
	return strconv.Itoa(int(u.port))
}

// EffectivePort returns the port to connect to: the URL's own, else the scheme's
// default, else 0.
func (u *URL) EffectivePort() uint16 {
	if u.hasPort {
		return u.port
	}
	port, _ := defaultPort(u.scheme)
	return port
}

// Addr returns the address when the host is an IPv4 or IPv6 literal.
func (u *URL) Addr() (netip.Addr, bool) {
	return u.host.addr, u.host.addr.IsValid()
}

// Pathname returns the path, percent-encoded.
func (u *URL) Pathname() string { return u.path }

// Search returns the query with its "?", or "" when it is empty or absent.
func (u *URL) Search() string {
	if u.query == "" {
		return ""
	}
	return "?" + u.query
}

// Hash returns the fragment with its "#", or "" when it is empty or absent.
func (u *URL) Hash() string {
	if u.fragment == "" {
		return ""
	}
	return "#" + u.fragment
}

// Target returns the path and query as a request line carries them in origin
// form (RFC 9112, section 3.2.1). A query that is present but empty keeps its
// "?", unlike in [URL.Search].
func (u *URL) Target() string {
	if !u.hasQuery {
		return u.path
	}
	return u.path + "?" + u.query
}

// Credentials returns the user name and password percent-decoded, and whether
// the URL has any. They may hold any byte.
func (u *URL) Credentials() (user, password string, ok bool) {
	return percentDecode(u.username), percentDecode(u.password), u.hasCredentials()
}

func (u *URL) hasCredentials() bool {
	return u.username != "" || u.password != ""
}

// Href returns the whole URL. Parsing it again gives an equal URL.
func (u *URL) Href() string { return u.serialize(u.password) }

// Redacted returns the URL for display: Href with "…" in place of a password.
func (u *URL) Redacted() string {
	if u.password == "" {
		return u.Href()
	}
	return u.serialize("…")
}

// serialize is the URL serializer, with another password if so wished.
func (u *URL) serialize(password string) string {
	var b strings.Builder
	b.Grow(len(u.scheme) + len(u.host.text) + len(u.path) + len(u.query) + len(u.fragment) + 16)
	b.WriteString(u.scheme)
	b.WriteByte(':')
	if u.hasHost {
		b.WriteString("//")
		if u.hasCredentials() {
			b.WriteString(u.username)
			if password != "" {
				b.WriteByte(':')
				b.WriteString(password)
			}
			b.WriteByte('@')
		}
		b.WriteString(u.Host())
	} else if !u.opaque && strings.HasPrefix(u.path, "//") {
		// Without this the path's second segment would read as a host.
		b.WriteString("/.")
	}
	b.WriteString(u.path)
	if u.hasQuery {
		b.WriteByte('?')
		b.WriteString(u.query)
	}
	if u.hasFragment {
		b.WriteByte('#')
		b.WriteString(u.fragment)
	}
	return b.String()
}

// WithoutCredentials returns u without user name and password.
func (u *URL) WithoutCredentials() *URL {
	v := *u
	v.username, v.password = "", ""
	return &v
}

// WithoutFragment returns u without its fragment.
func (u *URL) WithoutFragment() *URL {
	v := *u
	v.fragment, v.hasFragment = "", false
	return &v
}

// SameOrigin reports whether u and v share scheme, host and port. As in the
// standard, a URL of the scheme file or of none that is special has an opaque
// origin, which is never the same as another's.
func (u *URL) SameOrigin(v *URL) bool {
	return u.Special() && u.scheme != "file" &&
		u.scheme == v.scheme && u.host.text == v.host.text && u.EffectivePort() == v.EffectivePort()
}

// WithQuery returns u with text added to its query, after a "&" where there is one. What
// a query cannot hold is percent-encoded, as by the parser.
func (u *URL) WithQuery(text string) *URL {
	v := *u
	set := querySet
	if u.Special() {
		set = specialQuerySet
	}
	text = set.encode(text)
	if v.query != "" && !strings.HasSuffix(v.query, "&") {
		v.query += "&"
	}
	v.query, v.hasQuery = v.query+text, true
	return &v
}

// WithFile returns u with a name at the end of its path, which ends in a slash.
func (u *URL) WithFile(name string) *URL {
	v := *u
	v.path += pathSet.encode(name)
	return &v
}
