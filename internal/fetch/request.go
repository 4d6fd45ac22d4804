package fetch

import (
	"slices"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/coding"
	"fetchscope/internal/weburl"
	"fetchscope/transport"
)

// FirstRequest returns the request that a fetch of u would begin with. Its Stream, where
// it has one, is the caller's to close.
func FirstRequest(o Options, u *weburl.URL, p *Payload) (*httpclient.Request, error) {
	h := (&Fetcher{o: o}).first(u, p)
	_ = h.findLogin() // the fetch itself would tell
	err := h.prepare()
	return h.request(), err
}

// confidential are the fields that never follow to another origin.
var confidential = []string{"Authorization", "Cookie", "Proxy-Authorization", "Host"}

// request makes the request of a hop. The order of the fields is curl's, which
// servers know.
func (h *hop) request() *httpclient.Request {
	r := &httpclient.Request{
		Method: h.method, Target: h.url.Target(), Header: h.header(), Body: h.body, Stream: h.stream, Raw: h.f.o.Raw,
		ExpectWait: h.f.o.ExpectWait, AllowHTTP09: h.f.o.HTTP09, Again: h.kept != nil,
	}
	if h.http10() {
		r.Version = "HTTP/1.0"
	}
	switch {
	case h.f.o.Target != "":
		r.Target = h.f.o.Target
	case h.via.forwards():
		// The absolute form (RFC 9112, section 3.2.2).
		r.Target = h.url.WithoutCredentials().WithoutFragment().Href()
	}
	return r
}

// header makes the fields: those of our own, then those of -H and --proxy-header, then those
// about the payload.
func (h *hop) header() httpclient.Fields {
	out := httpclient.Fields{{Name: "Host", Value: h.host()}}
	add := func(name, value string) {
		if value != "" && !h.overridden(name) {
			out = append(out, httpclient.Field{Name: name, Value: value})
		}
	}
	forProxy := h.forProxy()
	chunked, ours := h.chunked()
	if h.f.o.Browser {
		h.browserFields(add, chunked)
	} else {
		h.ownFields(add, named(forProxy, "Proxy-Connection"))
	}
	if ours {
		add("Transfer-Encoding", "chunked")
	}
	if h.f.o.Traceparent != nil {
		add("traceparent", h.f.o.Traceparent())
	}
	for _, o := range h.f.o.Header {
		if !o.Remove && !strings.EqualFold(o.Name, "Host") && h.permits(o.Name) && !(h.unexpecting && strings.EqualFold(o.Name, "Expect")) {
			out = append(out, httpclient.Field{Name: o.Name + o.Gap, Value: o.Value})
		}
	}
	out = append(out, fieldsOf(forProxy)...)
	if !h.f.o.Browser {
		h.payloadFields(add, chunked)
	}
	if h.f.o.TransferCodings && !h.overridden("TE") {
		out = nameTE(out)
	}
	return out
}

// ownFields adds the fields behind Host. sticky says that the proxy is told by another field
// whether to keep the connection.
func (h *hop) ownFields(add func(name, value string), sticky bool) {
	add("Proxy-Authorization", h.telling.proxyField)
	add("Authorization", h.telling.field)
	add("Range", h.part())
	add("Content-Range", h.contentRange())
	add("User-Agent", h.userAgent())
	add("Accept", "*/*")
	if h.f.o.TransferCodings {
		add("TE", "gzip")
	}
	if h.f.o.Compressed {
		add("Accept-Encoding", coding.Accept)
	}
	if h.closesHere() {
		add("Connection", "close")
	}
	add("Referer", h.referer)
	if h.via.forwards() && !sticky {
		add("Proxy-Connection", "Keep-Alive")
	}
	add("Alt-Used", h.alternativeUsed())
	add("Cookie", h.cookies())
	add(h.f.o.Condition.Field, h.f.o.Condition.value())
}

// closesHere says that the server is to end the connection (RFC 9112, section 9.6).
func (h *hop) closesHere() bool { return h.f.o.Close.Mode == transport.CloseServer }

// forProxy are the fields for a proxy alone, where it sees the request. Its Host is the
// origin's (RFC 9112, section 3.2.2), and there is one.
func (h *hop) forProxy() []HeaderOption {
	if !h.via.forwards() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(h.f.o.ProxyHeader), func(o HeaderOption) bool { return strings.EqualFold(o.Name, "Host") })
}

// overridden says whether -H speaks of the field, so that ours is left out.
func (h *hop) overridden(name string) bool {
	return slices.ContainsFunc(h.f.o.Header, func(o HeaderOption) bool {
		return strings.EqualFold(o.Name, name) && h.permits(name)
	})
}

// permits keeps what is for the first origin from any other, and the length of a payload
// from a request that goes without.
func (h *hop) permits(name string) bool {
	if h.telling.probing && strings.EqualFold(name, "Content-Length") {
		return false
	}
	return !h.crossed || !slices.ContainsFunc(confidential, func(c string) bool { return strings.EqualFold(c, name) })
}

func (h *hop) host() string {
	for _, o := range h.f.o.Header {
		if strings.EqualFold(o.Name, "Host") && !o.Remove && h.permits("Host") {
			return o.Value
		}
	}
	return h.url.Host()
}

func (h *hop) userAgent() string {
	if h.f.o.UserAgent != nil {
		return *h.f.o.UserAgent
	}
	if h.f.o.Browser {
		return browserAgent
	}
	return "fetchscope/" + h.f.o.Version
}
