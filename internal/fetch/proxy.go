package fetch

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"fetchscope/internal/weburl"
	"fetchscope/trace"
	"fetchscope/transport/socks"
)

// A Proxy is an HTTP or a SOCKS proxy; its zero value is none. It is comparable.
type Proxy struct {
	// Scheme is http, https, socks4, socks4a, socks5 or socks5h.
	Scheme string
	Host   string
	Port   uint16
	// Path is the Unix domain socket that a SOCKS proxy of this host is reached by.
	Path string
	// Login says that there is a user name and password.
	Login          bool
	User, Password string
	// HTTP10 asks for tunnels by HTTP/1.0.
	HTTP10 bool
	// Insecure goes on where the certificate of an https proxy is not trusted; CAFile holds
	// the authorities that it is judged by, "" for the system's.
	Insecure bool
	CAFile   string
	// Via is the option or variable that named it.
	Via string
}

// defaultPort is the port of a proxy that names none, by its scheme: as with curl.
func defaultPort(scheme string) uint16 {
	if scheme == "https" {
		return 443
	}
	return 1080
}

// schemes are those of proxies.
var schemes = [...]string{"http", "https", "socks4", "socks4a", "socks5", "socks5h"}

// proxyScheme is the scheme that is meant, "" for none of a proxy; curl takes socks for
// socks4.
func proxyScheme(scheme string) string {
	switch {
	case scheme == "socks":
		return "socks4"
	case slices.Contains(schemes[:], scheme):
		return scheme
	}
	return ""
}

// ParseProxy reads [scheme://][user:password@]host[:port], where scheme stands for one that
// is not there. "" means no proxy at all. SOCKS proxies of localhost may have the path of a
// Unix domain socket. The error is a *Failure.
func ParseProxy(s, scheme, via string) (*Proxy, error) {
	if s == "" {
		return &Proxy{Via: via}, nil
	}
	rest := s
	if before, after, ok := strings.Cut(s, "://"); ok {
		scheme, rest = strings.ToLower(before), after
	}
	known := proxyScheme(scheme)
	if known == "" {
		return nil, &Failure{Phase: trace.InUsage, Code: CodeProxyScheme, Err: fmt.Errorf("%s: there are no proxies of the scheme %q", via, scheme)}
	}
	u, err := weburl.Parse("http://" + rest)
	if err != nil {
		return nil, &Failure{Phase: trace.InUsage, Code: CodeProxySyntax, Err: fmt.Errorf("%s names no proxy: %s", via, reason(err))}
	}
	p := &Proxy{Scheme: known, Host: bare(u.Hostname()), Port: portOf(rest, u, defaultPort(known)), Via: via}
	p.User, p.Password, p.Login = u.Credentials()
	if p.socks() && p.Host == "localhost" && len(u.Pathname()) > 1 {
		p.Path = unescaped(u.Pathname())
	}
	return p, nil
}

// reason is what is wrong with a URL, without the URL: there may be a password in it.
func reason(err error) string {
	var bad *weburl.Error
	if errors.As(err, &bad) {
		return bad.Reason
	}
	return err.Error()
}

// ParsePreProxy reads the SOCKS proxy that another proxy is to be reached by, a SOCKS 4 proxy
// where it does not say. The error is a *Failure.
func ParsePreProxy(s string) (*Proxy, error) {
	const via = "--preproxy"
	p, err := ParseProxy(s, "socks4", via)
	if err != nil || s == "" {
		return nil, err
	}
	if !p.socks() {
		return nil, &Failure{Phase: trace.InUsage, Code: CodeProxyScheme, Err: fmt.Errorf("%s: a SOCKS proxy goes before another, not one of %s", via, p.Scheme)}
	}
	return p, nil
}

// portOf is the port that a proxy's URL names. The URL Standard leaves out one that is its
// scheme's own, which is another scheme's than the proxy's here.
func portOf(rest string, u *weburl.URL, otherwise uint16) uint16 {
	if u.Port() != "" {
		return u.EffectivePort()
	}
	if other, err := weburl.Parse("https://" + rest); err == nil && other.Port() != "" {
		return other.EffectivePort()
	}
	return otherwise
}

// unescaped undoes percent-encoding; what is none stays as it is.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (p *Proxy) socks() bool { return strings.HasPrefix(p.Scheme, "socks") }

// socksVersion is the dialect of SOCKS that a scheme stands for.
func socksVersion(scheme string) socks.Version {
	switch scheme {
	case "socks4a":
		return socks.V4a
	case "socks5":
		return socks.V5
	case "socks5h":
		return socks.V5Host
	}
	return socks.V4
}

// Address is where the proxy listens.
func (p *Proxy) Address() string {
	if p.Path != "" {
		return p.Path
	}
	return net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port)))
}

// logIn takes -U, in which both parts are percent-encoded, unlike those of -u. The URL's own
// come first.
func (p *Proxy) logIn(pair string) {
	if p.Login {
		return
	}
	user, password, _ := strings.Cut(pair, ":")
	p.Login, p.User, p.Password = true, unescaped(user), unescaped(password)
}

// socksLogin is what a SOCKS proxy is told.
func (p *Proxy) socksLogin() *socks.Login {
	if !p.Login {
		return nil
	}
	return &socks.Login{User: p.User, Password: p.Password}
}

// proxySchemes lists the schemes, for those who name another.
func proxySchemes() string { return strings.Join(schemes[:], ", ") }

// maxALabel is the length of an A-label in octets (RFC 5890, section 2.3.2.1).
const maxALabel = 63

// namable refuses an internationalised name that no HTTP proxy could find, as it is none. A
// long name in ASCII may be one of the proxy's own.
func (h *hop) namable() error {
	if h.via.HTTP.Scheme == "" {
		return nil
	}
	host, _ := h.destination()
	for label := range strings.SplitSeq(host, ".") {
		if strings.HasPrefix(label, "xn--") && len(label) > maxALabel {
			return &Failure{Phase: trace.InURL, Code: CodeBadURL, Err: fmt.Errorf("host %q: a label of %d octets, which have at most %d", host, len(label), maxALabel)}
		}
	}
	return nil
}
