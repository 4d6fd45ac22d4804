package transport

import "crypto/tls"

// Sessions keeps what servers gave for resuming a session (RFC 8446, section 2.2; RFC
// 5077), so that further connections of a run to the same name need no full handshake.
// The certificate of the earlier handshake is judged again each time. Connections that
// trust by different rules must not share one.
type Sessions struct{ cache tls.ClientSessionCache }

// maxSessions is how many servers are remembered: a fetch goes to a few, and a chain of
// redirects may lead to any number.
const maxSessions = 64

// NewSessions returns an empty one.
func NewSessions() *Sessions { return &Sessions{tls.NewLRUClientSessionCache(maxSessions)} }

// kept is the cache for crypto/tls; none on a nil *Sessions.
func (s *Sessions) kept() tls.ClientSessionCache {
	if s == nil {
		return nil
	}
	return s.cache
}
