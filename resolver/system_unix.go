//go:build !windows

package resolver

import (
	"os"
	"strings"
)

func systemHosts() string { return "/etc/hosts" }

// systemConf reads the system's resolv.conf, and the two environment variables that
// amend it for one process.
func systemConf() conf {
	c := readConf("/etc/resolv.conf")
	if c.search == nil {
		c.search = hostDomain()
	}
	if words := strings.Fields(os.Getenv("LOCALDOMAIN")); len(words) > 0 {
		c.search = searchList(words)
	}
	c.options(strings.Fields(os.Getenv("RES_OPTIONS")))
	return c.complete()
}

// hostDomain is the search list where none is given: what follows the first dot of
// this machine's name.
func hostDomain() []string {
	host, err := os.Hostname()
	if err != nil {
		return nil
	}
	if _, domain, found := strings.Cut(host, "."); found {
		return searchList([]string{domain})
	}
	return nil
}
