package resolver

import (
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"fetchscope/resolver/dnssec"
)

// Names by which people find out which keys of the root a validator trusts (RFC 8509,
// section 3).
const (
	sentinelIs  = "root-key-sentinel-is-ta-"
	sentinelNot = "root-key-sentinel-not-ta-"
)

// sentinel answers with SERVFAIL where such a name asks for it: of a key that is trusted
// and is said not to be, or the other way round. Data that are not secure tell nothing.
func (j *job) sentinel(c *chain, security dnssec.Status) *Error {
	if j.check == nil || security != dnssec.Secure || c.qtype != dns.TypeA && c.qtype != dns.TypeAAAA {
		return nil
	}
	label, _, _ := strings.Cut(lower(c.names[0]), ".")
	digits, is := strings.CutPrefix(label, sentinelIs)
	if !is {
		var not bool
		if digits, not = strings.CutPrefix(label, sentinelNot); !not {
			return nil
		}
	}
	tag, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || len(digits) != 5 || j.r.anchors.trusts(".", uint16(tag)) == is {
		return nil
	}
	return &Error{Code: ServerFailure, Rcode: rcodeName(dns.RcodeServerFailure), Err: errSentinel}
}

// errSentinel is what a validator says to a name of RFC 8509.
var errSentinel = &replyError{"the name asks whether a key of the root is trusted, and so is answered (RFC 8509)"}

// trusts says whether a key is among the anchors of a zone.
func (a anchors) trusts(zone string, tag uint16) bool {
	for _, rr := range a.at(zone) {
		switch rr := rr.(type) {
		case *dns.DS:
			if rr.KeyTag == tag {
				return true
			}
		case *dns.DNSKEY:
			if rr.KeyTag() == tag {
				return true
			}
		}
	}
	return false
}
