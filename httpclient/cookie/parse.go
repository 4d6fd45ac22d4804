package cookie

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A setting is a Set-Cookie as it was written.
type setting struct {
	name, value string
	// domain is the Domain attribute without a dot before it, "" without one.
	domain string
	// path is the Path attribute where it is absolute.
	path             string
	secure, httpOnly bool
	// maxAge wins over expires (section 5.7, step 4).
	maxAge            time.Duration
	expires           time.Time
	hasMaxAge, hasEnd bool
}

// parse reads a set-cookie-string (section 5.6).
func parse(s string) (setting, error) {
	if strings.ContainsFunc(s, isControl) {
		return setting{}, ErrControl
	}
	pair, attributes, _ := strings.Cut(s, ";")
	out := setting{value: pair}
	if name, value, ok := strings.Cut(pair, "="); ok {
		out.name, out.value = name, value
	}
	out.name, out.value = trim(out.name), trim(out.value)
	switch {
	case out.name == "" && out.value == "":
		return out, ErrEmpty
	case len(out.name)+len(out.value) > maxPair:
		return out, ErrTooLong
	case out.name == "" && (hasPrefix(out.value, securePrefix) || hasPrefix(out.value, hostPrefix)):
		return out, ErrPrefix // it would be sent as if it had the name
	}
	for attribute := range strings.SplitSeq(attributes, ";") {
		name, value, _ := strings.Cut(attribute, "=")
		if value = trim(value); len(value) <= maxAttribute {
			out.attribute(strings.ToLower(trim(name)), value)
		}
	}
	return out, nil
}

// isControl is a control character but the tab.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

func trim(s string) string { return strings.Trim(s, " \t") }

// The prefixes of names that promise something (section 4.1.3).
const (
	securePrefix = "__secure-"
	hostPrefix   = "__host-"
)

// hasPrefix compares without regard to case, which servers may not have either.
func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// attribute takes an attribute; the last one of a name counts (sections 5.6.1 to 5.6.6).
func (s *setting) attribute(name, value string) {
	switch name {
	case "expires":
		if t, ok := parseDate(value); ok {
			s.expires, s.hasEnd = t, true
		}
	case "max-age":
		if age, ok := parseAge(value); ok {
			s.maxAge, s.hasMaxAge = age, true
		}
	case "domain":
		s.domain = strings.TrimPrefix(value, ".")
	case "path":
		s.path = ""
		if strings.HasPrefix(value, "/") {
			s.path = value
		}
	case "secure":
		s.secure = true
	case "httponly":
		s.httpOnly = true
	}
}

// parseAge reads a Max-Age (section 5.6.2); one beyond what may be is just that.
func parseAge(s string) (time.Duration, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case n <= 0:
		return 0, true
	case err != nil || n > int64(maxAge/time.Second):
		return maxAge + time.Second, true
	}
	return time.Duration(n) * time.Second, true
}

// end is when the cookie ends, in seconds of Unix time; 0 is with the session. One that is
// to last longer than may be ends with the nearest minute, as with curl: otherwise a file
// would be another one after every run.
func (s *setting) end(now time.Time) int64 {
	end := s.expires
	switch {
	case s.hasMaxAge && s.maxAge == 0:
		return math.MinInt64
	case s.hasMaxAge:
		end = now.Add(s.maxAge)
	case !s.hasEnd:
		return 0
	case end.Unix() == 0:
		return math.MinInt64 // 0 would be a session's
	}
	if most := now.Add(maxAge); end.After(most) {
		return (most.Unix() + 30) / 60 * 60
	}
	return end.Unix()
}
