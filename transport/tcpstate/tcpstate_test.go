package tcpstate

import (
	"errors"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// A seen is a StateSeen with its bracket, for comparing.
type seen struct {
	State    trace.State
	From     trace.Evidence
	Lo, Hi   trace.Time
	Recorded trace.Side
}

func states(r *trace.Recorder) []seen {
	var out []seen
	for _, rec := range r.Records() {
		if e, ok := rec.Event.(trace.StateSeen); ok {
			out = append(out, seen{e.State, rec.From, rec.Earliest(), rec.Latest(), e.Side})
		}
	}
	return out
}

func TestTracker(t *testing.T) {
	act := func(lo, hi trace.Time) func() (trace.Time, trace.Time, error) {
		return func() (trace.Time, trace.Time, error) { return lo, hi, nil }
	}
	found := func(s trace.State, at trace.Time) func() (trace.State, trace.Time) {
		return func() (trace.State, trace.Time) { return s, at }
	}
	const c = trace.Client
	cases := []struct {
		name string
		do   func(*Tracker)
		want []seen
	}{
		{"client closes, four segments", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.FinWait1, 130))
			k.Observe(trace.FinWait1, 200, 202, trace.TCPInfo)
			k.Observe(trace.FinWait2, 250, 252, trace.TCPInfo)
			k.Observe(trace.FinWait2, 300, 302, trace.TCPInfo)
			k.Observe(trace.TimeWait, 350, 352, trace.SockDiag)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			{trace.FinWait2, trace.TCPInfo, 200, 252, c},
			{trace.TimeWait, trace.SockDiag, 300, 352, c},
		}},
		{"client closes, FIN and ACK in one", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.FinWait1, 130))
			k.Observe(trace.TimeWait, 350, 352, trace.SockDiag)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			{trace.FinWait2, trace.Inferred, 100, 352, c},
			{trace.TimeWait, trace.SockDiag, 100, 352, c},
		}},
		{"both at once", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.FinWait1, 130))
			k.Observe(trace.Closing, 200, 210, trace.TCPInfo)
			k.Observe(trace.TimeWait, 300, 310, trace.SockDiag)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			{trace.Closing, trace.TCPInfo, 100, 210, c},
			{trace.TimeWait, trace.SockDiag, 200, 310, c},
		}},
		{"server closes", func(k *Tracker) {
			k.Received(50)
			k.Observe(trace.CloseWait, 60, 64, trace.TCPInfo)
			k.Act(act(100, 120), found(trace.LastAck, 130))
			k.Gone(false, 200, 210, trace.TCPInfo)
		}, []seen{
			{trace.CloseWait, trace.TCPInfo, 50, 64, c},
			{trace.LastAck, trace.Syscall, 100, 120, c},
			{trace.Closed, trace.TCPInfo, 100, 210, c},
		}},
		{"the server's FIN comes just before ours", func(k *Tracker) {
			k.Received(50)
			k.Act(act(100, 120), found(trace.LastAck, 130))
		}, []seen{
			{trace.CloseWait, trace.TCPInfo, 50, 120, c},
			{trace.LastAck, trace.Syscall, 100, 120, c},
		}},
		{"the server's FIN comes just before ours, its acknowledgement at once", func(k *Tracker) {
			k.Received(50)
			k.Act(act(100, 120), found(trace.Closed, 130))
			k.Gone(false, 131, 136, trace.TCPInfo)
		}, []seen{
			{trace.CloseWait, trace.TCPInfo, 50, 120, c},
			{trace.LastAck, trace.Syscall, 100, 120, c},
			{trace.Closed, trace.TCPInfo, 100, 136, c},
		}},
		{"TIME_WAIT at once is for the next look", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.TimeWait, 130))
			k.Observe(trace.TimeWait, 131, 136, trace.SockDiag)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			{trace.FinWait2, trace.Inferred, 100, 136, c},
			{trace.TimeWait, trace.SockDiag, 100, 136, c},
		}},
		{"a byte says nothing of FIN_WAIT_1", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.FinWait1, 130))
			k.Received(200)
			k.Observe(trace.FinWait2, 250, 252, trace.TCPInfo)
			k.Received(300)
			k.Observe(trace.TimeWait, 350, 352, trace.SockDiag)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			{trace.FinWait2, trace.TCPInfo, 100, 252, c},
			{trace.TimeWait, trace.SockDiag, 300, 352, c},
		}},
		{"reset while established", func(k *Tracker) {
			k.Received(50)
			k.Gone(true, 60, 70, trace.TCPInfo)
			k.Act(func() (trace.Time, trace.Time, error) { return 80, 90, errors.New("not connected") }, found("", 0))
		}, []seen{{trace.Closed, trace.TCPInfo, 50, 70, c}}},
		{"a stale observation is ignored", func(k *Tracker) {
			k.Act(act(100, 120), found(trace.FinWait2, 130))
			k.Observe(trace.Established, 90, 140, trace.TCPInfo)
			k.Observe(trace.FinWait1, 90, 140, trace.TCPInfo)
		}, []seen{
			{trace.FinWait1, trace.Syscall, 100, 120, c},
			// The acknowledgement may have come before the call returned.
			{trace.FinWait2, trace.TCPInfo, 100, 130, c},
		}},
		{"but the end of TIME_WAIT", func(k *Tracker) {
			k.Observe(trace.TimeWait, 60, 70, trace.SockDiag)
			k.Expired(trace.Between(800, 900, trace.SockDiag))
			k.Expired(trace.Between(900, 950, trace.SockDiag))
		}, []seen{
			{trace.FinWait1, trace.Inferred, 0, 70, c},
			{trace.FinWait2, trace.Inferred, 0, 70, c},
			{trace.TimeWait, trace.SockDiag, 0, 70, c},
			{trace.Closed, trace.SockDiag, 800, 900, c},
		}},
		{"nothing follows the end", func(k *Tracker) {
			k.Gone(true, 60, 70, trace.TCPInfo)
			k.Gone(true, 80, 90, trace.TCPInfo)
			k.Observe(trace.TimeWait, 80, 90, trace.SockDiag)
		}, []seen{{trace.Closed, trace.TCPInfo, 0, 70, c}}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			r := trace.NewRecorder(nil)
			tc.do(NewTracker(r.Scope(0), trace.Client, trace.Established, 0))
			if diff := cmp.Diff(tc.want, states(r)); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
}

