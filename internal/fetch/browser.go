package fetch

import (
	"strconv"

	"fetchscope/httpclient/cookie"
)

// The profile of --browser: Firefox 153, the release with extended support, on Linux. Its
// fields and their order are those of a page whose address has been typed in; see
// docs/browser.md.
const (
	browserAgent    = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
	browserAccept   = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	browserLanguage = "en-US,en;q=0.9"
	// browserCodings are all that can be undone, in the browser's order.
	browserCodings = "gzip, deflate, br, zstd"
)

// browserFields adds the fields behind Host that a browser sends. chunked says that the
// payload's end is told by chunks.
func (h *hop) browserFields(add func(name, value string), chunked bool) {
	add("User-Agent", h.userAgent())
	add("Accept", browserAccept)
	add("Accept-Language", browserLanguage)
	if h.f.o.Compressed {
		add("Accept-Encoding", browserCodings)
	}
	h.browserPayload(add, chunked)
	add("Proxy-Authorization", h.telling.proxyField)
	add("Authorization", h.telling.field)
	add("Range", h.part())
	if h.closesHere() {
		add("Connection", "close")
	} else {
		add("Connection", "keep-alive")
	}
	add("Alt-Used", h.alternativeUsed())
	add("Referer", h.referer)
	add("Cookie", h.cookies())
	add("Upgrade-Insecure-Requests", "1")
	if h.url.Scheme() == "https" || cookie.Trustworthy(bare(h.url.Hostname())) {
		add("Sec-Fetch-Dest", "document")
		add("Sec-Fetch-Mode", "navigate")
		add("Sec-Fetch-Site", "none")
		add("Sec-Fetch-User", "?1")
	}
	add("Priority", "u=0, i")
	if h.f.o.TransferCodings {
		add("TE", "gzip")
	}
	add(h.f.o.Condition.Field, h.f.o.Condition.value())
}

// browserPayload adds the fields about a payload. A browser does not ask for leave to send it.
func (h *hop) browserPayload(add func(name, value string), chunked bool) {
	if h.payload == nil {
		return
	}
	add("Content-Type", h.payload.Type)
	if size := h.size(); size >= 0 && !chunked {
		add("Content-Length", strconv.FormatInt(size, 10))
	}
	if h.method == "POST" {
		add("Origin", h.url.Scheme()+"://"+h.url.Host())
	}
}
