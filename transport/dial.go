package transport

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"time"

	"fetchscope/trace"
)

// attemptLimit is how long one address may keep those behind it waiting. A SYN that
// gets no answer is sent again after 1 and 3 seconds (RFC 6298, section 2): two of
// three have then had their chance.
const attemptLimit = 5 * time.Second

// errAttemptTooLong ends an attempt that keeps other addresses waiting.
var errAttemptTooLong = errors.New("no answer, and there are other addresses to try")

// Dial connects to the first of the addresses that answers, in their order. Every
// attempt is recorded as a connection; before is how many there were already. The
// error is an *Error: that of the last attempt.
func Dial(ctx context.Context, sc *trace.Scope, before int, addrs []netip.AddrPort) (*Conn, error) {
	err := error(&Error{Op: "connect", Code: CodeNoAddress, Err: errors.New("no address to connect to")})
	for i, addr := range addrs {
		var conn *Conn
		conn, err = attempt(ctx, sc.OnConn(before+i+1), unmapped(addr), i == len(addrs)-1)
		if err == nil {
			return conn, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

func attempt(ctx context.Context, sc *trace.Scope, addr netip.AddrPort, last bool) (*Conn, error) {
	if !last {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeoutCause(ctx, attemptLimit, errAttemptTooLong)
		defer stop()
	}
	sc.Emit(trace.AttemptStarted{Address: addr.String()})
	var s socket
	err := ctx.Err()
	if err == nil {
		s, err = connect(ctx, sc, addr)
	}
	if err != nil {
		e := connectError(ctx, addr, err)
		sc.Emit(trace.AttemptEnded{Address: addr.String(), Outcome: "failed", Why: e.Code})
		return nil, e
	}
	l := s.base()
	sc.EmitAt(l.established, trace.AttemptEnded{Address: addr.String(), Outcome: "connected"})
	sc.EmitAt(l.established, trace.Connected{Local: l.local.String(), Remote: l.remote.String()})
	return newConn(s, sc), nil
}

func connectError(ctx context.Context, addr netip.AddrPort, err error) *Error {
	code := codeOf(err, CodeOther)
	if ctx.Err() != nil && cut(err) {
		code, err = stopped(ctx)
	}
	return &Error{Op: "connect to", Addr: addr.String(), Code: code, Err: short(err)}
}

// short drops the name of the system call, which says less than what went wrong.
func short(err error) error {
	var sys *os.SyscallError
	if errors.As(err, &sys) {
		return sys.Err
	}
	return err
}
