//go:build !linux

package transport

import (
	"context"
	"net/netip"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// connect opens a connection. What the kernel does meanwhile cannot be seen here.
func connect(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
	return connectPlain(ctx, sc, addr)
}

// connector is connect: no states are observed here.
func connector(*tcpstate.Diag) func(context.Context, *trace.Scope, netip.AddrPort) (socket, error) {
	return connect
}
