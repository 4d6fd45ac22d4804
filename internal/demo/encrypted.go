package demo

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"

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
	l, at, err := listenAt(addr)
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

// startHTTPS serves DNS messages over HTTP/1.1 and HTTP/2 (RFC 8484).
func (n *Internet) startHTTPS(config *tls.Config, addr netip.Addr) error {
	l, at, err := listenAt(addr)
	if err != nil {
		return err
	}
	n.ResolverHTTPS = at
	s := &http.Server{Handler: http.HandlerFunc(n.serveQuery), TLSConfig: config, ReadTimeout: patience, IdleTimeout: patience}
	n.running.Go(func() { _ = s.ServeTLS(l, "", "") })
	n.closers = append(n.closers, s.Close)
	return nil
}

func listenAt(addr netip.Addr) (net.Listener, netip.AddrPort, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(addr.String(), "0"))
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	return l, netip.AddrPortFrom(addr, uint16(l.Addr().(*net.TCPAddr).Port)), nil
}

// serveQuery answers a query in a request.
func (n *Internet) serveQuery(w http.ResponseWriter, r *http.Request) {
	q, status := readQuery(r)
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	b, err := n.recursor.answer(q).Pack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", messageType)
	_, _ = w.Write(b)
}

// readQuery takes the query out of a request (RFC 8484, section 4.1).
func readQuery(r *http.Request) (*dns.Msg, int) {
	var b []byte
	var err error
	switch {
	case r.URL.Path != queryPath:
		return nil, http.StatusNotFound
	case r.Method == http.MethodGet:
		b, err = base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
	case r.Method != http.MethodPost:
		return nil, http.StatusMethodNotAllowed
	case r.Header.Get("Content-Type") != messageType:
		return nil, http.StatusUnsupportedMediaType
	default:
		b, err = io.ReadAll(io.LimitReader(r.Body, dns.MaxMsgSize))
	}
	q := new(dns.Msg)
	if err != nil || q.Unpack(b) != nil {
		return nil, http.StatusBadRequest
	}
	return q, http.StatusOK
}
