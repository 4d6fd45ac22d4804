package transport

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// lastSet is a connection that remembers its deadlines.
type lastSet struct {
	mu          sync.Mutex
	read, write time.Time
}

func (l *lastSet) SetReadDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read = t
	return nil
}

func (l *lastSet) SetWriteDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write = t
	return nil
}

// passed tells which deadlines have passed.
func (l *lastSet) passed() (read, write bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.read.IsZero(), !l.write.IsZero()
}

// await waits until the deadlines have passed as wanted.
func (l *lastSet) await(t *testing.T, read, write bool) {
	t.Helper()
	for limit := time.Now().Add(patience); ; {
		if r, w := l.passed(); r == read && w == write {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("deadlines have not passed as wanted: reads %t, writes %t", read, write)
		}
	}
}

func (l *lastSet) want(t *testing.T, when string, read, write bool) {
	t.Helper()
	if r, w := l.passed(); r != read || w != write {
		t.Errorf("%s: deadlines passed for reads %t, writes %t, want %t, %t", when, r, w, read, write)
	}
}

func TestReleaseLeavesNoDeadlineBehind(t *testing.T) {
	for range 2000 {
		l := &lastSet{}
		s := &stopper{conn: l}
		ctx, cancel := context.WithCancel(context.Background())
		release := s.guard(ctx)
		go cancel()
		release()
		<-ctx.Done()
		if r, w := l.passed(); r || w {
			t.Fatal("a context that ended beside release left a deadline")
		}
	}
}

func TestGuardsNest(t *testing.T) {
	l := &lastSet{}
	s := &stopper{conn: l}
	why := errors.New("enough")
	outer, endOuter := context.WithCancelCause(context.Background())
	inner, endInner := context.WithCancel(outer)
	releaseOuter := s.guard(outer)
	releaseInner := s.guard(inner)
	endInner()
	l.await(t, true, true)
	releaseInner()
	releaseInner() // a second time does nothing
	l.want(t, "inner released", false, false)
	resume := s.stopWriting()
	l.want(t, "writing stopped", false, true)
	endOuter(why)
	l.await(t, true, true)
	resume()
	l.want(t, "writing resumed after the end of the outer context", true, true)
	if code, err := stopped(s.overBy()); code != CodeInterrupted || err != why {
		t.Errorf("stopped by %q, %v; want %q, %v", code, err, CodeInterrupted, why)
	}
	releaseOuter()
	l.want(t, "all released", false, false)
}
