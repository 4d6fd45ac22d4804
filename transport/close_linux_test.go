package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// states returns one side's states, and those of them that were inferred.
func (j *journal) states(side trace.Side) (all, inferred []trace.State) {
	for _, r := range j.Records() {
		e, ok := r.Event.(trace.StateSeen)
		if !ok || e.Side != side {
			continue
		}
		all = append(all, e.State)
		if r.From == trace.Inferred {
			inferred = append(inferred, e.State)
		}
	}
	return all, inferred
}

// orderly checks that no state can have come before the one before it, that all lie
// between two readings of the clock, and that none has come twice.
func (j *journal) orderly(side trace.Side, lo, hi trace.Time) {
	j.t.Helper()
	var last trace.Time
	seen := map[trace.State]bool{}
	for _, r := range j.Records() {
		e, ok := r.Event.(trace.StateSeen)
		if !ok || e.Side != side {
			continue
		}
		j.within(string(e.State), r.Moment, lo, hi)
		if r.Latest() < last || seen[e.State] {
			j.t.Errorf("%s of the %s comes again, or before what led there", e.State, side)
		}
		last, seen[e.State] = r.Earliest(), true
	}
}

func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

func client(s trace.State) trace.Event { return trace.StateSeen{State: s, Side: trace.Client} }

var (
	opened       = []trace.State{trace.SynSent, trace.Established}
	serverOpened = []trace.State{trace.SynReceived, trace.Established}
)

// A closing is a way for a connection to end.
type closing struct {
	name string
	// server is what it does; did is told the moment right before its last act.
	server   func(j *journal, c *net.TCPConn, did func())
	options  CloseOptions
	client   []trace.State // after ESTABLISHED
	inferred []trace.State // of the client's, such as cannot be seen
	peer     []trace.State // after ESTABLISHED; nil where it is not looked at to the end
	caused   trace.State   // by the server's last act
	end      string
	reset    []trace.ResetSeen
	lingers  int64
}

