package resolver

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"fetchscope/trace"
)

// never is a timer that does not end; now is one that has.
func never(time.Duration) <-chan time.Time { return nil }

func now(time.Duration) <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// everywhere has a way to every address.
func everywhere(netip.Addr) (netip.Addr, bool) { return netip.Addr{}, true }

// held is a server that keeps its answers of one type back until they are let go.
type held struct {
	*Resolver
	letGo func()
}

// serveAside starts a server that answers each query beside the others.
func serveAside(t *testing.T, answer datagrams) *nameServer {
	t.Helper()
	u, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{addr: u.LocalAddr().(*net.UDPAddr).AddrPort()}
	var running sync.WaitGroup
	running.Go(func() {
		b := make([]byte, 4096)
		for {
			n, from, err := u.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			if q := s.note(b[:n]); q != nil {
				running.Go(func() {
					for _, d := range answer(q) {
						_, _ = u.WriteToUDPAddrPort(d, from)
					}
				})
			}
		}
	})
	t.Cleanup(func() { u.Close(); running.Wait() })
	return s
}

// holding starts a server that keeps the answers of a type back, and a resolver that
// has a way to every address. Both families have an address there unless empty.
func holding(t *testing.T, qtype uint16, empty bool) held {
	t.Helper()
	records := map[string][]string{"zoo.test. A": {good}, "zoo.test. AAAA": {good6}}
	if empty {
		records = map[string][]string{"zoo.test. A": {good}}
	}
	answers, gate := zone(records), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(gate) })
	s := serveAside(t, func(q *dns.Msg) [][]byte {
		if q.Question[0].Qtype == qtype {
			<-gate
		}
		return answers(q)
	})
	t.Cleanup(letGo)
	r := asking(t, s).with(func(c *conf) { c.timeout = time.Hour })
	r.route, r.after = everywhere, never
	return held{r, letGo}
}

func TestAddressesAreHandedOnAsTheyCome(t *testing.T) {
	for _, tt := range []struct {
		name        string
		late        uint16 // the type that is kept back
		empty       bool   // IPv6 has no address
		delay       func(time.Duration) <-chan time.Time
		first, more []netip.Addr
	}{
		{"IPv6 at once", dns.TypeA, false, never, addrs("2001:db8::1"), addrs("192.0.2.1")},
		{"IPv4 when IPv6 had its time", dns.TypeAAAA, false, now, addrs("192.0.2.1"), addrs("2001:db8::1")},
		{"IPv4, and there is no more", dns.TypeAAAA, true, now, addrs("192.0.2.1"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := holding(t, tt.late, tt.empty)
			s.after = tt.delay
			rec := trace.NewRecorder(nil)
			a, err := s.Lookup(patience(t), rec.Scope(0), "zoo.test", 80)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.first, a.Addrs, compareAddrs); diff != "" || a.Late == nil {
				t.Errorf("at first, with more to come %t (-want +got):\n%s", a.Late != nil, diff)
			}
			s.letGo()
			more := a.Late.Wait(patience(t))
			a.Late.Stop()
			if diff := cmp.Diff(tt.more, more, compareAddrs); diff != "" {
				t.Errorf("later (-want +got):\n%s", diff)
			}
			if n := len(of[trace.QueryAnswered](rec.Records())); n != 2 {
				t.Errorf("%d answers were recorded, want 2", n)
			}
			followed := of[trace.AddressesAdded](rec.Records())
			if (len(followed) == 1) != (tt.more != nil) {
				t.Errorf("recorded: %+v", followed)
			}
		})
	}
}

// Within the time that IPv6 has, its answer is waited for, and there is nothing late.
func TestIPv6HasItsTime(t *testing.T) {
	s := holding(t, dns.TypeAAAA, false)
	s.after = func(d time.Duration) <-chan time.Time {
		if d != 50*time.Millisecond {
			t.Errorf("IPv6 has %v, want 50 ms", d)
		}
		s.letGo() // by now IPv4 has answered
		return nil
	}
	a, err := s.Lookup(patience(t), nil, "zoo.test", 80)
	if err != nil || len(a.Addrs) != 2 || a.Late != nil {
		t.Errorf("got %+v, %v; want both addresses at once", a, err)
	}
}

// Addresses that there is no way to do not begin anything.
func TestAddressesOutOfReachAreNotHandedOnAlone(t *testing.T) {
	s := holding(t, dns.TypeA, false)
	s.route = func(a netip.Addr) (netip.Addr, bool) {
		s.letGo()
		return netip.Addr{}, a.Is4()
	}
	a, err := s.Lookup(patience(t), nil, "zoo.test", 80)
	if err != nil || len(a.Addrs) != 2 || a.Late != nil {
		t.Errorf("got %+v, %v; want both addresses at once", a, err)
	}
}

// A family that is not waited for any more is told of as abandoned.
func TestLateFamilyIsAbandoned(t *testing.T) {
	s := holding(t, dns.TypeA, false)
	rec := trace.NewRecorder(nil)
	a, err := s.Lookup(patience(t), rec.Scope(0), "zoo.test", 80)
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if got := a.Late.Wait(over); got != nil {
		t.Errorf("a wait that is over returned %v", got)
	}
	a.Late.Stop()
	a.Late.Stop() // a second one does nothing
	failed := of[trace.QueryFailed](rec.Records())
	if len(failed) != 1 || failed[0].Why != errUnneeded.Error() {
		t.Errorf("failed queries: %+v, want one for %q", failed, errUnneeded)
	}
	if more := a.Late.Wait(patience(t)); more != nil {
		t.Errorf("after Stop: %v", more)
	}
}

// The end of the context ends what is late as well.
func TestLateFamilyEndsWithTheContext(t *testing.T) {
	s := holding(t, dns.TypeA, false)
	ctx, cancel := context.WithCancelCause(patience(t))
	a, err := s.Lookup(ctx, nil, "zoo.test", 80)
	if err != nil {
		t.Fatal(err)
	}
	cancel(errors.New("enough"))
	if more := a.Late.Wait(patience(t)); more != nil {
		t.Errorf("late: %v", more)
	}
	a.Late.Stop()
}

// A family that stays silent does not keep the other's answer for ever.
func TestSilentFamilyHasLittleTime(t *testing.T) {
	s := holding(t, dns.TypeAAAA, false)
	s.grace = time.Millisecond
	got, records, err := lookUpAll(t, s.Resolver, "zoo.test")
	if err != nil || !cmp.Equal(got.Addrs, addrs("192.0.2.1"), compareAddrs) {
		t.Errorf("got %+v, %v", got, err)
	}
	if n := len(of[trace.QueryFailed](records)); n != 1 {
		t.Errorf("%d failed queries, want 1", n)
	}
}
