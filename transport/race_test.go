package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// never is a delay that does not end, over one that has ended.
func never(time.Duration) <-chan time.Time { return nil }

func over(time.Duration) <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

// An outcome is what is recorded of an attempt.
type outcome struct {
	Conn    int
	Address string
	Outcome string
	Why     trace.Code
}

// outcomes are those of all attempts, in the order of their starts.
func (j *journal) outcomes() []outcome {
	var out []outcome
	for _, r := range j.Records() {
		switch e := r.Event.(type) {
		case trace.AttemptStarted:
			out = append(out, outcome{Conn: r.Conn, Address: e.Address})
		case trace.AttemptEnded:
			for i := range out {
				if out[i].Conn == r.Conn {
					out[i].Outcome, out[i].Why = e.Outcome, e.Why
				}
			}
		}
	}
	return out
}

func (j *journal) wantOutcomes(want ...outcome) {
	j.t.Helper()
	if diff := cmp.Diff(want, j.outcomes()); diff != "" {
		j.t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

// ours are the states of our end of a connection.
func (j *journal) ours(conn int) []trace.State {
	var out []trace.State
	for _, r := range j.Records() {
		if e, ok := r.Event.(trace.StateSeen); ok && r.Conn == conn && e.Side == trace.Client {
			out = append(out, e.State)
		}
	}
	return out
}

// win runs a race that somebody wins, and closes the connection.
func (j *journal) win(race Race) (remote netip.AddrPort, tried int) {
	j.t.Helper()
	ctx, cancel := context.WithTimeout(j.t.Context(), patience)
	defer cancel()
	conn, tried, err := race.Dial(ctx, j.Scope(0), 0)
	if err != nil {
		j.t.Fatal(err)
	}
	defer conn.Close(ctx, CloseOptions{})
	return conn.Remote(), tried
}

// refusing6 is refusing on IPv6.
func refusing6(t *testing.T) netip.AddrPort {
	t.Helper()
	ln, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 on this machine's loopback: %v", err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).AddrPort()
}

func TestFamiliesTakeTurns(t *testing.T) {
	read := func(list ...string) []netip.AddrPort {
		var out []netip.AddrPort
		for _, s := range list {
			out = append(out, netip.AddrPortFrom(netip.MustParseAddr(s), 80))
		}
		return out
	}
	tried6 := netip.AddrPortFrom(netip.MustParseAddr("::9"), 80)
	cases := []struct {
		name string
		in   []netip.AddrPort
		last netip.AddrPort
		want []netip.AddrPort
	}{
		{"none", nil, netip.AddrPort{}, nil},
		{"one", read("::1"), netip.AddrPort{}, read("::1")},
		{"one family", read("::1", "::2"), netip.AddrPort{}, read("::1", "::2")},
		{"IPv6 first", read("::1", "::2", "192.0.2.1", "192.0.2.2"), netip.AddrPort{}, read("::1", "192.0.2.1", "::2", "192.0.2.2")},
		{"IPv4 first", read("192.0.2.1", "192.0.2.2", "::1"), netip.AddrPort{}, read("192.0.2.1", "::1", "192.0.2.2")},
		{"the rest of one family", read("::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"), netip.AddrPort{}, read("::1", "192.0.2.1", "192.0.2.2", "192.0.2.3")},
		{"after IPv6", read("::1", "::2", "192.0.2.1"), tried6, read("192.0.2.1", "::1", "::2")},
		{"after IPv6, and no other", read("::1", "::2"), tried6, read("::1", "::2")},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			got := interleaved(tc.in, tc.last)
			if diff := cmp.Diff(tc.want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("%v after %v (-want +got):\n%s", tc.in, tc.last, diff)
			}
		})
	}
}

// A failure is followed at once, whatever the delay, by the other family.
func TestFailureIsFollowedAtOnce(t *testing.T) {
	six, four, up := refusing6(t), refusing(t), serve(t, drained)
	j := newJournal(t)
	race := Race{Addrs: []netip.AddrPort{six, four, up}, Delay: time.Hour, after: never}
	if got, tried := j.win(race); got != up || tried != 3 {
		t.Errorf("connected to %s after %d attempts, want %s after 3", got, tried, up)
	}
	j.wantOutcomes(
		outcome{1, six.String(), "failed", CodeRefused},
		outcome{2, four.String(), "failed", CodeRefused},
		outcome{3, up.String(), "connected", ""},
	)
}

