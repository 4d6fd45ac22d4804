package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"fetchscope/trace"
)

// A TLSConfig says how a connection is to be secured.
type TLSConfig struct {
	// ServerName is the name or address that the certificate must be for (RFC 9525).
	ServerName string
	// ALPN lists the protocols offered, best first (RFC 7301).
	ALPN []string
	// Roots finds the trusted roots; nil stands for the system's.
	Roots *Roots
	// TLSA returns the records by which the chain is judged as well; nil for none.
	TLSA func() []TLSA
	// Insecure goes on where the certificate is not trusted; why it is not is
	// recorded all the same.
	Insecure bool
	// Pins are the keys that the server may have, Insecure or not; nil for any.
	Pins *Pins
	// Identity is shown to a server that asks for a certificate; nil for none.
	Identity *Identity
	// MinVersion and MaxVersion bound the versions of TLS; 0 stands for TLS 1.2 and the
	// newest.
	MinVersion, MaxVersion uint16
	// Sessions keeps sessions for later connections, and has those of earlier ones; nil
	// for a full handshake.
	Sessions *Sessions
	// Proxy says that this is with a proxy: what is recorded is not the origin's.
	Proxy bool
	// KeyLog gets the secrets of the connection, by which whoever has its packets can
	// read it (RFC 9850); nil for nobody.
	KeyLog io.Writer
}

// A secured is the TLS layer of a connection.
type secured struct {
	conn     *tls.Conn
	wire     *wire
	below    *secured // the TLS with a proxy that this one goes through; nil for none
	sc       *trace.Scope
	asked    bool // for the client's certificate
	notified bool // the peer's close_notify came
	broken   bool // what comes is no TLS any more
	// truncated says that the peer's FIN came without a close_notify.
	truncated bool
}

// StartTLS does the handshake, on top of the layers that are there. Its error is an *Error.
func (c *Conn) StartTLS(ctx context.Context, cfg TLSConfig) error {
	defer c.Bind(ctx)()
	if least := cfg.leastVersion(); cfg.MaxVersion != 0 && cfg.MaxVersion < least {
		why := fmt.Errorf("%s is wanted at least, and %s at the most", tls.VersionName(least), tls.VersionName(cfg.MaxVersion))
		return &Error{Op: "TLS handshake", Code: CodeTLS, Err: why}
	}
	if cfg.Roots == nil {
		cfg.Roots = LoadRoots("")
	}
	sc := c.sc
	if cfg.Proxy {
		sc = sc.OfProxy()
	}
	w := newWire(c.top, c.link, func() {
		sc.Emit(trace.TLSStarted{ServerName: cfg.ServerName, Offset: c.link.Sent()})
	})
	v := &verifier{cfg: cfg, sc: sc}
	conn := tls.Client(w, cfg.config(v))
	err := conn.Handshake()
	w.dialogue.tell(sc)
	if err != nil {
		return c.handshakeFailed(err, w, v)
	}
	w.handshaking, w.dialogue = false, nil
	c.tls = &secured{conn: conn, wire: w, below: c.tls, sc: sc, asked: v.asked}
	c.top = c.tls
	sc.EmitAt(w.last, c.tls.ended())
	return nil
}

// config is what crypto/tls needs of it.
func (cfg *TLSConfig) config(v *verifier) *tls.Config {
	return &tls.Config{
		ServerName:         serverName(cfg.ServerName),
		NextProtos:         cfg.ALPN,
		KeyLogWriter:       cfg.KeyLog,
		MinVersion:         cfg.leastVersion(),
		MaxVersion:         cfg.MaxVersion,
		ClientSessionCache: cfg.Sessions.kept(),
		// verify does what this leaves out, and tells the reason.
		InsecureSkipVerify: true,
		VerifyConnection:   v.verify,
		GetClientCertificate: func(asked *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			v.asked = true
			return cfg.Identity.show(v.sc, asked), nil
		},
	}
}

// leastVersion is TLS 1.2, as older ones are deprecated (RFC 8996), unless somebody wants
// an older one at the most.
func (cfg *TLSConfig) leastVersion() uint16 {
	switch {
	case cfg.MinVersion != 0:
		return cfg.MinVersion
	case cfg.MaxVersion != 0:
		return min(cfg.MaxVersion, tls.VersionTLS12)
	}
	return tls.VersionTLS12
}

