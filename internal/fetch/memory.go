package fetch

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"fetchscope/httpclient"
	"fetchscope/httpclient/cookie"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// What a run remembers from one exchange to the next: cookies, hosts that want https, and
// the names and passwords of the netrc file.

// begin records what the exchange is.
func (h *hop) begin(sc *trace.Scope) {
	sc.Emit(trace.ExchangeStarted{URL: h.url.Href(), Why: h.why})
	if h.from != nil {
		sc.Emit(trace.URLUpgraded{From: h.from.Href()})
	}
}

// strict returns the URL by https where its host is known to want that, and the one that
// it was made of (RFC 6797, section 8.3). A port that is named stays, but for http's own.
func (f *Fetcher) strict(u *weburl.URL) (strict, from *weburl.URL) {
	if u.Scheme() != "http" || !f.o.HSTS.Applies(bare(u.Hostname()), time.Now()) {
		return u, nil
	}
	strict, err := weburl.Parse("https" + strings.TrimPrefix(u.Href(), "http"))
	if err != nil {
		return u, nil
	}
	return strict, u
}

// remember takes what a response asks to be kept. A host is believed that it wants https
// only where nobody could have put that into its mouth (RFC 6797, section 8.1); a field that
// is malformed counts as not sent.
func (h *hop) remember(sc *trace.Scope, resp *httpclient.Response) {
	if h.f.o.Cookies != nil {
		h.keepCookies(sc, resp.Header.Values("Set-Cookie"))
	}
	h.learnAlternatives(resp)
	if h.f.o.HSTS == nil || h.url.Scheme() != "https" || h.f.o.Insecure {
		return
	}
	if v := resp.Header.Values("Strict-Transport-Security"); len(v) > 0 {
		_ = h.f.o.HSTS.Learn(bare(h.url.Hostname()), v[0], time.Now())
	}
}

// learnAlternatives takes where else the server says that it can be reached, which it may say
// by TLS alone (RFC 7838, section 2.1).
func (h *hop) learnAlternatives(resp *httpclient.Response) {
	if h.f.o.AltSvc == nil || h.url.Scheme() != "https" {
		return
	}
	if v := resp.Header.Values("Alt-Svc"); len(v) > 0 {
		h.f.o.AltSvc.Learn(bare(h.url.Hostname()), h.url.EffectivePort(), strings.Join(v, ", "), time.Now())
	}
}

// alternative is where else the origin can be reached, by the same name in its certificate.
func (h *hop) alternative() (host string, port uint16, ok bool) {
	if h.url.Scheme() != "https" {
		return "", 0, false
	}
	return h.f.o.AltSvc.Lookup(bare(h.url.Hostname()), h.url.EffectivePort(), time.Now())
}

// alternativeUsed names the alternative to the server that it is (RFC 7838, section 5).
func (h *hop) alternativeUsed() string {
	host, port, ok := h.alternative()
	if to, toPort := h.destination(); !ok || to != host || toPort != port {
		return ""
	}
	return hostPort(host, port)
}

// maxRefusals is how many refused cookies of a response are told of: a server can send
// thousands, and the first ones say what there is to say.
const maxRefusals = 20

// keepCookies gives the jar what a response sets, and tells what it does not take.
func (h *hop) keepCookies(sc *trace.Scope, fields []string) {
	origin, now, refused := h.cookieOrigin(), time.Now(), 0
	for _, v := range fields {
		err := h.f.o.Cookies.Set(origin, v, now)
		if err == nil {
			continue
		}
		if refused++; refused <= maxRefusals {
			sc.Emit(trace.CookieRefused{Name: cookieName(v), Why: err.Error()})
		}
	}
}

// cookieName is the name that a Set-Cookie begins with. Without an equals sign there is
// none: the value alone is nobody's business.
func cookieName(field string) string {
	pair, _, _ := strings.Cut(field, ";")
	name, _, ok := strings.Cut(pair, "=")
	if !ok {
		return ""
	}
	return strings.TrimSpace(name)
}

// cookieOrigin is whose cookies an exchange is about: those of the host that -H Host names,
// as with curl, or of the URL's.
func (h *hop) cookieOrigin() cookie.Origin {
	host := bare(h.url.Hostname())
	local := cookie.Trustworthy(host)
	if named := h.host(); named != h.url.Host() {
		host = bare(withoutPort(named))
		local = local && cookie.Trustworthy(host)
	}
	return cookie.Origin{Host: host, Path: h.url.Pathname(), Secure: h.url.Scheme() == "https" || local}
}

// withoutPort is the host of a Host field.
func withoutPort(host string) string {
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		return host[:i]
	}
	return host
}

// cookies is the Cookie field: those of the jar, then those of the command line, which are
// for the first origin.
func (h *hop) cookies() string {
	own := ""
	if h.permits("Cookie") {
		own = h.f.o.Cookie
	}
	if h.f.o.Cookies == nil {
		return own
	}
	kept := h.f.o.Cookies.Header(h.cookieOrigin(), time.Now())
	if kept == "" || own == "" {
		return cmp.Or(kept, own)
	}
	return kept + "; " + own
}

// findLogin looks for the host in the netrc file. A URL's name chooses among its logins,
// and its password counts before the file's, unless the file is to come first and has one.
// -u leaves the file alone.
func (h *hop) findLogin() error {
	h.login = nil
	user, password, given := h.url.Credentials()
	if h.f.o.Netrc == nil || h.f.o.User != nil || given && password != "" && !h.f.o.NetrcFirst || !h.mayLogIn() {
		return nil
	}
	user, password, found, err := h.f.o.Netrc.Lookup(bare(h.url.Hostname()), user)
	switch {
	case err != nil && h.f.o.NetrcFirst:
		return &Failure{Phase: trace.InUsage, Code: CodeNetrc, Err: fmt.Errorf("the netrc file: %w", err)}
	case found:
		pair := user + ":" + password
		h.login = &pair
	}
	return nil
}

// mayLogIn says whether the file's word counts for this hop. It names hosts and no ports:
// to its own host a redirect must not carry the password to another server, nor to any
// host without TLS from one with it.
func (h *hop) mayLogIn() bool {
	if !h.crossed || h.url.SameOrigin(h.origin) {
		return true
	}
	downgraded := h.origin.Scheme() == "https" && h.url.Scheme() != "https"
	return !downgraded && h.url.Hostname() != h.origin.Hostname()
}
