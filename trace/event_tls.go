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

// Kind names the event in the JSONL stream.
func (ClientCertificateAsked) Kind() string { return "client_certificate_asked" }
