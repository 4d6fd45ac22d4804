package fetch

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"

	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/transport"
)

// A Run is what all fetches of one run share, those of several settings too: the answers of
// name servers and the sessions of TLS, each among fetches whose settings for them are
// equal, and the numbers of connections. Its zero value is ready. Fetchers are made one
// after the other; those that are there may fetch at the same time.
type Run struct {
	made  []*Fetcher
	conns atomic.Int64 // tried so far
}

// Fetcher returns one for these options. The error is that of a file of the resolver's that
// cannot be used.
func (r *Run) Fetcher(o Options) (*Fetcher, error) {
	f := &Fetcher{o: o, run: r, line: &Line{}}
	for _, other := range r.made {
		if f.trust == nil && other.trust.serves(&o) {
			f.trust = other.trust
		}
	}
	if f.trust == nil {
		f.trust = newTrust(o)
	}
	for _, other := range r.made {
		if f.resolver == nil && other.trust.names() == f.trust.names() && reflect.DeepEqual(other.o.Resolver, o.Resolver) {
			f.resolver = other.resolver
		}
	}
	if f.resolver == nil {
		var err error
		if f.resolver, err = newResolver(o, f.trust.roots); err != nil {
			return nil, err
		}
	}
	r.made = append(r.made, f)
	return f, nil
}

// Close ends the connections that are kept open to name servers, and waits for that.
func (r *Run) Close() error {
	var errs []error
	closed := map[*resolver.Resolver]bool{}
	for _, f := range r.made {
		if !closed[f.resolver] {
			closed[f.resolver] = true
			errs = append(errs, f.resolver.Close())
		}
	}
	return errors.Join(errs...)
}

// number numbers a connection, from 1.
func (r *Run) number() int { return int(r.conns.Add(1)) }

// A trust is what settings of a connection say of its security, read once. Connections may
// stand for one another only where theirs is the same.
type trust struct {
	trustNames
	tls      TLSOptions
	insecure bool
	judge    string                  // of https proxies
	roots    func() *transport.Roots // of name servers
	origins  func() *transport.Roots
	proxies  func() *transport.Roots
	security *security
}

// trustNames are where the authorities are.
type trustNames struct{ file, dir string }

func (t *trust) names() trustNames { return t.trustNames }

func newTrust(o Options) *trust {
	t := &trust{
		trustNames: trustNames{o.CAFile, o.CADir}, tls: o.TLS, insecure: o.Insecure, judge: o.ProxyCAFile,
		roots: rootsOf(o), security: newSecurity(o.TLS),
	}
	t.origins = sync.OnceValue(func() *transport.Roots {
		roots := t.roots()
		// Where trust does not matter, neither does a file that cannot be read, as with curl.
		if t.insecure && t.file != "" && roots.Check() != nil {
			return transport.LoadRootsIn("", t.dir)
		}
		return roots
	})
	t.proxies = sync.OnceValue(func() *transport.Roots { return transport.LoadRoots(t.judge) })
	return t
}

// serves says whether it is that of these options too.
func (t *trust) serves(o *Options) bool {
	return t.trustNames == trustNames{o.CAFile, o.CADir} && t.tls == o.TLS && t.insecure == o.Insecure && t.judge == o.ProxyCAFile
}

// cold is the same without the sessions of others.
func (t *trust) cold() *trust {
	out := *t
	out.security = t.security.cold()
	return &out
}

// A Line is a row of fetches, one behind the other: a connection that one has no more need
// of goes over to the next, where that leads to the same server by the same route and with
// the same security. Several lines of a run may go on at the same time. The Recorders of a
// line must have one clock ([trace.Recorder.Next]).
type Line struct {
	// Next says what is fetched behind the fetch that is about to end, and by whom; nil for
	// nothing. It may be asked more than once, and must then say the same.
	Next func() (*Fetcher, *weburl.URL)
	left *kept // by the fetch before, for the next
}

// On returns the Fetcher as one whose fetches are in that line.
func (f *Fetcher) On(l *Line) *Fetcher {
	out := *f
	out.line = l
	return &out
}

// Close ends the connection that is left over.
func (l *Line) Close() { l.drop(context.Background()) }

// following is the first hop of the fetch behind this one, nil for none.
func (l *Line) following() *hop {
	if l.Next == nil {
		return nil
	}
	f, u := l.Next()
	if u == nil {
		return nil
	}
	return f.first(u, nil)
}
