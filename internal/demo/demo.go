// Package demo is an internet on loopback: root, top-level and zone name servers with
// signed zones, a resolver that walks from one to the next and can be asked by TLS and
// HTTPS, and an origin that speaks HTTP and HTTPS with certificates of an authority of its
// own.
//
// It needs no network and no privilege, starts within milliseconds, and gives the same
// answers every time, also where it has a [Fault]; only ports, the times of signatures
// and the certificates' keys differ. `fetchscope demo` fetches from it, `fetchscope demo
// --serve` keeps it running for any client, and the project's tests use it as their
// fixture.
//
// Every datagram and every connection is real. Names are below test. (RFC 6761). The
// zones are those of the files in zones/. The root and fetchscope.test. are signed with
// NSEC (RFC 4034), test. with NSEC3 (RFC 5155), plain.test. not at all. The name servers
// leave out transfers, updates and cookies.
package demo

import (
	"crypto/tls"
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
	// NamePort is the port that all name servers have in common, each at its own address,
	// so that one can walk from the servers in HintsFile on. It is 0, and there is no
	// file, on a system whose loopback has not got all addresses of 127/8.
	NamePort uint16
	// Root is the root's name server, where NamePort is not 0.
	Root      netip.AddrPort
	HintsFile string
	// AnchorFile holds a DS record of the root's key.
	AnchorFile string
	// HTTP and HTTPS are the origin's ports.
	HTTP, HTTPS uint16
	// CAFile holds the authority's certificate in PEM form.
	CAFile string

	place    Place
	dir      string
	narrow   bool // there is no address but 127.0.0.1
	recursor *recursor
	closers  []func() error
	running  sync.WaitGroup
}

// Start brings everything up, in good order.
func Start() (*Internet, error) { return StartWith(Fault{}) }

// StartWith brings everything up with a fault.
func StartWith(f Fault) (*Internet, error) { return StartAt(f, Place{}) }

// StartAt brings everything up with a fault, elsewhere than on loopback: at addresses that
// are this host's, and ports that are usual.
func StartAt(f Fault, p Place) (*Internet, error) {
	n := &Internet{place: p}
	return n, n.start(&f)
}

func (n *Internet) start(f *Fault) (err error) {
	if n.dir, err = os.MkdirTemp("", "fetchscope-demo-"); err == nil {
		err = errors.Join(n.startNames(f), n.startOrigin(f))
	}
	if err != nil {
		n.Close()
		return fmt.Errorf("the demo's servers do not start: %w", err)
	}
	return nil
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
	if n.HTTPS == PortHTTPS {
		return "https://" + Host + path
	}
	return fmt.Sprintf("https://%s:%d%s", Host, n.HTTPS, path)
}

// PlainURL is an http URL on the demo's origin.
func (n *Internet) PlainURL(path string) string {
	if n.HTTP == PortHTTP {
		return "http://" + Host + path
	}
	return fmt.Sprintf("http://%s:%d%s", Host, n.HTTP, path)
}

func (n *Internet) startOrigin(f *Fault) error {
	a, err := newAuthority(n.place.of(localhost))
	if err != nil {
		return err
	}
	n.CAFile = filepath.Join(n.dir, "ca.pem")
	if err := os.WriteFile(n.CAFile, a.rootPEM, 0o644); err != nil {
		return err
	}
	if f.conduct.certificate != nil {
		shown, err := f.conduct.certificate(a, n.place.of(localhost))
		if err != nil {
			return err
		}
		a.config.Certificates = []tls.Certificate{shown}
	}
	if err := n.serveOrigin(f.conduct, a); err != nil {
		return err
	}
	return n.startEncrypted(a)
}

// serveOrigin brings up the origin's two ports, or what is there instead.
func (n *Internet) serveOrigin(how conduct, a *authority) error {
	if how.absent {
		return errors.Join(n.startAbsent(&n.HTTP, PortHTTP), n.startAbsent(&n.HTTPS, PortHTTPS))
	}
	o := &origin{net: n, conduct: how}
	o.route = o.page
	beside := func(uint16) error { return nil }
	if how.deafIPv6 {
		beside = n.startDeaf
	}
	plain, err := n.listenOrigin(&n.HTTP, PortHTTP, beside)
	if err != nil {
		return err
	}
	secure, err := n.listenOrigin(&n.HTTPS, PortHTTPS, beside)
	if err != nil {
		return err
	}
	// Both ports are known before anybody is served: pages name them.
	n.running.Go(func() { o.listen(plain, nil) })
	n.running.Go(func() { o.listen(secure, a.secure) })
	n.closers = append(n.closers, o.stop)
	return nil
}

// listenOrigin opens one of the origin's ports, one at which what comes beside it can be
// had too.
func (n *Internet) listenOrigin(port *uint16, usual uint16, beside func(port uint16) error) (l net.Listener, err error) {
	for range portTries {
		at := netip.AddrPortFrom(n.place.of(localhost), n.place.port(usual))
		if l, err = net.Listen("tcp", at.String()); err != nil {
			return nil, err
		}
		*port = uint16(l.Addr().(*net.TCPAddr).Port)
		if err = beside(*port); err == nil {
			n.closers = append(n.closers, l.Close)
			return l, nil
		}
		_ = l.Close()
	}
	return nil, err
}

// originAddress is where the origin listens.
const originAddress = "127.0.0.1"
