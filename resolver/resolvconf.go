package resolver

import (
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"
)

// Limits of resolv.conf(5).
const (
	maxNameservers = 3  // MAXNS
	maxNdots       = 15 // RES_MAXNDOTS
	maxTimeout     = 30 // RES_MAXRETRANS, in seconds
	maxAttempts    = 5  // RES_MAXRETRY
	// maxSearch bounds the search list, which glibc since 2.26 does not.
	maxSearch = 32
	// maxConfSize bounds the file; a real one has a few lines.
	maxConfSize = 1 << 20
)

// A conf is what resolv.conf(5) says. The keyword sortlist is not honoured, having
// been for networks with classes; options not named here change nothing.
type conf struct {
	servers  []Server
	search   []string // absolute names
	ndots    int
	timeout  time.Duration
	attempts int
	rotate   bool
	useTCP   bool // use-vc
	// edns0 is what we always do, and fall back from where need be.
	edns0   bool
	trustAD bool
	// oneByOne is single-request. single-request-reopen asks for a socket for each
	// query, which all have anyway.
	oneByOne bool
	noAAAA   bool
	noTLD    bool // no-tld-query
}

// defaultConf is what holds where nothing is said: glibc's figures.
func defaultConf() conf {
	return conf{ndots: 1, timeout: 5 * time.Second, attempts: 2}
}

// readConf reads the file. One that cannot be read is like an empty one: the servers
// are those on this machine.
func readConf(path string) conf {
	var text []byte
	if f, err := os.Open(path); err == nil {
		text, _ = io.ReadAll(io.LimitReader(f, maxConfSize))
		f.Close()
	}
	return parseConf(string(text)).complete()
}

// complete fills in what a file may leave out.
func (c conf) complete() conf {
	if len(c.servers) == 0 {
		for _, a := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
			c.servers = append(c.servers, Server{Addr: netip.AddrPortFrom(a, dnsPort), Protocol: UDP})
		}
	}
	if c.useTCP {
		for i := range c.servers {
			c.servers[i].Protocol = TCP
		}
	}
	return c
}

// parseConf reads the text of a resolv.conf. As in glibc a keyword begins its line
// and is followed by blanks, and lines that make no sense say nothing.
func parseConf(text string) conf {
	c := defaultConf()
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.ContainsRune(" \t;#", rune(line[0])) {
			continue
		}
		if cut := strings.IndexAny(line, "#;"); cut >= 0 {
			line = line[:cut]
		}
		if words := strings.Fields(line); len(words) > 0 {
			c.keyword(words[0], words[1:])
		}
	}
	return c
}

func (c *conf) keyword(key string, words []string) {
	switch key {
	case "nameserver":
		if len(words) > 0 && len(c.servers) < maxNameservers {
			if a, err := netip.ParseAddr(words[0]); err == nil {
				c.servers = append(c.servers, Server{Addr: netip.AddrPortFrom(a, dnsPort), Protocol: UDP})
			}
		}
	case "domain": // like search, of one name; the last of both kinds holds
		if len(words) > 0 {
			c.search = searchList(words[:1])
		}
	case "search":
		if len(words) > 0 {
			c.search = searchList(words)
		}
	case "options":
		c.options(words)
	}
}

// searchList makes the names absolute; those that cannot be names are left out.
func searchList(words []string) []string {
	var out []string
	for _, w := range words[:min(len(words), maxSearch)] {
		if name, err := absolute(w); err == nil {
			out = append(out, name)
		}
	}
	return out
}

func (c *conf) options(words []string) {
	for _, w := range words {
		key, value, _ := strings.Cut(w, ":")
		switch key {
		case "ndots":
			c.ndots = clamp(value, 0, maxNdots, c.ndots)
		case "timeout":
			c.timeout = time.Duration(clamp(value, 1, maxTimeout, int(c.timeout/time.Second))) * time.Second
		case "attempts":
			c.attempts = clamp(value, 1, maxAttempts, c.attempts)
		case "rotate":
			c.rotate = true
		case "use-vc":
			c.useTCP = true
		case "edns0":
			c.edns0 = true
		case "trust-ad":
			c.trustAD = true
		case "single-request":
			c.oneByOne = true
		case "no-aaaa":
			c.noAAAA = true
		case "no-tld-query":
			c.noTLD = true
		}
	}
}

// clamp reads a number and brings it into its range; what is none changes nothing.
func clamp(s string, least, most, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return otherwise
	}
	return min(max(n, least), most)
}
