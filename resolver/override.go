package resolver

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// An Override gives a host's addresses in advance (curl's --resolve).
type Override struct {
	// Host is without brackets or final dot; * stands for every host.
	Host  string
	Port  uint16
	Addrs []netip.Addr
	// Remove takes an earlier override of the same host and port back.
	Remove bool
}

// anyHost is the host of an Override for all of them.
const anyHost = "*"

// ParseOverride reads "[+]host:port:address[,address]…" or "-host:port". A host or an
// address that is of IPv6 may be in brackets; such a host must be. The plus sign,
// which lets curl forget an entry in time, changes nothing in a single run.
func ParseOverride(s string) (Override, error) {
	o, err := parseOverride(s)
	if err != nil {
		return Override{}, fmt.Errorf("override %q: %w", s, err)
	}
	return o, nil
}

func parseOverride(s string) (o Override, err error) {
	rest, remove := strings.CutPrefix(s, "-")
	if !remove {
		rest = strings.TrimPrefix(s, "+")
	}
	o.Remove = remove
	if o.Host, rest, err = cutHost(rest); err != nil {
		return o, err
	}
	port, addrs, more := strings.Cut(rest, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return o, fmt.Errorf("%q is not a port", port)
	}
	o.Port = uint16(n)
	if remove {
		return o, nil // as curl does, whatever follows is not looked at
	}
	if !more {
		return o, errors.New("an address is missing")
	}
	o.Addrs, err = addressList(addrs)
	return o, err
}

// cutHost reads the host and the colon after it.
func cutHost(s string) (host, rest string, err error) {
	var found bool
	if inside, bracketed := strings.CutPrefix(s, "["); bracketed {
		host, rest, found = strings.Cut(inside, "]:")
		if a, err := netip.ParseAddr(host); !found || err != nil || !a.Is6() {
			return "", "", errors.New("wanted [IPv6 address]:port")
		}
		return host, rest, nil
	}
	host, rest, found = strings.Cut(s, ":")
	host = strings.TrimSuffix(host, ".")
	if !found || host == "" {
		return "", "", errors.New("wanted host:port:address")
	}
	return host, rest, nil
}

func addressList(s string) ([]netip.Addr, error) {
	var out []netip.Addr
	for part := range strings.SplitSeq(s, ",") {
		bare := part
		if strings.HasPrefix(part, "[") && strings.HasSuffix(part, "]") {
			bare = part[1 : len(part)-1]
		}
		addr, err := netip.ParseAddr(bare)
		if err != nil || bare != part && !addr.Is6() {
			return nil, fmt.Errorf("%q is not an address", part)
		}
		out = append(out, addr)
	}
	return out, nil
}

// A hostPort is what an override is found by: the host in lower case, without dot.
type hostPort struct {
	host string
	port uint16
}

func overrideTable(list []Override) map[hostPort][]netip.Addr {
	table := make(map[hostPort][]netip.Addr, len(list))
	for _, o := range list {
		key := hostPort{lower(strings.TrimSuffix(o.Host, ".")), o.Port}
		if o.Remove {
			delete(table, key)
		} else {
			table[key] = o.Addrs
		}
	}
	return table
}

// override finds the addresses given for a host and port; one of that very host goes
// before one of all hosts.
func (r *Resolver) override(host string, port uint16) (addrs []netip.Addr, found bool) {
	addrs, found = r.overrides[hostPort{lower(strings.TrimSuffix(host, ".")), port}]
	if !found {
		addrs, found = r.overrides[hostPort{anyHost, port}]
	}
	return addrs, found
}
