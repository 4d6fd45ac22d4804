package likecurl

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fetchscope/internal/peers"
	"fetchscope/internal/proxies"
)

// Sites are what all command lines have in common.
type sites struct {
	certificate tls.Certificate
	authority   string
	nginx       string // the beginning of its URLs, empty where there is none
	closed      string // an address where nobody listens
	socks       string // of a SOCKS proxy, at which one logs in as me:word
	home        string
}

func startSites(t *testing.T) *sites {
	t.Helper()
	s := &sites{home: t.TempDir(), closed: closedAddress(t)}
	var err error
	site := peers.NewSite(t)
	s.authority = site.Authority
	if s.certificate, err = tls.LoadX509KeyPair(site.Authority, site.Key); err != nil {
		t.Fatal(err)
	}
	proxy, err := proxies.Start("me:word")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	s.socks = proxy.Addr.String()
	if peers.Installed("nginx") {
		s.nginx = peers.Nginx(t, site).Plain
	}
	return s
}

// closedAddress is one that is taken, and at which nobody listens.
func closedAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// A server answers by http and https, and as a proxy, and keeps what came.
type server struct {
	http  *http.Server
	plain *listener
	https *listener

	mu    sync.Mutex
	conns []*recorded
	open  sync.WaitGroup
	tries map[string]int // how often a path was asked for
}

func startServer(t *testing.T, certificate tls.Certificate) *server {
	t.Helper()
	s := &server{tries: map[string]int{}}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.plain = s.listen(t, nil)
	s.https = s.listen(t, &tls.Config{Certificates: []tls.Certificate{certificate}})
	t.Cleanup(func() {
		s.http.Close()
		s.open.Wait()
	})
	return s
}

func (s *server) listen(t *testing.T, config *tls.Config) *listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{Listener: inner, server: s, config: config}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.http.Serve(l) }()
	t.Cleanup(func() { l.Close(); <-done })
	return l
}

// A listener keeps what comes on its connections, deciphered where there is TLS.
type listener struct {
	net.Listener
	server *server
	config *tls.Config
}

// Accept returns a connection that is recorded.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if l.config != nil {
		c = tls.Server(c, l.config)
	}
	r := &recorded{Conn: c, server: l.server}
	s := l.server
	s.mu.Lock()
	s.conns = append(s.conns, r)
	s.open.Add(1)
	s.mu.Unlock()
	return r, nil
}

// A recorded connection keeps what came on it.
type recorded struct {
	net.Conn
	server *server
	came   bytes.Buffer
	once   sync.Once
}

func (r *recorded) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.server.mu.Lock()
	r.came.Write(b[:n])
	r.server.mu.Unlock()
	return n, err
}

func (r *recorded) Close() error {
	err := r.Conn.Close()
	r.once.Do(r.server.open.Done)
	return err
}

// received waits until all connections are over, and returns what came on those on which
// something did.
func (s *server) received(t *testing.T) (out []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { s.http.Close() })
	defer stop()
	s.open.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if c.came.Len() > 0 {
			out = append(out, c.came.String())
		}
	}
	return out
}

// forget makes the server one that nobody has come to.
func (s *server) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns, s.tries = nil, map[string]int{}
}

// again counts how often a path is asked for.
func (s *server) again(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries[path]++
	return s.tries[path]
}

// places are what stands for addresses in the command lines.
func (s *server) places(all *sites) *strings.Replacer {
	plain, secure := s.plain.Addr().String(), s.https.Addr().String()
	return strings.NewReplacer(
		"{http}", "http://"+plain, "{https}", "https://"+secure, "{address}", plain,
		"{port}", port(plain), "{tlsport}", port(secure), "{ca}", all.authority, "{nginx}", all.nginx, "{closed}", all.closed, "{socks}", all.socks,
	)
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	if n, err := strconv.Atoi(p); err != nil || n == 0 {
		return ""
	}
	return p
}
