package fetch

import (
	"errors"
	"io"
	"slices"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/auth"
	"fetchscope/trace"
)

// Logins are how far a fetch has come with those who ask who is there. It lasts for the
// redirects and retries of one URL: the next begins anew, as with curl.
type logins struct {
	states map[door]*auth.State
	// last is the state of the server before: with --location-trusted the scheme that it
	// took goes on to the next, but nothing that it said.
	last *auth.State
}

// A door is whom credentials are told, and whose they are. What one has asked is never told
// another.
type door struct {
	where string
	login auth.Login
	token string
}

// state is that of a door, which is new at first.
func (l *logins) state(where string, want auth.Schemes, c auth.Credentials) *auth.State {
	d := door{where: where}
	if c.Login != nil {
		d.login = *c.Login
	}
	if c.Token != nil {
		d.token = *c.Token
	}
	if l.states[d] == nil {
		if l.states == nil {
			l.states = map[door]*auth.State{}
		}
		l.states[d] = auth.New(want, c)
	}
	return l.states[d]
}

// next is the state of a server, which where it is new begins with the scheme of the one
// before.
func (l *logins) next(where string, want auth.Schemes, c auth.Credentials) *auth.State {
	s := l.state(where, want, c)
	if s != l.last {
		s.Prefer(l.last.Picked())
	}
	l.last = s
	return s
}

// credentials are what the server may be told: those of -u and --oauth2-bearer at the origin
// that they were given for, else those of the netrc file, else the URL's.
func (h *hop) credentials() (c auth.Credentials, ok bool) {
	o := &h.f.o
	if !h.crossed {
		c.Token = o.Token
	}
	user, password, inURL := h.url.Credentials()
	var login auth.Login
	switch {
	case o.User != nil && !h.crossed:
		login = auth.SplitLogin(*o.User)
	case h.login != nil:
		login = auth.SplitLogin(*h.login)
	case inURL:
		login = auth.Login{User: user, Password: password}
	default:
		return c, c.Token != nil
	}
	c.Login = &login
	return c, true
}

// server is the state of the hop's origin, nil where there is nothing to tell it or -H says
// what is.
func (h *hop) server() *auth.State {
	c, ok := h.credentials()
	if !ok || h.overridden("Authorization") {
		return nil
	}
	want := h.f.o.Auth
	if h.crossed {
		want &^= auth.Bearer
	}
	return h.logins.next(h.url.Scheme()+"://"+h.url.Host(), want, c)
}

// proxy is the state of the proxy, nil where there is nothing to tell it.
func (h *hop) proxy() *auth.State {
	p := &h.via.HTTP
	own := named(h.f.o.ProxyHeader, "Proxy-Authorization")
	if !p.Login || own || h.via.forwards() && h.overridden("Proxy-Authorization") {
		return nil
	}
	return h.logins.state("proxy "+p.Scheme+"://"+p.Address(), h.f.o.ProxyAuth, auth.Credentials{Login: &auth.Login{User: p.User, Password: p.Password}})
}

// authorize makes what the request tells of who we are. Where a challenge is needed first,
// its payload stays behind.
func (h *hop) authorize() error {
	h.telling = telling{server: h.server()}
	r := auth.Request{Method: h.method, URI: h.url.Target()}
	if h.f.o.Target != "" {
		r.URI = h.f.o.Target
	}
	if h.payload != nil {
		r.Open = func() (io.ReadCloser, error) { return h.payload.Open() }
	}
	var toServer, toProxy bool
	var err, err2 error
	h.telling.field, toServer, err = h.telling.server.Authorize(r)
	if h.via.forwards() {
		h.telling.proxy = h.proxy()
		h.telling.proxyField, toProxy, err2 = h.telling.proxy.Authorize(r)
	}
	h.telling.probing = (toServer || toProxy) && h.payload != nil
	if err := errors.Join(err, err2); err != nil {
		return unreadable(err)
	}
	return nil
}

// A telling is what one exchange tells of who we are, and to whom.
type telling struct {
	server, proxy     *auth.State // nil for those that are told nothing
	field, proxyField string
	// probing says that the payload stays behind, so that the server asks first.
	probing bool
}

// asked takes what a response says of who we are, and returns whether the request is to be
// sent again.
func (h *hop) asked(resp *httpclient.Response) bool {
	t := &h.telling
	switch {
	case resp.Status == statusUnauthorized:
		t.proxy.Accepted()
		return t.server.Challenged(resp.Header.Values("WWW-Authenticate"))
	case resp.Status == statusLogin:
		return t.proxy.Challenged(resp.Header.Values("Proxy-Authenticate"))
	}
	t.proxy.Accepted()
	t.server.Accepted()
	if !t.probing || resp.Status >= 300 {
		return false
	}
	t.unasked()
	return true
}

// unasked gives up to be asked by those who were to ask.
func (t *telling) unasked() {
	if t.field == "" {
		t.server.Unasked()
	}
	if t.proxyField == "" {
		t.proxy.Unasked()
	}
}

// statusUnauthorized is Unauthorized (RFC 9110, section 15.5.2).
const statusUnauthorized = 401

// answering is the hop once more, telling what was asked for.
func (h *hop) answering(version string) *hop {
	next := h.again()
	next.why = "authentication"
	next.outdated = h.outdated || version == "HTTP/1.0"
	return next
}

// staysOpen says whether the connection can carry another request. Proxies that are old say
// that they close it in a field of their own.
func (h *hop) staysOpen(resp *httpclient.Response) bool {
	closes := slices.ContainsFunc(resp.Header.Elements("Proxy-Connection"), func(e string) bool { return strings.EqualFold(e, "close") })
	return resp.Persistent() && !(closes && h.via.HTTP.Scheme != "")
}

// errAsked says that a proxy asked who is there before it makes a tunnel, and has ended its
// connection.
var errAsked = errors.New("the proxy asks who is there")

// reconnect is the hop that follows where the proxy asked who is there, before there was
// an exchange.
func (h *hop) reconnect(sc *trace.Scope, err error) (*hop, error) {
	if !errors.Is(err, errAsked) {
		return nil, err
	}
	for _, phase := range []trace.Phase{trace.TLS, trace.Request, trace.Wait, trace.Receive, trace.Render} {
		if phase != trace.TLS || h.url.Scheme() == "https" {
			sc.Emit(trace.PhaseSkipped{Phase: phase, Why: "authentication"})
		}
	}
	return h.answering(""), nil
}
