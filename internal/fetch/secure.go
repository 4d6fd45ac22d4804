package fetch

import (
	"context"
	"sync"

	"fetchscope/trace"
	"fetchscope/transport"
)

// TLSOptions say how connections to origins are secured, beside whom to trust.
type TLSOptions struct {
	// Identity names the files of the client's certificate and its key (-E, --key).
	Identity transport.IdentityFiles
	// PinnedKey is what the server's public key must be (--pinnedpubkey), "" for any.
	PinnedKey string
	// MinVersion and MaxVersion bound the versions, by their numbers on the wire; 0 for
	// TLS 1.2 and the newest.
	MinVersion, MaxVersion uint16
}

// A security is what the options name for TLS, read once, and the sessions of a run.
type security struct {
	identity func() (*transport.Identity, error)
	pins     func() (*transport.Pins, error)
	sessions *transport.Sessions
}

func newSecurity(o TLSOptions) *security {
	return &security{
		identity: sync.OnceValues(func() (*transport.Identity, error) {
			if o.Identity.Cert == "" {
				return nil, nil
			}
			return transport.LoadIdentity(o.Identity)
		}),
		pins: sync.OnceValues(func() (*transport.Pins, error) {
			if o.PinnedKey == "" {
				return nil, nil
			}
			return transport.ParsePins(o.PinnedKey)
		}),
		sessions: transport.NewSessions(),
	}
}

// cold is the same without the sessions of others.
func (s *security) cold() *security {
	out := *s
	out.sessions = transport.NewSessions()
	return &out
}

// check says what of it cannot be used.
func (s *security) check() error {
	if _, err := s.pins(); err != nil {
		return err
	}
	_, err := s.identity()
	return err
}

// tlsConfig is how the connection to the hop's origin is secured.
func (h *hop) tlsConfig(tlsa func() []transport.TLSA) (transport.TLSConfig, error) {
	o, s := &h.f.o, h.f.trust.security
	out := transport.TLSConfig{
		ServerName: bare(h.url.Hostname()), ALPN: offered, Roots: h.f.trust.origins(), Insecure: o.Insecure,
		TLSA: tlsa, KeyLog: o.KeyLog,
		MinVersion: o.TLS.MinVersion, MaxVersion: o.TLS.MaxVersion, Sessions: s.sessions,
	}
	var err error
	if out.Pins, err = s.pins(); err != nil {
		return out, err
	}
	out.Identity, err = s.identity()
	return out, err
}

// startTLS lays TLS over the connection to the hop's origin, or over a tunnel to it.
func (h *hop) startTLS(ctx context.Context, conn *transport.Conn, tlsa func() []transport.TLSA) error {
	config, err := h.tlsConfig(tlsa)
	if err == nil {
		err = conn.StartTLS(ctx, config)
	}
	if err != nil {
		return &Failure{Phase: trace.TLS, Err: err}
	}
	return nil
}
