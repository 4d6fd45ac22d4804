package capture_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"fetchscope/internal/kstamp"
	"fetchscope/trace"
	"fetchscope/transport"
	"fetchscope/transport/capture"

	"github.com/google/go-cmp/cmp"
)

// patience bounds what would otherwise hang when something is broken.
const patience = 30 * time.Second

// open opens a capture, or skips the test where that may not be done.
func open(t *testing.T, o capture.Options) *capture.Capture {
	t.Helper()
	kstamp.Warm()
	c, err := capture.Open(o)
	if errors.Is(err, capture.ErrNotPermitted) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// serve accepts connections on a loopback address and runs the script for each.
func serve(t *testing.T, address string, script func(*net.TCPConn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", address)
	switch {
	case err != nil && strings.HasPrefix(address, "["):
		t.Skip("no IPv6 on this machine's loopback: ", err)
	case err != nil:
		t.Fatal(err)
	}
	var scripts sync.WaitGroup
	scripts.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(patience))
			scripts.Go(func() {
				defer c.Close()
				script(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		scripts.Wait()
	})
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func drained(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }

// run connects, says five bytes, and closes; it returns the exchange that the records
// tell of.
func run(t *testing.T, c *capture.Capture, addr netip.AddrPort, o transport.CloseOptions) *trace.Exchange {
	t.Helper()
	r := trace.NewRecorder(nil)
	sc := r.Scope(0)
	w := c.Watch(sc, []netip.AddrPort{addr})
	conn, err := transport.Dial(context.Background(), sc, 0, []netip.AddrPort{addr})
	if err != nil {
		w.Failed()
	} else {
		w.Connected(conn.Scope(), conn.Local(), conn.Remote())
		_, _ = conn.Write([]byte("hello"))
		w.Closing()
		conn.Close(context.Background(), o)
		w.End()
	}
	d := trace.Fold(r.Records(), trace.FoldOptions{})
	return d.Last()
}

// arrows writes the segments down by direction and control bits; what data and their
// acknowledgements look like is the kernel's choice.
func arrows(x *trace.Exchange) (out []string) {
	closing := false
	for _, s := range x.Connection.Segments {
		flags := strings.Replace(s.Flags, "PSH,", "", 1)
		closing = closing || s.Has("FIN") || s.Has("RST")
		if flags == "ACK" && (s.Len > 0 || !closing && len(out) > 2) {
			continue
		}
		out = append(out, map[trace.Side]string{trace.Client: "> ", trace.Server: "< "}[s.From]+flags)
	}
	return out
}

// states lists one end's states with evidence packet.
func states(x *trace.Exchange, side trace.Side) (out []trace.State) {
	for _, s := range x.Connection.States {
		if s.Side == side && s.Evidence == trace.Packet {
			out = append(out, s.State)
		}
	}
	return out
}

func TestConnectionsOnLoopback(t *testing.T) {
	opened := []trace.State{trace.SynSent, trace.Established}
	accepted := []trace.State{trace.SynReceived, trace.Established}
	for _, c := range []struct {
		name, address  string
		server         func(*net.TCPConn)
		options        transport.CloseOptions
		client, remote []trace.State
		first, last    string
	}{
		{
			"the client closes first", "127.0.0.1:0", drained,
			transport.CloseOptions{},
			append(opened[:2:2], trace.FinWait1, trace.TimeWait), append(accepted[:2:2], trace.CloseWait, trace.LastAck, trace.Closed),
			"> FIN,ACK", "> ACK",
		},
		{
			"over IPv6", "[::1]:0", drained,
			transport.CloseOptions{},
			append(opened[:2:2], trace.FinWait1, trace.TimeWait), append(accepted[:2:2], trace.CloseWait, trace.LastAck, trace.Closed),
			"> FIN,ACK", "> ACK",
		},
		{
			"the server closes first", "127.0.0.1:0", func(c *net.TCPConn) {
				_, _ = io.ReadFull(c, make([]byte, 5))
				_ = c.CloseWrite()
				drained(c)
			},
			transport.CloseOptions{ServerFirst: true},
			append(opened[:2:2], trace.CloseWait, trace.LastAck, trace.Closed), append(accepted[:2:2], trace.FinWait1, trace.TimeWait),
			"< FIN,ACK", "< ACK",
		},
		{
			"the server resets", "127.0.0.1:0", func(c *net.TCPConn) {
				_, _ = io.ReadFull(c, make([]byte, 5))
				_ = c.SetLinger(0)
			},
			transport.CloseOptions{ServerFirst: true},
			append(opened[:2:2], trace.Closed), append(accepted[:2:2], trace.Closed),
			"< RST,ACK", "< RST,ACK",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			capturing := open(t, capture.Options{})
			x := run(t, capturing, serve(t, c.address, c.server), c.options)
			all := arrows(x)
			if len(all) < 4 || all[0] != "> SYN" || all[1] != "< SYN,ACK" && all[1] != "> ACK" || all[len(all)-1] != c.last {
				t.Errorf("segments %q", all)
			}
			if i := firstOf(all, "FIN", "RST"); i < 0 || all[i] != c.first {
				t.Errorf("segments %q, want %q to begin the close", all, c.first)
			}
			if got := without(states(x, trace.Client), trace.FinWait2); !cmp.Equal(got, c.client) {
				t.Errorf("client %v, want %v", got, c.client)
			}
			if got := without(states(x, trace.Server), trace.FinWait2); !cmp.Equal(got, c.remote) {
				t.Errorf("server %v, want %v", got, c.remote)
			}
			// As exact as its packets are: before the kernel stamps them there are bounds.
			exact := x.Connection.Segments[0].Uncertainty + x.Connection.Segments[1].Uncertainty
			if p := x.Phase(trace.Connect); p.StartFrom != trace.Packet || p.EndFrom != trace.Packet || *p.Uncertainty != exact {
				t.Errorf("connect is %+v ± %d, want it by packets, ± %d", p, *p.Uncertainty, exact)
			}
			if x.Connection.Capture == nil || x.Connection.Capture.Dropped != 0 {
				t.Errorf("capture %+v", x.Connection.Capture)
			}
		})
	}
}

func firstOf(all []string, marks ...string) int {
	for i, s := range all {
		for _, m := range marks {
			if strings.Contains(s, m) {
				return i
			}
		}
	}
	return -1
}

func without(states []trace.State, state trace.State) (out []trace.State) {
	for _, s := range states {
		if s != state {
			out = append(out, s)
		}
	}
	return out
}

// What is refused is seen to be: a SYN, and the reset that answers it.
func TestARefusedConnection(t *testing.T) {
	c := open(t, capture.Options{})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	x := run(t, c, addr, transport.CloseOptions{})
	if got := arrows(x); !cmp.Equal(got, []string{"> SYN", "< RST,ACK"}) {
		t.Errorf("segments %q", got)
	}
	if got := states(x, trace.Client); !cmp.Equal(got, []trace.State{trace.SynSent, trace.Closed}) {
		t.Errorf("client %v", got)
	}
	if got := states(x, trace.Server); got != nil {
		t.Errorf("server %v, which has no connection", got)
	}
}

// The stamps are those of the packets, and not of their being read: each lies between
// the readings of the clock round the call that made it pass.
func TestStampsAreThoseOfThePackets(t *testing.T) {
	c := open(t, capture.Options{})
	addr := serve(t, "127.0.0.1:0", drained)
	r := trace.NewRecorder(nil)
	sc := r.Scope(0)
	w := c.Watch(sc, []netip.AddrPort{addr})
	before := sc.Now()
	conn, err := transport.Dial(context.Background(), sc, 0, []netip.AddrPort{addr})
	after := sc.Now()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background(), transport.CloseOptions{})
	w.Connected(conn.Scope(), conn.Local(), conn.Remote())
	w.End()
	n := 0
	for _, rec := range r.Records() {
		if _, ok := rec.Event.(trace.SegmentSeen); !ok {
			continue
		}
		n++
		if rec.Latest() < before || rec.Earliest() > after {
			t.Errorf("%+v at %+v, which is not within [%d, %d]", rec.Event, rec.Moment, before, after)
		}
	}
	if n != 3 {
		t.Errorf("%d segments of a handshake", n)
	}
}

// A capture that is closed while it is in use says no more.
func TestCloseEndsEverything(t *testing.T) {
	for range 3 {
		c := open(t, capture.Options{Keep: true, DNS: []uint16{53}})
		w := c.Watch(trace.NewRecorder(nil).Scope(0), []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:80")})
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		w.End()
	}
}
