//go:build !linux

package transport

import (
	"context"
	"net/netip"

	"fetchscope/trace"
)

// connect opens a connection. What the kernel does meanwhile cannot be seen here.
func (from Local) connect(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
	return connectPlain(ctx, sc, addr, from)
}
