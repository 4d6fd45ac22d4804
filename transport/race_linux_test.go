package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// blackhole returns an address at which SYNs are not answered: that of a listener whose
// queue of connections is full. The kernel drops SYNs then (listen(2)).
func blackhole(t testing.TB) netip.AddrPort {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	local, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := addrPort(local)
	c, err := net.Dial("tcp4", addr.String()) // a backlog of 0 has room for one
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return addr
}

// An address that does not answer is joined by the next, and abandoned when that is up.
func TestUnansweredAddressLoses(t *testing.T) {
	hole, up := blackhole(t), serve(t, drained)
	j := newJournal(t)
	sent := make(chan time.Time)
	go func() {
		j.await(trace.StateSeen{State: trace.SynSent, Side: trace.Client})
		close(sent)
	}()
	race := Race{Addrs: []netip.AddrPort{hole, up}, Delay: time.Hour, after: func(time.Duration) <-chan time.Time { return sent }}
	if got, tried := j.win(race); got != up || tried != 2 {
		t.Errorf("connected to %s in %d attempts, want %s in 2", got, tried, up)
	}
	j.wantOutcomes(
		outcome{1, hole.String(), "abandoned", trace.LostUnanswered},
		outcome{2, up.String(), "connected", ""},
	)
	if diff := cmp.Diff([]trace.State{trace.SynSent, trace.Closed}, j.ours(1)); diff != "" {
		t.Errorf("states of the loser (-want +got):\n%s", diff)
	}
	if got := j.ours(2); len(got) < 2 || got[1] != trace.Established {
		t.Errorf("states of the winner: %v", got)
	}
}

// The end of the context ends SYNs that are on their way.
func TestUnansweredRaceCanBeStopped(t *testing.T) {
	why := errors.New("enough")
	hole, other := blackhole(t), blackhole(t)
	j := newJournal(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		j.await(trace.AttemptStarted{Address: other.String()})
		cancel(why)
	}()
	_, tried, err := Race{Addrs: []netip.AddrPort{hole, other}}.Dial(ctx, j.Scope(0), 0)
	wantError(t, err, CodeInterrupted, why)
	if tried != 2 {
		t.Errorf("%d attempts, want 2", tried)
	}
}

// An outrun connection goes the way of a close that we begin.
func TestStatesOfAnOutrunConnection(t *testing.T) {
	slow, fast, up := serve(t, drained), serve(t, drained), make(chan struct{})
	j := newJournal(t)
	j.win(Race{
		Addrs: []netip.AddrPort{slow, fast},
		connect: func(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
			if addr == fast {
				<-up
				return Local{}.connect(ctx, sc, addr)
			}
			s, err := Local{}.connect(ctx, sc, addr)
			close(up)
			<-ctx.Done()
			return s, err
		},
	})
	got := j.ours(1)
	want := []trace.State{trace.SynSent, trace.Established, trace.FinWait1}
	if len(got) < len(want) || cmp.Diff(want, got[:len(want)]) != "" {
		t.Errorf("states %v, want them to begin with %v", got, want)
	}
	if resets := of[trace.ResetSeen](j); len(resets) > 0 {
		t.Errorf("resets: %+v", resets)
	}
}

// descriptors counts those that are open.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("open descriptors cannot be counted: %v", err)
	}
	return len(list)
}

// A thousand races with a loser each leave no descriptor and no goroutine behind.
func TestRacesLeaveNothingBehind(t *testing.T) {
	const races = 500 // of each kind
	refusing(t)       // what the runtime opens for the first socket is there from now on
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	t.Run("races", func(t *testing.T) {
		// The servers are gone at the end of this.
		hole, down, up := blackhole(t), refusing(t), serve(t, drained)
		for i := range 2 * races {
			var sc *trace.Scope
			if i%2 == 0 {
				sc = trace.NewRecorder(nil).Scope(0)
			}
			conn, _, err := Race{Addrs: []netip.AddrPort{hole, down, up}}.Dial(t.Context(), sc, 0)
			if err != nil {
				t.Fatal(err)
			}
			conn.part(t.Context(), CloseOptions{}, &drain{})
		}
	})
	if n := descriptors(t); n > files {
		t.Errorf("%d descriptors are open, before it were %d", n, files)
	}
	for limit := time.Now().Add(patience); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines are left, before there were %d", runtime.NumGoroutine(), goroutines)
		}
	}
}