// The delay that was asked for is waited for, once for each attempt that goes on.
func TestDelayGoesBeforeTheNextAttempt(t *testing.T) {
	first, second := refusing(t), serve(t, drained)
	var asked []time.Duration
	j := newJournal(t)
	race := Race{
		Addrs: []netip.AddrPort{first, second}, Delay: 123 * time.Millisecond,
		after: func(d time.Duration) <-chan time.Time {
			asked = append(asked, d)
			return over(d)
		},
		connect: func(ctx context.Context, sc *trace.Scope, addr netip.AddrPort) (socket, error) {
			if addr == first {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return Local{}.connect(ctx, sc, addr)
		},
	}
	if got, _ := j.win(race); got != second {
		t.Errorf("connected to %s, want %s", got, second)
	}
	if diff := cmp.Diff([]time.Duration{race.Delay, race.Delay}, asked); diff != "" {
		t.Errorf("delays (-want +got):\n%s", diff)
	}
	j.wantOutcomes(
		outcome{1, first.String(), "abandoned", trace.LostUnanswered},
		outcome{2, second.String(), "connected", ""},
	)
}

// One that has connected when another is up already is closed by a FIN, and is not told as
// the connection.
func TestOutrunConnectionIsClosed(t *testing.T) {
	for name, watched := range map[string]bool{"watched": true, "plain": false} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			slow := serve(t, func(c *net.TCPConn) {
				_, err := io.Copy(io.Discard, c)
				ended <- err
			})
			fast, up := serve(t, drained), make(chan struct{})
			race := Race{
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
			}
			j := newJournal(t)
			sc := j.Scope(0)
			if !watched {
				sc = nil
			}
			conn, tried, err := race.Dial(t.Context(), sc, 4)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context(), CloseOptions{})
			if conn.Remote() != fast || tried != 2 {
				t.Errorf("connected to %s in %d attempts, want %s in 2", conn.Remote(), tried, fast)
			}
			if err := <-ended; err != nil {
				t.Errorf("the other server was left by %v, want a FIN", err)
			}
			if !watched {
				return
			}
			j.wantOutcomes(
				outcome{5, slow.String(), "abandoned", trace.LostConnected},
				outcome{6, fast.String(), "connected", ""},
			)
			if got := one[trace.Connected](j); got.Remote != fast.String() {
				t.Errorf("told as the connection: %+v", got)
			}
		})
	}
}

// Addresses that become known later take part, at once where nothing else is going on.
func TestLateAddressesJoin(t *testing.T) {
	down, up := refusing(t), serve(t, drained)
	cases := []struct {
		name  string
		addrs []netip.AddrPort
		more  func(context.Context) []netip.AddrPort
		tried int
		code  trace.Code // "" where the race is won
	}{
		{"after a failure", []netip.AddrPort{down}, known(up), 2, ""},
		{"nothing before", nil, known(up), 1, ""},
		{"nothing comes", []netip.AddrPort{down}, known(), 1, CodeRefused},
		{"nothing at all", nil, known(), 0, CodeNoAddress},
		{"what is known is not waited beyond", []netip.AddrPort{up}, func(ctx context.Context) []netip.AddrPort {
			<-ctx.Done()
			return nil
		}, 1, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			race := Race{Addrs: tc.addrs, More: tc.more, Delay: time.Hour, after: never}
			conn, tried, err := race.Dial(t.Context(), newJournal(t).Scope(0), 0)
			if tried != tc.tried {
				t.Errorf("%d attempts, want %d", tried, tc.tried)
			}
			if tc.code != "" {
				wantError(t, err, tc.code, nil)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			conn.Close(t.Context(), CloseOptions{})
		})
	}
}

func known(addrs ...netip.AddrPort) func(context.Context) []netip.AddrPort {
	return func(context.Context) []netip.AddrPort { return addrs }
}

