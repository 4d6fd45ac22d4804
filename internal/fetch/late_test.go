package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"fetchscope/internal/weburl"
	"fetchscope/resolver"
	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// reply answers a query with the loopback address of its family.
func reply(query []byte) (b []byte, isIPv4 bool) {
	b = answer(query)
	if b[7] == 1 { // it has a record
		copy(b[len(b)-4:], loopback.To4())
		return b, true
	}
	b[7] = 1
	return append(append(b, 0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16), net.IPv6loopback...), false
}

// serveDNS answers queries over UDP; those for IPv4 wait until the gate is open.
func serveDNS(t *testing.T, gate <-chan struct{}) netip.AddrPort {
	t.Helper()
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		b := make([]byte, 1024)
		for {
			n, from, err := u.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			out, isIPv4 := reply(b[:n])
			running.Go(func() {
				if isIPv4 {
					<-gate
				}
				_, _ = u.WriteToUDPAddrPort(out, from)
			})
		}
	})
	t.Cleanup(func() { u.Close(); running.Wait() })
	return u.LocalAddr().(*net.UDPAddr).AddrPort()
}

// A opener opens its gate at the first attempt that has failed.
type opener struct{ open func() }

func (o opener) Put(r trace.Record) {
	if e, is := r.Event.(trace.AttemptEnded); is && e.Outcome == trace.AttemptFailed {
		o.open()
	}
}

// What the DNS says late joins the addresses that are being tried.
func TestLateFamilyIsConnectedTo(t *testing.T) {
	six, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 on this machine's loopback: %v", err)
	}
	six.Close()
	p := listen(t, say(fine))
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	server := serveDNS(t, gate)
	t.Cleanup(open)
	url := fmt.Sprintf("http://late.test:%d/", p.Addr().(*net.TCPAddr).Port)
	f, err := New(Options{
		AttemptDelay: time.Hour, MaxTime: 20 * time.Second,
		Resolver: resolver.Config{Servers: []resolver.Server{{Addr: server, Protocol: resolver.UDP}}, HostsFile: os.DevNull},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	u, err := weburl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	rec := trace.NewRecorder(opener{open})
	if err := f.Fetch(t.Context(), rec, u, &sink{}); err != nil {
		t.Fatal(err)
	}
	x := trace.Fold(rec.Records(), trace.FoldOptions{URL: url, Started: rec.Started()}).Last()
	if diff := cmp.Diff([]string{"::1", "127.0.0.1"}, x.Resolve.Addresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	var got []string
	for _, a := range x.Connection.Attempts {
		got = append(got, a.Outcome+" "+netip.MustParseAddrPort(a.Address).Addr().String())
	}
	if diff := cmp.Diff([]string{"failed ::1", "connected 127.0.0.1"}, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	resolved, _ := x.Phase(trace.Resolve).End()
	if begun := x.Phase(trace.Connect).Start; begun == nil || *begun < resolved {
		t.Errorf("connect began at %v, resolve ended at %d", begun, resolved)
	}
	if n := f.run.conns.Load(); n != 2 {
		t.Errorf("%d connections were numbered, want 2", n)
	}
}
