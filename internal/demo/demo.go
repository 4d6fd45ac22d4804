// Package demo is an internet on loopback: root, top-level and zone name servers, a
// resolver that walks from one to the next and can be asked by TLS and HTTPS, and an origin that speaks HTTP and HTTPS
// with certificates of an authority of its own.
//
// It needs no network and no privilege, starts within milliseconds, and gives the same
// answers every time; only ports and keys differ. `fetchscope demo` fetches from it,
// `fetchscope demo --serve` keeps it running for any client, and the project's tests
// use it as their fixture.
//
// Every datagram and every connection is real. Names are below test. (RFC 6761).
package demo

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
)

// Names of the demo's hosts.
const (
	// Host serves pages, and waits before it closes: its close takes four segments.
	Host = "www.fetchscope.test"
	// SwiftHost is the same, but closes at once: three segments.
	SwiftHost = "swift.fetchscope.test"
	// AliasHost is an alias of Host.
	AliasHost = "docs.fetchscope.test"
)

// An Internet is running until it is closed.
type Internet struct {
	// Resolver answers for all names, ResolverTLS and ResolverHTTPS the same by those.
	Resolver, ResolverTLS, ResolverHTTPS netip.AddrPort
	// HTTP and HTTPS are the origin's ports.
	HTTP, HTTPS uint16
	// CAFile holds the authority's certificate in PEM form.
	CAFile string

	dir      string
	recursor *recursor
	closers  []func() error
	running  sync.WaitGroup
}

// Start brings everything up.
func Start() (*Internet, error) {
	n := &Internet{}
	if err := errors.Join(n.startNames(), n.startOrigin()); err != nil {
		n.Close()
		return nil, fmt.Errorf("the demo's servers do not start: %w", err)
	}
	return n, nil
}

// Close ends everything and waits until it has ended.
func (n *Internet) Close() error {
	var err error
	for _, c := range n.closers {
		err = errors.Join(err, c())
	}
	n.running.Wait()
	if n.dir != "" {
		err = errors.Join(err, os.RemoveAll(n.dir))
	}
	return err
}

// URL is an https URL on the demo's origin.
func (n *Internet) URL(path string) string {
	return fmt.Sprintf("https://%s:%d%s", Host, n.HTTPS, path)
}

// PlainURL is an http URL on the demo's origin.
func (n *Internet) PlainURL(path string) string {
	return fmt.Sprintf("http://%s:%d%s", Host, n.HTTP, path)
}

func (n *Internet) startOrigin() error {
	a, err := newAuthority()
	if err != nil {
		return err
	}
	if n.dir, err = os.MkdirTemp("", "fetchscope-demo-"); err != nil {
		return err
	}
	n.CAFile = filepath.Join(n.dir, "ca.pem")
	if err := os.WriteFile(n.CAFile, a.rootPEM, 0o644); err != nil {
		return err
	}
	o := &origin{net: n}
	o.route = o.page
	plain, err := n.listenOrigin(&n.HTTP)
	if err != nil {
		return err
	}
	secure, err := n.listenOrigin(&n.HTTPS)
	if err != nil {
		return err
	}
	// Both ports are known before anybody is served: pages name them.
	n.running.Go(func() { o.listen(plain, nil) })
	n.running.Go(func() { o.listen(secure, a.secure) })
	n.closers = append(n.closers, o.stop)
	return n.startEncrypted(a)
}

// listenOrigin opens one of the origin's ports.
func (n *Internet) listenOrigin(port *uint16) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(originAddress, "0"))
	if err != nil {
		return nil, err
	}
	*port = uint16(l.Addr().(*net.TCPAddr).Port)
	n.closers = append(n.closers, l.Close)
	return l, nil
}

// originAddress is where the origin listens.
const originAddress = "127.0.0.1"
