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
	kind   string
	length int64
}

// framing finds the end of the body by the rules of RFC 9112, section 6.3, in their
// order.
func (h *head) framing(method string) (framing, error) {
	switch {
	case method == "HEAD", h.status < 200, h.status == 204, h.status == 304: // item 1
		return framing{kind: framedEmpty}, nil
	case method == "CONNECT" && h.status < 300: // item 2
		return framing{kind: framedEmpty}, nil
	case h.fields.Has("Transfer-Encoding"): // items 3 and 4
		return h.transferCoded()
	case h.fields.Has("Content-Length"): // items 5 and 6
		n, err := h.contentLength()
		return framing{kind: framedByLength, length: n}, err
	}
	return framing{kind: framedByClose}, nil // item 8
}

// transferCoded takes chunked alone: no other coding is ever asked for (TE), and a
// body whose end is not told by chunks could be taken apart by its close only.
func (h *head) transferCoded() (framing, error) {
	codings := h.fields.Elements("Transfer-Encoding")
	if len(codings) != 1 || !strings.EqualFold(codings[0], "chunked") {
		return framing{}, malformed(httpclient.CodeBadTransfer, "RFC 9112, sections 6.1 and 7",
			"transfer coding %q was not asked for", strings.Join(codings, ", "))
	}
	if h.fields.Has("Content-Length") {
		h.faulty = true
		h.notes.add("Content-Length beside Transfer-Encoding; chunks decide", "RFC 9112, section 6.3, item 3")
	}
	if h.minor == 0 {
		h.faulty = true
		h.notes.add("Transfer-Encoding in HTTP/1.0", "RFC 9112, section 6.1")
	}
	return framing{kind: framedByChunks}, nil
}

// contentLength reads a length that all its fields and list elements agree on
// (RFC 9112, section 6.3, item 5).
func (h *head) contentLength() (int64, error) {
	length, elements := int64(-1), 0
	for _, value := range h.fields.Values("Content-Length") {
		for e := range strings.SplitSeq(value, ",") {
			n, ok := parseLength(strings.Trim(e, " \t"))
			if !ok || length >= 0 && n != length {
				return 0, malformed(httpclient.CodeBadLength, "RFC 9112, section 6.3, item 5", "Content-Length %q", excerpt([]byte(value)))
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
