package prom

import (
	"hash/fnv"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"fetchscope/trace"
)

// families are all metrics, those of blackbox_exporter first.
func families() []family {
	return append([]family{
		{"probe_success", "1 where the fetch succeeded, else 0", success},
		{"probe_duration_seconds", "From the first query to the last byte, or to what failed", probeDuration},
		{"probe_dns_lookup_time_seconds", "The phase resolve, over all exchanges", lookup},
		{"probe_http_duration_seconds", "The phases as blackbox_exporter cuts them, over all exchanges", probePhases},
		{"probe_http_status_code", "The status of the last response", status},
		{"probe_http_version", "The HTTP version of the last response", httpVersion},
		{"probe_http_ssl", "1 where the last exchange went over TLS, else 0", overTLS},
		{"probe_http_redirects", "How many redirects were followed", redirects},
		{"probe_http_content_length", "Content-Length of the last response, -1 without one", contentLength},
		{"probe_http_uncompressed_body_length", "The last body with its content codings undone", decodedLength},
		{"probe_http_last_modified_timestamp_seconds", "Last-Modified of the last response, as Unix time", lastModified},
		{"probe_ssl_earliest_cert_expiry", "When the first certificate of those that the server sent ends, as Unix time", earliestExpiry},
		{"probe_ssl_last_chain_info", "Whose certificate the server has, and from whom", certificateInfo},
		{"probe_tls_version_info", "The version of TLS that was agreed on", tlsVersionInfo},
		{"probe_tls_cipher_info", "The cipher suite that was agreed on", cipherInfo},
		{"probe_ip_protocol", "4 or 6: the IP version of the last connection", ipProtocol},
		{"probe_ip_addr_hash", "FNV-1a of the address that was connected to, which changes with it", addressHash},
	}, ours()...)
}

func success(s *samples, d *trace.Document) { s.truth(d.Error == nil && d.ExitCode == 0) }

// measured are the phases that a probe's duration is made of.
var measured = [...]trace.Phase{trace.Resolve, trace.Connect, trace.TLS, trace.Request, trace.Wait, trace.Receive}

// probeDuration ends with the last byte, or with what failed.
func probeDuration(s *samples, d *trace.Document) {
	var end *trace.Time
	for i := range d.Exchanges {
		for _, name := range measured {
			if at, ok := d.Exchanges[i].Phase(name).End(); ok && (end == nil || at > *end) {
				end = &at
			}
		}
	}
	s.seconds(end)
}

// took sums a phase over all exchanges; nil where it took place in none.
func took(d *trace.Document, names ...trace.Phase) (sum *trace.Time) {
	for i := range d.Exchanges {
		for _, name := range names {
			if t := d.Exchanges[i].Phase(name).Duration; t != nil {
				if sum == nil {
					sum = new(trace.Time)
				}
				*sum += *t
			}
		}
	}
	return sum
}

func lookup(s *samples, d *trace.Document) { s.seconds(took(d, trace.Resolve)) }

// probePhases are the phases as blackbox_exporter cuts them: its processing is from the
// connection to the first byte, and so has the request in it.
func probePhases(s *samples, d *trace.Document) {
	s.seconds(took(d, trace.Resolve), "phase", "resolve")
	s.seconds(took(d, trace.Connect), "phase", "connect")
	s.seconds(took(d, trace.TLS), "phase", "tls")
	s.seconds(took(d, trace.Request, trace.Wait), "phase", "processing")
	s.seconds(took(d, trace.Receive), "phase", "transfer")
}

// response is the last one, nil where there was none.
func response(d *trace.Document) *trace.ResponseInfo {
	if x := d.Last(); x != nil {
		return x.Response
	}
	return nil
}

func status(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		s.add(float64(r.Status))
	}
}

func httpVersion(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		if v, err := strconv.ParseFloat(strings.TrimPrefix(r.Version, "HTTP/"), 64); err == nil && v < 10 {
			s.add(v)
		}
	}
}

