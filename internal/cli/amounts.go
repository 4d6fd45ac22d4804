package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fetchscope/internal/fetch"
)

// sizeUnits are the letters that multiply a size, as in curl.
var sizeUnits = map[byte]int64{'k': 1 << 10, 'K': 1 << 10, 'm': 1 << 20, 'M': 1 << 20, 'g': 1 << 30, 'G': 1 << 30}

// bytesOf reads a number of bytes.
func bytesOf(v string) (int64, error) {
	factor := int64(1)
	if v != "" && sizeUnits[v[len(v)-1]] != 0 {
		factor = sizeUnits[v[len(v)-1]]
		v = v[:len(v)-1]
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/factor {
		return 0, errors.New("wanted a number of bytes, such as 100000 or 10M")
	}
	return n * factor, nil
}

func amount(field func(*settings) *int64) func(*settings, string) error {
	return func(s *settings, v string) (err error) {
		*field(s), err = bytesOf(v)
		return err
	}
}

// speedLimit and speedTime each bring the other's usual value with them, as in curl.
func speedLimit(s *settings, v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return errors.New("wanted bytes a second, such as 1000")
	}
	s.fetch.SpeedLimit = n
	if s.fetch.SpeedTime == 0 {
		s.fetch.SpeedTime = usualSpeedTime
	}
	return nil
}

// usualSpeedTime is how many seconds -Y looks at without -y.
const usualSpeedTime = 30

func speedTime(s *settings, v string) error {
	err := count(func(s *settings) *int { return &s.fetch.SpeedTime }, 0, maxSpeedTime)(s, v)
	if s.fetch.SpeedLimit == 0 {
		s.fetch.SpeedLimit = 1
	}
	return err
}

// maxSpeedTime is most of a day.
const maxSpeedTime = 1 << 16

func expectWait(s *settings, d time.Duration)   { s.fetch.ExpectWait = max(d, 1) } // 0 is the usual one
func retryDelay(s *settings, d time.Duration)   { s.fetch.Retry.Delay = d }
func retryMaxTime(s *settings, d time.Duration) { s.fetch.Retry.MaxTime = d }

// fails is -f, or --fail-with-body: the last decides.
func fails(withBody bool) func(*settings, string) error {
	return func(s *settings, v string) error {
		s.fetch.FailOnError = v == "true" && !withBody
		s.fetch.FailWithBody = v == "true" && withBody
		return nil
	}
}

// version10 and version11 are --http1.0 and --http1.1: the last decides.
func version10(s *settings, v string) error {
	s.fetch.HTTP10 = v == "true"
	return nil
}

func version11(s *settings, v string) error {
	s.fetch.HTTP10 = false
	return nil
}

// requestTarget is what goes into the request line as it is.
func requestTarget(s *settings, v string) error {
	if v == "" || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("%q cannot be a request's target", v)
	}
	s.fetch.Target = v
	return nil
}

// protocols is --proto, or --proto-redir. As with curl a name that is not known is passed
// over with a warning.
func protocols(flag string, field func(*settings) *fetch.Protocols) func(*settings, string) error {
	return func(s *settings, v string) error {
		p, unknown, err := fetch.ParseProtocols(v)
		*field(s) = p
		for _, name := range unknown {
			s.warnings = append(s.warnings, fmt.Sprintf("unrecognized protocol '%s' (%s)", name, flag))
		}
		return err
	}
}

// protoDefault is --proto-default.
func protoDefault(s *settings, v string) error {
	s.scheme = strings.ToLower(v)
	if s.scheme != "http" && s.scheme != "https" {
		return &statusError{status: statusScheme, code: fetch.CodeScheme, err: fmt.Errorf("--proto-default %q: http and https are supported", v)}
	}
	return nil
}
