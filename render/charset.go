package render

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// A charset is the encoding of a page by its name in the Encoding Standard, and what
// it was learned from: bom, transport, meta, content or default.
type charset struct{ name, from string }

// detect finds the encoding of a page (HTML, section 13.2.3.2). It differs in two
// ways. A declaration is looked for in the whole head, not in 1024 bytes of it, and
// where there is none the page is UTF-8 if all of it can be.
func detect(page []byte, contentType string) charset {
	if name, _ := bom(page); name != "" {
		return charset{name, "bom"}
	}
	if name := transportCharset(contentType); name != "" {
		return charset{name, "transport"}
	}
	if name := declared(page); name != "" {
		return charset{name, "meta"}
	}
	if name := xmlEncoding(page); name != "" {
		return charset{name, "meta"}
	}
	return guess(page)
}

// guess tells UTF-8 from windows-1252 by the bytes beyond ASCII.
func guess(page []byte) charset {
	if page = whole(page); !ascii(page) && utf8.Valid(page) {
		return charset{"utf-8", "content"}
	}
	return charset{"windows-1252", "default"}
}

// whole returns the page without a character that was cut at its end.
func whole(page []byte) []byte {
	for k := 1; k < utf8.UTFMax && k <= len(page); k++ {
		if c := page[len(page)-k]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(page[len(page)-k:]) {
				return page[:len(page)-k]
			}
			break
		}
	}
	return page
}

// bom returns the encoding that a byte order mark stands for, and its length.
func bom(page []byte) (string, int) {
	switch {
	case bytes.HasPrefix(page, []byte("\xef\xbb\xbf")):
		return "utf-8", 3
	case bytes.HasPrefix(page, []byte("\xfe\xff")):
		return "utf-16be", 2
	case bytes.HasPrefix(page, []byte("\xff\xfe")):
		return "utf-16le", 2
	}
	return "", 0
}

// transportCharset returns the encoding that a Content-Type field names, or "".
func transportCharset(contentType string) string {
	if contentType == "" {
		return ""
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return encodingName(params["charset"])
	}
	return fromContent(contentType)
}

// headBytes is how much of a page is searched for a declaration in any case; beyond
// it, only the head.
const headBytes = 1024

// declared returns the encoding that a page declares of itself, or "" (HTML, section
// 13.2.3.2, "prescan a byte stream").
func declared(page []byte) string {
	s := tags{data: page}
	for {
		t, ok := s.next()
		if !ok {
			return ""
		}
		switch name := string(lower(t.name, nil)); name {
		case "meta":
			if t.closing {
				continue
			}
			if name := metaCharset(page[t.start:t.end]); name != "" {
				return name
			}
		case "html", "head", "title", "link", "script", "style", "base", "noscript", "template":
		default:
			if t.start > headBytes {
				return ""
			}
		}
	}
}

// xmlEncoding returns the encoding that an XML declaration names, with which XHTML pages
// begin, or "" (HTML, section 13.2.3.2, "get an XML encoding").
func xmlEncoding(page []byte) string {
	switch {
	case bytes.HasPrefix(page, []byte("<\x00?\x00x\x00")):
		return "utf-16le"
	case bytes.HasPrefix(page, []byte("\x00<\x00?\x00x")):
		return "utf-16be"
	case !bytes.HasPrefix(page, []byte("<?xml")):
		return ""
	}
	line, _, ok := bytes.Cut(page, []byte{'>'})
	_, value, named := bytes.Cut(line, []byte("encoding"))
	value = bytes.TrimLeft(value, whiteXML)
	if !ok || !named || len(value) == 0 || value[0] != '=' {
		return ""
	}
	value = bytes.TrimLeft(value[1:], whiteXML)
	if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	name, _, ok := bytes.Cut(value[1:], value[:1])
	if !ok {
		return ""
	}
	return readable(encodingName(string(name)))
}

// whiteXML is white space and what counts as such in an XML declaration.
const whiteXML = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "

// readable changes an encoding that a page declares within itself, as it was read as
// ASCII.
func readable(name string) string {
	switch name {
	case "utf-16le", "utf-16be":
		return "utf-8"
	case "x-user-defined":
		return "windows-1252"
	}
	return name
}

// metaCharset returns the encoding that a meta element names, or "".
func metaCharset(tag []byte) string {
	z := html.NewTokenizer(bytes.NewReader(tag))
	z.Next()
	var own, content string
	pragma := false
	z.TagName()
	for more := true; more; {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "charset":
			own = encodingName(string(v))
		case "content":
			content = fromContent(string(v))
		case "http-equiv":
			pragma = bytes.EqualFold(v, []byte("content-type"))
		}
	}
	if own == "" && pragma {
		own = content
	}
	return readable(own)
}

// fromContent returns the encoding named by "charset=" in a text (HTML, section
// 2.4.4), or "".
func fromContent(s string) string {
	low := string(lower([]byte(s), nil)) // of ASCII alone, so that offsets stay
	for at := 0; ; {
		i := strings.Index(low[at:], "charset")
		if i < 0 {
			return ""
		}
		at += i + len("charset")
		v := strings.TrimLeft(s[at:], " \t\r\n\f")
		if v == "" || v[0] != '=' {
			continue
		}
		return quoted(strings.TrimLeft(v[1:], " \t\r\n\f"))
	}
}

// quoted returns the encoding that a value begins with, in quotation marks or without.
func quoted(v string) string {
	if v != "" && (v[0] == '"' || v[0] == '\'') {
		v, _, ok := strings.Cut(v[1:], v[:1])
		if !ok {
			return ""
		}
		return encodingName(v)
	}
	if end := strings.IndexAny(v, " \t\r\n\f;"); end >= 0 {
		v = v[:end]
	}
	return encodingName(v)
}

func ascii(page []byte) bool {
	for _, c := range page {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
