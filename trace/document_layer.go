package trace

// A Layer is a part of a connection that took a step of its own to be made: the socket, what
// proxies and load balancers are told, TLS with a proxy and with the origin.
type Layer struct {
	begun Moment

	Kind string `json:"kind"`
	// Peer is who was spoken to, Target whom that one was to connect to.
	Peer        string   `json:"peer,omitzero"`
	Target      string   `json:"target,omitzero"`
	Start       Time     `json:"start_ns"`
	Duration    *Time    `json:"duration_ns,omitzero"`
	Uncertainty Time     `json:"uncertainty_ns,omitzero"`
	Evidence    Evidence `json:"evidence,omitzero"`
	Outcome     string   `json:"outcome,omitzero"`
	Why         Code     `json:"reason,omitzero"`
	// Status is that of the answer to a CONNECT, and Tunnel all that was said.
	Status *int        `json:"status,omitzero"`
	Tunnel *TunnelInfo `json:"tunnel,omitzero"`
	// Bound is the address that a SOCKS proxy says it uses, Line the PROXY protocol's.
	Bound string `json:"bound,omitzero"`
	Line  string `json:"line,omitzero"`
	// TLS is that of a proxy; the exchange has the origin's.
	TLS *TLSInfo `json:"tls,omitzero"`
}

// A TunnelInfo is a CONNECT with its answer, which is not there where none came.
type TunnelInfo struct {
	Version       string  `json:"version"`
	Headers       []Field `json:"headers"`
	AnswerVersion string  `json:"answer_version,omitzero"`
	Reason        string  `json:"answer_reason,omitzero"`
	AnswerHeaders []Field `json:"answer_headers,omitzero"`
}

// What can become of a layer.
const (
	LayerDone   = "done"
	LayerFailed = "failed"
)

// Middle returns the layers that are neither the socket nor the origin's TLS; none where they
// were made for an exchange before.
func (c *Connection) Middle() []Layer {
	if c == nil || c.Reused {
		return nil
	}
	var out []Layer
	for _, l := range c.Layers {
		socket := l.Kind == LayerTCP || l.Kind == LayerUnix
		if !socket && (l.Kind != LayerTLS || l.TLS != nil) {
			out = append(out, l)
		}
	}
	return out
}
