package fetch

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fetchscope/internal/demo"
	"fetchscope/resolver"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// An issuer signs certificates of name servers.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority " + t.TempDir()}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &issuer{}
	made := a.sign(t, c)
	a.cert, a.key = made.Leaf, made.PrivateKey.(*ecdsa.PrivateKey)
	a.file = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *issuer) sign(t *testing.T, c *x509.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// leaf is a server's certificate, valid for an hour unless told otherwise.
func leaf(lasts time.Duration, addr net.IP, names ...string) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "name server"}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(lasts), DNSNames: names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if addr != nil {
		c.IPAddresses = []net.IP{addr}
	}
	return c
}

var loopback = net.IPv4(127, 0, 0, 1)

// answer makes the reply to a query for an address: the header of one, the question, and
// a record 192.0.2.1 for its name.
func answer(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 5
	b := append([]byte(nil), query[:end]...)
	copy(b[2:], []byte{0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0})
	if binary.BigEndian.Uint16(query[end-4:]) != 1 { // AAAA: no data
		b[7] = 0
		return b
	}
	return append(b, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1)
}

// serveDoT answers queries over TLS.
func serveDoT(t *testing.T, cert *tls.Certificate) netip.AddrPort {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{*cert}, NextProtos: []string{"dot"}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answerAll(tls.Server(c, config))
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func answerAll(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		q := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, q); err != nil {
			return
		}
		b := answer(q)
		c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
	}
}

// query asks a resolver of this server for an address.
func query(t *testing.T, r *resolver.Resolver, name string) (string, []trace.Record, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	rec := trace.NewRecorder(nil)
	err := r.Query(ctx, rec.Scope(0), name, "A")
	data := ""
	for _, record := range rec.Records() {
		if a, ok := record.Event.(trace.Answered); ok && len(a.Answers) == 1 {
			data = a.Answers[0].Data
		}
	}
	return data, rec.Records(), err
}

// asking makes a resolver of a server.
func asking(t *testing.T, o Options, server string) *resolver.Resolver {
	t.Helper()
	s, err := resolver.ParseServer(server)
	if err != nil {
		t.Fatal(err)
	}
	o.Resolver.Servers = []resolver.Server{s}
	o.Resolver.HostsFile = os.DevNull
	r, err := NewResolver(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func resolverCode(err error) trace.Code {
	var e *resolver.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// A name server proves who it is, whatever -k says of the origin.
func TestNameServersAreAlwaysChecked(t *testing.T) {
	ca, other := newIssuer(t), newIssuer(t)
	good := leaf(time.Hour, loopback, "dns.test")
	at := func(host string, addr netip.AddrPort) []resolver.Override {
		return []resolver.Override{{Host: host, Port: addr.Port(), Addrs: []netip.Addr{addr.Addr()}}}
	}
	tests := []struct {
		name string
		cert *tls.Certificate
		host string // "" for the address
		code trace.Code
		says string
	}{
		{name: "of its address", cert: ca.sign(t, good)},
		{name: "of its name", cert: ca.sign(t, good), host: "dns.test"},
		{name: "of another name", cert: ca.sign(t, good), host: "other.test", code: resolver.ServerUntrusted, says: "for another name"},
		{name: "of a name, asked by its address", cert: ca.sign(t, leaf(time.Hour, nil, "dns.test")), code: resolver.ServerUntrusted, says: "for another name"},
		{name: "expired", cert: ca.sign(t, leaf(-time.Minute, loopback)), code: resolver.ServerUntrusted, says: "has expired"},
		{name: "of another authority", cert: other.sign(t, good), code: resolver.ServerUntrusted, says: "unknown authority"},
		{name: "self-signed", cert: (&issuer{}).sign(t, good), code: resolver.ServerUntrusted, says: "self-signed"},
	}
	for _, tt := range tests {
		for _, scheme := range []string{"tls", "https"} {
			t.Run(tt.name+" by "+scheme, func(t *testing.T) {
				addr := serveDoT(t, tt.cert)
				if scheme == "https" {
					addr = serveDoH(t, tt.cert, answerQuery).addr
				}
				host := tt.host
				if host == "" {
					host = addr.Addr().String()
				}
				o := Options{CAFile: ca.file, Insecure: true, Resolver: resolver.Config{Overrides: at(host, addr)}}
				got, records, err := query(t, asking(t, o, scheme+"://"+host+":"+strings.TrimPrefix(addr.String(), "127.0.0.1:")), "zoo.test")
				if tt.code == "" {
					if got != "192.0.2.1" || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
				} else if resolverCode(err) != tt.code || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "name server's certificate") {
					t.Errorf("%v, want code %s with %q", err, tt.code, tt.says)
				}
				noConnections(t, records)
			})
		}
	}
}

// noConnections holds that nothing was told as a connection of the fetch.
func noConnections(t *testing.T, records []trace.Record) {
	t.Helper()
	for _, r := range records {
		switch r.Event.(type) {
		case trace.AttemptStarted, trace.Connected, trace.TLSStarted, trace.CertificatesSeen, trace.RequestStarted, trace.FirstByte, trace.CloseStarted:
			t.Errorf("%T was recorded", r.Event)
		}
	}
}

func TestNameServerWithoutTLS(t *testing.T) {
	for name, say := range map[string]func(string, net.Conn){
		"another protocol": say("220 mail.test ESMTP\r\n"),
		"a close":          func(string, net.Conn) {},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan bool)
			go func() {
				defer close(ended)
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					c.Read(make([]byte, 16))
					say("", c)
					c.Close()
				}
			}()
			t.Cleanup(func() { l.Close(); <-ended })
			_, _, err = query(t, asking(t, Options{}, "tls://"+l.Addr().String()), "zoo.test")
			if resolverCode(err) != resolver.ServerTLS {
				t.Errorf("%v, want code %s", err, resolver.ServerTLS)
			}
		})
	}
}

