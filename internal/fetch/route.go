package fetch

import (
	"net/netip"
	"strings"
)

// A Route is how connections are made for a URL: what two of them differ in beside their
// host and port. It is comparable, and equal for connections that may stand for one another.
type Route struct {
	// Socks is the proxy that is connected to where there is one, HTTP the one that is asked
	// through it, or directly.
	Socks, HTTP Proxy
	// Tunnel says that the HTTP proxy is asked for a tunnel, and not for the page.
	Tunnel bool
	// Unix is the Unix domain socket that stands for whatever would be connected to.
	Unix    string
	From    Source
	HAProxy HAProxy
}

// proxied says whether there is a proxy.
func (r *Route) proxied() bool { return r.Socks.Scheme != "" || r.HTTP.Scheme != "" }

// forwards says that a proxy is asked for the page itself, and sees the request.
func (r *Route) forwards() bool { return r.HTTP.Scheme != "" && !r.Tunnel }

// first is the proxy that is connected to.
func (r *Route) first() *Proxy {
	if r.Socks.Scheme != "" {
		return &r.Socks
	}
	return &r.HTTP
}

// last is the proxy that the origin is asked of.
func (r *Route) last() *Proxy {
	if r.HTTP.Scheme != "" {
		return &r.HTTP
	}
	return &r.Socks
}

// path is the Unix domain socket to connect to, "" for TCP.
func (r *Route) path() string {
	if r.Unix != "" {
		return r.Unix
	}
	return r.first().Path
}

// route finds the route of the hop.
func (h *hop) route() (Route, error) {
	o := &h.f.o
	r := Route{Unix: o.UnixSocket, From: o.From, HAProxy: o.HAProxy}
	if err := h.proxies(&r); err != nil {
		return r, err
	}
	r.HTTP.Insecure, r.HTTP.CAFile = o.ProxyInsecure, o.ProxyCAFile
	if r.HTTP.Scheme != "https" {
		r.HTTP.Insecure, r.HTTP.CAFile = false, ""
	}
	if o.ProxyUser != nil && r.proxied() {
		r.last().logIn(*o.ProxyUser)
	}
	if r.HTTP.Scheme != "" {
		host, port := bare(h.url.Hostname()), h.url.EffectivePort()
		toHost, toPort := connectTo(o.ConnectTo, host, port)
		// A page of another host cannot be asked for, but its host can be tunnelled to.
		r.Tunnel = h.url.Scheme() == "https" || o.ProxyTunnel || toHost != host || toPort != port
	}
	return r, nil
}

// proxies finds the proxies: -x and --preproxy, or what the environment says, but none for
// hosts that are exempt.
func (h *hop) proxies(r *Route) error {
	o := &h.f.o
	if exempt(h.unproxied(), bare(h.url.Hostname())) {
		return nil
	}
	proxy := o.Proxy
	if proxy == nil && o.PreProxy == nil {
		var err error
		if proxy, err = h.environment(); err != nil {
			return err
		}
	}
	for _, p := range []*Proxy{proxy, o.PreProxy} {
		switch {
		case p == nil:
		case p.socks():
			r.Socks = *p
		default:
			r.HTTP = *p
		}
	}
	return nil
}

// environment is the proxy that the environment names.
func (h *hop) environment() (*Proxy, error) {
	if h.f.o.Getenv == nil {
		return nil, nil
	}
	// HTTP_PROXY in capitals is not read: a CGI program gets it from the request.
	names := []string{h.url.Scheme() + "_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}
	if h.url.Scheme() == "http" {
		names[1] = names[0]
	}
	for _, name := range names {
		if v := h.f.o.Getenv(name); v != "" {
			return ParseProxy(v, "http", name)
		}
	}
	return nil, nil
}

// unproxied is the list of hosts that are exempt: --noproxy, or what the environment says.
func (h *hop) unproxied() string {
	if h.f.o.NoProxy != nil {
		return *h.f.o.NoProxy
	}
	if h.f.o.Getenv == nil {
		return ""
	}
	if list := h.f.o.Getenv("no_proxy"); list != "" {
		return list
	}
	return h.f.o.Getenv("NO_PROXY")
}

// exempt reads such a list: names that also stand for all names below them, addresses,
// networks, or * for all.
func exempt(list, host string) bool {
	addr, addrErr := netip.ParseAddr(host)
	for entry := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		entry = strings.ToLower(strings.Trim(entry, "."))
		network, err := netip.ParsePrefix(entry)
		switch {
		case entry == "*", entry == strings.TrimSuffix(host, "."):
			return true
		case err == nil && addrErr == nil && network.Contains(addr):
			return true
		case addrErr != nil && strings.HasSuffix(strings.TrimSuffix(host, "."), "."+entry):
			return true
		}
	}
	return false
}
