// Package trace records what the six steps observe and turns it into the trace
// document.
//
// Steps emit typed facts through a [Scope]; the [Recorder] behind it owns the
// program's only clock and keeps the facts as records. [Fold] alone derives the
// [Document] from them: phases, connection states, byte counts, the error. Every
// view (timeline, ladder, JSON) is a pure function of the Document; the JSONL
// stream is one of the records. A new view therefore touches no step, and a new
// fact touches one step, its event and Fold.
//
// The package imports the standard library alone and knows nothing of sockets,
// terminals or flags. State names are those of RFC 9293, section 3.3.2.
package trace

import "time"

// A Time is a moment in nanoseconds on the run's only clock, which is monotonic
// and starts with the first exchange.
type Time int64

// Add returns the moment d after t.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Evidence names what a moment or a state rests on.
type Evidence string

// The kinds of evidence, surest first.
const (
	// Packet is a segment seen by a capture.
	Packet Evidence = "packet"
	// Timestamp is the kernel's own stamp of a packet (SO_TIMESTAMPING).
	Timestamp Evidence = "timestamp"
	// TCPInfo is the kernel's answer to getsockopt(TCP_INFO) on the socket.
	TCPInfo Evidence = "tcp_info"
	// SockDiag is the kernel's answer to a netlink sock_diag query.
	SockDiag Evidence = "sock_diag"
	// Syscall is a pair of clock readings round a system call.
	Syscall Evidence = "syscall"
	// Clock is a clock reading in the program itself.
	Clock Evidence = "clock"
	// Inferred is a conclusion by the rules of the protocol.
	Inferred Evidence = "inferred"
)

// A Moment is a point in time with its bounds: the truth certainly lies within
// At ± Within.
type Moment struct {
	At     Time
	Within time.Duration
	From   Evidence
}

// Between returns the moment that lies somewhere from lo to hi.
func Between(lo, hi Time, from Evidence) Moment {
	if hi < lo {
		lo, hi = hi, lo
	}
	half := (hi - lo + 1) / 2
	return Moment{At: lo + half, Within: time.Duration(half), From: from}
}

// Earliest returns the first instant the moment may have been.
func (m Moment) Earliest() Time { return m.At - Time(m.Within) }

// Latest returns the last instant the moment may have been.
func (m Moment) Latest() Time { return m.At + Time(m.Within) }

// A Phase is one of the eight measured intervals of an exchange.
type Phase string

// The phases, in the order in which they are listed.
const (
	Resolve Phase = "resolve"
	Connect Phase = "connect"
	TLS     Phase = "tls"
	Request Phase = "request"
	Wait    Phase = "wait"
	Receive Phase = "receive"
	Render  Phase = "render"
	Close   Phase = "close"
)

// Places outside the phases where a run can fail.
const (
	InURL      Phase = "url"
	InRedirect Phase = "redirect"
	InOutput   Phase = "output"
	InUsage    Phase = "usage"
)

// Steps maps each phase to its step, 1 to 6.
var steps = [...]struct {
	phase Phase
	step  int
}{{Resolve, 1}, {Connect, 2}, {TLS, 2}, {Request, 3}, {Wait, 4}, {Receive, 4}, {Render, 5}, {Close, 6}}

// Phases lists the eight phases in order.
func Phases() []Phase {
	out := make([]Phase, len(steps))
	for i, s := range steps {
		out[i] = s.phase
	}
	return out
}

// Step returns the step, 1 to 6, that p belongs to; 0 for a place outside them.
func (p Phase) Step() int {
	for _, s := range steps {
		if s.phase == p {
			return s.step
		}
	}
	return 0
}

// A State is a TCP state by its name in RFC 9293, with underscores.
type State string

// The states of a connection (RFC 9293, section 3.3.2).
const (
	Listen      State = "LISTEN"
	SynSent     State = "SYN_SENT"
	SynReceived State = "SYN_RECEIVED"
	Established State = "ESTABLISHED"
	FinWait1    State = "FIN_WAIT_1"
	FinWait2    State = "FIN_WAIT_2"
	CloseWait   State = "CLOSE_WAIT"
	Closing     State = "CLOSING"
	LastAck     State = "LAST_ACK"
	TimeWait    State = "TIME_WAIT"
	Closed      State = "CLOSED"
)

// A Side is an end of the connection.
type Side string

// The two ends, and how a close can have been begun.
const (
	Client Side = "client"
	Server Side = "server"
	Both   Side = "both"
	None   Side = "none"
)

// A Code names a failure; its value never changes between releases. The table of
// all codes and their exit statuses is in internal/cli.
type Code string

// A Field is a header or trailer field as on the wire: name and value.
type Field [2]string
