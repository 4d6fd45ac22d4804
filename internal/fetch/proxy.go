package fetch

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/h1"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/transport"
)

// A Proxy is an HTTP proxy.
type Proxy struct {
	URL *weburl.URL
	// Via is the option or variable that named it.
	Via string
}

// proxyPort is the port of a proxy that names none, as with curl.
const proxyPort = "1080"

// ParseProxy reads [http://][user:password@]host[:port]. "" means no proxy at all.
func ParseProxy(s, via string) (*Proxy, error) {
	if s == "" {
		return &Proxy{Via: via}, nil
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := weburl.Parse(s)
	if err != nil {
		return nil, err
	}
	if u.Scheme() != "http" {
		return nil, fmt.Errorf("proxies of the scheme %q are not supported: http is", u.Scheme())
	}
	if u.Port() == "" && !strings.HasSuffix(strings.TrimRight(s, "/"), ":80") {
		if u, err = u.Parse("//" + authority(u) + ":" + proxyPort); err != nil {
			return nil, err
		}
	}
	return &Proxy{URL: u, Via: via}, nil
}

// authority is the user information and host of a URL.
func authority(u *weburl.URL) string {
	if u.Username() == "" && u.Password() == "" {
		return u.Hostname()
	}
	return u.Username() + ":" + u.Password() + "@" + u.Hostname()
}

func (p *Proxy) authorization() string {
	if user, password, ok := p.URL.Credentials(); ok {
		return basic(user + ":" + password)
	}
	return ""
}

// proxy finds the proxy for the hop, nil for none: -x, or what the environment says.
func (h *hop) proxy() *Proxy {
	if p := h.f.o.Proxy; p != nil {
		if p.URL == nil {
			return nil
		}
		return p
	}
	if h.f.o.Getenv == nil || exempt(h.f.o.Getenv, bare(h.url.Hostname())) {
		return nil
	}
	// HTTP_PROXY in capitals is not read: a CGI program gets it from the request.
	names := []string{h.url.Scheme() + "_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}
	if h.url.Scheme() == "http" {
		names[1] = names[0]
	}
	for _, name := range names {
		if v := h.f.o.Getenv(name); v != "" {
			if p, err := ParseProxy(v, name); err == nil {
				return p
			}
		}
	}
	return nil
}

// exempt reads no_proxy: names that also stand for all names below them, addresses,
// networks, or * for all.
func exempt(getenv func(string) string, host string) bool {
	list := getenv("no_proxy")
	if list == "" {
		list = getenv("NO_PROXY")
	}
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

// tunnel asks a proxy for a tunnel to the origin (RFC 9110, section 9.3.6).
func (h *hop) tunnel(ctx context.Context, conn *transport.Conn, proxy *Proxy) error {
	target := h.url.Hostname() + ":" + strconv.Itoa(int(h.url.EffectivePort()))
	req := &httpclient.Request{Method: "CONNECT", Target: target, Header: httpclient.Fields{{Name: "Host", Value: target}}}
	if a := proxy.authorization(); a != "" {
		req.Header = append(req.Header, httpclient.Field{Name: "Proxy-Authorization", Value: a})
	}
	req.Header = append(req.Header, httpclient.Field{Name: "User-Agent", Value: h.userAgent()},
		httpclient.Field{Name: "Proxy-Connection", Value: "Keep-Alive"})
	defer conn.Bind(ctx)()
	conn.Scope().Emit(trace.TunnelStarted{Proxy: proxy.URL.Host(), Target: target})
	resp, err := h1.Exchange(ctx, nil, h.f.tapped(conn), req, nil)
	if err != nil {
		return &Failure{Phase: trace.Connect, Err: err}
	}
	defer resp.Body.Close()
	conn.Scope().Emit(trace.TunnelEnded{Status: resp.Status})
	if resp.Status/100 != 2 {
		return &Failure{Phase: trace.Connect, Code: CodeTunnel, Err: fmt.Errorf("the proxy refused the tunnel: %d %s", resp.Status, resp.Reason)}
	}
	return nil
}

// A ConnectTo is curl's --connect-to: requests for one host and port go to another.
type ConnectTo struct {
	Host     string // "" for any
	Port     uint16 // 0 for any
	ToHost   string // "" to leave it
	ToPort   uint16 // 0 to leave it
	Original string
}

// ParseConnectTo reads HOST1:PORT1:HOST2:PORT2.
func ParseConnectTo(s string) (ConnectTo, error) {
	c := ConnectTo{Original: s}
	var err error
	rest := s
	for i, field := range []func(string) error{
		func(v string) error { c.Host = strings.ToLower(v); return nil },
		func(v string) error { c.Port, err = optionalPort(v); return err },
		func(v string) error { c.ToHost = strings.ToLower(v); return nil },
		func(v string) error { c.ToPort, err = optionalPort(v); return err },
	} {
		var part string
		if i%2 == 0 && strings.HasPrefix(rest, "[") {
			part, rest, _ = strings.Cut(rest[1:], "]")
			rest = strings.TrimPrefix(rest, ":")
		} else {
			part, rest, _ = strings.Cut(rest, ":")
		}
		if err := field(part); err != nil {
			return c, fmt.Errorf("%q is not HOST1:PORT1:HOST2:PORT2", s)
		}
	}
	return c, nil
}

func optionalPort(s string) (uint16, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err
}

// connectTo applies the first that fits.
func connectTo(list []ConnectTo, host string, port uint16) (string, uint16) {
	for _, c := range list {
		if c.Host != "" && c.Host != host || c.Port != 0 && c.Port != port {
			continue
		}
		if c.ToHost != "" {
			host = c.ToHost
		}
		if c.ToPort != 0 {
			port = c.ToPort
		}
		break
	}
	return host, port
}
