package resolver

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"github.com/miekg/dns"

	"fetchscope/trace"
)

const (
	// messageType is the media type of DNS messages (RFC 8484, section 6).
	messageType = "application/dns-message"
	// maxIdle bounds the connections for HTTPS that are kept for each server: what is
	// asked at the same time are addresses of both families.
	maxIdle = 2
)

// An idleConn is a connection that waits for its next request.
type idleConn struct {
	HTTPConn
	addr netip.AddrPort
}

// overHTTPS sends the query in a request. One on a connection that has had requests
// before may meet its end (RFC 9112, section 9.5) and is then sent once more, by another
// connection, and told as another query.
func (r *Resolver) overHTTPS(ctx context.Context, sc *trace.Scope, q *query, addrs []netip.AddrPort) (*dns.Msg, error) {
	if c, kept := r.pool.take(q.key()); kept {
		q.at = c.addr
		sc.Emit(trace.QueryConnected{ID: q.number, Server: c.addr.String(), Reused: true})
		m, lost, err := r.request(ctx, sc, q, c)
		if !lost || ctx.Err() != nil {
			return m, err
		}
		r.again(sc, q, err)
	}
	c, err := r.dialHTTPS(ctx, sc, q, addrs)
	if err != nil {
		q.unsent(sc, err)
		return nil, err
	}
	m, _, err := r.request(ctx, sc, q, c)
	return m, err
}

func (r *Resolver) dialHTTPS(ctx context.Context, sc *trace.Scope, q *query, addrs []netip.AddrPort) (c idleConn, err error) {
	if r.dialer == nil {
		return c, errNoDialer
	}
	c.addr, err = q.reach(ctx, sc, addrs, func(ctx context.Context, addr netip.AddrPort) (err error) {
		c.HTTPConn, err = r.dialer.DialHTTPS(ctx, addr, q.server.subject())
		return err
	})
	return c, err
}

// request does the exchange. Lost says that the connection brought no response.
func (r *Resolver) request(ctx context.Context, sc *trace.Scope, q *query, c idleConn) (m *dns.Msg, lost bool, err error) {
	d := q.departure(sc)
	defer d.tell(true)
	resp, err := c.Exchange(ctx, q.httpRequest(&d))
	if err != nil {
		c.Close()
		return nil, true, notHTTP(err)
	}
	d.tell(true)
	at := trace.Moment{At: sc.Now(), From: trace.Clock}
	m, err = q.judge(resp)
	if err != nil || !resp.Persistent || !r.pool.put(q.key(), c) {
		c.Close()
	}
	if err == nil {
		q.answered(sc, at, m, len(resp.Body))
	}
	return m, false, err
}

// notHTTP is the error of an exchange that the connection or the server broke off.
func notHTTP(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return &replyError{printable(err.Error())}
}

// httpRequest makes the request (RFC 8484, section 4.1). It says nothing of us that is
// not needed (section 8.2).
func (q *query) httpRequest(d *departure) *HTTPRequest {
	req := &HTTPRequest{
		Method: "POST", Host: q.server.host(), Target: q.server.Path, Body: q.wire,
		Fields:  [][2]string{{"Accept", messageType}, {"Content-Type", messageType}, {"Content-Length", strconv.Itoa(len(q.wire))}},
		MaxBody: maxDatagram, Sending: d.send,
	}
	if port := q.server.Addr.Port(); port != portOf(HTTPS) {
		req.Host += ":" + strconv.Itoa(int(port))
	}
	if q.server.Get {
		req.Method, req.Target, req.Body = "GET", q.server.target(base64.RawURLEncoding.EncodeToString(q.wire)), nil
		req.Fields = req.Fields[:1]
	}
	return req
}

// judge takes the reply out of a response (RFC 8484, section 4.2). Every status but 200
// speaks of the server and not of the name; redirects are not followed, as nobody asked
// for the server that they lead to.
func (q *query) judge(resp *HTTPResponse) (*dns.Msg, error) {
	switch {
	case resp.Status != 200:
		return nil, &replyError{fmt.Sprintf("the name server answered HTTP status %d", resp.Status)}
	case !isMessageType(resp.ContentType):
		return nil, &replyError{"the name server answered with a content of type " + strconv.QuoteToASCII(excerpt(resp.ContentType))}
	case len(resp.Body) > maxDatagram:
		return nil, &replyError{fmt.Sprintf("the response is larger than the %d octets of a message", maxDatagram)}
	}
	m, why := q.accept(resp.Body)
	if why != "" {
		return nil, &replyError{"the response holds no reply to the query, but " + why}
	}
	grow(m, resp.Age)
	return m, nil
}

// isMessageType compares a media type, whose parameters say nothing here (RFC 9110,
// section 8.3.1).
func isMessageType(s string) bool {
	s, _, _ = strings.Cut(s, ";")
	return strings.EqualFold(strings.Trim(s, " \t"), messageType)
}

// maxExcerpt is how much of a peer's text an error quotes.
const maxExcerpt = 64

func excerpt(s string) string {
	if len(s) > maxExcerpt {
		return s[:maxExcerpt] + "…"
	}
	return s
}

// grow takes the time that a response has spent in caches off the TTLs (RFC 8484,
// section 5.1). An Age that is no number counts as none (RFC 9111, section 5.1).
func grow(m *dns.Msg, age string) {
	n, err := strconv.ParseUint(age, 10, 31)
	if err != nil {
		return
	}
	for _, section := range [][]dns.RR{m.Answer, m.Ns, m.Extra} {
		for _, rr := range section {
			if h := rr.Header(); h.Rrtype != dns.TypeOPT { // whose TTL is none
				h.Ttl -= min(h.Ttl, uint32(n))
			}
		}
	}
}

// take finds a connection that waits for a request.
func (p *pool) take(server Server) (c idleConn, found bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle[server]
	if len(idle) == 0 {
		return c, false
	}
	p.idle[server] = idle[:len(idle)-1]
	return idle[len(idle)-1], true
}

// put keeps a connection, unless there are enough.
func (p *pool) put(server Server, c idleConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle[server]) >= maxIdle {
		return false
	}
	p.idle[server] = append(p.idle[server], c)
	return true
}