var closings = []closing{
	{
		name: "client first, the server's FIN late",
		server: func(j *journal, c *net.TCPConn, did func()) {
			drained(c)
			j.await(client(trace.FinWait2))
			did()
		},
		client: []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait},
		peer:   []trace.State{trace.CloseWait, trace.LastAck, trace.Closed},
		caused: trace.TimeWait, end: endComplete,
	},
	{
		name: "server first",
		server: func(_ *journal, c *net.TCPConn, did func()) {
			did()
			_ = c.CloseWrite()
			drained(c)
		},
		options: CloseOptions{ServerFirst: true},
		client:  []trace.State{trace.CloseWait, trace.LastAck, trace.Closed},
		peer:    []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait},
		caused:  trace.CloseWait, end: endComplete,
	},
	{
		name: "half-closed, data after our FIN",
		server: func(j *journal, c *net.TCPConn, did func()) {
			drained(c)
			j.await(client(trace.FinWait2))
			_, _ = c.Write([]byte("late!"))
			did()
		},
		client: []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait},
		peer:   []trace.State{trace.CloseWait, trace.LastAck, trace.Closed},
		caused: trace.TimeWait, end: endComplete, lingers: 5,
	},
	{
		name: "reset before our FIN",
		server: func(j *journal, c *net.TCPConn, did func()) {
			j.await(trace.AttemptEnded{Address: c.LocalAddr().String(), Outcome: "connected"})
			did()
			reset(c)
		},
		options: CloseOptions{ServerFirst: true},
		client:  []trace.State{trace.Closed},
		peer:    []trace.State{trace.Closed},
		caused:  trace.Closed, end: endComplete, reset: []trace.ResetSeen{{Side: trace.Server}},
	},
	{
		name: "reset after our FIN",
		server: func(j *journal, c *net.TCPConn, did func()) {
			drained(c)
			j.await(client(trace.FinWait2))
			did()
			reset(c)
		},
		client: []trace.State{trace.FinWait1, trace.FinWait2, trace.Closed},
		peer:   []trace.State{trace.CloseWait, trace.Closed},
		caused: trace.Closed, end: endComplete, reset: []trace.ResetSeen{{Side: trace.Server}},
	},
	{
		name:    "our reset",
		server:  func(_ *journal, c *net.TCPConn, _ func()) { drained(c) },
		options: CloseOptions{Mode: CloseReset},
		client:  []trace.State{trace.Closed},
		peer:    []trace.State{trace.Closed},
		end:     endComplete, reset: []trace.ResetSeen{{Side: trace.Client}},
	},
	{
		name: "the server is waited for",
		server: func(j *journal, c *net.TCPConn, did func()) {
			j.await(trace.AttemptEnded{Address: c.LocalAddr().String(), Outcome: "connected"})
			did()
			_ = c.CloseWrite()
			drained(c)
		},
		options: CloseOptions{Mode: CloseServer, Timeout: patience},
		client:  []trace.State{trace.CloseWait, trace.LastAck, trace.Closed},
		peer:    []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait},
		caused:  trace.CloseWait, end: endComplete,
	},
	{
		name: "the server is waited for in vain",
		server: func(j *journal, c *net.TCPConn, _ func()) {
			drained(c)
			j.await(client(trace.FinWait2))
		},
		options: CloseOptions{Mode: CloseServer, Timeout: 500 * time.Millisecond},
		client:  []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait},
		end:     endComplete,
	},
	{
		name: "the server never closes",
		server: func(j *journal, c *net.TCPConn, _ func()) {
			drained(c)
			j.await(trace.CloseEnded{Why: endTimeout})
		},
		options: CloseOptions{Timeout: 200 * time.Millisecond},
		client:  []trace.State{trace.FinWait1, trace.FinWait2},
		end:     endTimeout,
	},
	{
		name: "the FIN that was announced does not come",
		server: func(j *journal, c *net.TCPConn, _ func()) {
			drained(c)
			j.await(trace.CloseEnded{Why: endTimeout})
		},
		// Shorter than the grace: its end must not undo that of the close.
		options: CloseOptions{ServerFirst: true, Timeout: serverFirstGrace / 2},
		end:     endTimeout,
	},
	{
		name: "the server keeps sending",
		server: func(_ *journal, c *net.TCPConn, _ func()) {
			piece := make([]byte, 64<<10)
			for {
				if _, err := c.Write(piece); err != nil {
					return
				}
			}
		},
		end: endFlooded, reset: []trace.ResetSeen{{Side: trace.Client}}, lingers: -1,
	},
}

func TestCloses(t *testing.T) {
	for _, tc := range closings {
		t.Run(tc.name, func(t *testing.T) { tc.test(t) })
	}
}

