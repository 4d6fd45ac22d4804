// Package proxies is a proxy on loopback, beside the embedded internet: a fixture for tests.
//
// One port speaks SOCKS 4, 4A and 5 (RFC 1928, with user name and password, RFC 1929), HTTP
// (absolute URLs and CONNECT, RFC 9110) and the same within TLS; the first byte of a
// connection tells which. Every name is at 127.0.0.1. What clients said is kept. It is no
// proxy to use: it has no rules and few limits.
package proxies

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Host is the name that the certificate of the proxy is for; it is also for 127.0.0.1.
const Host = "proxy.fetchscope.test"

// A Server is a proxy.
type Server struct {
	Addr netip.AddrPort
	// AuthorityPEM is the certificate of the authority that signed the proxy's own.
	AuthorityPEM []byte
	// login is user:password where one is wanted, "" for none.
	login  string
	config *tls.Config
	ln     net.Listener

	running sync.WaitGroup
	mu      sync.Mutex
	over    bool
	open    map[net.Conn]bool
	seen    []string
}

// Start starts a proxy; login is user:password where it is to want one.
func Start(login string) (*Server, error) {
	s := &Server{login: login, open: map[net.Conn]bool{}}
	if err := s.certify(); err != nil {
		return nil, err
	}
	var err error
	if s.ln, err = net.Listen("tcp4", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	s.Addr = s.ln.Addr().(*net.TCPAddr).AddrPort()
	s.running.Go(s.accept)
	return s, nil
}

// Close ends all connections and waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	s.over = true
	err := s.ln.Close()
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.running.Wait()
	return err
}

// Seen returns what clients have asked for: "socks5 me:word h.test:443", or the head of a
// request as it came, "tls " before it where it came within TLS.
func (s *Server) Seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *Server) saw(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, what)
}

func (s *Server) accept() {
	for {
		c, err := s.ln.Accept()
		if err != nil {
			return
		}
		if s.keep(c) {
			s.running.Go(func() {
				defer s.drop(c)
				s.serve(c)
			})
		}
	}
}

// keep notes a connection, so that Close finds it; false when it comes too late.
func (s *Server) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		c.Close()
		return false
	}
	s.open[c] = true
	return true
}

func (s *Server) drop(c net.Conn) {
	c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// A client is a connection with what was read ahead of it.
type client struct {
	net.Conn
	r *bufio.Reader
}

// Read reads what was read ahead first.
func (c *client) Read(p []byte) (int, error) { return c.r.Read(p) }

// recordHandshake is the first byte of TLS (RFC 8446, section 5.1).
const recordHandshake = 0x16

func (s *Server) serve(raw net.Conn) {
	c := &client{raw, bufio.NewReader(raw)}
	first, err := c.r.Peek(1)
	switch {
	case err != nil:
	case first[0] == version4:
		s.socks4(c)
	case first[0] == version5:
		s.socks5(c)
	case first[0] == recordHandshake:
		within := tls.Server(c, s.config)
		s.http(&client{within, bufio.NewReader(within)}, "tls ")
	default:
		s.http(c, "")
	}
}

// dial connects to an address; every name is at 127.0.0.1.
func (s *Server) dial(host, port string) (net.Conn, error) {
	if _, err := netip.ParseAddr(host); err != nil {
		host = "127.0.0.1"
	}
	up, err := net.Dial("tcp", net.JoinHostPort(host, port))
	if err == nil && !s.keep(up) {
		return nil, net.ErrClosed
	}
	return up, err
}

// relay passes bytes on in both directions until both have ended.
func (s *Server) relay(c, up net.Conn) {
	defer s.drop(up)
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{up, c}, {c, up}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			closeWrite(way[0])
		})
	}
	both.Wait()
}

func closeWrite(c net.Conn) {
	if within, ok := c.(*client); ok {
		c = within.Conn
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// certify makes an authority and has it sign a certificate.
func (s *Server) certify() error {
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Proxy Root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: Host}, DNSNames: []string{Host}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
	s.AuthorityPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	s.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"http/1.1"}}
	return err
}
