package fetch

import (
	"context"
	"net/netip"

	"fetchscope/internal/weburl"
	"fetchscope/trace"
)

// maxPinned bounds the addresses of a name that are fetched from one by one: how many
// there are is up to whoever runs its zone.
const maxPinned = 64

// A pin is an address that a fetch is held to, for one host and port; where a redirect
// leads elsewhere, addresses are found as ever.
type pin struct {
	host string
	port uint16
	to   way
}

// A Pinned is a Fetcher that connects to one of the addresses of a URL's host and to no
// other. It is part of the Fetcher that it was made of, and not to be closed.
type Pinned struct {
	*Fetcher
	Addr netip.AddrPort
}

// ByAddress finds all addresses that a fetch of u might connect to, those of a family that
// answers late too, and returns a Fetcher for each, in the order of preference. They are
// used one after the other. The error is a *Failure; nothing is recorded.
func (f *Fetcher) ByAddress(ctx context.Context, u *weburl.URL) ([]Pinned, error) {
	ctx, cancel := f.limited(ctx)
	defer cancel()
	h := f.first(u, f.o.Payload)
	var err error
	if h.via, err = h.route(); err != nil {
		return nil, f.failure(ctx, err)
	}
	to, err := h.way(ctx, nil)
	if err != nil {
		return nil, f.failure(ctx, err)
	}
	if to.late != nil {
		to.addrs = append(to.addrs, to.late.Wait(ctx)...)
		to.late.Stop()
	}
	host, port := h.peer()
	var out []Pinned
	for _, addr := range to.addrs[:min(len(to.addrs), maxPinned)] {
		one := *f
		one.trust = f.trust.cold() // the second would be faster than the first
		one.pin = &pin{host, port, way{addrs: []netip.Addr{addr}, port: to.port}}
		out = append(out, Pinned{&one, netip.AddrPortFrom(addr, to.port)})
	}
	return out, nil
}

// pinned returns the way that a fetch is held to, where this is the peer that it is held
// for.
func (f *Fetcher) pinned(sc *trace.Scope, host string, port uint16) (way, bool) {
	if f.pin == nil || f.pin.host != host || f.pin.port != port {
		return way{}, false
	}
	sc.Emit(trace.PhaseSkipped{Phase: trace.Resolve, Why: "by address"})
	return f.pin.to, true
}
