package fetch

import (
	"context"
	"fmt"
	"net/netip"

	"fetchscope/trace"
	"fetchscope/transport"
)

// A HAProxy says whether a connection begins with a line of the PROXY protocol, version 1,
// by which a load balancer tells a server who its client is. Its zero value leaves it out.
type HAProxy struct {
	Send bool
	// Client is the address to tell instead of our own, as it is; "" for our own.
	Client string
}

// MaxHAProxyClient bounds an address that is told as it is: the longest line that servers
// have room for has 107 bytes (PROXY protocol, section 2.1).
const MaxHAProxyClient = 64

// announce sends the line.
func (h *hop) announce(ctx context.Context, conn *transport.Conn) error {
	defer conn.Bind(ctx)()
	line := h.via.HAProxy.line(conn.Local(), conn.Remote())
	sc := conn.Scope()
	sc.Emit(trace.LayerStarted{Layer: trace.LayerHAProxy})
	if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
		return &Failure{Phase: trace.Connect, Err: err, layer: "PROXY protocol"}
	}
	sc.Emit(trace.LayerEnded{Layer: trace.LayerHAProxy, Line: line})
	return nil
}

// line is the line for a connection; both addresses are of one family, for which IPv4 is
// written as IPv6 beside such a one (RFC 4291, section 2.5.5.2).
func (o HAProxy) line(local, remote netip.AddrPort) string {
	if !local.IsValid() || !remote.IsValid() {
		return "PROXY UNKNOWN"
	}
	from, to := local.Addr().WithZone(""), remote.Addr().WithZone("")
	client := o.Client
	if addr, err := netip.ParseAddr(client); err == nil {
		from = addr.WithZone("")
	}
	family := "TCP4"
	if from.Is6() || to.Is6() {
		family, from, to = "TCP6", netip.AddrFrom16(from.As16()), netip.AddrFrom16(to.As16())
	}
	if _, err := netip.ParseAddr(client); err == nil || client == "" {
		client = from.String()
	}
	return fmt.Sprintf("PROXY %s %s %v %d %d", family, client, to, local.Port(), remote.Port())
}
