// Package transport opens connections, secures them and closes them, and sees what
// the kernel does meanwhile: steps 2 and 6.
//
// Input are addresses in the order of preference, some of which may come later. A [Race]
// turns them into a [Conn], a stack of layers that reads and writes as one: the socket, TLS
// with a proxy, TLS with the origin. What is said to a proxy before goes through the Conn as
// it is then; [DialUnix] makes one of a Unix domain socket. [Conn.Close] ends it with TCP's four-way close and watches
// that to the last state that can be seen. Facts go to a trace.Scope: every address
// tried, the states of the connection, the kernel's stamps of bytes that left and
// came, the TLS handshake and what was made of the server's certificates.
//
// On Linux sockets are made by system call, so that stamps are on before the first
// packet and the clock is read right round connect() and shutdown(). Elsewhere the net
// package makes them and the package says what is not observable. On a nil Scope it
// makes them everywhere: where nobody is to be told, nothing is watched.
//
// It implements the client's side of RFC 9293 as far as a program can, RFC 8446 by
// crypto/tls, and RFC 9525 and RFC 5280 by crypto/x509. Several addresses are raced by
// RFC 8305, sections 4 and 5; what that says of asking the DNS is the resolver's part.
package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"

	"fetchscope/trace"
)

// The codes of the package's errors; their values never change.
const (
	CodeRefused      trace.Code = "connection_refused"
	CodeUnreachable  trace.Code = "network_unreachable"
	CodeHostDown     trace.Code = "host_unreachable"
	CodeDenied       trace.Code = "permission_denied"
	CodeTimeout      trace.Code = "timeout"
	CodeInterrupted  trace.Code = "interrupted"
	CodeReset        trace.Code = "connection_reset"
	CodeBroken       trace.Code = "connection_broken"
	CodeNoAddress    trace.Code = "no_usable_address"
	CodeOther        trace.Code = "connect_failed"
	CodeInterface    trace.Code = "interface_unusable"
	CodeLocalPort    trace.Code = "local_port_unusable"
	CodeTLS          trace.Code = "tls_handshake_failed"
	CodeTLSAlert     trace.Code = "tls_alert"
	CodeTLSProtocol  trace.Code = "tls_version_unsupported"
	CodeNotTLS       trace.Code = "not_tls"
	CodeTLSCut       trace.Code = "tls_connection_closed"
	CodeCAFile       trace.Code = "ca_file_unusable"
	CodeExpired      trace.Code = "certificate_expired"
	CodeNotYetValid  trace.Code = "certificate_not_yet_valid"
	CodeWrongName    trace.Code = "certificate_name_mismatch"
	CodeUnknownCA    trace.Code = "certificate_unknown_authority"
	CodeSelfSigned   trace.Code = "certificate_self_signed"
	CodeNotACA       trace.Code = "certificate_not_a_ca"
	CodeConstraint   trace.Code = "certificate_name_constraint"
	CodePathLength   trace.Code = "certificate_path_too_long"
	CodeUsage        trace.Code = "certificate_wrong_usage"
	CodeUnknownCrit  trace.Code = "certificate_unknown_critical_extension"
	CodeWeakSign     trace.Code = "certificate_weak_signature"
	CodeWeakKey      trace.Code = "certificate_weak_key"
	CodeRevoked      trace.Code = "certificate_revoked"
	CodeCertificate  trace.Code = "certificate_not_trusted"
	CodeCertUnusable trace.Code = "certificate_malformed"
	CodePinned       trace.Code = "pinned_key_mismatch"
	CodePinFile      trace.Code = "pinned_key_unusable"
	CodeClientCert   trace.Code = "client_certificate_unusable"
	CodeCertWanted   trace.Code = "client_certificate_refused"
)

// An Error is a failure to open, secure or use a connection.
type Error struct {
	// Op is what was being done: connect, handshake, read, write.
	Op   string
	Addr string
	Code trace.Code
	Err  error
}

func (e *Error) Error() string {
	if e.Addr == "" {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.Addr, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// errnoCode is the code of a cause that the kernel names, "" for those without one.
func errnoCode(errno syscall.Errno) trace.Code {
	switch errno {
	case syscall.ECONNREFUSED:
		return CodeRefused
	case syscall.ENETUNREACH:
		return CodeUnreachable
	case syscall.EHOSTUNREACH:
		return CodeHostDown
	case syscall.EACCES, syscall.EPERM:
		return CodeDenied
	case syscall.ETIMEDOUT:
		return CodeTimeout
	case syscall.ECONNRESET, syscall.EPIPE:
		return CodeReset
	}
	return ""
}

// codeOf finds the code of an operating system's error; other is for the rest.
func codeOf(err error, other trace.Code) trace.Code {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if code := errnoCode(errno); code != "" {
			return code
		}
	}
	return other
}

// unmapped writes an IPv4-mapped address as the IPv4 address it is.
func unmapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
