package httpdate

import (
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, s, want string }{
		{"as sent", "Sun, 12 Dec 1999 11:00:00 GMT", "1999-12-12T11:00:00Z"},
		{"RFC 850", "Sunday, 12-Dec-99 11:00:00 GMT", "1999-12-12T11:00:00Z"},
		{"asctime", "Sun Dec 12 11:00:00 1999", "1999-12-12T11:00:00Z"},
		{"the month first", "dec 12 12:00:00 1999 GMT", "1999-12-12T12:00:00Z"},
		{"in full", "sunday 12 december 1999 12:00", "1999-12-12T12:00:00Z"},
		{"without a time", "12 Dec 1999", "1999-12-12T00:00:00Z"},
		{"all digits", "19991212", "1999-12-12T00:00:00Z"},
		{"all digits and a time", "19991212 12:00:01", "1999-12-12T12:00:01Z"},
		{"a zone by name", "12 Dec 1999 11:00:00 CET", "1999-12-12T10:00:00Z"},
		{"a zone by hours", "12 Dec 1999 11:00:00 -0130", "1999-12-12T12:30:00Z"},
		{"two digits of this century", "12 Dec 26 11:00:00", "2026-12-12T11:00:00Z"},
		{"a leap day", "29 Feb 2024", "2024-02-29T00:00:00Z"},
		{"a leap second", "31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"},
		{"no leap year", "29 Feb 2023", ""},
		{"a month of 30 days", "31 Apr 2023", ""},
		{"no month", "12 1999", ""},
		{"no day", "Dec 1999", ""},
		{"no year", "12 Dec", ""},
		{"two months", "12 Dec Nov 1999", ""},
		{"an hour too many", "12 Dec 1999 24:00:00", ""},
		{"four parts of a clock", "12 Dec 1999 11:00:00:00", ""},
		{"a digit too many in a clock", "12 Dec 1999 11:000", ""},
		{"a word", "yesterday", ""},
		{"nothing", "", ""},
		{"before the calendar", "12 Dec 999", ""},
		{"a number too large", "12 Dec 99999999999999999999", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if at, ok := Parse(tt.s); ok {
				got = at.Format(time.RFC3339)
			}
			if got != tt.want {
				t.Errorf("%q is %q, want %q", tt.s, got, tt.want)
			}
		})
	}
}

// A date that was read and is sent is read the same.
func FuzzParse(f *testing.F) {
	f.Add("Sun, 12 Dec 1999 11:00:00 GMT")
	f.Add("sunday, 12-dec-99 1:2:3 +0100")
	f.Add("19991212T1:2 z")
	f.Add(strings.Repeat("1 ", 20))
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := Parse(s)
		if !ok {
			return
		}
		if again, ok := Parse(at.Format(Format)); !ok || !again.Equal(at) {
			t.Errorf("%q is %v, and %q is %v, %t", s, at, at.Format(Format), again, ok)
		}
	})
}
