package trace

// Layers lie between TCP, or a Unix socket, and the TLS that is the origin's own: what a
// proxy or a load balancer is told before the origin is spoken to. What is known of them
// otherwise has events of its own: TCP the attempts and states, a CONNECT its tunnel, TLS
// the handshake (of one with a proxy, recorded in the scope for that).

// The kinds of layers.
const (
	LayerTCP     = "tcp"
	LayerUnix    = "unix"
	LayerSOCKS4  = "socks4"
	LayerSOCKS4a = "socks4a"
	LayerSOCKS5  = "socks5"
	LayerSOCKS5h = "socks5h"
	LayerConnect = "connect"
	LayerHAProxy = "haproxy"
	LayerTLS     = "tls"
)

// LayerStarted is the moment before the first byte of a layer was handed to the one below.
type LayerStarted struct {
	Layer string `json:"layer"`
	// Peer is who is spoken to, where it is another than TCP's peer or has a name; Target
	// is whom that is to lead to.
	Peer   string `json:"peer,omitzero"`
	Target string `json:"target,omitzero"`
}

// LayerEnded is the moment at which the last byte that a layer took to be made had come or,
// where the peer says nothing, had been handed on. A layer that failed has none.
type LayerEnded struct {
	Layer string `json:"layer"`
	// Bound is the address that a SOCKS proxy says it uses (RFC 1928, section 6).
	Bound string `json:"bound,omitzero"`
	// Line is what was said, of the PROXY protocol.
	Line string `json:"line,omitzero"`
}

// Kind names the event in the JSONL stream.
func (LayerStarted) Kind() string { return "layer_started" }
func (LayerEnded) Kind() string   { return "layer_ended" }