func (t *secured) ended() trace.TLSEnded {
	s := t.conn.ConnectionState()
	e := trace.TLSEnded{
		Version: tls.VersionName(s.Version), Cipher: tls.CipherSuiteName(s.CipherSuite),
		ALPN: s.NegotiatedProtocol, Resumed: s.DidResume, HelloRetry: s.HelloRetryRequest,
		Offset: t.wire.link.Sent(), OursLast: t.wire.lastOurs,
	}
	if s.CurveID != 0 {
		e.Group = s.CurveID.String()
	}
	return e
}

func (c *Conn) handshakeFailed(err error, w *wire, v *verifier) error {
	if v.failure != nil {
		return v.failure
	}
	err = c.failed("TLS handshake with", err)
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeBroken {
		return err
	}
	var header tls.RecordHeaderError
	alert, alerted := alertOf(e.Err)
	switch {
	case w.alert == alertProtocolVersion, alerted && alert == tls.AlertError(alertProtocolVersion).Error():
		e.Code = CodeTLSProtocol
	case alerted && v.asked && refusesCertificate(alert):
		e.Code, e.Err = CodeCertWanted, refusedBy(alert)
	case alerted:
		e.Code = CodeTLSAlert
	case errors.As(e.Err, &header):
		e.Code = CodeNotTLS
	case errors.Is(e.Err, io.EOF) || errors.Is(e.Err, io.ErrUnexpectedEOF):
		e.Code, e.Err = CodeTLSCut, errors.New("the server closed the connection")
	case strings.HasPrefix(e.Err.Error(), "tls: failed to parse certificate"):
		e.Code = CodeCertUnusable
	default:
		e.Code = CodeTLS
	}
	return e
}

// alertOf is the alert that the peer sent, in crypto/tls's words.
func alertOf(err error) (string, bool) {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return op.Err.Error(), true
	}
	return "", false
}

// refusedBy is the error of an alert for the client's certificate.
func refusedBy(alert string) error {
	return errors.New("the server refuses the client: " + strings.TrimPrefix(alert, "tls: "))
}

// refusesCertificate says whether an alert is one by which a server refuses a client's
// certificate, or the lack of one (RFC 8446, section 6.2): handshake_failure,
// bad_certificate to certificate_unknown, unknown_ca, access_denied, certificate_required.
func refusesCertificate(alert string) bool {
	for _, n := range []tls.AlertError{40, 42, 43, 44, 45, 46, 48, 49, 116} {
		if n.Error() == alert {
			return true
		}
	}
	return false
}

// Read reads what the records hold.
func (t *secured) Read(p []byte) (int, error) {
	n, err := t.conn.Read(p)
	ended := err == io.EOF || err == io.ErrUnexpectedEOF // within a record
	switch {
	case !ended || t.notified:
	case t.wire.eof:
		err = io.ErrUnexpectedEOF
		if !t.truncated {
			t.truncated = true
			t.sc.Emit(trace.NotifyMissing{})
		}
	case err == io.EOF:
		t.notified = true
		t.sc.EmitAt(t.wire.arrived, trace.CloseNotified{Side: trace.Server})
	}
	// In TLS 1.3 the handshake is over for us before the server has judged it.
	if alert, ok := alertOf(err); ok && t.asked && refusesCertificate(alert) {
		err = &Error{Op: "read", Addr: t.wire.link.remote.String(), Code: CodeCertWanted, Err: refusedBy(alert)}
	}
	return n, err
}

// Write puts p into records.
func (t *secured) Write(p []byte) (int, error) { return t.conn.Write(p) }

// Arrived is the moment at which the record read last was complete.
func (t *secured) Arrived() trace.Moment { return t.wire.arrived }

// Came counts the bytes of the connection through the record read last.
func (t *secured) Came() int64 { return t.wire.through }

// notify sends our close_notify (RFC 8446, section 6.1), and that of the TLS below.
func (t *secured) notify() {
	if t.conn.CloseWrite() == nil {
		t.sc.Emit(trace.CloseNotified{Side: trace.Client})
	}
	if t.below != nil {
		t.below.notify()
	}
}