func (tc *closing) test(t *testing.T) {
	j := newJournal(t)
	acted := make(chan trace.Time, 1)
	addr := serve(t, func(c *net.TCPConn) {
		tc.server(j, c, func() { acted <- j.now() })
	})
	start := j.now()
	conn := j.dial(addr)
	closing := j.now()
	conn.Close(t.Context(), tc.options)
	end := j.now()

	ended := one[trace.CloseEnded](j)
	if ended.Why != tc.end || tc.lingers >= 0 && ended.Lingering != tc.lingers {
		t.Errorf("the close ended %+v, want %s, %d bytes", ended, tc.end, tc.lingers)
	}
	if diff := cmp.Diff(tc.reset, of[trace.ResetSeen](j)); diff != "" {
		t.Errorf("resets (-want +got):\n%s", diff)
	}
	j.orderly(trace.Client, start, end)
	j.orderly(trace.Server, start, end)
	states, inferred := j.states(trace.Client)
	if tc.client != nil {
		if diff := cmp.Diff(slices.Concat(opened, tc.client), states); diff != "" {
			t.Errorf("client's states (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(tc.inferred, inferred); diff != "" {
		t.Errorf("inferred states of the client (-want +got):\n%s", diff)
	}
	if peer, _ := j.states(trace.Server); tc.peer != nil {
		if diff := cmp.Diff(slices.Concat(serverOpened, tc.peer), peer); diff != "" {
			t.Errorf("server's states (-want +got):\n%s", diff)
		}
	}
	if slices.Contains(states, trace.FinWait1) {
		j.within("our FIN", j.await(client(trace.FinWait1)).Moment, closing, end)
	}
	if tc.caused != "" {
		j.holds(string(tc.caused), j.await(client(tc.caused)).Moment, <-acted, end)
	}
}

func TestFourSegmentsAreCounted(t *testing.T) {
	j := newJournal(t)
	addr := serve(t, func(c *net.TCPConn) {
		drained(c)
		j.await(client(trace.FinWait2))
	})
	j.dial(addr).Close(t.Context(), CloseOptions{})
	if n := one[trace.CloseSegments](j).Count; n != 4 {
		t.Errorf("%d segments, want 4", n)
	}
	left := one[trace.TimeWaitRead](j).Left
	if left <= 0 || left > time.Minute {
		t.Errorf("%v are left of TIME_WAIT, want up to a minute", left)
	}
}

func TestCloseOfAServerThatAnswersAtOnce(t *testing.T) {
	j := newJournal(t)
	start := j.now()
	conn := j.dial(serve(t, drained))
	conn.Close(t.Context(), CloseOptions{})
	want := []trace.State{trace.FinWait1, trace.FinWait2, trace.TimeWait}
	if got, _ := j.states(trace.Client); !slices.Equal(got, slices.Concat(opened, want)) {
		t.Errorf("client's states %v, want to end in %v", got, want)
	}
	j.orderly(trace.Client, start, j.now())
}

// TestTimeWaitIsFollowed stops after the first look at it: its end is a minute away.
func TestTimeWaitIsFollowed(t *testing.T) {
	j := newJournal(t)
	ctx, cancel := context.WithCancel(t.Context())
	var told []time.Duration
	j.dial(serve(t, drained)).Close(ctx, CloseOptions{TimeWait: func(left time.Duration) {
		told = append(told, left)
		cancel()
	}})
	if len(told) != 1 || told[0] <= 0 || told[0] > time.Minute {
		t.Errorf("told %v, want one time of up to a minute", told)
	}
	if got, _ := j.states(trace.Client); got[len(got)-1] != trace.TimeWait {
		t.Errorf("client's states %v, want to end in TIME_WAIT", got)
	}
}

// TestCarry has a connection that serves two exchanges, up to the server's FIN.
func TestCarry(t *testing.T) {
	j := newJournal(t)
	conn := j.dial(serve(t, func(c *net.TCPConn) {
		j.await(trace.ExchangeStarted{Why: "redirect"})
		_ = c.CloseWrite()
		drained(c)
	}))
	if !conn.Idle() {
		t.Error("not idle, though nothing has come")
	}
	next := j.Scope(1)
	conn.Carry(next)
	next.Emit(trace.ExchangeStarted{Why: "redirect"})
	j.await(client(trace.CloseWait))
	if conn.Idle() {
		t.Error("idle, though the server has ended it")
	}
	conn.Close(t.Context(), CloseOptions{})
	var exchanges [2][]trace.State
	for _, r := range j.Records() {
		if e, ok := r.Event.(trace.StateSeen); ok && e.Side == trace.Client {
			exchanges[r.Exchange] = append(exchanges[r.Exchange], e.State)
		}
	}
	want := [2][]trace.State{opened, {trace.CloseWait, trace.LastAck, trace.Closed}}
	if diff := cmp.Diff(want, exchanges); diff != "" {
		t.Errorf("client's states of the two exchanges (-want +got):\n%s", diff)
	}
	reused := one[trace.ConnectionReused](j)
	if reused.Local != conn.Local().String() || reused.Exchange == nil || *reused.Exchange != 0 {
		t.Errorf("told %+v", reused)
	}
}

func TestInterruptedClose(t *testing.T) {
	j := newJournal(t)
	conn := j.dial(serve(t, func(c *net.TCPConn) {
		drained(c)
		j.await(trace.CloseEnded{Why: endInterrupted})
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		j.await(client(trace.FinWait2))
		cancel()
	}()
	conn.Close(ctx, CloseOptions{Timeout: patience})
	if why := one[trace.CloseEnded](j).Why; why != endInterrupted {
		t.Errorf("the close ended %q, want %q", why, endInterrupted)
	}
}

func TestReadOfAResetConnection(t *testing.T) {
	j := newJournal(t)
	conn := j.dial(serve(t, func(c *net.TCPConn) {
		j.await(trace.AttemptEnded{Address: c.LocalAddr().String(), Outcome: "connected"})
		reset(c)
	}))
	_, err := conn.Read(make([]byte, 1))
	wantError(t, err, CodeReset, nil)
	conn.Close(t.Context(), CloseOptions{})
	if got, inferred := j.states(trace.Client); len(got) != 3 || got[2] != trace.Closed || inferred != nil {
		t.Errorf("client's states %v (inferred %v), want ESTABLISHED, then CLOSED", got, inferred)
	}
}

func TestRefusedConnectionIsClosed(t *testing.T) {
	j := newJournal(t)
	start := j.now()
	_, err := Dial(t.Context(), j.Scope(0), 0, []netip.AddrPort{refusing(t)})
	wantError(t, err, CodeRefused, unix.ECONNREFUSED)
	got, _ := j.states(trace.Client)
	if diff := cmp.Diff([]trace.State{trace.SynSent, trace.Closed}, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	j.orderly(trace.Client, start, j.now())
}

// silent returns an address from which no answer comes: that of a listener whose queue
// is full.
func silent(t *testing.T) netip.AddrPort {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		t.Cleanup(func() { unix.Close(fd) })
		err = errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0))
	}
	if err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(c) })
		_ = unix.Connect(c, sa)
	}
	return addrPort(sa)
}

