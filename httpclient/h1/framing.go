package h1

import (
	"slices"
	"strconv"
	"strings"

	"fetchscope/httpclient"
)

// How the end of a body is told (RFC 9112, section 6.3).
const (
	framedEmpty    = "none"
	framedByLength = "length"
	framedByChunks = "chunked"
	framedByClose  = "close"
)

// A framing says where a body ends.
type framing struct {
	kind    string
	length  int64
	codings []string // transfer codings beside chunked, as applied
	raw     bool     // chunks stay in the body
}

// framing finds the end of the body by the rules of RFC 9112, section 6.3, in their
// order.
func (h *head) framing(req *httpclient.Request) (framing, error) {
	switch method := req.Method; {
	case method == "HEAD", h.status < 200, h.status == 204, h.status == 304: // item 1
		return framing{kind: framedEmpty}, nil
	case method == "CONNECT" && h.status < 300: // item 2
		return framing{kind: framedEmpty}, nil
	case h.fields.Has("Transfer-Encoding"): // items 3 and 4
		return h.transferCoded(req)
	case h.fields.Has("Content-Length"): // items 5 and 6
		n, err := h.contentLength()
		return framing{kind: framedByLength, length: n}, err
	}
	return framing{kind: framedByClose}, nil // item 8
}

// transferCoded tells the framing by the transfer codings: chunked is the last of them,
// or the connection's close ends the body (items 3 and 4).
func (h *head) transferCoded(req *httpclient.Request) (framing, error) {
	f := framing{kind: framedByClose, codings: h.fields.Elements("Transfer-Encoding"), raw: req.Raw}
	told := len(f.codings)
	f.codings = slices.DeleteFunc(f.codings, func(c string) bool { return strings.EqualFold(c, "identity") })
	if len(f.codings) < told {
		// It stood for no coding, but other readers may not know it.
		h.faulty = true
		h.notes.add("the transfer coding identity, which there is no more", "RFC 7230, appendix A.2")
	}
	if last := len(f.codings) - 1; last >= 0 && strings.EqualFold(f.codings[last], "chunked") {
		f.kind, f.codings = framedByChunks, f.codings[:last]
	}
	if told == 0 || !acceptable(f.codings, req) {
		h.refused = slices.IndexFunc(h.fields, isTransferEncoding)
		return framing{}, malformed(httpclient.CodeBadTransfer, "RFC 9112, sections 6.1 and 7",
			"transfer coding %q was not asked for", excerpt([]byte(strings.Join(h.fields.Values("Transfer-Encoding"), ", "))))
	}
	if h.fields.Has("Content-Length") {
		if req.Method == "CONNECT" {
			// Who asks for a tunnel must be sure of where the answer ends.
			h.refused = slices.IndexFunc(h.fields, isTransferEncoding)
			return framing{}, malformed(httpclient.CodeBadTransfer, "RFC 9112, section 6.3, item 3", "Content-Length beside Transfer-Encoding in the answer to CONNECT")
		}
		h.faulty = true
		h.notes.add("Content-Length beside Transfer-Encoding; chunks decide", "RFC 9112, section 6.3, item 3")
	}
	if h.minor == 0 {
		h.faulty = true
		h.notes.add("Transfer-Encoding in HTTP/1.0", "RFC 9112, section 6.1")
	}
	return f, nil
}

func isTransferEncoding(f httpclient.Field) bool {
	return strings.EqualFold(f.Name, "Transfer-Encoding")
}

// maxCodings bounds the transfer codings beside chunked: real servers use one.
const maxCodings = 5

// compressing are the transfer codings beside chunked that can be undone (RFC 9112,
// section 7.2).
var compressing = []string{"gzip", "x-gzip", "deflate"}

// acceptable says whether a response may have these codings. Where one was asked for,
// servers take that for leave to use another.
func acceptable(codings []string, req *httpclient.Request) bool {
	if len(codings) == 0 {
		return true
	}
	asked := slices.ContainsFunc(req.Header.Elements("TE"), func(e string) bool { return !strings.EqualFold(e, "trailers") })
	return asked && len(codings) <= maxCodings && !slices.ContainsFunc(codings, func(c string) bool {
		return !slices.Contains(compressing, strings.ToLower(c))
	})
}

// contentLength reads a length that all its fields and list elements agree on
// (RFC 9112, section 6.3, item 5).
func (h *head) contentLength() (int64, error) {
	length, elements := int64(-1), 0
	for i, f := range h.fields {
		if !strings.EqualFold(f.Name, "Content-Length") {
			continue
		}
		for e := range strings.SplitSeq(f.Value, ",") {
			n, ok := parseLength(strings.Trim(e, " \t"))
			if !ok || length >= 0 && n != length {
				h.refused = i
				return 0, malformed(httpclient.CodeBadLength, "RFC 9112, section 6.3, item 5", "Content-Length %q", excerpt([]byte(f.Value)))
			}
			length = n
			elements++
		}
	}
	if elements > 1 {
		h.notes.add("the same Content-Length several times", "RFC 9112, section 6.3, item 5")
	}
	return length, nil
}

// maxLengthDigits bounds leading zeros.
const maxLengthDigits = 40

func parseLength(s string) (int64, bool) {
	if s == "" || len(s) > maxLengthDigits {
		return 0, false
	}
	for i := range len(s) {
		if !digit(s[i]) {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// keepsOpen says whether the response leaves the connection open by its own word
// (RFC 9112, section 9.3).
func (h *head) keepsOpen() bool {
	if h.faulty || hasOption(h.fields, "close") {
		return false
	}
	return h.minor >= 1 || hasOption(h.fields, "keep-alive")
}

// hasOption says whether Connection has the option (RFC 9110, section 7.6.1).
func hasOption(f httpclient.Fields, option string) bool {
	return slices.ContainsFunc(f.Elements("Connection"), func(e string) bool { return strings.EqualFold(e, option) })
}
