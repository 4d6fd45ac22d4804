package trace

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An inferred state lies before the one that followed it, also where its own bounds would
// let it be later.
func TestInferredStatesKeepTheirPlace(t *testing.T) {
	states := []StateTime{
		{State: SynReceived, Side: Server, Start: 100, Uncertainty: 5, Evidence: SockDiag},
		{State: Closed, Side: Server, Start: 200, Uncertainty: 10, Evidence: SockDiag},
		{State: Established, Side: Server, Start: 300, Uncertainty: 190, Evidence: Inferred},
	}
	placeInferred(states)
	want := []StateTime{
		{State: SynReceived, Side: Server, Start: 100, Uncertainty: 5, Evidence: SockDiag},
		{State: Established, Side: Server, Start: 160, Uncertainty: 50, Evidence: Inferred},
		{State: Closed, Side: Server, Start: 200, Uncertainty: 10, Evidence: SockDiag},
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// What a server elsewhere went through is told by what came of it alone.
func TestServerIsInferred(t *testing.T) {
	type seen struct {
		State  State
		Lo, Hi Time // in milliseconds
	}
	opening := []seen{{SynReceived, 10, 50}, {Established, 50, 90}}
	for _, c := range []struct {
		name  string
		close func(s *script)
		want  []seen
	}{
		{"we close first", func(s *script) {
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			s.state(Client, FinWait2, 140_000*us, 0, TCPInfo)
			s.state(Client, TimeWait, 150_000*us, 0, SockDiag)
		}, []seen{{CloseWait, 100, 140}, {LastAck, 100, 150}}},
		{"in three segments", func(s *script) {
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			s.state(Client, FinWait2, 140_000*us, 0, Inferred)
			s.state(Client, TimeWait, 140_000*us, 0, SockDiag)
		}, []seen{{CloseWait, 100, 140}, {LastAck, 100, 140}}},
		{"the server keeps its side open", func(s *script) {
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			s.state(Client, FinWait2, 140_000*us, 0, TCPInfo)
		}, []seen{{CloseWait, 100, 140}}},
		{"the server closes first", func(s *script) {
			s.state(Client, CloseWait, 95_000*us, 0, TCPInfo)
			s.state(Client, LastAck, 100_000*us, 0, Syscall)
			s.state(Client, Closed, 140_000*us, 0, TCPInfo)
		}, []seen{{FinWait1, 51, 95}, {FinWait2, 95, 140}, {TimeWait, 100, 140}}},
		{"both at once", func(s *script) {
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			s.state(Client, Closing, 110_000*us, 0, TCPInfo)
			s.state(Client, TimeWait, 140_000*us, 0, SockDiag)
		}, []seen{{FinWait1, 51, 110}, {Closing, 100, 140}}},
		{"by two segments, of which nobody knows the first", func(s *script) {
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			s.state(Client, FinWait2, 140_000*us, 0, Inferred)
			s.state(Client, TimeWait, 140_000*us, 0, SockDiag)
			s.at(141_000*us, CloseSegments{Count: 4})
		}, nil},
		{"a reset", func(s *script) {
			s.state(Client, Closed, 100_000*us, 0, TCPInfo)
			s.at(100_100*us, ResetSeen{Side: Server})
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{conn: 1}
			s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
			s.state(Client, SynSent, 10_000*us, 0, Syscall)
			s.state(Client, Established, 50_000*us, 0, TCPInfo)
			s.at(50_000*us, Connected{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
			s.at(51_000*us, RequestEnded{Offset: 83})
			s.stamp(51_000*us, BytesLeft{Offset: 83})
			s.stamp(90_000*us, BytesAcked{Offset: 83})
			s.stamp(91_000*us, FirstByte{})
			c.close(s)
			d := Fold(s.records, FoldOptions{URL: "http://203.0.113.7/", Started: time.Unix(0, 0)})
			var got []seen
			for _, st := range d.Exchanges[0].Connection.States {
				if st.Side == Server {
					got = append(got, seen{st.State, (st.Start - st.Uncertainty) / (1000 * us), (st.Start + st.Uncertainty) / (1000 * us)})
				}
			}
			if diff := cmp.Diff(append(opening[:2:2], c.want...), got); diff != "" {
				t.Errorf("server's states (-want +got):\n%s", diff)
			}
		})
	}
}

// Where both ends come to TIME_WAIT, both have sent their FINs before they had the other's.
func TestCrossedFINsPassClosing(t *testing.T) {
	s := &script{conn: 1}
	s.at(0, ExchangeStarted{URL: "http://127.0.0.1/", Why: "first"})
	for _, side := range []Side{Client, Server} {
		s.state(side, Established, 10*us, 0, SockDiag)
		s.state(side, FinWait1, 20*us, 0, SockDiag)
		s.state(side, FinWait2, 30*us, 5*time.Microsecond, Inferred)
		s.state(side, TimeWait, 30*us, 5*time.Microsecond, SockDiag)
	}
	s.at(10*us, Connected{Local: "127.0.0.1:4000", Remote: "127.0.0.1:80"})
	s.at(40*us, CloseEnded{Why: "complete"})
	x := Fold(s.records, FoldOptions{URL: "http://127.0.0.1/", Started: time.Unix(0, 0)}).Exchanges[0]
	for _, side := range []Side{Client, Server} {
		var got []State
		for _, st := range x.Connection.States {
			if st.Side == side {
				got = append(got, st.State)
			}
		}
		if diff := cmp.Diff([]State{Established, FinWait1, Closing, TimeWait}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", side, diff)
		}
	}
	if x.Close.Initiator != Both {
		t.Errorf("closed first by %s, want both", x.Close.Initiator)
	}
}
