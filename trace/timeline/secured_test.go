package timeline

import (
	"testing"
	"time"

	"fetchscope/trace"
)

// trips is a number of round trips.
func trips(n int) *int { return &n }

// How TLS came about, in the longest form that there is room for.
func TestTLSInOneRow(t *testing.T) {
	const wide, usual = 120, 80
	rtt := 28 * time.Millisecond
	duration := trace.Time(31 * time.Millisecond)
	far := &trace.Connection{Opened: &trace.SocketRead{RTT: &rtt}}
	matched := &trace.DANE{Status: trace.DANEMatch}
	for _, tt := range []struct {
		name    string
		tls     trace.TLSInfo
		conn    *trace.Connection
		columns int
		want    string
	}{
		{"full", trace.TLSInfo{Version: "TLS 1.3", RoundTrips: trips(1)}, nil, usual, "TLS 1.3, full, 1 round trip"},
		{"far away", trace.TLSInfo{Version: "TLS 1.3", RoundTrips: trips(1)}, far, wide, "TLS 1.3, full, 1 round trip, 1.1 RTT"},
		{"far away, less room", trace.TLSInfo{Version: "TLS 1.3", RoundTrips: trips(1)}, far, usual, "TLS 1.3, full, 1.1 RTT"},
		{"two", trace.TLSInfo{Version: "TLS 1.2", RoundTrips: trips(2)}, nil, usual, "TLS 1.2, full, 2 round trips"},
		{"not counted", trace.TLSInfo{Version: "TLS 1.2"}, nil, usual, "TLS 1.2, full"},
		{"resumed", trace.TLSInfo{Version: "TLS 1.3", Resumed: true, RoundTrips: trips(1)}, nil, usual, "TLS 1.3, resumed, 1 round trip"},
		{"retried", trace.TLSInfo{Version: "TLS 1.3", HelloRetry: true, RoundTrips: trips(2)}, nil, wide, "HelloRetryRequest, 2 round trips"},
		{"retried, less room", trace.TLSInfo{Version: "TLS 1.3", HelloRetry: true, RoundTrips: trips(2)}, far, usual, "HelloRetryRequest, 1.1 RTT"},
		{"not trusted", trace.TLSInfo{Version: "TLS 1.3", Ignored: true, RoundTrips: trips(1)}, far, wide, "TLS 1.3, full, NOT TRUSTED"},
		{"DANE", trace.TLSInfo{Version: "TLS 1.3", DANE: matched}, far, wide, "TLS 1.3, full, DANE match"},
		{"nothing agreed", trace.TLSInfo{}, far, wide, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := &view{o: Options{Columns: tt.columns}, end: duration}
			x := &trace.Exchange{TLS: &tt.tls, Connection: tt.conn}
			if got := v.secured(x, &trace.PhaseTime{Name: trace.TLS, Duration: &duration}); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// What is said of an OCSP staple, and of a client's certificate.
func TestVouchersInWords(t *testing.T) {
	no := false
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"OCSP staple good, as of 2026-11-22 06:00:00, signed by the issuer":                                             ocsp(&trace.OCSP{Status: "good", This: at, Signature: "issuer"}),
		"OCSP staple good, as of 2026-11-22 06:00:00 until 2026-11-22 07:00:00, OUT OF DATE, its signature not checked": ocsp(&trace.OCSP{Status: "good", This: at, Next: at.Add(time.Hour), Current: &no, Signature: "unchecked"}),
		"OCSP staple unusable: it is no OCSP response":                                                                  ocsp(&trace.OCSP{Status: trace.OCSPUnusable, Why: "it is no OCSP response"}),
		"the server asked for a certificate and got none":                                                               clientCertificate(&trace.ClientCertificate{}),
		"the server asked for a certificate and got that of CN=me; it accepts those of 1 authority": clientCertificate(&trace.ClientCertificate{
			ClientCertificateAsked: trace.ClientCertificateAsked{Sent: true, Subject: "CN=me", AuthoritiesCount: 1},
		}),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
