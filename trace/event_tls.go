package trace

// ClientCertificateAsked is a server's request for a certificate of the client's (RFC 8446,
// section 4.3.2), and what it got.
type ClientCertificateAsked struct {
	// Authorities are those whose certificates the server accepts, as far as they are told;
	// AuthoritiesCount is how many it named.
	Authorities      []string `json:"authorities,omitzero"`
	AuthoritiesCount int      `json:"authorities_count,omitzero"`
	// Sent says that a certificate was sent, rather than an empty list.
	Sent    bool   `json:"sent"`
	Subject string `json:"subject,omitzero"`
	// Accepted says whether one of the authorities has issued it; nil where none was named.
	Accepted *bool `json:"issuer_accepted,omitzero"`
}

// FlightSeen is what one side sent in the handshake before the other had its turn (RFC
// 8446, section 2). Its moment is that of its first byte: ours were then about to be
// handed to the kernel, the server's had come.
type FlightSeen struct {
	Side Side `json:"side"`
	// Last is the moment of its last byte: ours were then in the kernel's hands.
	Last    Time  `json:"last_ns"`
	Bytes   int64 `json:"bytes"`
	Records int   `json:"records"`
	// Messages are named where they are in the clear; "encrypted" stands for any number.
	Messages []string `json:"messages"`
}

func (e FlightSeen) from(base Time) Event {
	e.Last -= base
	return e
}

// A PinnedKey is what pinned public keys make of the server's.
type PinnedKey struct {
	// Status is match or mismatch.
	Status string `json:"status"`
	// SHA256 is the server's key as --pinnedpubkey would have it.
	SHA256 string `json:"sha256"`
	// Pins is how many keys would have done.
	Pins int `json:"pins"`
}

// What a judgement by pinned keys can be.
const (
	PinMatch    = "match"
	PinMismatch = "mismatch"
)

// NotifyMissing is the server's FIN without a close_notify before it: what came may have
// been cut short by anybody (RFC 8446, section 6.1).
type NotifyMissing struct{}

// Kind names the event in the JSONL stream.
func (ClientCertificateAsked) Kind() string { return "client_certificate_asked" }
func (NotifyMissing) Kind() string          { return "close_notify_missing" }
func (FlightSeen) Kind() string             { return "flight_seen" }
