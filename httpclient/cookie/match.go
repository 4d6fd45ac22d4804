package cookie

import (
	"net/netip"
	"strings"

	"fetchscope/httpclient/cookie/suffix"
)

// lower is a name as it is compared.
func lower(host string) string { return strings.ToLower(host) }

// domainMatch says whether a host is the domain or below it (section 5.1.3). What is below
// an address is no host.
func domainMatch(host, domain string) bool {
	host, domain = lower(host), lower(domain)
	if host == domain {
		return true
	}
	above, below := strings.CutSuffix(host, domain)
	return below && domain != "" && strings.HasSuffix(above, ".") && !isAddress(host)
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// pathMatch says whether a request's path is the cookie's or below it (section 5.1.4).
func pathMatch(path, cookie string) bool {
	if path == "" {
		path = "/"
	}
	below, ok := strings.CutPrefix(path, cookie)
	return ok && (below == "" || below[0] == '/' || strings.HasSuffix(cookie, "/"))
}

// defaultPath is the folder of a request's path (section 5.1.4).
func defaultPath(path string) string {
	last := strings.LastIndexByte(path, '/')
	if last <= 0 || path[0] != '/' {
		return "/"
	}
	return path[:last]
}

// localhost is a domain of its own, whatever the list says of names without a dot: nobody
// can register below it (RFC 6761, section 6.3).
const localhost = "localhost"

// isPublicSuffix says whether anybody can have a name below the domain (section 5.3). A
// name without a dot counts as one, by the list's rule for what it does not know.
func isPublicSuffix(domain string) bool {
	domain = strings.TrimSuffix(lower(domain), ".")
	return domain != localhost && !isAddress(domain) && suffix.IsPublic(domain)
}

// Trustworthy says whether what goes to a host cannot be read on the way, since it does
// not leave this machine.
func Trustworthy(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || lower(host) == localhost
}
