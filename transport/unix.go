package transport

import (
	"context"
	"net"

	"fetchscope/trace"
)

// notTCP is why a Unix domain socket has no states to be seen.
const notTCP = "not TCP"

// DialUnix connects to a Unix domain socket. It is recorded as the attempt numbered
// before+1, at a path instead of an address, and takes as long as the call. The error is an
// *Error.
func DialUnix(ctx context.Context, sc *trace.Scope, before int, path string) (*Conn, error) {
	sc = sc.OnConn(before + 1)
	sc.Emit(trace.AttemptStarted{Address: path})
	began := sc.Now()
	conn, err := new(net.Dialer).DialContext(undated{ctx}, "unix", path)
	if err != nil {
		e := connectError(ctx, path, unwrapped(err))
		sc.Emit(trace.AttemptEnded{Address: path, Outcome: trace.AttemptFailed, Why: e.Code})
		return nil, e
	}
	s := newPlain(sc, conn.(*net.UnixConn), began)
	s.path = path
	sc.Emit(trace.NotObservable{What: "states", Why: notTCP})
	return connected(s, sc), nil
}
