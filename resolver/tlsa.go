package resolver

import (
	"context"
	"encoding/hex"
	"strconv"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
	"fetchscope/trace"
)

// A TLSA is a record that associates a certificate with a name (RFC 6698).
type TLSA struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// maxTLSA bounds the records of a name that are looked at; real names have a few.
const maxTLSA = 16

// TLSA looks up the records for a TLS server at a host and port. Those that DNSSEC does
// not vouch for do not count (RFC 6698, section 4.1), so that without validation there
// are none, and no query.
func (r *Resolver) TLSA(ctx context.Context, sc *trace.Scope, host string, port uint16) []TLSA {
	name, err := hostName(host)
	if source, _ := special(name); err != nil || !r.dnssec || source != "" {
		return nil
	}
	ctx, cancel := r.limit(ctx)
	defer cancel()
	j := r.job(sc)
	j.why = forTLSA
	found := j.resolve(ctx, question{"_" + strconv.Itoa(int(port)) + "._tcp." + name, dns.TypeTLSA})
	if found.err != nil || found.security != dnssec.Secure {
		return nil
	}
	var out []TLSA
	for _, rr := range found.records {
		t, is := rr.(*dns.TLSA)
		if !is || len(out) == maxTLSA {
			continue
		}
		if data, err := hex.DecodeString(t.Certificate); err == nil {
			out = append(out, TLSA{t.Usage, t.Selector, t.MatchingType, data})
		}
	}
	return out
}

// forTLSA is what a query for TLSA records is for.
const forTLSA = "certificate association"
