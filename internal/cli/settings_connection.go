package cli

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"fetchscope/internal/fetch"
)

// The setters of the categories connection and proxy.

// proxy reads a proxy; the option that names it last counts, as with curl.
func proxy(scheme, via string) func(*settings, string) error {
	return func(s *settings, v string) (err error) {
		s.fetch.Proxy, err = fetch.ParseProxy(v, scheme, via)
		return err
	}
}

func proxy10(s *settings, v string) error {
	err := proxy("http", "--proxy1.0")(s, v)
	if err == nil {
		s.fetch.Proxy.HTTP10 = true
	}
	return err
}

// preproxy reads a SOCKS proxy; one that names no scheme is a SOCKS 4 proxy, as with curl.
func preproxy(s *settings, v string) (err error) {
	s.fetch.PreProxy, err = fetch.ParsePreProxy(v)
	return err
}

func proxyUser(s *settings, v string) error {
	s.fetch.ProxyUser = &v
	return oneLine(v)
}

func noProxy(s *settings, v string) error {
	s.fetch.NoProxy = &v
	return nil
}

func haproxyClient(s *settings, v string) error {
	s.fetch.HAProxy = fetch.HAProxy{Send: true, Client: v}
	if v == "" || len(v) > fetch.MaxHAProxyClient {
		return fmt.Errorf("wanted an address, of %d bytes at most", fetch.MaxHAProxyClient)
	}
	return oneLine(v)
}

// localPort reads a port, or the first and the last of a range.
func localPort(s *settings, v string) error {
	first, last, several := strings.Cut(v, "-")
	if !several {
		last = first
	}
	from, err := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	to, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	if err != nil || err2 != nil || from == 0 || to < from {
		return errors.New("wanted a port from 1 to 65535, or the first and the last of a range, such as 4000-4010")
	}
	s.fetch.From.Ports.First, s.fetch.From.Ports.Last = uint16(from), uint16(to)
	return nil
}

// fastOpen is --tcp-fastopen, which one system alone knows how to do from here.
func fastOpen(s *settings, v string) error {
	if s.fetch.From.FastOpen = v == "true"; s.fetch.From.FastOpen && runtime.GOOS != "linux" {
		return errors.New("this system cannot be asked for that here")
	}
	return nil
}