// The failure that is told is the one that says most of the server.
func TestMostTellingFailureIsTold(t *testing.T) {
	cases := []struct {
		name string
		errs []error
		want trace.Code
	}{
		{"no way, refused", []error{syscall.ENETUNREACH, syscall.ECONNREFUSED}, CodeRefused},
		{"refused, no way", []error{syscall.ECONNREFUSED, syscall.ENETUNREACH}, CodeRefused},
		{"silent, no way", []error{syscall.ETIMEDOUT, syscall.ENETUNREACH}, CodeTimeout},
		{"no way, host down", []error{syscall.ENETUNREACH, syscall.EHOSTUNREACH}, CodeHostDown},
		{"forbidden, no way", []error{syscall.EPERM, syscall.ENETUNREACH}, CodeDenied},
		{"something else", []error{syscall.EADDRNOTAVAIL}, CodeOther},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			next := 0 // attempts follow one another, as each fails
			race := Race{Addrs: distinct(len(tc.errs)), Delay: time.Hour, after: never}
			race.connect = func(context.Context, *trace.Scope, netip.AddrPort) (socket, error) {
				next++
				return nil, tc.errs[next-1]
			}
			_, tried, err := race.Dial(t.Context(), newJournal(t).Scope(0), 0)
			wantError(t, err, tc.want, nil)
			if tried != len(tc.errs) {
				t.Errorf("%d attempts, want %d", tried, len(tc.errs))
			}
		})
	}
}

// distinct are n addresses.
func distinct(n int) []netip.AddrPort {
	var out []netip.AddrPort
	for i := range n {
		out = append(out, netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 80))
	}
	return out
}

// However many addresses a name has, only so many are tried at a time, and at all.
func TestAttemptsAreBounded(t *testing.T) {
	var flying, most atomic.Int64
	begun, fail := make(chan struct{}), make(chan struct{})
	race := Race{
		Addrs: distinct(200),
		connect: func(context.Context, *trace.Scope, netip.AddrPort) (socket, error) {
			most.Store(max(most.Load(), flying.Add(1)))
			defer flying.Add(-1)
			begun <- struct{}{}
			<-fail
			return nil, syscall.ECONNREFUSED
		},
	}
	var going sync.WaitGroup
	going.Go(func() {
		for range maxFlying {
			<-begun
		}
		for range maxTried - maxFlying { // one ends, one begins
			fail <- struct{}{}
			<-begun
		}
		close(fail)
	})
	_, tried, err := race.Dial(t.Context(), nil, 0)
	going.Wait()
	wantError(t, err, CodeRefused, nil)
	if tried != maxTried || most.Load() != maxFlying {
		t.Errorf("%d attempts, %d at a time; want %d, %d", tried, most.Load(), maxTried, maxFlying)
	}
}

// The same address is not tried twice.
func TestAddressIsTriedOnce(t *testing.T) {
	addr := refusing(t)
	mapped := netip.AddrPortFrom(netip.AddrFrom16(addr.Addr().As16()), addr.Port())
	_, tried, err := Race{Addrs: []netip.AddrPort{addr, mapped, addr}}.Dial(t.Context(), nil, 0)
	wantError(t, err, CodeRefused, nil)
	if tried != 1 {
		t.Errorf("%d attempts, want 1", tried)
	}
}

// What ends the context ends all attempts, and is the reason.
func TestRaceEndsWithItsContext(t *testing.T) {
	why := errors.New("changed my mind")
	for name, more := range map[string]func(context.Context) []netip.AddrPort{
		"attempts": nil,
		"attempts and more": func(ctx context.Context) []netip.AddrPort {
			<-ctx.Done()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			addrs := distinct(3)
			var begun atomic.Int64
			race := Race{Addrs: addrs, More: more, connect: func(ctx context.Context, _ *trace.Scope, _ netip.AddrPort) (socket, error) {
				if begun.Add(1) == int64(len(addrs)) {
					cancel(why)
				}
				<-ctx.Done()
				return nil, ctx.Err()
			}}
			j := newJournal(t)
			_, _, err := race.Dial(ctx, j.Scope(0), 0)
			wantError(t, err, CodeInterrupted, why)
			for _, o := range j.outcomes() {
				if o.Outcome != trace.AttemptFailed || o.Why != CodeInterrupted {
					t.Errorf("attempt %+v, want it failed as interrupted", o)
				}
			}
		})
	}
}

func TestRaceWithNothingButLateAddressesEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	race := Race{More: func(ctx context.Context) []netip.AddrPort {
		cancel()
		<-ctx.Done()
		return nil
	}}
	_, _, err := race.Dial(ctx, nil, 0)
	wantError(t, err, CodeInterrupted, context.Canceled)
}
