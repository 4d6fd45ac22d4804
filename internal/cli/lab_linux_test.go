package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"fetchscope/trace"
)

// command is the program in a process of its own, by the name that TestMain knows it by.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Args[0] = "fetchscope"
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0")
	return c
}

// inLab runs the demo in a lab and returns the last exchange and what a person sees.
func inLab(t *testing.T, args ...string) (*trace.Exchange, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command(t, append([]string{"demo", "--lab", "--rtt", "60ms", "--format", "json"}, args...)...)
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	skipWithoutLab(t, stderr.String())
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	d := &trace.Document{}
	if err := json.Unmarshal(stdout.Bytes(), d); err != nil {
		t.Fatal(err)
	}
	return d.Last(), stderr.String()
}

func skipWithoutLab(t *testing.T, stderr string) {
	t.Helper()
	if i := strings.Index(stderr, "no lab: "); i >= 0 {
		t.Skip(strings.TrimSpace(stderr[i:]))
	}
}

// segment returns the first segment behind another that is as wanted.
func segment(t *testing.T, x *trace.Exchange, what string, behind *trace.Segment, is func(*trace.Segment) bool) *trace.Segment {
	t.Helper()
	for i := range x.Connection.Segments {
		s := &x.Connection.Segments[i]
		if (behind == nil || s.At > behind.At) && is(s) {
			return s
		}
	}
	t.Fatalf("no %s among %+v", what, x.Connection.Segments)
	return nil
}

// wantSeen checks an end's states: that they were seen, by which evidence, in this order.
func wantSeen(t *testing.T, x *trace.Exchange, side trace.Side, evidence trace.Evidence, want ...trace.State) {
	t.Helper()
	var got []trace.State
	for _, s := range x.Connection.States {
		switch {
		case s.Side != side || s.State == trace.Closed && s.Evidence == trace.Inferred:
		case s.Evidence == evidence:
			got = append(got, s.State)
		case s.Evidence != trace.Inferred: // passed between two questions, on a busy machine
			t.Errorf("the %s's %s rests on %s", side, s.State, s.Evidence)
		}
	}
	for _, w := range want {
		i := 0
		for i < len(got) && got[i] != w {
			i++
		}
		if i == len(got) {
			t.Fatalf("the %s's states by %s do not have %s in its place: %v", side, evidence, w, got)
		}
		got = got[i+1:]
	}
}

func wantText(t *testing.T, stderr string, patterns ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(stderr), " ")
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(flat) {
			t.Errorf("nobody is told %q:\n%s", p, stderr)
		}
	}
}

// A server whose FIN is acknowledged in vain sends it again, and our TIME_WAIT answers.
func TestLabLosesTheLastACK(t *testing.T) {
	x, stderr := inLab(t, "--drop", "last-ack")
	first := segment(t, x, "FIN of the server's", nil, func(s *trace.Segment) bool { return s.From == trace.Server && s.Has("FIN") })
	lost := segment(t, x, "last ACK", first, func(s *trace.Segment) bool { return s.From == trace.Client && s.Has("ACK") })
	again := segment(t, x, "repeat of the FIN", lost, func(s *trace.Segment) bool { return s.From == trace.Server && s.Has("FIN") && s.Again })
	answer := segment(t, x, "second ACK", again, func(s *trace.Segment) bool { return s.From == trace.Client && s.Has("ACK") })
	if !lost.Unanswered || answer.Unanswered || lost.Ack != answer.Ack || again.Seq != first.Seq {
		t.Errorf("lost %+v\nagain %+v\nanswer %+v", lost, again, answer)
	}
	wantSeen(t, x, trace.Server, trace.SockDiag, trace.Established, trace.CloseWait, trace.LastAck, trace.Closed)
	wantSeen(t, x, trace.Client, trace.Packet, trace.SynSent, trace.Established, trace.FinWait1, trace.TimeWait)
	for _, s := range x.Connection.States {
		if s.Side == trace.Server && s.State == trace.Closed && s.Start+s.Uncertainty < answer.At {
			t.Errorf("the server was CLOSED at %d, before its FIN was answered at %d", s.Start, answer.At)
		}
	}
	wantText(t, stderr, `ACK seq \d+ ack \d+─*x`, `FIN,ACK .*\(again\)`, `the link lost the client's ACK\. The server, in LAST_ACK for`,
		`sent its FIN again`, `started our TIME_WAIT anew`, `2 MSL`)
}

