package resolver

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

// presented turns records into the form of the trace: duplicates once, all records of
// a set with the least TTL of them (RFC 2181, sections 5 and 5.2). It is never nil.
func presented(records []dns.RR) []trace.RR {
	type set struct{ name, rrtype string }
	type key struct {
		set
		data string
	}
	out := []trace.RR{}
	least := make(map[set]uint32)
	seen := make(map[key]bool)
	for _, rr := range records {
		r := present(rr)
		s := set{lower(r.Name), r.Type}
		if ttl, known := least[s]; !known || r.TTL < ttl {
			least[s] = r.TTL
		}
		if k := (key{s, r.Data}); !seen[k] {
			seen[k] = true
			out = append(out, r)
		}
	}
	for i := range out {
		out[i].TTL = least[set{lower(out[i].Name), out[i].Type}]
	}
	return out
}

func present(rr dns.RR) trace.RR {
	h := rr.Header()
	return trace.RR{Name: printable(h.Name), Type: dns.Type(h.Rrtype).String(), TTL: ttl(h.Ttl), Data: printable(data(rr))}
}

// data is the record's data in presentation form. The library writes a record of a
// type it does not know as RFC 3597, section 5, says.
func data(rr dns.RR) string {
	if unknown, is := rr.(*dns.RFC3597); is {
		return `\# ` + strconv.Itoa(len(unknown.Rdata)/2) + " " + unknown.Rdata
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}

// ttl reads a TTL whose top bit is set as zero (RFC 2181, section 8).
func ttl(t uint32) uint32 {
	if t>>31 != 0 {
		return 0
	}
	return t
}

// printable escapes octets that are not printable ASCII (RFC 1035, section 5.1). The
// library does so in names and texts; this holds it to that everywhere.
func printable(s string) string {
	clean := func(c byte) bool { return c >= ' ' && c <= '~' }
	i := 0
	for i < len(s) && clean(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		if clean(s[i]) {
			b.WriteByte(s[i])
			continue
		}
		b.WriteByte('\\')
		b.WriteString(strconv.Itoa(1000 + int(s[i]))[1:])
	}
	return b.String()
}

// address reads the address of an A or AAAA record.
func address(rr dns.RR) (netip.Addr, bool) {
	switch rr := rr.(type) {
	case *dns.A:
		a, ok := netip.AddrFromSlice(rr.A.To4())
		return a, ok
	case *dns.AAAA:
		a, ok := netip.AddrFromSlice(rr.AAAA)
		return a, ok
	}
	return netip.Addr{}, false
}

// addressRecords writes addresses as records of a name, for answers that come from
// this machine.
func addressRecords(name string, addrs []netip.Addr) []trace.RR {
	out := make([]trace.RR, len(addrs))
	for i, a := range addrs {
		out[i] = trace.RR{Name: name, Type: "AAAA", Data: a.String()}
		if a.Is4() {
			out[i].Type = "A"
		}
	}
	return out
}
