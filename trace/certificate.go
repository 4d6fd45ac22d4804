package trace

import (
	"math"
	"time"
)

// A Certificate is what a person needs to know of one certificate of a chain.
type Certificate struct {
	// Role is leaf, intermediate or root.
	Role    string `json:"role"`
	Subject string `json:"subject"`
	Issuer  string `json:"issuer"`
	// Names are those that it is for; NamesCount is how many there are.
	Names      []string  `json:"names,omitzero"`
	NamesCount int       `json:"names_count,omitzero"`
	NotBefore  time.Time `json:"not_before"`
	NotAfter   time.Time `json:"not_after"`
	Key        string    `json:"key"`
	Signature  string    `json:"signature"`
	SHA256     string    `json:"sha256"`
	// KeySHA256 is that of the public key, in Base64, as --pinnedpubkey takes it.
	KeySHA256 string `json:"public_key_sha256,omitzero"`
	// From says whose it is: server, or store for the trust store's.
	From string `json:"from,omitzero"`
	// Unused marks one that the server sent and that does not belong to the chain.
	Unused bool `json:"unused,omitzero"`
	// DaysLeft is how many whole days it was valid for yet when the fetch began; less than
	// zero behind its end.
	DaysLeft *int `json:"days_left,omitzero"`
	// Blamed marks the certificate for which the chain was refused.
	Blamed bool `json:"blamed,omitzero"`
}

// Where a certificate can be from.
const (
	FromServer = "server"
	FromStore  = "store"
)

// A Problem is something that is wrong with a chain, whether or not it is refused for it.
type Problem struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	// Certificate is its place in the chain.
	Certificate *int `json:"certificate,omitzero"`
}

// age counts the days from a moment to the end of each certificate, once: exchanges over
// one connection share its chain.
func age(chain []Certificate, at time.Time) {
	for i := range chain {
		if chain[i].DaysLeft != nil {
			continue
		}
		days := int(math.Floor(chain[i].NotAfter.Sub(at).Hours() / 24))
		chain[i].DaysLeft = &days
	}
}

// An OCSP is what a stapled response says of the server's certificate (RFC 6960).
type OCSP struct {
	// Status is good, revoked, unknown or unusable; Why says why it cannot be used.
	Status string `json:"status"`
	Why    string `json:"why,omitzero"`
	// This and Next bound the time at which it holds; Current says whether the fetch was
	// then.
	Produced time.Time `json:"produced_at,omitzero"`
	This     time.Time `json:"this_update,omitzero"`
	Next     time.Time `json:"next_update,omitzero"`
	Current  *bool     `json:"current,omitzero"`
	Revoked  time.Time `json:"revoked_at,omitzero"`
	Reason   string    `json:"reason,omitzero"`
	// Signature is whose it has: issuer, delegate, invalid or unchecked.
	Signature string `json:"signature,omitzero"`
}

// OCSPUnusable is the status of a response that says nothing that can be understood.
const OCSPUnusable = "unusable"

// A SCT is a log's promise to publish the certificate (RFC 6962, section 3.2).
type SCT struct {
	LogID string    `json:"log_id"` // in Base64
	At    time.Time `json:"timestamp"`
	// From is tls, certificate or ocsp.
	From string `json:"from"`
	// Verified says whether its signature is known to be the log's; nobody checks that yet.
	Verified bool `json:"verified"`
}
