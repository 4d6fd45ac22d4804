package har

import (
	"encoding/base64"
	"strings"
	"time"

	"fetchscope/trace"
)

// A pair is a name with its value: of a field, or of a URL's query.
type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type cookie struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Path    string `json:"path,omitzero"`
	Domain  string `json:"domain,omitzero"`
	Expires string `json:"expires,omitzero"`
	// HTTPOnly and Secure are nil in requests, which do not say.
	HTTPOnly *bool `json:"httpOnly,omitzero"`
	Secure   *bool `json:"secure,omitzero"`
}

func pairs(fields []trace.Field) []pair {
	out := make([]pair, len(fields))
	for i, f := range fields {
		out[i] = pair{f[0], f[1]}
	}
	return out
}

// hidden is what documents have in place of a credential.
const hidden = "…"

// sentCookies are those of a request, none where they are hidden.
func sentCookies(fields []trace.Field) []cookie {
	out := []cookie{}
	for _, f := range fields {
		if !strings.EqualFold(f[0], "Cookie") || f[1] == hidden {
			continue
		}
		for part := range strings.SplitSeq(f[1], ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
				out = append(out, cookie{Name: name, Value: value})
			}
		}
	}
	return out
}

// setCookies are those of a response, none where they are hidden.
func setCookies(fields []trace.Field) []cookie {
	out := []cookie{}
	for _, f := range fields {
		if strings.EqualFold(f[0], "Set-Cookie") && f[1] != hidden {
			out = append(out, setCookie(f[1]))
		}
	}
	return out
}

// setCookie reads a Set-Cookie as RFC 6265, section 5.2, does.
func setCookie(s string) cookie {
	first, attributes, _ := strings.Cut(s, ";")
	name, value, ok := strings.Cut(first, "=")
	if !ok {
		name, value = "", first
	}
	var httpOnly, secure bool
	c := cookie{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value), HTTPOnly: &httpOnly, Secure: &secure}
	for a := range strings.SplitSeq(attributes, ";") {
		name, value, _ := strings.Cut(a, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "path":
			c.Path = value
		case "domain":
			c.Domain = strings.TrimPrefix(value, ".")
		case "expires":
			c.Expires = date(value)
		case "httponly":
			httpOnly = true
		case "secure":
			secure = true
		}
	}
	return c
}

// date makes ISO 8601 of a cookie's date, "" of one in a form that nobody sends any more.
func date(s string) string {
	for _, form := range []string{time.RFC1123, "Mon, 02-Jan-2006 15:04:05 MST", "Mon, 02-Jan-06 15:04:05 MST"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// withoutFragment is a URL as HAR has it.
func withoutFragment(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return url
}

// query takes the query of a URL to pairs (the URL Standard, section 5.1).
func query(url string) []pair {
	out := []pair{}
	_, search, _ := strings.Cut(withoutFragment(url), "?")
	for part := range strings.SplitSeq(search, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		out = append(out, pair{unescaped(name), unescaped(value)})
	}
	return out
}

// unescaped undoes application/x-www-form-urlencoded. What is no escape stays.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b.WriteByte(' ')
		case c == '%' && i+2 < len(s) && digit(s[i+1]) >= 0 && digit(s[i+2]) >= 0:
			b.WriteByte(byte(digit(s[i+1])<<4 | digit(s[i+2])))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return trace.Text(b.String())
}

// digit is the value of a hexadecimal digit, -1 for anything else.
func digit(c byte) int {
	if c < '0' {
		return -1
	}
	return strings.IndexByte("0123456789abcdef", c|0x20)
}

// written is a content as text, or in base64.
func written(c *trace.Content) (text, encoding string) {
	if c.Bytes != nil {
		return base64.StdEncoding.EncodeToString(c.Bytes), inBase64
	}
	return c.Text, ""
}

// read is a content that has been written.
func read(text, encoding string) (*trace.Content, error) {
	if encoding != inBase64 {
		return &trace.Content{Text: text}, nil
	}
	b, err := base64.StdEncoding.DecodeString(text)
	return &trace.Content{Bytes: b}, err
}

const inBase64 = "base64"
