package otlp

import (
	"net"
	"strconv"
	"strings"

	"fetchscope/trace"
)

// url is a URL as spans have it: without user and password, and without the values of its
// query, which are secrets as often as not.
func (b *builder) url(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, rest := rest[:end], rest[end:]
	rest, _, _ = strings.Cut(rest, "#")
	if path, query, ok := strings.Cut(rest, "?"); ok && !b.o.Secrets {
		rest = path + "?" + withoutValues(query)
	}
	return scheme + "://" + authority[strings.LastIndexByte(authority, '@')+1:] + rest
}

// withoutValues keeps the names of a query.
func withoutValues(query string) string {
	parts := strings.Split(query, "&")
	for i, p := range parts {
		if name, _, ok := strings.Cut(p, "="); ok {
			parts[i] = name + "=REDACTED"
		}
	}
	return strings.Join(parts, "&")
}

// server is the host and the port of a URL; 0 for a scheme that has none.
func server(s string) (host string, port int64) {
	scheme, rest, _ := strings.Cut(s, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	port = map[string]int64{"http": 80, "https": 443}[scheme]
	if h, p, err := net.SplitHostPort(rest); err == nil {
		if n, err := strconv.ParseUint(p, 10, 16); err == nil {
			port = int64(n)
		}
		return h, port
	}
	return strings.Trim(rest, "[]"), port
}

// field is the first field of a name, "" without one.
func field(fields []trace.Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f[0], name) {
			return f[1]
		}
	}
	return ""
}