// The state may change between a question that finds the old one and its answer. Guarded is
// that (*Tracker).observe raises the lower bound to the clock before the question.
func TestTrapBoundBeforeTheQuestion(t *testing.T) {
	r := trace.NewRecorder(nil)
	k := NewTracker(r.Scope(0), trace.Client, trace.Established, 0)
	k.Observe(trace.Established, 90, 110, trace.TCPInfo)
	k.Observe(trace.CloseWait, 120, 130, trace.TCPInfo)
	want := []seen{{trace.CloseWait, trace.TCPInfo, 90, 130, trace.Client}}
	if diff := cmp.Diff(want, states(r)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestServerGoneUnseenPassedItsStates(t *testing.T) {
	r := trace.NewRecorder(nil)
	k := NewTracker(r.Scope(0), trace.Server, trace.Listen, 10)
	k.Observe(trace.Established, 20, 30, trace.SockDiag)
	k.Gone(false, 80, 90, trace.SockDiag)
	var got []trace.State
	for _, s := range states(r) {
		got = append(got, s.State)
	}
	want := []trace.State{trace.SynReceived, trace.Established, trace.CloseWait, trace.LastAck, trace.Closed}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	select {
	case <-k.Final():
	case <-time.After(time.Minute):
		t.Error("the end was not announced")
	}
}