// A server that closed first is in FIN_WAIT_1 for as long.
func TestLabLosesTheLastACKOfAServerFirst(t *testing.T) {
	x, stderr := inLab(t, "--drop", "last-ack", "/close")
	wantSeen(t, x, trace.Server, trace.SockDiag, trace.Established, trace.FinWait1, trace.TimeWait)
	// Our own FIN is in the segment that is lost: whose timer is the first is up to both.
	lost := segment(t, x, "FIN", nil, func(s *trace.Segment) bool { return s.From == trace.Client && s.Has("FIN") })
	segment(t, x, "repeat of a FIN", lost, func(s *trace.Segment) bool { return s.Has("FIN") && s.Again })
	if !lost.Unanswered {
		t.Errorf("%+v is taken to have come", lost)
	}
	wantText(t, stderr, `the link lost the client's FIN ACK\. (The server sent its FIN again|Our own FIN was in it)`)
}

func TestLabLosesTheSYN(t *testing.T) {
	x, stderr := inLab(t, "--drop", "syn")
	s := x.Connection.Segments
	if !s[0].Has("SYN") || !s[0].Unanswered || !s[1].Has("SYN") || !s[1].Again || s[1].Unanswered {
		t.Errorf("it begins with %+v and %+v", s[0], s[1])
	}
	wantSeen(t, x, trace.Server, trace.SockDiag, trace.SynReceived, trace.Established, trace.CloseWait)
	wantText(t, stderr, `SYN seq 0 .*x`, `SYN seq 0 \(again\)`, `Nobody heard of it: our kernel sent it again`)
}

func TestLabLosesTheFIN(t *testing.T) {
	x, stderr := inLab(t, "--drop", "fin")
	lost := segment(t, x, "FIN", nil, func(s *trace.Segment) bool { return s.From == trace.Client && s.Has("FIN") })
	again := segment(t, x, "repeat of the FIN", lost, func(s *trace.Segment) bool { return s.From == trace.Client && s.Has("FIN") && s.Again })
	if !lost.Unanswered {
		t.Errorf("%+v is taken to have come, and %+v", lost, again)
	}
	wantSeen(t, x, trace.Client, trace.Packet, trace.FinWait1, trace.TimeWait)
	wantSeen(t, x, trace.Server, trace.SockDiag, trace.CloseWait, trace.Closed)
	wantText(t, stderr, `FIN_WAIT_1 [\d.]+ │──FIN,ACK .*x`, `The server knew nothing of our close`)
}

// Where both close at once, both pass through CLOSING.
func TestLabCrossesFINs(t *testing.T) {
	x, _ := inLab(t, "--rtt", "400ms", "/crossing")
	wantSeen(t, x, trace.Client, trace.Packet, trace.FinWait1, trace.Closing, trace.TimeWait)
	wantSeen(t, x, trace.Server, trace.SockDiag, trace.FinWait1, trace.Closing, trace.TimeWait)
	if x.Close.Initiator != trace.Both {
		t.Errorf("the initiator is %s", x.Close.Initiator)
	}
}

// Step 1 goes over the link too, to the root if it is to.
func TestLabWalksFromTheRoot(t *testing.T) {
	x, stderr := inLab(t, "--iterate", "--dnssec")
	if x.Connection.Remote != "203.0.113.7:443" || x.Response.Status != 200 {
		t.Errorf("%d from %s", x.Response.Status, x.Connection.Remote)
	}
	wantText(t, stderr, `1 resolve .* queries, secure`)
}

// An interrupt ends all of its processes: each of them has stderr open.
func TestLabEndsByInterrupt(t *testing.T) {
	c := command(t, "demo", "--lab", "--rtt", "9s")
	pipe, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stderr := bufio.NewReader(pipe)
	line, err := stderr.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	skipWithoutLab(t, line)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	if c.ProcessState.ExitCode() != statusInterrupted {
		t.Errorf("%v\n%s%s", err, line, rest)
	}
	wantText(t, string(rest), `interrupted`)
}

// The variable that tells the lab's processes what they are makes nothing of others.
func TestLabRoleWithoutALab(t *testing.T) {
	c := command(t, "demo")
	c.Env = append(c.Env, "FETCHSCOPE_LAB=client")
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != statusUsage {
		t.Errorf("%v\n%s", err, out)
	}
	wantText(t, string(out), `no lab has started this process`, `hint: unset FETCHSCOPE_LAB`)
}
