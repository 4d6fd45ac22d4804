package transport

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"fetchscope/trace"
)

// A stopper makes waiting reads and writes return when they are no longer wanted.
// Several may want that at once, each for its own while.
type stopper struct {
	conn interface {
		SetReadDeadline(time.Time) error
		SetWriteDeadline(time.Time) error
	}

	mu     sync.Mutex
	all    int // how many contexts are over
	writes int // how many want writes alone to end
	over   context.Context
}

// guard makes the end of ctx end any waiting on the socket. The returned function
// takes it off again.
func (s *stopper) guard(ctx context.Context) (release func()) {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		s.want(func() { s.all, s.over = s.all+1, ctx })
		close(ended)
	})
	return sync.OnceFunc(func() {
		if !stop() {
			<-ended // it may have begun just now
			s.want(func() { s.all-- })
		}
	})
}

func (s *stopper) stopWriting() (resume func()) {
	s.want(func() { s.writes++ })
	return sync.OnceFunc(func() { s.want(func() { s.writes-- }) })
}

// want applies a change of what is wanted.
func (s *stopper) want(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	_ = s.conn.SetReadDeadline(deadline(s.all > 0))
	_ = s.conn.SetWriteDeadline(deadline(s.all+s.writes > 0))
}

func deadline(passed bool) time.Time {
	if passed {
		return time.Unix(1, 0)
	}
	return time.Time{}
}

// overBy returns the context that was the last to end; nil where none did.
func (s *stopper) overBy() context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}

// cut says whether a call failed of being cut short. A dialer of the net package names
// the context's errors.
func cut(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// stopped returns why a context that is over ended, and the code of that.
func stopped(ctx context.Context) (trace.Code, error) {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return CodeTimeout, context.Cause(ctx)
	}
	return CodeInterrupted, context.Cause(ctx)
}
