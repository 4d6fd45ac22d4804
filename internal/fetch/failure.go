package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/socks"
)

// The codes of failures that belong to no step; their values never change.
const (
	CodeBadURL           trace.Code = "bad_url"
	CodeScheme           trace.Code = "unsupported_scheme"
	CodeTooManyRedirects trace.Code = "too_many_redirects"
	CodeHTTPError        trace.Code = "http_error"
	CodeTooLarge         trace.Code = "body_too_large"
	CodePageTooLarge     trace.Code = "page_too_large"
	CodeRange            trace.Code = "range_not_supported"
	CodeBomb             trace.Code = "content_coding_bomb"
	CodeWrite            trace.Code = "write_failed"
	CodeBinary           trace.Code = "binary_on_terminal"
	CodeTunnel           trace.Code = "proxy_refused"
	CodeTunnelBroken     trace.Code = "proxy_tunnel_broken"
	CodeProxyName        trace.Code = "proxy_not_resolved"
	CodeProxySyntax      trace.Code = "proxy_malformed"
	CodeProxyScheme      trace.Code = "proxy_scheme_unsupported"
	CodeNetrc            trace.Code = "netrc_unreadable"
	CodeRead             trace.Code = "read_failed"
	CodeUpload           trace.Code = "upload_failed"
	CodeAborted          trace.Code = "aborted"
	CodeInternal         trace.Code = "internal_error"
)

// A Failure is what ends a fetch: where, why, and what to try.
type Failure struct {
	Phase trace.Phase
	Code  trace.Code
	Hint  string
	Err   error

	proxy    bool   // it is of the first proxy's name or address
	beyond   bool   // it is of the name that a SOCKS proxy wants the address of
	layer    string // it is of this layer of the connection
	recorded bool
}

func (f *Failure) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return f.Err.Error()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// A statusError is an HTTP status that -f makes an error.
type statusError struct {
	status int
	reason string
}

func (s *statusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", s.status, s.reason)
}

// failure puts an error in its phase and finds its code.
func (f *Fetcher) failure(ctx context.Context, err error) *Failure {
	out := &Failure{Err: err}
	var own *Failure
	if errors.As(err, &own) {
		*out = *own
	}
	if out.recorded {
		return out
	}
	var http *httpclient.Error
	if errors.As(err, &http) && out.Phase == "" {
		out.Phase = http.Phase
	}
	if out.Code == "" {
		out.Code = codeOf(err)
	}
	out.stopped(ctx)
	out.blameProxy()
	if out.Hint == "" {
		out.Hint = hints()[out.Code]
	}
	out.reword()
	return out
}

// blameProxy tells a name that was not found from one that is the proxy's, or that only the
// proxy needs, and an address that does not answer from the origin's.
func (f *Failure) blameProxy() {
	stopped := f.Code == transport.CodeTimeout || f.Code == transport.CodeInterrupted
	local := f.Code == transport.CodeInterface || f.Code == transport.CodeLocalPort
	switch {
	case f.Phase == trace.Resolve && f.proxy && !stopped:
		f.Code = CodeProxyName
	case f.Phase == trace.Resolve && f.beyond && !stopped:
		f.Code = socks.CodeUnresolved
	case f.Phase == trace.Connect && f.proxy && !local:
		f.Hint = "this is the proxy's address: check -x, or http_proxy and https_proxy in the environment"
	}
}

// reword says why a certificate is not trusted, and which layer failed.
func (f *Failure) reword() {
	if pinned := (*transport.PinError)(nil); errors.As(f.Err, &pinned) {
		f.Hint = "the server's key is sha256//" + pinned.SHA256 + ": if that is right, --pinnedpubkey takes it"
		f.Err = pinned
	}
	if distrust := (*transport.Error)(nil); errors.As(f.Err, &distrust) && strings.HasPrefix(string(f.Code), "certificate_") {
		f.Err = &distrusted{reason: transport.Reason(f.Code), err: f.Err}
	}
	if f.layer != "" {
		f.Err = fmt.Errorf("%s: %w", f.layer, f.Err)
	}
}

// stopped puts the cause of a context that ended in place of the error that this made.
func (f *Failure) stopped(ctx context.Context) {
	var ended *Failure // by which something beside the exchange ended it
	switch {
	case ctx.Err() == nil || !stopped(f.Code):
	case errors.As(context.Cause(ctx), &ended):
		f.Code, f.Err = ended.Code, ended.Err
		if ended.Phase != "" {
			f.Phase = ended.Phase
		}
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		f.Code, f.Err = transport.CodeTimeout, context.Cause(ctx)
	default:
		f.Code, f.Err = transport.CodeInterrupted, context.Cause(ctx)
	}
}

// A distrusted says in words why a certificate is not trusted; the chain beside it has
// the names and dates.
type distrusted struct {
	reason string
	err    error
}

func (d *distrusted) Error() string { return d.reason }

// Unwrap returns the cause.
func (d *distrusted) Unwrap() error { return d.err }

// record makes a failure of an error and records it, once: before the connection is
// closed, so that the close is not counted to the phase that failed.
func (f *Fetcher) record(ctx context.Context, sc *trace.Scope, err error) error {
	failure := f.failure(ctx, err)
	if !failure.recorded {
		failure.recorded = true
		sc.Emit(failure.Event())
	}
	return failure
}

// Event is the failure as it is recorded.
func (f *Failure) Event() trace.Failed {
	return trace.Failed{Phase: f.Phase, Code: f.Code, Message: f.Error(), Hint: f.Hint}
}

// stopped says whether a code is one of being stopped from outside.
func stopped(code trace.Code) bool {
	switch code {
	case transport.CodeTimeout, transport.CodeInterrupted, resolver.Timeout, resolver.Cancelled, CodeInternal:
		return true
	}
	return false
}

// codeOf finds the first code in a chain of errors.
func codeOf(err error) trace.Code {
	var name *resolver.Error
	var conn *transport.Error
	var http *httpclient.Error
	var proxy *socks.Error
	switch {
	case errors.As(err, &name): // whatever kept its servers from answering
		return name.Code
	case errors.As(err, &http) && http.Code != "":
		return http.Code
	case http != nil:
		return codeOf(http.Err)
	case errors.As(err, &conn):
		return conn.Code
	case errors.As(err, &proxy):
		return proxy.Code
	}
	return CodeInternal
}

// maxDiscard bounds what is read of a body that nobody wants.
const maxDiscard = 1 << 20

// pass reads a body that is not the result, so that the connection ends in order. Whether
// it ended well is told by its events. One that only the connection's end would end is
// left alone, as it might never end.
func pass(resp *httpclient.Response) {
	if resp.Length >= 0 || resp.Header.Has("Transfer-Encoding") {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxDiscard))
	}
}
