package timeline

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"fetchscope/trace"
)

func number(n int64) *int64 { return &n }

// What the kernel told of the connection takes four lines of the details.
func TestDetailsTellOfTheSocket(t *testing.T) {
	d := documents(t)["secure"]
	three, seven, limited := 3, 7, 5*time.Millisecond
	c := d.Last().Connection
	c.Opened.Options = &trace.SocketOptions{Timestamps: true, SACK: true, SendScale: &three, ReceiveScale: &seven}
	c.Closed = &trace.SocketRead{
		When: "closed", RTT: c.Opened.RTT, MinRTT: c.Opened.MinRTT, PathMTU: number(1500), SendMSS: number(1448), Cwnd: number(10),
		Retransmits: number(1), OutOfOrder: number(2), Reordered: number(0), WindowLimited: &limited,
	}
	var out bytes.Buffer
	if err := Details(&out, d, Options{Columns: 100, UTF8: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"* wait     28.06 ms of network by the request's acknowledgement (28.00 to 28.06)\n",
		"* options  timestamps, SACK, windows scaled by 2^3 (theirs) and 2^7\n",
		"* path     RTT 28.00 ms, 28.00 at least, MTU 1500, MSS 1448, congestion window 10\n",
		"* segments 1 sent again, 2 came out of order, 5.00 ms waited for the peer's window\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("details are\n%s\nwithout %q", out.String(), want)
		}
	}
}

// The rate is told of a body that was large, and of which it is known how long it took.
func TestTheRateOfALargeBody(t *testing.T) {
	progress := []trace.ProgressPoint{{At: 0, Bytes: 1}, {At: 1, Bytes: 2_000_000_000}}
	for _, c := range []struct {
		name        string
		time, doubt trace.Time
		progress    []trace.ProgressPoint
		want        string
	}{
		{"large", 1_250_000_000, 0, progress, "2 GB, 1.6 GB/s"},
		{"small", 1_250_000_000, 0, nil, "2 GB"},
		{"of a time in doubt", 1_000_000, 600_000, progress, "2 GB"},
		{"at once", 0, 0, progress, "2 GB, all at once"},
	} {
		v := &view{pen: newPen(Options{UTF8: true})}
		r := &trace.ResponseInfo{BodyBytes: 2_000_000_000, Complete: true, Progress: c.progress}
		if got := v.received(r, &trace.PhaseTime{Duration: &c.time, Uncertainty: &c.doubt}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestFastOpenInWords(t *testing.T) {
	yes, no := true, false
	for _, tt := range []struct {
		of   *trace.FastOpenInfo
		want string
	}{
		{nil, ""},
		{&trace.FastOpenInfo{Cookie: trace.CookieAsked}, "fast     the SYN asked for a cookie"},
		{&trace.FastOpenInfo{Cookie: trace.CookieSent, Bytes: 84}, "fast     84 bytes went with the SYN"},
		{&trace.FastOpenInfo{Cookie: trace.CookieSent, Bytes: 84, Taken: &yes}, "fast     84 bytes went with the SYN, and were taken"},
		{&trace.FastOpenInfo{Cookie: trace.CookieSent, Bytes: 84, Taken: &no}, "fast     84 bytes went with the SYN, and had to be sent again"},
		{&trace.FastOpenInfo{Cookie: trace.CookieRefusedHere, Why: "not permitted"}, "fast     the system does not let us: not permitted"},
	} {
		if got := fastOpen(tt.of); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.of, got, tt.want)
		}
	}
}
