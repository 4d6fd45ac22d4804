package timeline

import (
	"fmt"
	"strings"
	"time"

	"fetchscope/internal/term"
	"fetchscope/trace"
)

// secured says how TLS came about, in the longest of the forms that there is room for.
func (v *view) secured(x *trace.Exchange, p *trace.PhaseTime) string {
	t := x.TLS
	if t == nil || t.Version == "" {
		return ""
	}
	how := "full"
	switch {
	case t.Resumed:
		how = "resumed"
	case t.HelloRetry:
		how = "HelloRetryRequest"
	}
	out := t.Version + ", " + how
	if t.Ignored {
		return out + ", NOT TRUSTED"
	}
	if d := t.DANE; d != nil {
		return out + ", DANE " + d.Status
	}
	took := v.inTrips(x, *p.Duration)
	trips := ""
	if t.RoundTrips != nil {
		trips = ", " + count(*t.RoundTrips, "round trip", "round trips")
	}
	forms := []string{out + trips + took, out + took, out + trips, how + took}
	if t.HelloRetry || took == "" {
		forms = []string{out + trips + took, out + trips, how + trips, out + took, how + took}
	}
	for _, form := range forms {
		if term.Width(form) <= v.textWidth() {
			return form
		}
	}
	return how
}

// roundTrips is how often the server was waited for: as counted, or else as the version
// has it, one in TLS 1.3 (RFC 8446, section 2) and two in TLS 1.2 (RFC 5246, section 7.3).
func roundTrips(t *trace.TLSInfo) int {
	switch {
	case t.RoundTrips != nil:
		return *t.RoundTrips
	case t.HelloRetry, t.Version == "TLS 1.2" && !t.Resumed:
		return 2
	}
	return 1
}

// flights lists what passed in the handshake.
func (v *view) flights(t *trace.TLSInfo) {
	for _, f := range t.Flights {
		arrow := ">"
		if f.From == trace.Server {
			arrow = "<"
		}
		v.line(term.Cut(fmt.Sprintf("* %s %s, %s, %s: %s", arrow, v.unit.withName(f.Start, v.pen),
			v.pen.bytes(f.Bytes), count(f.Records, "record", "records"), v.pen.text(strings.Join(f.Messages, ", "))), v.o.Columns, v.pen.ellipsis))
	}
}

// securedBy tells what was agreed, what passed for it, and who the server showed itself to
// be.
func (v *view) securedBy(t *trace.TLSInfo) {
	if t == nil || len(t.Chain) == 0 {
		return
	}
	v.line("")
	v.line(fmt.Sprintf("* %s, %s, %s", t.Version, t.Cipher, t.Group))
	v.flights(t)
	now := time.Unix(0, v.doc.StartedUnix)
	for _, c := range t.Chain {
		v.chained(&c, now)
	}
	for _, p := range t.Problems {
		v.line("* " + v.pen.text(p.Message))
	}
	v.vouchers(t)
}

// chained is a certificate of the chain, with the names of a server's.
func (v *view) chained(c *trace.Certificate, now time.Time) {
	ends := "ends " + c.NotAfter.Format(time.DateOnly) + " (" + days(now, c.NotAfter) + ")"
	line := fmt.Sprintf("* %-12s %s, %s, %s, %s", c.Role, v.pen.text(c.Subject), c.Key, c.Signature, ends)
	switch {
	case c.Unused:
		line += ", not needed"
	case c.From == trace.FromStore:
		line += ", in the trusted store"
	}
	v.line(line)
	if c.Role == "leaf" && len(c.Names) > 0 {
		names := v.pen.text(strings.Join(c.Names[:min(len(c.Names), fewNames)], ", "))
		if more := max(c.NamesCount, len(c.Names)) - fewNames; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		v.line(fmt.Sprintf("* %-12s %s", "names", names))
	}
}

// fewNames are shown of a certificate's names: the document has more.
const fewNames = 8

// vouchers tells what else speaks for the chain, or against it.
func (v *view) vouchers(t *trace.TLSInfo) {
	if d := t.DANE; d != nil && d.Usage != nil {
		v.line(fmt.Sprintf("* DANE %s: record %d %d %d of %d (RFC 6698)", d.Status, *d.Usage, *d.Selector, *d.Matching, d.Records))
	} else if d != nil {
		v.line(fmt.Sprintf("* DANE %s: %s (RFC 6698)", d.Status, count(d.Records, "record", "records")))
	}
	if o := t.OCSP; o != nil {
		v.line("* " + v.pen.text(ocsp(o)))
	}
	if n := len(t.SCTs); n > 0 {
		v.line("* " + count(n, "timestamp", "timestamps") + " of certificate logs, not verified (RFC 6962)")
	}
	if p := t.Pinned; p != nil {
		v.line(fmt.Sprintf("* pinned key %s: sha256//%s", p.Status, p.SHA256))
	}
	if c := t.ClientCertificate; c != nil {
		v.line("* " + v.pen.text(clientCertificate(c)))
	}
}

// ocsp is what the stapled response says, and what that is worth.
func ocsp(o *trace.OCSP) string {
	if o.Status == trace.OCSPUnusable {
		return "OCSP staple unusable: " + o.Why
	}
	out := "OCSP staple " + o.Status + ", as of " + o.This.Format(time.DateTime)
	if !o.Next.IsZero() {
		out += " until " + o.Next.Format(time.DateTime)
	}
	if o.Current != nil && !*o.Current {
		out += ", OUT OF DATE"
	}
	return out + map[string]string{
		"issuer": ", signed by the issuer", "delegate": ", signed by the issuer's delegate",
		"invalid": ", WRONGLY SIGNED", "unchecked": ", its signature not checked",
	}[o.Signature]
}

// clientCertificate says what became of the server's request for one.
func clientCertificate(c *trace.ClientCertificate) string {
	out := "the server asked for a certificate and got none"
	if c.Sent {
		out = "the server asked for a certificate and got that of " + c.Subject
	}
	if c.AuthoritiesCount > 0 {
		out += "; it accepts those of " + count(c.AuthoritiesCount, "authority", "authorities")
	}
	return out
}

// vouched says what the handshake leaves to think of where all went well.
func (v *view) vouched(x *trace.Exchange) {
	if x.TLS == nil {
		return
	}
	for _, p := range x.TLS.Problems {
		if p.Code == "certificate_revoked" {
			v.point("Trusted all the same: " + v.pen.text(p.Message) + ".")
		}
	}
	if c := x.TLS.ClientCertificate; c != nil && !c.Sent && x.Response != nil && x.Response.Status >= 400 {
		v.point("The server asked for a client's certificate and got none: -E FILE shows one.")
	}
	if c := x.Close; c != nil && c.Truncated && c.Initiator != trace.Client {
		v.point("The server ended TLS without a close_notify; that the response is whole is told by its own length alone.")
	}
}