// A dohServer is a real server for queries by HTTPS.
type dohServer struct {
	addr  netip.AddrPort
	conns atomic.Int32
}

func serveDoH(t *testing.T, cert *tls.Certificate, handle http.HandlerFunc) *dohServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dohServer{addr: l.Addr().(*net.TCPAddr).AddrPort()}
	server := &http.Server{
		Handler: handle, TLSConfig: &tls.Config{Certificates: []tls.Certificate{*cert}}, ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.conns.Add(1)
			}
		},
	}
	ended := make(chan bool)
	go func() {
		defer close(ended)
		server.ServeTLS(l, "", "")
	}()
	t.Cleanup(func() { server.Close(); <-ended })
	return s
}

// answerQuery answers as RFC 8484 says, and complains of what that does not allow.
func answerQuery(w http.ResponseWriter, r *http.Request) {
	var q []byte
	var err error
	if r.Method == http.MethodGet {
		q, err = base64.RawURLEncoding.DecodeString(r.URL.Query().Get("dns"))
	} else {
		q, err = io.ReadAll(r.Body)
	}
	typed := r.Method == http.MethodGet || r.Header.Get("Content-Type") == "application/dns-message"
	if err != nil || len(q)%128 != 0 || q[0] != 0 || q[1] != 0 || !typed || r.Header.Get("Accept") != "application/dns-message" || r.UserAgent() != "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/dns-message")
	w.Write(answer(q))
}

func TestQueriesByHTTPS(t *testing.T) {
	ca := newIssuer(t)
	cert := ca.sign(t, leaf(time.Hour, loopback))
	tests := []struct{ name, path, method, uri string }{
		{"POST", "/dns-query", "POST", "/dns-query"},
		{"GET", "/q{?dns}", "GET", "/q?dns=AAABAAABAAAAAAABBHpvbz"},
		{"GET with more", "/q?key=1{&dns}", "GET", "/q?key=1&dns=AAABAAABAAAAAAAB"},
		{"POST without a path", "", "POST", "/dns-query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			s := serveDoH(t, cert, func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Method+" "+r.Host+r.RequestURI)
				answerQuery(w, r)
			})
			r := asking(t, Options{CAFile: ca.file}, "https://"+s.addr.String()+tt.path)
			for i := range 2 { // on one connection
				got, records, err := query(t, r, fmt.Sprintf("zoo%d.test", i))
				if got != "192.0.2.1" || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
				noConnections(t, records)
				for _, record := range records {
					if e, ok := record.Event.(trace.QueryConnected); ok && e.Reused != (i > 0) {
						t.Errorf("query %d: %+v", i, e)
					}
				}
			}
			r.Close()
			for _, a := range asked {
				if !strings.HasPrefix(a, tt.method+" "+s.addr.String()+tt.uri) {
					t.Errorf("asked %s, want %s %s", a, tt.method, tt.uri)
				}
			}
			if n := s.conns.Load(); n != 1 || len(asked) != 2 {
				t.Errorf("%d requests on %d connections, want 2 on 1", len(asked), n)
			}
		})
	}
}

