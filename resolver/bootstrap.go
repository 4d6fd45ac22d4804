package resolver

import (
	"context"
	"net/netip"
	"slices"

	"fetchscope/trace"
)

// maxServerAddrs bounds the addresses of a named server that are tried; public ones have
// two of each family.
const maxServerAddrs = 4

// forBootstrap is what queries for a server's address are told to be for.
const forBootstrap = "bootstrap"

// An addressBook keeps what the names of servers were resolved to during a run.
type addressBook struct {
	turn  chan struct{} // held by the one who looks up
	known map[Server][]netip.AddrPort
}

func newAddressBook() *addressBook {
	return &addressBook{turn: make(chan struct{}, 1), known: map[Server][]netip.AddrPort{}}
}

// A bootstrapError is a server whose own name was not resolved.
type bootstrapError struct{ err error }

func (e *bootstrapError) Error() string { return "the name server's own name: " + e.err.Error() }

// Unwrap returns the cause.
func (e *bootstrapError) Unwrap() error { return e.err }

// locate finds the addresses of a server, once in a run.
func (r *Resolver) locate(ctx context.Context, sc *trace.Scope, s Server) ([]netip.AddrPort, error) {
	if s.Name == "" {
		return []netip.AddrPort{s.Addr}, nil
	}
	select {
	case r.book.turn <- struct{}{}:
		defer func() { <-r.book.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if known := r.book.known[s]; known != nil {
		return known, nil
	}
	found, err := r.bootstrap(ctx, sc, s)
	if err != nil {
		return nil, err
	}
	r.book.known[s] = found
	return found, nil
}

// bootstrap resolves the name of a server: by an override, the hosts file, or the
// system's name servers, asked in clear as they always are. None of these is an encrypted
// server, so that no name is ever needed to find itself. A family that was asked for
// restricts what is looked for, not whom to ask.
func (r *Resolver) bootstrap(ctx context.Context, sc *trace.Scope, s Server) ([]netip.AddrPort, error) {
	plain, err := New(Config{
		Servers:    slices.DeleteFunc(slices.Clone(r.config.Bootstrap), Server.Encrypted),
		ResolvConf: r.config.ResolvConf, HostsFile: r.config.HostsFile, Overrides: r.config.Overrides,
	})
	if err != nil { // of a file that is not named here
		return nil, err
	}
	plain.queries, plain.pool, plain.why = r.queries, r.pool, forBootstrap
	port := s.Addr.Port()
	var answer *Answer
	var failure *Error
	if given, overridden := plain.override(s.Name, port); overridden {
		answer, failure = plain.given(s.Name, given)
	} else {
		answer, failure = plain.find(ctx, sc, s.Name+".") // not to be searched for
	}
	switch {
	case failure != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case failure != nil:
		failure.Name = s.Name
		return nil, &bootstrapError{failure}
	}
	answer.whole(ctx)
	var out []netip.AddrPort
	for _, addr := range answer.Addrs[:min(len(answer.Addrs), maxServerAddrs)] {
		out = append(out, netip.AddrPortFrom(addr, port))
	}
	return out, nil
}