func overTLS(s *samples, d *trace.Document) {
	if x := d.Last(); x != nil && x.Response != nil {
		s.truth(x.TLS != nil)
	}
}

func redirects(s *samples, d *trace.Document) {
	n := 0
	for i := range d.Exchanges {
		if d.Exchanges[i].Why == "redirect" {
			n++
		}
	}
	s.add(float64(n))
}

// contentLength is what the response says, as for blackbox_exporter: -1 where it does not.
func contentLength(s *samples, d *trace.Document) {
	r := response(d)
	if r == nil {
		return
	}
	if n, err := strconv.ParseInt(field(r, "Content-Length"), 10, 64); err == nil && n >= 0 {
		s.add(float64(n))
		return
	}
	s.add(-1)
}

func decodedLength(s *samples, d *trace.Document) {
	switch r := response(d); {
	case r == nil:
	case r.DecodedBytes != nil:
		s.add(float64(*r.DecodedBytes))
	case field(r, "Content-Encoding") == "":
		s.add(float64(r.BodyBytes))
	}
}

func lastModified(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		// RFC 9110, section 5.6.7; the two obsolete forms are not worth a metric.
		if t, err := time.Parse(time.RFC1123, field(r, "Last-Modified")); err == nil {
			s.add(float64(t.Unix()))
		}
	}
}

// field is the first field of a name, "" without one.
func field(r *trace.ResponseInfo, name string) string {
	for _, f := range r.Headers {
		if strings.EqualFold(f[0], name) {
			return f[1]
		}
	}
	return ""
}

// tlsOf is the TLS of the last exchange, nil without.
func tlsOf(d *trace.Document) *trace.TLSInfo {
	if x := d.Last(); x != nil {
		return x.TLS
	}
	return nil
}

// earliestExpiry is of the certificates that the server sent, as with blackbox_exporter.
func earliestExpiry(s *samples, d *trace.Document) {
	var earliest time.Time
	if t := tlsOf(d); t != nil {
		for _, c := range t.Chain {
			if c.From != trace.FromStore && (earliest.IsZero() || c.NotAfter.Before(earliest)) {
				earliest = c.NotAfter
			}
		}
	}
	if !earliest.IsZero() {
		s.add(float64(earliest.Unix()))
	}
}

func certificateInfo(s *samples, d *trace.Document) {
	if t := tlsOf(d); t != nil && len(t.Chain) > 0 {
		c := &t.Chain[0]
		s.add(1, "fingerprint_sha256", c.SHA256, "subject", c.Subject, "issuer", c.Issuer, "subjectalternative", strings.Join(c.Names, ","))
	}
}

func tlsVersionInfo(s *samples, d *trace.Document) {
	if t := tlsOf(d); t != nil && t.Version != "" {
		s.add(1, "version", t.Version)
	}
}

func cipherInfo(s *samples, d *trace.Document) {
	if t := tlsOf(d); t != nil && t.Cipher != "" {
		s.add(1, "cipher", t.Cipher)
	}
}

// remote is the address that is connected to.
func remote(d *trace.Document) (netip.Addr, bool) {
	if x := d.Last(); x != nil && x.Connection != nil {
		ap, err := netip.ParseAddrPort(x.Connection.Remote)
		return ap.Addr(), err == nil
	}
	return netip.Addr{}, false
}

func ipProtocol(s *samples, d *trace.Document) {
	if a, ok := remote(d); ok && a.Is4() {
		s.add(4)
	} else if ok {
		s.add(6)
	}
}

// addressHash is FNV-1a of 32 bits over the address' bytes.
func addressHash(s *samples, d *trace.Document) {
	if a, ok := remote(d); ok {
		h := fnv.New32a()
		_, _ = h.Write(a.AsSlice())
		s.add(float64(h.Sum32()))
	}
}