// Whatever a server answers that is no reply speaks of the server alone.
func TestResponsesThatAreNoReply(t *testing.T) {
	ca := newIssuer(t)
	cert := ca.sign(t, leaf(time.Hour, loopback))
	respond := func(status int, media string, size int, fields ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", media)
			for i := 0; i < len(fields); i += 2 {
				w.Header().Set(fields[i], fields[i+1])
			}
			w.WriteHeader(status)
			w.Write(make([]byte, size))
		}
	}
	tests := []struct {
		name, says string
		handle     http.HandlerFunc
	}{
		{"a server's error", "HTTP status 500", respond(500, "application/dns-message", 40)},
		{"not found", "HTTP status 404", respond(404, "text/html", 0)},
		{"another success", "HTTP status 204", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }},
		{"a redirect", "HTTP status 307", respond(307, "text/html", 0, "Location", "/elsewhere")},
		{"a page", `content of type "text/html; charset=utf-8"`, respond(200, "text/html; charset=utf-8", 40)},
		{"no type", `content of type ""`, func(w http.ResponseWriter, r *http.Request) { w.Header()["Content-Type"] = nil; w.Write([]byte("x")) }},
		{"an empty body", "shorter than a header", respond(200, "application/dns-message", 0)},
		{"another message", "a query, not a reply", respond(200, "application/dns-message", 40)},
		{"too much", "larger than the 65535 octets", respond(200, "application/dns-message", 1<<20)},
		{"an end", "without a response", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"half a body", "after 5 of 100 bytes", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/dns-message")
			w.Header().Set("Content-Length", "100")
			w.Write(make([]byte, 5))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked atomic.Int32
			s := serveDoH(t, cert, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				tt.handle(w, r)
			})
			_, records, err := query(t, asking(t, Options{CAFile: ca.file}, "https://"+s.addr.String()), "zoo.test")
			if resolverCode(err) != resolver.BadReply || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %s with %q", err, resolver.BadReply, tt.says)
			}
			if n := asked.Load(); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
			for _, record := range records {
				if e, ok := record.Event.(trace.Answered); ok && e.Rcode != "" {
					t.Errorf("rcode %s", e.Rcode)
				}
			}
		})
	}
}

// A server may close a connection that waits; the query then goes by another, once.
func TestClosedConnectionsForHTTPSAreOpenedAnew(t *testing.T) {
	ca := newIssuer(t)
	cert := ca.sign(t, leaf(time.Hour, loopback))
	var n atomic.Int32
	s := serveDoH(t, cert, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 2 {
			panic(http.ErrAbortHandler) // the second request, on the first connection
		}
		answerQuery(w, r)
	})
	r := asking(t, Options{CAFile: ca.file}, "https://"+s.addr.String())
	for i := range 2 {
		if got, _, err := query(t, r, fmt.Sprintf("zoo%d.test", i)); got != "192.0.2.1" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if requests, conns := n.Load(), s.conns.Load(); requests != 3 || conns != 2 {
		t.Errorf("%d requests on %d connections, want 3 on 2", requests, conns)
	}
}

func TestStalledNameServersEndWithTheContext(t *testing.T) {
	ca := newIssuer(t)
	cert := ca.sign(t, leaf(time.Hour, loopback))
	asked := make(chan bool, 1)
	s := serveDoH(t, cert, func(w http.ResponseWriter, r *http.Request) {
		asked <- true
		<-r.Context().Done()
	})
	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and does no handshake
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	for name, server := range map[string]string{"response": "https://" + s.addr.String(), "handshake": "tls://" + mute.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if name == "response" {
					<-asked
				} else if c, err := mute.Accept(); err == nil {
					defer c.Close()
				}
				cancel()
			}()
			err := asking(t, Options{CAFile: ca.file}, server).Query(ctx, nil, "zoo.test", "A")
			if resolverCode(err) != resolver.Cancelled {
				t.Errorf("%v", err)
			}
		})
	}
}

// The whole fetch: the name server's connection is no connection of the fetch's.
func TestFetchByEncryptedNameServer(t *testing.T) {
	internet, err := demo.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer internet.Close()
	for _, server := range []string{"tls://" + internet.ResolverTLS.String(), "https://" + internet.ResolverHTTPS.String()} {
		s, err := resolver.ParseServer(server)
		if err != nil {
			t.Fatal(err)
		}
		got := run(t, Options{CAFile: internet.CAFile, Resolver: resolver.Config{Servers: []resolver.Server{s}}}, internet.URL("/"))
		if got.err != nil || got.status != 200 {
			t.Fatalf("%s: status %d, %v", server, got.status, got.err)
		}
		x := got.doc.Last()
		var protocols []string
		connects := 0
		for _, q := range x.Resolve.Queries {
			protocols = append(protocols, q.Protocol)
			if q.Connect == nil {
				continue
			}
			connects++
			if start := x.Phase(trace.Resolve).Start; *q.Reused || start == nil || *start+*q.Connect > q.Start {
				t.Errorf("%s: the phase begins at %v, and %+v", server, start, q)
			}
		}
		if diff := cmp.Diff([]string{s.Protocol, s.Protocol}, protocols); diff != "" || connects == 0 {
			t.Errorf("%s: %d queries connected, protocols (-want +got):\n%s", server, connects, diff)
		}
		want := fmt.Sprintf("127.0.0.1:%d", internet.HTTPS)
		if c := x.Connection; len(c.Attempts) != 1 || c.Remote != want {
			t.Errorf("%s: connection %+v, want one to %s", server, c, want)
		}
	}
}
