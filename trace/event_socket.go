package trace

import "time"

// SocketRead is what the kernel said of the connection at a moment (TCP_INFO).
// A nil figure was not told.
type SocketRead struct {
	// When is where in the connection's life it was read: connected, closed, or between two
	// exchanges kept (for the one before) and reused (for the one behind).
	When string `json:"when"`
	// Options are those that both ends agreed on.
	Options       *SocketOptions `json:"options,omitzero"`
	RTT           *time.Duration `json:"rtt_ns,omitzero"`
	RTTVar        *time.Duration `json:"rtt_var_ns,omitzero"`
	MinRTT        *time.Duration `json:"min_rtt_ns,omitzero"`
	Retransmits   *int64         `json:"retransmits,omitzero"`
	SegmentsIn    *int64         `json:"segments_in,omitzero"`
	SegmentsOut   *int64         `json:"segments_out,omitzero"`
	BytesAcked    *int64         `json:"bytes_acked,omitzero"`
	BytesReceived *int64         `json:"bytes_received,omitzero"`
	// SendMSS is the size of the segments that we send, ReceiveMSS that of the peer's as
	// estimated by those that came, AdvertisedMSS what we said that we take.
	SendMSS       *int64 `json:"send_mss,omitzero"`
	ReceiveMSS    *int64 `json:"receive_mss,omitzero"`
	AdvertisedMSS *int64 `json:"advertised_mss,omitzero"`
	PathMTU       *int64 `json:"path_mtu,omitzero"`
	Cwnd          *int64 `json:"cwnd,omitzero"`
	// SendWindow and ReceiveWindow are in bytes: what the peer has room for, and what we
	// have told it that we have.
	SendWindow    *int64 `json:"send_window,omitzero"`
	ReceiveWindow *int64 `json:"receive_window,omitzero"`
	DeliveryRate  *int64 `json:"delivery_rate,omitzero"`
	// Delivered counts our segments that arrived, DeliveredCE those of them that a router
	// marked for congestion (RFC 3168); Lost are those taken for lost at the moment.
	Delivered   *int64 `json:"delivered,omitzero"`
	DeliveredCE *int64 `json:"delivered_ce,omitzero"`
	Lost        *int64 `json:"lost,omitzero"`
	// Reordered counts how often an acknowledgement showed that our segments had overtaken
	// one another, OutOfOrder the peer's that came out of order.
	Reordered  *int64 `json:"reordered,omitzero"`
	OutOfOrder *int64 `json:"out_of_order,omitzero"`
	// Busy is how long something of ours was on its way; so much of it was spent on waiting
	// for the peer's window, and for room in our send buffer.
	Busy          *time.Duration `json:"busy_ns,omitzero"`
	WindowLimited *time.Duration `json:"window_limited_ns,omitzero"`
	BufferLimited *time.Duration `json:"buffer_limited_ns,omitzero"`
}

// SocketOptions are what the SYNs of both ends agreed on.
type SocketOptions struct {
	Timestamps bool `json:"timestamps"` // RFC 7323, section 3
	SACK       bool `json:"sack"`       // RFC 2018
	ECN        bool `json:"ecn"`        // RFC 3168
	// FastOpen says that data went with the SYN and were taken (RFC 7413).
	FastOpen bool `json:"fast_open"`
	// SendScale and ReceiveScale are the shifts of the windows that the peer and we
	// advertise; nil without window scaling (RFC 7323, section 2).
	SendScale    *int `json:"send_window_scale,omitzero"`
	ReceiveScale *int `json:"receive_window_scale,omitzero"`
}

// What became of the cookie of TCP Fast Open (RFC 7413).
const (
	// CookieAsked is a SYN that asks the server for one.
	CookieAsked = "asked"
	// CookieSent is a SYN with the one that an earlier connection brought, and data.
	CookieSent = "sent"
	// CookieRefusedHere is an ordinary SYN: the system does not let us.
	CookieRefusedHere = "refused"
)

// FastOpen is the moment at which a SYN went out for which TCP Fast Open was wanted. Whether
// the server took the data is told by the SocketOptions.
type FastOpen struct {
	Cookie string `json:"cookie"`
	// Bytes of data went with the SYN.
	Bytes int64 `json:"bytes,omitzero"`
	// Why is the system's reason.
	Why string `json:"why,omitzero"`
}

// Kind names the event in the JSONL stream.
func (FastOpen) Kind() string   { return "fast_open" }
func (SocketRead) Kind() string { return "socket_read" }
