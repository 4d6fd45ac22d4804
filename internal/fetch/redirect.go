package fetch

import (
	"fmt"

	"fetchscope/httpclient"
	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// redirected returns the hop that a response leads to, nil where it leads nowhere or
// is not to be followed (RFC 9110, section 15.4).
func (h *hop) redirected(resp *httpclient.Response) (*hop, error) {
	location := resp.Header.First("Location")
	if !h.f.o.Follow || location == "" || resp.Status < 300 || resp.Status > 399 || resp.Status == 304 {
		return nil, nil
	}
	if h.f.o.MaxRedirects >= 0 && h.redirects >= h.f.o.MaxRedirects {
		return nil, &Failure{
			Phase: trace.InRedirect, Code: CodeTooManyRedirects,
			Err: fmt.Errorf("the server redirects more than %d times", h.f.o.MaxRedirects),
		}
	}
	u, err := h.url.Parse(location)
	if err != nil {
		return nil, &Failure{Phase: trace.InRedirect, Code: CodeBadURL, Err: err}
	}
	if err := Fetchable(u); err != nil {
		return nil, &Failure{Phase: trace.InRedirect, Code: CodeScheme, Err: err}
	}
	next := *h
	next.url, next.from = h.f.strict(u)
	if err := h.f.o.mayRedirect(next.url); err != nil {
		return nil, &Failure{Phase: trace.InRedirect, Code: CodeScheme, Err: err}
	}
	next.why, next.redirects, next.kept = "redirect", h.redirects+1, nil
	next.crossed = h.crossed || !h.f.o.Trusted && !next.url.SameOrigin(h.origin)
	next.referer = h.nextReferer(next.url)
	next.outdated = resp.Version == "HTTP/1.0" && next.url.SameOrigin(h.url)
	next.answered, next.unexpecting = nil, false
	next.changeMethod(resp.Status)
	return &next, nil
}

// KeepPost says after which redirects a POST stays one (--post301 and its like).
type KeepPost struct{ After301, After302, After303 bool }

// changeMethod makes a GET of what must not be repeated (RFC 9110, section 15.4). A method
// that was asked for by name stays, as with curl, unless the status is to count.
func (h *hop) changeMethod(status int) {
	posted := h.payload != nil && !h.payload.Put
	keep := h.f.o.Keep
	changes := false
	switch status {
	case 301:
		changes = posted && !keep.After301
	case 302:
		changes = posted && !keep.After302
	case 303:
		changes = h.method != "HEAD" && h.method != "GET" && !(posted && keep.After303)
	}
	if !changes {
		return
	}
	h.payload = nil
	switch {
	case h.f.o.Method != "" && !h.f.o.ByStatus:
	case h.f.o.Head:
		h.method = "HEAD"
	default:
		h.method = "GET"
	}
}

// nextReferer is the URL that redirected, without what is nobody else's business
// (RFC 9110, section 10.1.3): credentials, fragment, and all of it from https to http.
func (h *hop) nextReferer(to *weburl.URL) string {
	if !h.f.o.AutoReferer {
		return h.referer
	}
	if h.url.Scheme() == "https" && to.Scheme() != "https" {
		return ""
	}
	return h.url.WithoutCredentials().WithoutFragment().Href()
}

// Fetchable says why a URL cannot be fetched, where it cannot.
func Fetchable(u *weburl.URL) error {
	if u.Scheme() == "http" || u.Scheme() == "https" {
		return nil
	}
	return fmt.Errorf("the scheme %q is not supported: http and https are", u.Scheme())
}
