package fetch

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"fetchscope/httpclient"
	"fetchscope/httpclient/h1"
	"fetchscope/resolver"
	"fetchscope/transport"
)

// NewResolver returns a resolver as the options say, which can ask encrypted name servers
// too. Their certificates are judged as those of origins are, by the same roots (--cacert
// included), but always: -k is about the origin's, and a name server that may be anybody
// would lead everywhere. No proxy is used for them.
//
// The error is that of a file that cannot be used: a *resolver.Error, or a
// *transport.Error where it is that of the authorities and they are needed.
func NewResolver(o Options) (*resolver.Resolver, error) { return newResolver(o, rootsOf(o)) }

// rootsOf reads the roots once, when they are first needed.
func rootsOf(o Options) func() *transport.Roots {
	return sync.OnceValue(func() *transport.Roots { return transport.LoadRootsIn(o.CAFile, o.CADir) })
}

func newResolver(o Options, roots func() *transport.Roots) (*resolver.Resolver, error) {
	c := o.Resolver
	c.Dialer = nameServers{roots}
	if o.CAFile != "" && slices.ContainsFunc(c.Servers, resolver.Server.Encrypted) {
		if err := roots().Check(); err != nil {
			return nil, err
		}
	}
	return resolver.New(c)
}

// nameServers connects to encrypted name servers. Nothing of it is recorded as the
// fetch's own: the resolver tells what the queries tell.
type nameServers struct{ roots func() *transport.Roots }

// The protocols that name servers are asked for (RFC 7301; "dot" is registered for
// RFC 7858).
const (
	alpnDoT = "dot"
	alpnH1  = "http/1.1"
)

// DialTLS opens a stream for DNS messages.
func (n nameServers) DialTLS(ctx context.Context, addr netip.AddrPort, subject string) (resolver.Stream, error) {
	return n.dial(ctx, addr, subject, alpnDoT)
}

// DialHTTPS opens a connection for requests.
func (n nameServers) DialHTTPS(ctx context.Context, addr netip.AddrPort, subject string) (resolver.HTTPConn, error) {
	s, err := n.dial(ctx, addr, subject, alpnH1)
	if err != nil {
		return nil, err
	}
	return &nameServerHTTP{s}, nil
}

func (n nameServers) dial(ctx context.Context, addr netip.AddrPort, subject, alpn string) (*nameServer, error) {
	roots := n.roots() // read while TCP connects
	conn, err := transport.Dial(ctx, nil, 0, []netip.AddrPort{addr})
	if err != nil {
		return nil, err
	}
	err = conn.StartTLS(ctx, transport.TLSConfig{ServerName: subject, ALPN: []string{alpn}, Roots: roots})
	if err != nil {
		conn.Close(ctx, transport.CloseOptions{})
		return nil, unsecured(err)
	}
	s := &nameServer{Conn: conn}
	open, end := context.WithCancelCause(context.Background())
	s.interrupt, s.release = end, conn.Bind(open)
	return s, nil
}

// unsecured says of a handshake's failure whether it is the certificate's.
func unsecured(err error) error {
	var e *transport.Error
	switch {
	case !errors.As(err, &e) || e.Code == transport.CodeTimeout || e.Code == transport.CodeInterrupted:
		return err
	case strings.HasPrefix(string(e.Code), "certificate_"):
		return &resolver.TLSError{Untrusted: true, Err: &distrusted{reason: transport.Reason(e.Code), err: err}}
	}
	return &resolver.TLSError{Err: e.Err}
}

// A nameServer is a connection that may be closed while it is being read.
type nameServer struct {
	*transport.Conn
	interrupt context.CancelCauseFunc
	release   func()

	reading, writing sync.Mutex
	once             sync.Once
}

var errNotNeeded = errors.New("the connection to the name server was closed")

// Read reads what has come.
func (s *nameServer) Read(p []byte) (int, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	return s.Conn.Read(p)
}

// Write hands all of p to the kernel.
func (s *nameServer) Write(p []byte) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.Conn.Write(p)
}

// Close ends what is being read and written, then the connection.
func (s *nameServer) Close() error {
	s.once.Do(func() {
		s.interrupt(errNotNeeded)
		s.reading.Lock()
		defer s.reading.Unlock()
		s.writing.Lock()
		defer s.writing.Unlock()
		s.release()
		s.Conn.Close(context.Background(), transport.CloseOptions{Timeout: closeAfterFailure})
	})
	return nil
}

// A nameServerHTTP is a connection to a name server for HTTP/1.1.
type nameServerHTTP struct{ *nameServer }

// Exchange sends a request and reads the response.
func (c *nameServerHTTP) Exchange(ctx context.Context, req *resolver.HTTPRequest) (*resolver.HTTPResponse, error) {
	defer c.Bind(ctx)()
	r := &httpclient.Request{Method: req.Method, Target: req.Target, Header: httpclient.Fields{{Name: "Host", Value: req.Host}}, Body: req.Body}
	for _, f := range req.Fields {
		r.Header = append(r.Header, httpclient.Field{Name: f[0], Value: f[1]})
	}
	resp, err := h1.Exchange(ctx, nil, &sending{Conn: c.Conn, around: req.Sending}, r, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, int64(req.MaxBody)+1))
	if err != nil {
		return nil, err
	}
	return &resolver.HTTPResponse{
		Status: resp.Status, ContentType: resp.Header.First("Content-Type"), Age: resp.Header.First("Age"),
		Body: body, Persistent: len(body) <= req.MaxBody && resp.Persistent(),
	}, nil
}

// A sending is a connection whose first write is the whole request, which somebody wants
// to know the moment of.
type sending struct {
	*transport.Conn
	around func(write func() error) error
}

// Write hands the request to the kernel.
func (s *sending) Write(p []byte) (n int, err error) {
	err = s.around(func() (err error) {
		n, err = s.Conn.Write(p)
		return err
	})
	return n, err
}
