package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"fetchscope/trace"

	"github.com/google/go-cmp/cmp"
)

// refusing returns an address on which nothing listens.
func refusing(t *testing.T) netip.AddrPort {
	t.Helper()
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).AddrPort()
}

// wantError checks the code and the cause of a failure.
func wantError(t *testing.T, err error, code trace.Code, cause error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code || cause != nil && !errors.Is(err, cause) {
		t.Errorf("error %v (%+v), want code %q, cause %v", err, e, code, cause)
	}
}

func TestDialTriesAddressesInTurn(t *testing.T) {
	first, second := refusing(t), serve(t, drained)
	j := newJournal(t)
	conn, err := Dial(t.Context(), j.Scope(0), 2, []netip.AddrPort{first, second})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close(t.Context(), CloseOptions{})
	type attempt struct {
		Conn  int
		Event trace.Event
	}
	var got []attempt
	for _, r := range j.Records() {
		switch r.Event.(type) {
		case trace.AttemptStarted, trace.AttemptEnded, trace.Connected:
			got = append(got, attempt{r.Conn, r.Event})
		}
	}
	want := []attempt{
		{3, trace.AttemptStarted{Address: first.String()}},
		{3, trace.AttemptEnded{Address: first.String(), Outcome: "failed", Why: CodeRefused}},
		{4, trace.AttemptStarted{Address: second.String()}},
		{4, trace.AttemptEnded{Address: second.String(), Outcome: "connected"}},
		{4, trace.Connected{Local: conn.Local().String(), Remote: second.String()}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestDialFails(t *testing.T) {
	why := errors.New("changed my mind")
	over, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	late, cancelLate := context.WithDeadlineCause(t.Context(), time.Unix(1, 0), why)
	defer cancelLate()
	cases := []struct {
		name  string
		ctx   context.Context
		addrs []netip.AddrPort
		code  trace.Code
		cause error
	}{
		{"no address", t.Context(), nil, CodeNoAddress, nil},
		{"refused", t.Context(), []netip.AddrPort{refusing(t)}, CodeRefused, nil},
		{"refused twice", t.Context(), []netip.AddrPort{refusing(t), refusing(t)}, CodeRefused, nil},
		{"cancelled before", over, []netip.AddrPort{refusing(t), refusing(t)}, CodeInterrupted, why},
		{"too late before", late, []netip.AddrPort{refusing(t)}, CodeTimeout, why},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Dial(tc.ctx, newJournal(t).Scope(0), 0, tc.addrs)
			wantError(t, err, tc.code, tc.cause)
		})
	}
}

func TestMappedAddressIsIPv4(t *testing.T) {
	addr := serve(t, drained)
	mapped := netip.AddrPortFrom(netip.AddrFrom16(addr.Addr().As16()), addr.Port())
	j := newJournal(t)
	conn := j.dial(mapped)
	defer conn.Close(t.Context(), CloseOptions{})
	if conn.Remote() != addr || !conn.Local().Addr().Is4() {
		t.Errorf("%s is connected from %s to %s, want from IPv4 to %s", mapped, conn.Local(), conn.Remote(), addr)
	}
}

func TestBoundContextEndsReadsWithItsCause(t *testing.T) {
	why := errors.New("enough")
	addr := serve(t, func(c *net.TCPConn) { _, _ = io.Copy(c, c) })
	cancelled := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithCancelCause(ctx)
		go cancel(why)
		return ctx
	}
	expired := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithTimeoutCause(ctx, time.Millisecond, why)
		t.Cleanup(cancel)
		return ctx
	}
	for code, end := range map[trace.Code]func(context.Context) context.Context{CodeInterrupted: cancelled, CodeTimeout: expired} {
		conn := newJournal(t).dial(addr)
		release := conn.Bind(end(t.Context()))
		_, err := conn.Read(make([]byte, 1))
		wantError(t, err, code, why)
		release()
		// The connection is as good as before.
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Errorf("write after release: %v", err)
		}
		if n, err := conn.Read(make([]byte, 8)); n != 1 || err != nil {
			t.Errorf("read after release: %d bytes, %v", n, err)
		}
		conn.Close(t.Context(), CloseOptions{})
	}
}

// fill writes until it fails.
func fill(c *Conn) error {
	piece := make([]byte, 1<<20)
	for {
		if _, err := c.Write(piece); err != nil {
			return err
		}
	}
}

func TestWritesEnd(t *testing.T) {
	read := make(chan struct{})
	addr := serve(t, func(c *net.TCPConn) {
		<-read
		drained(c)
	})
	conn := newJournal(t).dial(addr)
	defer conn.Close(t.Context(), CloseOptions{})
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	release := conn.Bind(ctx)
	failed := make(chan error)
	go func() { failed <- fill(conn) }()
	cancel(why)
	wantError(t, <-failed, CodeInterrupted, why)
	release()
	go func() { failed <- fill(conn) }()
	resume := conn.StopWriting()
	if err := <-failed; err == nil {
		t.Error("a stopped write succeeded")
	}
	resume()
	close(read)
	if n, err := conn.Write([]byte("more")); n != 4 || err != nil {
		t.Errorf("after resuming, a write returned %d, %v", n, err)
	}
}

func TestReaderWaitsThroughALargeRequest(t *testing.T) {
	const size = 12 << 20
	addr := serve(t, func(c *net.TCPConn) {
		_ = c.SetReadBuffer(128 << 10) // so that the sender has to wait
		_, _ = io.CopyN(io.Discard, c, size)
		_, _ = c.Write([]byte("done"))
	})
	conn := newJournal(t).dial(addr)
	defer conn.Close(t.Context(), CloseOptions{})
	answer := make(chan string)
	go func() {
		buf := make([]byte, 8)
		n, err := conn.Read(buf)
		if err != nil {
			t.Errorf("read beside the request: %v", err)
		}
		answer <- string(buf[:n])
	}()
	piece := make([]byte, 32<<10)
	for range size / len(piece) {
		if _, err := conn.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-answer; got != "done" {
		t.Errorf("the answer is %q, want %q", got, "done")
	}
	if conn.Sent() != size {
		t.Errorf("%d bytes sent, want %d", conn.Sent(), size)
	}
}

func TestNilScopeRecordsNothing(t *testing.T) {
	addr := serve(t, func(c *net.TCPConn) { _, _ = io.Copy(c, c) })
	conn, err := Dial(t.Context(), nil, 0, []netip.AddrPort{addr})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if n, err := conn.Read(make([]byte, 8)); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	conn.Close(t.Context(), CloseOptions{})
	conn.Close(t.Context(), CloseOptions{}) // a second close does nothing
}
