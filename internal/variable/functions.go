package variable

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// function finds one that changes a content where it is put in, nil where there is none of
// that name.
func function(name string) func([]byte) []byte {
	switch name {
	case "trim":
		return func(b []byte) []byte { return bytes.Trim(b, " \t\n\v\f\r") }
	case "json":
		return asJSON
	case "url":
		return asURL
	case "b64":
		return encoded
	case "64dec":
		return decoded
	}
	return nil
}

// asJSON is the content as a string of JSON has it, without the quotes.
func asJSON(b []byte) []byte {
	short := map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		switch escape, ok := short[c]; {
		case ok:
			out = append(out, escape...)
		case c < ' ':
			out = fmt.Appendf(out, `\u%04x`, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// unreserved are the bytes that never need to be percent-encoded (RFC 3986, section 2.3).
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

func asURL(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if strings.IndexByte(unreserved, c) >= 0 {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, "%%%02X", c)
		}
	}
	return out
}

func encoded(b []byte) []byte { return base64.StdEncoding.AppendEncode(nil, b) }

// undecodable stands for what is not base64, as with curl.
const undecodable = "[64dec-fail]"

func decoded(b []byte) []byte {
	out, err := base64.StdEncoding.AppendDecode(nil, b)
	if err != nil || bytes.ContainsAny(b, "\r\n") {
		return []byte(undecodable)
	}
	return out
}
