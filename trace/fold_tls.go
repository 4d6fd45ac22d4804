package trace

// tls takes what was learned of TLS.
func (f *exchangeFold) tls(r Record) {
	if f.x.TLS == nil {
		f.x.TLS = &TLSInfo{Chain: []Certificate{}}
	}
	t := f.x.TLS
	switch e := r.Event.(type) {
	case TLSStarted:
		t.ServerName = e.ServerName
	case TLSEnded:
		t.Version, t.Cipher, t.Group, t.ALPN = e.Version, e.Cipher, e.Group, e.ALPN
		t.Resumed, t.HelloRetry = e.Resumed, e.HelloRetry
	case CertificatesSeen:
		t.Verified, t.Ignored, t.Why, t.Message, t.DANE = &e.Verified, e.Ignored, e.Why, e.Message, e.DANE
		t.Pinned = e.Pinned
		t.Chain = append(t.Chain, e.Chain...)
	case ClientCertificateAsked:
		t.ClientCertificate = &ClientCertificate{Requested: true, ClientCertificateAsked: e}
	}
}
