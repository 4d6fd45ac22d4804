package cookie

import (
	"strings"
	"time"
)

// maxDate bounds what is read as a date. Those that servers write have some 30 bytes, and
// curl reads as many as this.
const maxDate = 79

// parseDate reads a cookie-date (section 5.1.1): whatever in it looks like a time, a day, a
// month and a year, in any order.
func parseDate(s string) (time.Time, bool) {
	if len(s) > maxDate {
		return time.Time{}, false
	}
	var d date
	for _, token := range strings.FieldsFunc(s, isDelimiter) {
		d.take(token)
	}
	return d.moment()
}

// isDelimiter is the production delimiter.
func isDelimiter(r rune) bool {
	return r == '\t' || ' ' <= r && r <= '/' || ';' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
}

// A date is one on its way; what is not found yet is unset.
type date struct {
	clock            [3]int
	day, month, year int

	hasClock, hasDay, hasMonth, hasYear bool
}

// take lets a token be the first of the parts that it can be and that is still missing
// (section 5.1.1, step 2).
func (d *date) take(token string) {
	if !d.hasClock {
		if d.clock, d.hasClock = clock(token); d.hasClock {
			return
		}
	}
	if !d.hasDay {
		if d.day, d.hasDay = leading(token, 1, 2); d.hasDay {
			return
		}
	}
	if !d.hasMonth {
		if d.month, d.hasMonth = month(token); d.hasMonth {
			return
		}
	}
	if !d.hasYear {
		d.year, d.hasYear = leading(token, 2, 4)
	}
}

// clock reads the production time: three numbers of one or two digits.
func clock(token string) (out [3]int, ok bool) {
	for i := range out {
		digits := len(token) - len(strings.TrimLeft(token, "0123456789"))
		last := i == len(out)-1
		if digits < 1 || digits > 2 || !last && (len(token) == digits || token[digits] != ':') {
			return out, false
		}
		out[i] = number(token[:digits])
		if !last {
			token = token[digits+1:]
		}
	}
	return out, true
}

// leading reads a number of so many digits, behind which anything but a digit may follow.
func leading(token string, least, most int) (int, bool) {
	digits := len(token) - len(strings.TrimLeft(token, "0123456789"))
	if digits < least || digits > most {
		return 0, false
	}
	return number(token[:digits]), true
}

// number reads at most four digits.
func number(digits string) int {
	n := 0
	for _, r := range digits {
		n = 10*n + int(r-'0')
	}
	return n
}

const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// month reads a month by its first three letters.
func month(token string) (int, bool) {
	if len(token) < 3 {
		return 0, false
	}
	at := strings.Index(months, strings.ToLower(token[:3]))
	return at/3 + 1, at >= 0 && at%3 == 0
}

// moment is the date, where it is one (section 5.1.1, steps 3 to 6).
func (d *date) moment() (time.Time, bool) {
	year := d.year
	switch {
	case !d.hasClock || !d.hasDay || !d.hasMonth || !d.hasYear:
		return time.Time{}, false
	case 70 <= year && year <= 99:
		year += 1900
	case year <= 69:
		year += 2000
	}
	if year < 1601 || d.day < 1 || d.clock[0] > 23 || d.clock[1] > 59 || d.clock[2] > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(d.month), d.day, d.clock[0], d.clock[1], d.clock[2], 0, time.UTC)
	return t, t.Day() == d.day // there is no 31 February
}
