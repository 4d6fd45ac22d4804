package trace

import "time"

// A Certificate is what a person needs to know of one certificate of a chain.
type Certificate struct {
	// Role is leaf, intermediate or root.
	Role      string    `json:"role"`
	Subject   string    `json:"subject"`
	Issuer    string    `json:"issuer"`
	Names     []string  `json:"names,omitzero"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Key       string    `json:"key"`
	Signature string    `json:"signature"`
	SHA256    string    `json:"sha256"`
	// Blamed marks the certificate for which the chain was refused.
	Blamed bool `json:"blamed,omitzero"`
	// Raw is the certificate itself (DER), which documents leave out.
	Raw []byte `json:"-"`
}
