package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fetchscope/internal/fetch"
	"fetchscope/render"
	"fetchscope/resolver"
	"fetchscope/transport"
)

// Settings are what the options of one operation say: they count up to --next. Those of the
// whole run are beside them.
type settings struct {
	*global
	fetch fetch.Options

	targets    []target // the URLs
	outputs    []output // -o and -O, the first for the first URL
	resume     int64    // -C, or resumeAtEnd
	source     bool
	include    bool
	dumpHeader string
	writeOut   string
	links      string
	charset    string
	base       string
	reader     bool
	title      bool

	etagSave    string
	etagCompare string
	warnings    []string

	sending
	saving
	pathAsIs bool
	scheme   string // of URLs that name none (--proto-default)
	globOff  bool   // -g

	headers []string

	proxyHeaders []string
	proxyLogin   proxyLogin
	engine       string
	timeout      time.Duration
	memory       memory

	given []*option
}

// A target is a URL of the command line, or a pattern of URLs.
type target struct {
	word string
	// listed says that a file has it (--url @FILE), where nothing is a pattern, and what
	// comes is written to a file named as in the URL.
	listed bool
}

// An output is where the body of one URL goes.
type output struct {
	file string
	// remote means a file named as in the URL, byHeader as the server says.
	remote, byHeader bool
}

// maxRedirects is curl's default.
const maxRedirects = 50

func defaults(g *global) settings {
	return settings{global: g, fetch: fetch.Options{
		MaxRedirects: maxRedirects, AttemptDelay: transport.AttemptDelay, Version: version(),
	}}
}

// The rest makes the setters that the table names.

func toggle[T any](field func(*T) *bool) func(*T, string) error {
	return func(s *T, v string) (err error) {
		*field(s), err = strconv.ParseBool(v)
		return err
	}
}

func text[T any](field func(*T) *string) func(*T, string) error {
	return func(s *T, v string) error {
		*field(s) = v
		return nil
	}
}

func appendTo(field func(*settings) *[]string) func(*settings, string) error {
	return func(s *settings, v string) error {
		*field(s) = append(*field(s), v)
		return nil
	}
}

func oneOf[T any](field func(*T) *string, values ...string) func(*T, string) error {
	return func(s *T, v string) error {
		if !slices.Contains(values, v) {
			return fmt.Errorf("wanted one of %s", strings.Join(values, ", "))
		}
		*field(s) = v
		return nil
	}
}

func count[T any](field func(*T) *int, least, most int) func(*T, string) error {
	return func(s *T, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > most {
			return fmt.Errorf("wanted a number from %d to %d", least, most)
		}
		*field(s) = n
		return nil
	}
}

// maxWidth is beyond every screen; pages are laid out for the widest that anybody reads.
const maxWidth = 100000

func width(g *global, v string) error {
	if err := count(func(g *global) *int { return &g.width }, 0, maxWidth)(g, v); err != nil {
		return fmt.Errorf("wanted a number from %d to %d", render.MinWidth, maxWidth)
	}
	if g.width < render.MinWidth {
		return fmt.Errorf("wanted %d columns or more: below, a bullet and a word do not fit", render.MinWidth)
	}
	return nil
}

// maxSeconds keeps a time from overflowing.
const maxSeconds = 1 << 31

func seconds(field func(*settings, time.Duration)) func(*settings, string) error {
	return func(s *settings, v string) error {
		f, err := strconv.ParseFloat(v, 64)
		if err != nil || !(f >= 0 && f < maxSeconds) {
			return errors.New("wanted seconds, such as 2 or 0.5")
		}
		field(s, time.Duration(f*float64(time.Second)))
		return nil
	}
}

// maxAttemptDelay keeps a delay from overflowing; any that makes sense is far below.
const maxAttemptDelay = math.MaxInt32

func attemptDelay(s *settings, v string) error {
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil {
		return fmt.Errorf("wanted milliseconds, from 0 to %d", maxAttemptDelay)
	}
	s.fetch.AttemptDelay = time.Duration(n) * time.Millisecond
	return nil
}

func maxTime(s *settings, d time.Duration)        { s.fetch.MaxTime, s.timeout = d, d }
func closeTimeout(s *settings, d time.Duration)   { s.fetch.Close.Timeout = max(d, 1) } // 0 is the usual one
func connectTimeout(s *settings, d time.Duration) { s.fetch.ConnectTimeout = d }

func closeMode(s *settings, v string) error {
	modes := map[string]transport.CloseMode{
		"graceful": transport.CloseGraceful, "server": transport.CloseServer, "reset": transport.CloseReset,
	}
	mode, known := modes[v]
	if !known {
		return errors.New("wanted graceful, server or reset")
	}
	s.fetch.Close.Mode = mode
	return nil
}

func outputFile(s *settings, v string) error {
	s.outputs = append(s.outputs, output{file: v})
	return nil
}

// remoteName is -O. Its negation takes a URL out of --remote-name-all.
func remoteName(s *settings, v string) error {
	if v == "true" || s.remoteAll {
		s.outputs = append(s.outputs, output{remote: v == "true"})
	}
	return nil
}

func verbose(g *global, v string) error {
	g.view = map[string]string{"true": "full", "false": "timeline"}[v]
	return nil
}

// oneLine refuses what would split a request (RFC 9112, section 11.1).
func oneLine(v string) error {
	if strings.ContainsAny(v, "\r\n\x00") {
		return errors.New("a line break or NUL cannot be sent here")
	}
	return nil
}

func method(s *settings, v string) error {
	if v == "" || strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }) {
		return errors.New("this cannot be a method")
	}
	s.fetch.Method = v
	return nil
}

func userAgent(s *settings, v string) error {
	s.fetch.UserAgent = &v
	return oneLine(v)
}

func referer(s *settings, v string) error {
	s.fetch.Referer, s.fetch.AutoReferer = strings.CutSuffix(v, ";auto")
	return oneLine(v)
}

func dnsPort(s *settings, v string) error {
	n, err := strconv.ParseUint(v, 10, 16)
	if err != nil || n == 0 {
		return errors.New("wanted a port, from 1 to 65535")
	}
	s.fetch.Resolver.Port = uint16(n)
	return nil
}

func validationTime(s *settings, v string) error {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return errors.New("wanted a time such as 2026-11-22T06:00:00Z (RFC 3339)")
	}
	s.fetch.Resolver.ValidationTime = t
	return nil
}

func server(s *settings, v string) error {
	parsed, err := resolver.ParseServer(v)
	s.fetch.Resolver.Servers = append(s.fetch.Resolver.Servers, parsed)
	return err
}

func override(s *settings, v string) error {
	parsed, err := resolver.ParseOverride(v)
	s.fetch.Resolver.Overrides = append(s.fetch.Resolver.Overrides, parsed)
	return badValue("--resolve", v, err)
}

func connectTo(s *settings, v string) error {
	parsed, err := fetch.ParseConnectTo(v)
	s.fetch.ConnectTo = append(s.fetch.ConnectTo, parsed)
	return badValue("--connect-to", v, err)
}

// badValue is the error of an argument that has a status of its own, as with curl.
func badValue(flag, v string, err error) error {
	if err == nil {
		return nil
	}
	return &statusError{status: statusOption, code: codeUsage, err: fmt.Errorf("%s %q: %w", flag, v, err)}
}

func family(version int) func(*settings, string) error {
	families := map[int]resolver.Family{4: resolver.IPv4, 6: resolver.IPv6}
	return func(s *settings, v string) error {
		s.fetch.Resolver.Family = resolver.Any
		if v == "true" {
			s.fetch.Resolver.Family = families[version]
		}
		return nil
	}
}
