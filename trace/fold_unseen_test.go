package trace

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What our end passed between two answers of the kernel is told where something tells it, and
// left out where nothing does.
func TestPassedUnseen(t *testing.T) {
	reset := func(at int, sentAgain int64) func(s *script) {
		return func(s *script) {
			trip := 10 * time.Millisecond
			s.state(Client, Closed, Time(at)*1000*us, 50*time.Microsecond, TCPInfo)
			s.at(Time(at)*1000*us+100, ResetSeen{Side: Server})
			s.at(Time(at)*1000*us+200, SocketRead{When: "closed", RTT: &trip, Retransmits: &sentAgain})
		}
	}
	inTwo := func(count int) func(s *script) {
		return func(s *script) {
			s.state(Client, FinWait2, 110_000*us, 0, Inferred)
			s.state(Client, TimeWait, 110_000*us, 0, SockDiag)
			s.at(111_000*us, CloseSegments{Count: count})
		}
	}
	for _, c := range []struct {
		name string
		ends func(s *script)
		want []State
	}{
		{"a reset two round trips behind our FIN", reset(121, 0), []State{FinWait1, FinWait2, Closed}},
		{"a reset one round trip behind it", reset(111, 0), []State{FinWait1, Closed}},
		{"a reset that crosses it", reset(101, 0), []State{FinWait1, Closed}},
		{"a reset behind a FIN that was sent again", reset(300, 1), []State{FinWait1, Closed}},
		{"one segment", inTwo(3), []State{FinWait1, FinWait2, TimeWait}},
		{"two segments", inTwo(4), []State{FinWait1, TimeWait}},
		{"two segments, and a server that was seen", func(s *script) {
			s.state(Server, LastAck, 105_000*us, 0, SockDiag)
			inTwo(4)(s)
		}, []State{FinWait1, FinWait2, TimeWait}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &script{conn: 1}
			s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
			s.at(50_000*us, Connected{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
			s.state(Client, FinWait1, 100_000*us, 0, Syscall)
			c.ends(s)
			var got []State
			for _, st := range Fold(s.records, FoldOptions{Started: time.Unix(0, 0)}).Exchanges[0].Connection.States {
				if st.Side != Client {
					continue
				}
				got = append(got, st.State)
				if st.State == FinWait2 && st.Evidence != Inferred {
					t.Errorf("FIN_WAIT_2 by %s", st.Evidence)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("client's states (-want +got):\n%s", diff)
			}
		})
	}
}