func TestEndOfWaitingForAConnection(t *testing.T) {
	addr, why := silent(t), errors.New("enough")
	j := newJournal(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		j.await(client(trace.SynSent))
		cancel(why)
	}()
	start := j.now()
	_, err := Dial(ctx, j.Scope(0), 0, []netip.AddrPort{addr, addr})
	wantError(t, err, CodeInterrupted, why)
	if ended := one[trace.AttemptEnded](j); ended.Outcome != "failed" || ended.Why != CodeInterrupted {
		t.Errorf("the attempt ended %+v", ended)
	}
	j.orderly(trace.Client, start, j.now())

	late, cancelLate := context.WithTimeoutCause(t.Context(), time.Millisecond, why)
	defer cancelLate()
	_, err = Dial(late, newJournal(t).Scope(0), 0, []netip.AddrPort{addr})
	wantError(t, err, CodeTimeout, why)
}

// TestServerOfBothFamilies has a peer whose socket is of IPv6 and speaks IPv4.
func TestServerOfBothFamilies(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Skip("no IPv6:", err)
	}
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	mapped := netip.MustParseAddr("::ffff:127.0.0.1").As16()
	err = errors.Join(unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0),
		unix.Bind(fd, &unix.SockaddrInet6{Addr: mapped}), unix.Listen(fd, 8))
	if err != nil {
		t.Skip("no sockets of both families here:", err)
	}
	ln, err := net.FileListener(file)
	if err != nil {
		t.Fatal(err)
	}
	j := newJournal(t)
	j.dial(unmapped(serveOn(t, ln, drained))).Close(t.Context(), CloseOptions{})
	if got, _ := j.states(trace.Server); len(got) != 5 {
		t.Errorf("server's states %v, want five up to CLOSED", got)
	}
}

func TestIPv6(t *testing.T) {
	ln, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 on loopback:", err)
	}
	j := newJournal(t)
	j.dial(serveOn(t, ln, drained)).Close(t.Context(), CloseOptions{})
	for side, want := range map[trace.Side]trace.State{trace.Client: trace.TimeWait, trace.Server: trace.Closed} {
		if got, _ := j.states(side); len(got) == 0 || got[len(got)-1] != want {
			t.Errorf("states of the %s %v, want to end in %s", side, got, want)
		}
	}
}
