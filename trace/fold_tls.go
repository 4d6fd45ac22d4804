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
		t.Pinned, t.Problems, t.ChainSent = e.Pinned, e.Problems, e.Sent
		t.OCSP, t.SCTs = e.OCSP, e.SCTs
		t.ChainFrom = "handshake"
		if e.Resumed {
			t.ChainFrom = "session"
		}
		t.Chain = append(t.Chain, e.Chain...)
	case FlightSeen:
		t.Flights = append(t.Flights, newFlight(r.At, e))
	case ClientCertificateAsked:
		t.ClientCertificate = &ClientCertificate{Requested: true, ClientCertificateAsked: e}
	}
}

// finishTLS counts the round trips: each ends with a flight of the server's.
func (f *exchangeFold) finishTLS() {
	t := f.x.TLS
	if t == nil || t.Version == "" || len(t.Flights) == 0 {
		return
	}
	n := 0
	for _, flight := range t.Flights {
		if flight.From == Server {
			n++
		}
	}
	t.RoundTrips = &n
}
