package trace

// A ClientCertificate is what became of a server's request for one.
type ClientCertificate struct {
	Requested bool `json:"requested"`
	ClientCertificateAsked
}
