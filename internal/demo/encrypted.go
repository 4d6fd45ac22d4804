package demo

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// ResolverHost is the name that the resolver's certificate is for, beside its address. It
// is in no zone: a client is told the address, as it would be by its network.
const ResolverHost = "dns.fetchscope.test"

// queryPath is where the resolver takes queries by HTTPS (RFC 8484).
const queryPath = "/dns-query"

const messageType = "application/dns-message"

// startEncrypted brings up the resolver's ports for TLS and HTTPS.
func (n *Internet) startEncrypted(a *authority) error {
	addr := n.Resolver.Addr()
	config, err := a.nameServer(addr)
	if err != nil {
		return err
	}
	return errors.Join(n.startTLS(config, addr), n.startHTTPS(config, addr))
}

// startTLS serves DNS messages over TLS (RFC 7858).
func (n *Internet) startTLS(config *tls.Config, addr netip.Addr) error {
	config = config.Clone()
	config.NextProtos = []string{"dot"}
	l, at, err := listenAt(addr, n.place.port(portDoT))
	if err != nil {
		return err
	}
	n.ResolverTLS = at
	ready := make(chan struct{})
	s := &dns.Server{Listener: tls.NewListener(l, config), Handler: n.recursor, NotifyStartedFunc: func() { close(ready) }}
	n.running.Go(func() { _ = s.ActivateAndServe() })
	<-ready
	n.closers = append(n.closers, s.Shutdown)
	return nil
}

// startHTTPS serves DNS messages over HTTP/1.1 (RFC 8484).
func (n *Internet) startHTTPS(config *tls.Config, addr netip.Addr) error {
	config = config.Clone()
	config.NextProtos = []string{"http/1.1"}
	l, at, err := listenAt(addr, n.place.port(PortHTTPS))
	if err != nil {
		return err
	}
	n.ResolverHTTPS = at
	o := &origin{net: n, route: n.recursor.respond}
	n.running.Go(func() { o.listen(l, func(c net.Conn) net.Conn { return tls.Server(c, config) }) })
	n.closers = append(n.closers, l.Close, o.stop)
	return nil
}

func listenAt(addr netip.Addr, port uint16) (net.Listener, netip.AddrPort, error) {
	l, err := net.Listen("tcp", netip.AddrPortFrom(addr, port).String())
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	return l, netip.AddrPortFrom(addr, uint16(l.Addr().(*net.TCPAddr).Port)), nil
}

// respond answers a query in a request.
func (r *recursor) respond(q *request) response {
	b, status := messageIn(q)
	if status != "" {
		return response{status: status}
	}
	m := new(dns.Msg)
	if m.Unpack(b) != nil {
		return response{status: "400 Bad Request"}
	}
	reply := r.reply(m)
	extend(m, reply)
	body, err := reply.Pack()
	if err != nil {
		return response{status: "500 Internal Server Error"}
	}
	return response{status: "200 OK", fields: []string{"Content-Type: " + messageType}, body: body}
}

// messageIn takes the message out of a request, or says what is wrong with it.
func messageIn(q *request) (message []byte, status string) {
	path, params, _ := strings.Cut(q.target, "?")
	switch {
	case path != queryPath:
		return nil, "404 Not Found"
	case q.method == "GET":
		encoded, found := strings.CutPrefix(params, "dns=")
		b, err := base64.RawURLEncoding.DecodeString(encoded)
		if !found || err != nil {
			return nil, "400 Bad Request"
		}
		return b, ""
	case q.method != "POST":
		return nil, "405 Method Not Allowed"
	case q.contentType != messageType:
		return nil, "415 Unsupported Media Type"
	}
	return q.body, ""
}
