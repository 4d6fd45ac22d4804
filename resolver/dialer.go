package resolver

import (
	"context"
	"errors"
	"io"
	"net/netip"
)

// A Dialer connects to encrypted name servers. It comes from outside, as TLS and HTTP
// are the work of other steps. A failure after TCP stood is a [*TLSError]. What is
// connected is no part of a fetch's own connection and must not be told as such.
type Dialer interface {
	// DialTLS connects to a server and has it prove by its certificate that it is the
	// subject, a name or an address: there is no going on without (RFC 8310, section 8).
	DialTLS(ctx context.Context, addr netip.AddrPort, subject string) (Stream, error)
	// DialHTTPS does the same for HTTP.
	DialHTTPS(ctx context.Context, addr netip.AddrPort, subject string) (HTTPConn, error)
}

// A Stream is a connection that carries DNS messages. One goroutine may read while another
// writes; Close ends both.
type Stream interface {
	io.ReadWriteCloser
	// StopWriting makes a write that waits for the server return; resume lets writes go on.
	StopWriting() (resume func())
}

// An HTTPConn is a connection that carries one request at a time. A redirect is a
// response like others to it.
type HTTPConn interface {
	// Exchange sends a request and reads the response to its end. The end of the context
	// ends it, and the use of the connection too.
	Exchange(ctx context.Context, req *HTTPRequest) (*HTTPResponse, error)
	io.Closer
}

// An HTTPRequest is a request for a DNS query.
type HTTPRequest struct {
	Method, Host, Target string
	// Fields are those that go out behind Host.
	Fields [][2]string
	Body   []byte
	// MaxBody bounds what is read of a response's content.
	MaxBody int
	// Sending is given the function that hands the request to the kernel, and calls it.
	Sending func(write func() error) error
}

// An HTTPResponse is what came back.
type HTTPResponse struct {
	Status int
	// ContentType and Age are the values of those fields, empty where there are none.
	ContentType, Age string
	// Body is the content; of a longer one MaxBody+1 octets.
	Body []byte
	// Persistent says that the connection can carry another request.
	Persistent bool
}

// A TLSError is a connection to a name server that could not be secured.
type TLSError struct {
	// Untrusted says that the reason is the server's certificate.
	Untrusted bool
	Err       error
}

// Error gives the cause.
func (e *TLSError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *TLSError) Unwrap() error { return e.Err }

var errNoDialer = errors.New("nothing was given to speak TLS with")
