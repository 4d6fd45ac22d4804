package transport

import (
	"context"
	"crypto/tls"
	"errors"
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
	notified bool // the peer's close_notify came
	broken   bool // what comes is no TLS any more
}

// StartTLS does the handshake, on top of the layers that are there. Its error is an *Error.
func (c *Conn) StartTLS(ctx context.Context, cfg TLSConfig) error {
	defer c.Bind(ctx)()
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
	conn := tls.Client(w, &tls.Config{
		ServerName:   serverName(cfg.ServerName),
		NextProtos:   cfg.ALPN,
		KeyLogWriter: cfg.KeyLog,
		// verify does what this leaves out, and tells the reason.
		InsecureSkipVerify: true,
		VerifyConnection:   v.verify,
	})
	if err := conn.Handshake(); err != nil {
		return c.handshakeFailed(err, w, v)
	}
	w.handshaking = false
	c.tls = &secured{conn: conn, wire: w, below: c.tls, sc: sc}
	c.top = c.tls
	sc.EmitAt(w.last, c.tls.ended())
	return nil
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
	var op *net.OpError
	var header tls.RecordHeaderError
	switch {
	case w.alert == alertProtocolVersion:
		e.Code = CodeTLSProtocol
	case errors.As(e.Err, &op) && op.Op == "remote error":
		e.Code = CodeTLSAlert
		if op.Err.Error() == tls.AlertError(alertProtocolVersion).Error() {
			e.Code = CodeTLSProtocol
		}
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

// Read reads what the records hold.
func (t *secured) Read(p []byte) (int, error) {
	n, err := t.conn.Read(p)
	switch {
	case err != io.EOF || t.notified:
	case t.wire.eof:
		err = io.ErrUnexpectedEOF
	default:
		t.notified = true
		t.sc.EmitAt(t.wire.arrived, trace.CloseNotified{Side: trace.Server})
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
