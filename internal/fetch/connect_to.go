package fetch

import (
	"fmt"
	"strconv"
	"strings"
)

// A ConnectTo is curl's --connect-to: requests for one host and port go to another.
type ConnectTo struct {
	Host     string // "" for any
	Port     uint16 // 0 for any
	ToHost   string // "" to leave it
	ToPort   uint16 // 0 to leave it
	Original string
}

// ParseConnectTo reads HOST1:PORT1:HOST2:PORT2.
func ParseConnectTo(s string) (ConnectTo, error) {
	c := ConnectTo{Original: s}
	var err error
	rest := s
	for i, field := range []func(string) error{
		func(v string) error { c.Host = strings.ToLower(v); return nil },
		func(v string) error { c.Port, err = optionalPort(v); return err },
		func(v string) error { c.ToHost = strings.ToLower(v); return nil },
		func(v string) error { c.ToPort, err = optionalPort(v); return err },
	} {
		var part string
		if i%2 == 0 && strings.HasPrefix(rest, "[") {
			part, rest, _ = strings.Cut(rest[1:], "]")
			rest = strings.TrimPrefix(rest, ":")
		} else {
			part, rest, _ = strings.Cut(rest, ":")
		}
		if err := field(part); err != nil {
			return c, fmt.Errorf("%q is not HOST1:PORT1:HOST2:PORT2", s)
		}
	}
	return c, nil
}

func optionalPort(s string) (uint16, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err
}

// connectTo applies the first that fits.
func connectTo(list []ConnectTo, host string, port uint16) (string, uint16) {
	for _, c := range list {
		if c.Host != "" && c.Host != host || c.Port != 0 && c.Port != port {
			continue
		}
		if c.ToHost != "" {
			host = c.ToHost
		}
		if c.ToPort != 0 {
			port = c.ToPort
		}
		break
	}
	return host, port
}
