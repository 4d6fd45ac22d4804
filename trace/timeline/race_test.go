package timeline

import (
	"strings"
	"testing"
	"time"

	"fetchscope/trace"
)

// try makes an attempt that begins and lasts some milliseconds.
func try(address string, start, took int64, outcome string, why trace.Code) trace.Attempt {
	d := trace.Time(took) * trace.Time(time.Millisecond)
	return trace.Attempt{
		Address: address, Start: trace.Time(start) * trace.Time(time.Millisecond), Duration: &d, Outcome: outcome, Why: why,
	}
}

func TestLosersAreNamedByWhatBecameOfThem(t *testing.T) {
	const four, other4, six, other6 = "192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80", "[2001:db8::2]:80"
	up := try(four, 200, 28, trace.AttemptConnected, "")
	cases := []struct {
		name     string
		attempts []trace.Attempt
		want     string
	}{
		{"alone", []trace.Attempt{up}, ""},
		{"nobody won", []trace.Attempt{try(six, 0, 1, trace.AttemptFailed, "connection_refused"), try(four, 1, 1, trace.AttemptFailed, "connection_refused")}, ""},
		{"refused", []trace.Attempt{try(six, 0, 0, trace.AttemptFailed, "connection_refused"), up}, "IPv6 refused at once"},
		{"refused late", []trace.Attempt{try(six, 0, 31, trace.AttemptFailed, "connection_refused"), up}, "IPv6 refused after 31 ms"},
		{"no way", []trace.Attempt{try(six, 0, 0, trace.AttemptFailed, "network_unreachable"), up}, "IPv6 unreachable at once"},
		{"silent", []trace.Attempt{try(six, 0, 228, trace.AttemptAbandoned, trace.LostUnanswered), up}, "IPv6 silent for 228 ms"},
		{"up too", []trace.Attempt{try(six, 0, 269, trace.AttemptAbandoned, trace.LostConnected), up}, "IPv6 lost by 41 ms"},
		{"up too, by its own account before", []trace.Attempt{try(six, 0, 20, trace.AttemptAbandoned, trace.LostConnected), up}, "IPv6 lost by 0 ms"},
		{"forbidden", []trace.Attempt{try(six, 0, 0, trace.AttemptFailed, "permission_denied"), up}, "IPv6 permission denied at once"},
		{"of its own family", []trace.Attempt{try(other4, 0, 0, trace.AttemptFailed, "connection_refused"), up}, "1 other refused at once"},
		{"of both", []trace.Attempt{try(six, 0, 0, trace.AttemptFailed, "connection_refused"), try(other4, 0, 0, trace.AttemptFailed, "connection_refused"), up}, "2 others refused at once"},
		{"each in its way", []trace.Attempt{try(six, 0, 0, trace.AttemptFailed, "connection_refused"), up, try(other6, 0, 9, trace.AttemptAbandoned, trace.LostUnanswered)}, "IPv6 refused at once …"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			v := &view{pen: newPen(Options{UTF8: true}), unit: unit{size: 1e6, name: "ms"}}
			if got := v.raced(&trace.Connection{Attempts: tc.attempts}); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// The details list every address with its times.
func TestDetailsListTheAttempts(t *testing.T) {
	var b strings.Builder
	if err := Details(&b, documents(t)["raced"], Options{Columns: 80, UTF8: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"* [2001:db8::7]:80  +0.00 ms  no answer in 228.30 ms, abandoned\n",
		"* 203.0.113.7:80    +200.08 ms  connected in 28.02 ms\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in:\n%s", want, b.String())
		}
	}
}
