package resolver

import (
	"io"
	"net/netip"
	"os"
	"strings"
)

// maxHostsSize bounds the hosts file. Lists against advertisements have some
// megabytes.
const maxHostsSize = 64 << 20

// hosts looks a name up in the hosts file: all its addresses of the family, in order,
// and the canonical name. None means that the file says nothing of it; so does a file
// that cannot be read.
func (r *Resolver) hosts(name string, family Family) (addrs []netip.Addr, canonical string) {
	f, err := os.Open(r.hostsFile)
	if err != nil {
		return nil, ""
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxHostsSize))
	if err != nil {
		return nil, ""
	}
	return findHost(string(text), name, family)
}

// findHost searches the text of a hosts(5) file. The canonical name is the first one
// of the first line that tells.
func findHost(text, name string, family Family) (addrs []netip.Addr, canonical string) {
	for line := range strings.SplitSeq(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) < 2 || !names(words[1:], name) {
			continue
		}
		addr, err := netip.ParseAddr(words[0])
		if err != nil || !family.admits(addr) {
			continue
		}
		if canonical == "" {
			canonical = printable(strings.TrimSuffix(words[1], "."))
		}
		addrs = append(addrs, addr.Unmap())
	}
	return unique(addrs), canonical
}

// names reports whether a name is among those of a line.
func names(words []string, name string) bool {
	for _, w := range words {
		if sameName(w, name) {
			return true
		}
	}
	return false
}

// unique drops what has come before.
func unique(addrs []netip.Addr) []netip.Addr {
	seen := make(map[netip.Addr]bool, len(addrs))
	out := addrs[:0]
	for _, a := range addrs {
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	return out
}
