package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"fetchscope/httpclient"
	"fetchscope/httpclient/auth"
	"fetchscope/httpclient/h1"
	"fetchscope/trace"
	"fetchscope/transport"
)

// secureProxy lays TLS over the connection to an https proxy, which is judged by its own
// name.
func (h *hop) secureProxy(ctx context.Context, conn *transport.Conn) error {
	p := &h.via.HTTP
	err := conn.StartTLS(ctx, transport.TLSConfig{
		ServerName: p.Host, ALPN: offered, Roots: h.f.trust.proxies(), Insecure: p.Insecure, KeyLog: h.f.o.KeyLog, Proxy: true,
	})
	if err != nil {
		return &Failure{Phase: trace.Connect, Err: err, layer: "TLS with the proxy " + p.Address(), Hint: proxyTLSHint(err)}
	}
	return nil
}

// proxyTLSHint is what to try where it is the proxy's TLS, not the site's.
func proxyTLSHint(err error) string {
	switch code := codeOf(err); {
	case code == transport.CodeNotTLS:
		return "the proxy does not speak TLS on this port: try http:// before it, or the right port"
	case strings.HasPrefix(string(code), "certificate_"):
		return "this is the proxy's certificate, not the site's: --proxy-insecure goes on regardless; --proxy-cacert FILE trusts another authority"
	}
	return ""
}

// tunnel asks a proxy for a tunnel to the origin (RFC 9110, section 9.3.6), again where it
// asks who is there. Where it ends its connection to do so, the error is errAsked.
func (h *hop) tunnel(ctx context.Context, conn *transport.Conn) error {
	defer conn.Bind(ctx)()
	for {
		if again, err := h.askTunnel(ctx, conn); !again {
			return err
		}
	}
}

// askTunnel asks once, and says whether to ask again over the same connection.
func (h *hop) askTunnel(ctx context.Context, conn *transport.Conn) (again bool, err error) {
	p, login := &h.via.HTTP, h.proxy()
	req, err := h.connectRequest(login)
	if err != nil {
		return false, err
	}
	conn.Scope().Emit(trace.TunnelStarted{Proxy: p.Address(), Target: req.Target, Version: h1.Version(req), Headers: req.Header.Trace()})
	w := &counted{Conn: h.f.tapped(conn), show: h.heads}
	resp, err := h1.Exchange(ctx, nil, w, req, w.head)
	failed := func(code trace.Code, err error) error {
		return &Failure{Phase: trace.Connect, Code: code, Err: err, Hint: tunnelHint(resp), layer: "CONNECT by the proxy " + p.Address()}
	}
	var written *h1.HeadError
	switch {
	case errors.As(err, &written):
		return false, &Failure{Phase: trace.InOutput, Code: CodeWrite, Err: written.Err}
	case err != nil:
		return false, failed(brokenTunnel(err), err)
	}
	defer resp.Body.Close()
	conn.Scope().EmitAt(conn.Arrived(), trace.TunnelEnded{
		Status: resp.Status, Version: resp.Version, Reason: resp.Reason, Headers: resp.Header.Trace(),
	})
	switch {
	case resp.Status == statusLogin && login.Challenged(resp.Header.Values("Proxy-Authenticate")):
		pass(resp)
		if h.staysOpen(resp) {
			return true, nil
		}
		return false, errAsked
	case resp.Status/100 != 2:
		return false, failed(CodeTunnel, fmt.Errorf("the proxy refused the tunnel: %d %s", resp.Status, resp.Reason))
	case w.read > w.heads:
		// It would be lost, and may be meant for the origin's answer: whoever waits to be
		// spoken to, as servers of HTTP and TLS do, has nothing to say yet.
		return false, failed(CodeTunnelBroken, errors.New("the proxy sent something of its own into the tunnel"))
	}
	return false, nil
}

// tunnelHint is what to try where the proxy answered something that is not about us.
func tunnelHint(resp *httpclient.Response) string {
	if resp == nil || resp.Status/100 == 2 || resp.Status == statusLogin {
		return ""
	}
	return "the proxy would not, or could not, connect to the origin: its log may say why"
}

// statusLogin is Proxy Authentication Required (RFC 9110, section 15.5.8).
const statusLogin = 407

// brokenTunnel is the code of an exchange with the proxy that came to nothing: its own
// where it was stopped from outside.
func brokenTunnel(err error) trace.Code {
	if code := codeOf(err); code == transport.CodeTimeout || code == transport.CodeInterrupted {
		return code
	}
	return CodeTunnelBroken
}

// connectRequest is the request for a tunnel. The order of the fields is curl's; those of -H
// are for the origin, and stay away.
func (h *hop) connectRequest(login *auth.State) (*httpclient.Request, error) {
	host, port := h.destination()
	target := hostPort(host, port)
	req := &httpclient.Request{Method: "CONNECT", Target: target}
	if h.via.HTTP.HTTP10 {
		req.Version = "HTTP/1.0"
	}
	add := func(name, value string) {
		if value != "" && !named(h.f.o.ProxyHeader, name) {
			req.Header = append(req.Header, httpclient.Field{Name: name, Value: value})
		}
	}
	credentials, _, err := login.Authorize(auth.Request{Method: req.Method, URI: target})
	add("Host", target)
	add("Proxy-Authorization", credentials)
	add("User-Agent", h.userAgent())
	add("Proxy-Connection", "Keep-Alive")
	req.Header = append(req.Header, fieldsOf(h.f.o.ProxyHeader)...)
	return req, err
}

// named says whether options speak of a field.
func named(options []HeaderOption, name string) bool {
	return slices.ContainsFunc(options, func(o HeaderOption) bool { return strings.EqualFold(o.Name, name) })
}

// fieldsOf are the fields that options add.
func fieldsOf(options []HeaderOption) httpclient.Fields {
	var out httpclient.Fields
	for _, o := range options {
		if !o.Remove {
			out = append(out, httpclient.Field{Name: o.Name + o.Gap, Value: o.Value})
		}
	}
	return out
}

func hostPort(host string, port uint16) string {
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

// A counted is a connection that counts what is read, and what of it heads took, which are
// shown as those of the origin are.
type counted struct {
	h1.Conn
	read, heads int
	show        func([]byte) error
}

// Read reads what has come.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read += n
	return n, err
}

func (c *counted) head(raw []byte) error {
	c.heads += len(raw)
	if c.show == nil {
		return nil
	}
	return c.show(raw)
}
