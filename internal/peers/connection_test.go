package peers

import (
	"net/netip"
	"slices"
	"testing"

	"fetchscope/trace"
)

// A connection is what several exchanges had in common, with the entry of each.
type connection struct {
	port      int
	exchanges []*trace.Exchange
	entries   []Entry
	whole     *Entry // nil where the server notes none
}

// connections sorts exchanges and entries by the client's port: those of one connection
// come in order.
func connections(t *testing.T, exchanges []*trace.Exchange, entries []Entry) []*connection {
	t.Helper()
	var out []*connection
	known := map[int]*connection{}
	for _, x := range exchanges {
		port := int(netip.MustParseAddrPort(x.Connection.Local).Port())
		if known[port] == nil {
			known[port] = &connection{port: port}
			out = append(out, known[port])
		}
		known[port].exchanges = append(known[port].exchanges, x)
	}
	for _, e := range entries {
		if c := known[e.Port]; c != nil {
			c.entries = append(c.entries, e)
		}
	}
	for _, c := range out {
		if len(c.entries) != len(c.exchanges) {
			t.Fatalf("%d exchanges came from port %d, the log says %+v", len(c.exchanges), c.port, entries)
		}
	}
	return out
}

// Sizes of the record of TLS that holds a close_notify: by TLS 1.3, and by TLS 1.2 with
// AES-GCM and with ChaCha20 (RFC 8446, section 5.2; RFC 5288; RFC 7905). A server that
// closes by itself may have seen it when it writes its log.
var closeNotify = map[string][]int64{"TLS 1.3": {24, 0}, "TLS 1.2": {31, 23, 0}}

// compare holds the kernel's counts of a connection against the log: what its requests
// came to, or, where the server notes the connection as a whole, that.
//
// The kernel counts our SYN and FIN among the bytes acknowledged and the server's FIN
// among those received.
func (c *connection) compare(t *testing.T) {
	t.Helper()
	last := c.exchanges[len(c.exchanges)-1]
	read := last.Connection.Closed
	if graceful := last.Close.Graceful; read == nil || graceful == nil || !*graceful {
		return
	}
	sent, received := *read.BytesAcked-2, *read.BytesReceived-1
	if c.whole != nil {
		equal(t, "bytes sent on the connection", sent, c.whole.In)
		equal(t, "bytes received on the connection", received, c.whole.Out)
	}
	if last.TLS != nil {
		sizes := closeNotify[last.TLS.Version]
		ended(t, "bytes sent on the connection", sent, sizes, c.sum(func(e Entry) *int64 { return e.In }))
		ended(t, "bytes received on the connection", received, sizes, c.sum(func(e Entry) *int64 { return e.Out }))
		return
	}
	equal(t, "bytes sent on the connection", sent, c.sum(func(e Entry) *int64 { return e.Request }))
	equal(t, "bytes received on the connection", received, c.sum(func(e Entry) *int64 { return e.Answer }))
}

// sum adds up what the log says of all requests, nil where it does not say.
func (c *connection) sum(of func(Entry) *int64) *int64 {
	sum := int64(0)
	for _, e := range c.entries {
		n := of(e)
		if n == nil {
			return nil
		}
		sum += *n
	}
	return &sum
}

// ended checks a count that has a close_notify beyond what was logged.
func ended(t *testing.T, what string, got int64, notify []int64, logged *int64) {
	t.Helper()
	if logged != nil && !slices.Contains(notify, got-*logged) {
		t.Errorf("%s: %d, the log says %d, and a close_notify takes %v", what, got, *logged, notify)
	}
}
