package weburl

import (
	"fmt"
	"unicode/utf8"
)

// Error says why a text is not a URL.
type Error struct {
	Input  string // as given to Parse
	Reason string // one of a fixed list, such as "port out of range"
	At     int    // byte offset in Input, or -1 when no one place is at fault
}

// Every value of Error.Reason.
const (
	reasonNoScheme       = "no scheme and nothing to resolve against"
	reasonNotBase        = "base URL has an opaque path"
	reasonNoHost         = "host missing"
	reasonPort           = "port is not a number"
	reasonPortRange      = "port out of range"
	reasonUnclosed       = "IPv6 address lacks its closing bracket"
	reasonIPv6           = "invalid IPv6 address"
	reasonIPv4           = "invalid IPv4 address"
	reasonForbiddenHost  = "forbidden character in host"
	reasonDomain         = "invalid domain name"
	reasonDomainEncoding = "host is not UTF-8"
)

// maxErrorInput bounds how much of the input Error quotes: enough to recognize
// a URL by, and no flood when a server sent a megabyte.
const maxErrorInput = 256

// Error quotes the input, so that the message holds no control character.
func (e *Error) Error() string {
	in, more := e.Input, ""
	if len(in) > maxErrorInput {
		in, more = clip(in, maxErrorInput), "…"
	}
	if e.At < 0 {
		return fmt.Sprintf("URL %q%s: %s", in, more, e.Reason)
	}
	return fmt.Sprintf("URL %q%s: %s (at byte %d)", in, more, e.Reason, e.At)
}

// clip cuts s to at most n bytes, not inside a character.
func clip(s string, n int) string {
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n]
}
