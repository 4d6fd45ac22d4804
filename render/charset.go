package render

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
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
	switch own {
	case "utf-16le", "utf-16be":
		return "utf-8" // it was read as ASCII
	case "x-user-defined":
		return "windows-1252"
	}
	return own
}

// fromContent returns the encoding named by "charset=" in a text (HTML, section
// 2.4.4), or "".
func fromContent(s string) string {
	for {
		i := strings.Index(strings.ToLower(s), "charset")
		if i < 0 {
			return ""
		}
		s = strings.TrimLeft(s[i+len("charset"):], " \t\r\n\f")
		if s == "" || s[0] != '=' {
			continue
		}
		s = strings.TrimLeft(s[1:], " \t\r\n\f")
		if s != "" && (s[0] == '"' || s[0] == '\'') {
			v, _, ok := strings.Cut(s[1:], s[:1])
			if !ok {
				return ""
			}
			return encodingName(v)
		}
		if end := strings.IndexAny(s, " \t\r\n\f;"); end >= 0 {
			s = s[:end]
		}
		return encodingName(s)
	}
}

// decode returns a page in UTF-8, without a byte order mark. What is malformed
// becomes U+FFFD.
func decode(page []byte, name string) []byte {
	if mark, n := bom(page); mark == name {
		page = page[n:]
	}
	if name == "utf-8" && utf8.Valid(page) || name == "windows-1252" && ascii(page) {
		return page
	}
	out, err := encodingOf(name).NewDecoder().Bytes(page)
	if err != nil {
		return bytes.ToValidUTF8(page, []byte("\ufffd"))
	}
	return out
}

func ascii(page []byte) bool {
	for _, c := range page {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// encodingOf returns an encoding by its name.
func encodingOf(name string) encoding.Encoding {
	switch name {
	case "utf-8":
		return unicode.UTF8
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "gbk", "gb18030":
		return simplifiedchinese.GB18030 // section 10.1.1: one decoder for both
	case "big5":
		return traditionalchinese.Big5
	case "euc-jp":
		return japanese.EUCJP
	case "iso-2022-jp":
		return japanese.ISO2022JP
	case "shift_jis":
		return japanese.ShiftJIS
	case "euc-kr":
		return korean.EUCKR
	case "replacement":
		return encoding.Replacement
	}
	return singleByte(name)
}

// singleByte returns an encoding of one byte for each character.
func singleByte(name string) encoding.Encoding {
	switch name {
	case "ibm866":
		return charmap.CodePage866
	case "iso-8859-2":
		return charmap.ISO8859_2
	case "iso-8859-3":
		return charmap.ISO8859_3
	case "iso-8859-4":
		return charmap.ISO8859_4
	case "iso-8859-5":
		return charmap.ISO8859_5
	case "iso-8859-6":
		return charmap.ISO8859_6
	case "iso-8859-7":
		return charmap.ISO8859_7
	case "iso-8859-8", "iso-8859-8-i":
		return charmap.ISO8859_8
	case "iso-8859-10":
		return charmap.ISO8859_10
	case "iso-8859-13":
		return charmap.ISO8859_13
	case "iso-8859-14":
		return charmap.ISO8859_14
	case "iso-8859-15":
		return charmap.ISO8859_15
	case "iso-8859-16":
		return charmap.ISO8859_16
	case "koi8-r":
		return charmap.KOI8R
	case "koi8-u":
		return charmap.KOI8U
	case "macintosh":
		return charmap.Macintosh
	case "x-mac-cyrillic":
		return charmap.MacintoshCyrillic
	case "x-user-defined":
		return charmap.XUserDefined
	}
	return windows(name)
}

// windows returns a code page of Windows; what has no other name is the Western one.
func windows(name string) encoding.Encoding {
	switch name {
	case "windows-874":
		return charmap.Windows874
	case "windows-1250":
		return charmap.Windows1250
	case "windows-1251":
		return charmap.Windows1251
	case "windows-1253":
		return charmap.Windows1253
	case "windows-1254":
		return charmap.Windows1254
	case "windows-1255":
		return charmap.Windows1255
	case "windows-1256":
		return charmap.Windows1256
	case "windows-1257":
		return charmap.Windows1257
	case "windows-1258":
		return charmap.Windows1258
	}
	return charmap.Windows1252
}
