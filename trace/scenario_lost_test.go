package trace

import "time"

// lost is a fetch by a line that loses the SYN and the last ACK, from a server whose kernel
// could be asked, as in a lab.
func lost() scenario {
	s := &script{}
	s.at(0, ExchangeStarted{URL: "http://203.0.113.7/", Why: "first"})
	s.at(0, PhaseSkipped{Phase: TLS, Why: "http"})
	s.at(0, PhaseSkipped{Phase: Resolve, Why: "address"})
	s.conn = 1
	s.at(480*us, AttemptStarted{Address: "203.0.113.7:80"})
	s.state(Client, SynSent, 500*us, 60*time.Microsecond, Syscall)
	s.segment(503*us, Client, "SYN", 0, 0, 0)
	s.segment(1008503*us, Client, "SYN", 0, 0, 0)
	s.state(Server, SynReceived, 1028503*us, 600*time.Microsecond, SockDiag)
	s.segment(1048800*us, Server, "SYN,ACK", 0, 1, 0)
	s.segment(1048840*us, Client, "ACK", 1, 1, 0)
	s.state(Client, Established, 1048850*us, 90*time.Microsecond, TCPInfo)
	s.at(1048900*us, AttemptEnded{Address: "203.0.113.7:80", Outcome: "connected"})
	s.at(1048900*us, Connected{Local: "192.0.2.10:51544", Remote: "203.0.113.7:80"})
	s.at(1048910*us, SocketRead{When: "connected", RTT: duration(40297 * time.Microsecond), MinRTT: duration(40297 * time.Microsecond), Retransmits: number(1), SegmentsIn: number(1), SegmentsOut: number(3)})
	s.at(1049000*us, RequestStarted{Method: "GET", Target: "/", Version: "HTTP/1.1"})
	s.segment(1049040*us, Client, "PSH,ACK", 1, 1, 105)
	s.at(1049090*us, RequestEnded{Bytes: 105, Offset: 105})
	s.state(Server, Established, 1068900*us, 600*time.Microsecond, SockDiag)
	s.segment(1089500*us, Server, "PSH,ACK", 1, 106, 1448)
	s.moment(Moment{At: 1089500 * us, From: Timestamp}, FirstByte{Offset: 1448})
	s.stamp(1089500*us, HeadReceived{Version: "HTTP/1.1", Status: 200, Reason: "OK", Bytes: 220, Framing: "length", Length: 1228})
	s.stamp(1089500*us, ResponseEnded{BodyBytes: 1228, Complete: true, Persistent: true, Offset: 1448})
	s.at(1089600*us, PhaseSkipped{Phase: Render, Why: "not HTML"})
	s.at(1089700*us, CloseStarted{})
	s.segment(1089740*us, Client, "FIN,ACK", 106, 1449, 0)
	s.state(Server, CloseWait, 1109900*us, 40*time.Microsecond, SockDiag)
	s.segment(1130100*us, Server, "ACK", 1449, 107, 0)
	s.state(Server, LastAck, 1169900*us, 110*time.Microsecond, SockDiag)
	s.segment(1190200*us, Server, "FIN,ACK", 1449, 107, 0)
	s.segment(1190230*us, Client, "ACK", 107, 1450, 0)
	s.segment(1439400*us, Server, "FIN,ACK", 1449, 107, 0)
	s.segment(1439430*us, Client, "ACK", 107, 1450, 0)
	s.state(Server, Closed, 1459700*us, 550*time.Microsecond, SockDiag)
	s.moment(Moment{At: 1459800 * us, From: SockDiag}, TimeWaitRead{Left: 59980 * time.Millisecond})
	s.at(1459900*us, CaptureEnded{})
	s.at(1459900*us, CloseEnded{Why: "complete"})
	return scenario{"lost", "http://203.0.113.7/", s.records}
}
