package prom

import (
	"strconv"

	"fetchscope/trace"
)

// ours are the metrics that blackbox_exporter does not have.
func ours() []family {
	return []family{
		{"fetchscope_phase_seconds", "How long each phase took, summed over all exchanges", phases},
		{"fetchscope_phase_uncertainty_seconds", "By how much the time of a phase may be off", uncertainties},
		{"fetchscope_wait_seconds", "The phase wait, by whose time it was; inferred", waits},
		{"fetchscope_failed", "What failed, by phase and code", failed},
		{"fetchscope_exit_code", "The exit status", func(s *samples, d *trace.Document) { s.add(float64(d.ExitCode)) }},
		{"fetchscope_started_timestamp_seconds", "When the fetch began in Unix time", started},
		{"fetchscope_exchanges", "The number of requests, redirects and retries included", func(s *samples, d *trace.Document) { s.add(float64(len(d.Exchanges))) }},
		{"fetchscope_request_size_bytes", "The size of the last request, head and body", requestSize},
		{"fetchscope_response_head_size_bytes", "The size of the last response's head", headSize},
		{"fetchscope_response_body_size_bytes", "The size of the last response's body as it was framed", bodySize},
		{"fetchscope_tcp_rtt_seconds", "The round trip as the kernel measured it when the connection was up", rtt},
		{"fetchscope_tcp_retransmits", "Segments of ours that were sent again, up to the close", retransmits},
		{"fetchscope_connection_reused", "Whether the last request went over a connection that was there", reused},
		{"fetchscope_connection_attempts", "The number of addresses that were tried for the last request", attempts},
		{"fetchscope_dns_queries", "The number of DNS queries by what came of them, over all exchanges", queries},
		{"fetchscope_dns_security_info", "What DNSSEC makes of the last name", security},
		{"fetchscope_tls_resumed", "Whether the TLS session was resumed", resumed},
		{"fetchscope_close_info", "Who closed the last connection first", closer},
		{"fetchscope_close_graceful", "Whether both ends closed in good order", graceful},
	}
}

func phases(s *samples, d *trace.Document) {
	for _, p := range trace.Phases() {
		s.seconds(took(d, p), "phase", string(p), "step", strconv.Itoa(p.Step()))
	}
}

func uncertainties(s *samples, d *trace.Document) {
	for _, p := range trace.Phases() {
		var sum *trace.Time
		for i := range d.Exchanges {
			if u := d.Exchanges[i].Phase(p).Uncertainty; u != nil {
				if sum == nil {
					sum = new(trace.Time)
				}
				*sum += *u
			}
		}
		s.seconds(sum, "phase", string(p))
	}
}

func waits(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		s.seconds(r.WaitNetwork, "of", "network")
		s.seconds(r.WaitServer, "of", "server")
	}
}

func failed(s *samples, d *trace.Document) {
	if e := d.Error; e != nil {
		s.add(1, "phase", string(e.Phase), "code", string(e.Code))
	}
}

func started(s *samples, d *trace.Document) { s.add(float64(d.StartedUnix) / 1e9) }

func requestSize(s *samples, d *trace.Document) {
	if x := d.Last(); x != nil && x.Request != nil && x.Request.Bytes > 0 {
		s.add(float64(x.Request.Bytes))
	}
}

func headSize(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		s.add(float64(r.HeaderBytes))
	}
}

func bodySize(s *samples, d *trace.Document) {
	if r := response(d); r != nil {
		s.add(float64(r.BodyBytes))
	}
}

// connection is the last one, nil where there was none.
func connection(d *trace.Document) *trace.Connection {
	if x := d.Last(); x != nil {
		return x.Connection
	}
	return nil
}

func rtt(s *samples, d *trace.Document) {
	if c := connection(d); c != nil && c.Opened != nil && c.Opened.RTT != nil {
		s.add(c.Opened.RTT.Seconds())
	}
}

func retransmits(s *samples, d *trace.Document) {
	if c := connection(d); c != nil && c.Closed != nil && c.Closed.Retransmits != nil {
		s.add(float64(*c.Closed.Retransmits))
	}
}

func reused(s *samples, d *trace.Document) {
	if c := connection(d); c != nil && c.Remote != "" {
		s.truth(c.Reused)
	}
}

func attempts(s *samples, d *trace.Document) {
	if c := connection(d); c != nil && !c.Reused {
		s.add(float64(len(c.Attempts)))
	}
}

// queries are counted by their RCODE; those that nobody answered have none.
func queries(s *samples, d *trace.Document) {
	counts := map[string]int{}
	var order []string
	for i := range d.Exchanges {
		if d.Exchanges[i].Resolve == nil {
			continue
		}
		for _, q := range d.Exchanges[i].Resolve.Queries {
			if counts[q.Rcode] == 0 {
				order = append(order, q.Rcode)
			}
			counts[q.Rcode]++
		}
	}
	for _, rcode := range order {
		s.add(float64(counts[rcode]), "rcode", rcode)
	}
}

func security(s *samples, d *trace.Document) {
	if x := d.Last(); x != nil && x.Resolve != nil && x.Resolve.Security != "" {
		s.add(1, "security", x.Resolve.Security)
	}
}

func resumed(s *samples, d *trace.Document) {
	if t := tlsOf(d); t != nil && t.Version != "" {
		s.truth(t.Resumed)
	}
}

func closer(s *samples, d *trace.Document) {
	if x := d.Last(); x != nil && x.Close != nil && x.Close.Initiator != "" {
		s.add(1, "initiator", string(x.Close.Initiator))
	}
}

func graceful(s *samples, d *trace.Document) {
	if x := d.Last(); x != nil && x.Close != nil && x.Close.Graceful != nil {
		s.truth(*x.Close.Graceful)
	}
}
