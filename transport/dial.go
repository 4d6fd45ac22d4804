package transport

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"time"

	"fetchscope/trace"
	"fetchscope/transport/tcpstate"
)

// AttemptDelay is how long an address has before the next is tried beside it. RFC 8305,
// section 8, recommends 250 ms and allows from 10 ms to 2 s; this is what curl's option
// --happy-eyeballs-timeout-ms, which ours is to mean the same as, is without being given.
const AttemptDelay = 200 * time.Millisecond

// A Race says which addresses are tried, and how they compete for being the one that is
// used (RFC 8305). Its zero value has no address.
type Race struct {
	// Addrs are what is known at the start, in the order of preference. The families
	// take turns, beginning with that of the first (RFC 8305, section 4).
	Addrs []netip.AddrPort
	// More waits for what becomes known later: the addresses of the family whose answer
	// had not come (RFC 8305, section 3). It is called once, beside the attempts, and
	// returns when it knows, or when ctx ends. nil where nothing is to come.
	More func(ctx context.Context) []netip.AddrPort
	// Delay is how long an attempt goes on alone before the next begins (RFC 8305,
	// section 5); 0 begins them all at once. One that fails is followed at once.
	Delay time.Duration
	// From is where the connection is to come from.
	From Local

	// Far asks for the server's states where that is in another network namespace of this
	// host; nil where it is not. It stays the caller's.
	Far *tcpstate.Diag

	// Number numbers the attempts, each as it starts; nil counts on from those before.
	Number func() int

	// Tests put their own here: a timer, and how a connection is opened.
	after   func(time.Duration) <-chan time.Time
	connect func(context.Context, *trace.Scope, netip.AddrPort) (socket, error)
}

// Dial connects to the first of the addresses that answers, as they are raced by default.
// Attempts are recorded as connections; before is how many there were already. The error
// is an *Error.
func Dial(ctx context.Context, sc *trace.Scope, before int, addrs []netip.AddrPort) (*Conn, error) {
	conn, _, err := Race{Addrs: addrs, Delay: AttemptDelay}.Dial(ctx, sc, before)
	return conn, err
}

// Dial runs the race and returns the first connection to be up. The other attempts are
// given up: nobody waits for their answers, and one that has connected as well is closed
// by a FIN. Each is recorded as a connection of its own, numbered from before+1 in the
// order of their starts, with its outcome and reason; tried is how many there were. All
// of them are over when Dial returns. The error is an *Error: that of the attempt whose
// failure tells most, or why ctx ended.
func (r Race) Dial(ctx context.Context, sc *trace.Scope, before int) (conn *Conn, tried int, err error) {
	run := newRace(ctx, r, sc, before)
	defer run.end()
	conn, err = run.run()
	return conn, run.tried, err
}

func connectError(ctx context.Context, peer string, err error) *Error {
	var local *localError
	code := codeOf(err, CodeOther)
	if errors.As(err, &local) {
		code = local.code
	}
	if ctx.Err() != nil && cut(err) {
		code, err = stopped(ctx)
	}
	return &Error{Op: "connect to", Addr: peer, Code: code, Err: short(err)}
}

// short drops the name of the system call, which says less than what went wrong.
func short(err error) error {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err
	}
	return err
}
