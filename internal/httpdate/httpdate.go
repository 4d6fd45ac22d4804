// Package httpdate reads dates: those of HTTP in their three forms (RFC 9110, section
// 5.6.7), and what people write on a command line, by the rules of curl's date options.
//
// It takes a text and gives a moment. Words are months, weekdays or zones; numbers are a
// time of day, a day, a year or all of a date, by their form and place. Nothing is relative
// to now, and no clock is read. Text in other languages is left out.
package httpdate

import (
	"strconv"
	"strings"
	"time"
)

// Format is the form in which dates are sent (RFC 9110, section 5.6.7).
const Format = "Mon, 02 Jan 2006 15:04:05 GMT"

// maxParts bounds the words and numbers of a date: the longest forms have seven.
const maxParts = 10

// Parse reads a date.
func Parse(s string) (time.Time, bool) {
	d := date{day: -1, year: -1}
	for parts := 0; ; parts++ {
		start := strings.IndexFunc(s, func(r rune) bool { return letter(r) || digit(r) })
		if start < 0 {
			return d.time()
		}
		sign := byte(0)
		if start > 0 {
			sign = s[start-1]
		}
		s = s[start:]
		kind := digit
		if letter(rune(s[0])) {
			kind = letter
		} else if clock(s) {
			kind = func(r rune) bool { return digit(r) || r == ':' }
		}
		end := strings.IndexFunc(s, func(r rune) bool { return !kind(r) })
		if end < 0 {
			end = len(s)
		}
		if parts == maxParts || !d.take(s[:end], sign) {
			return time.Time{}, false
		}
		s = s[end:]
	}
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func digit(r rune) bool  { return r >= '0' && r <= '9' }

// clock says whether a time of day begins: one or two digits and a colon.
func clock(s string) bool {
	i := strings.IndexByte(s, ':')
	return i == 1 || i == 2 && digit(rune(s[1]))
}

// A date is what has been read of one.
type date struct {
	day, year int // -1 while unknown
	month     time.Month
	weekday   bool
	clocked   bool
	since     time.Duration // midnight
	zoned     bool
	east      time.Duration
}

// take reads a word or number; sign is what stands before it.
func (d *date) take(part string, sign byte) bool {
	switch {
	case letter(rune(part[0])):
		return d.takeWord(strings.ToLower(part))
	case strings.Contains(part, ":"):
		return d.takeClock(part)
	}
	n, err := strconv.Atoi(part)
	return err == nil && d.takeNumber(n, len(part), sign)
}

const (
	weekdays = "sunday monday tuesday wednesday thursday friday saturday"
	months   = "january february march april may june july august september october november december"
)

// zone returns how many hours one is east of Greenwich: those of RFC 5322, section 4.3,
// and of Europe.
func zone(w string) (hours int, known bool) {
	switch w {
	case "gmt", "ut", "utc", "z", "wet":
		return 0, true
	case "bst", "cet", "met":
		return 1, true
	case "cest", "mest", "eet":
		return 2, true
	case "edt":
		return -4, true
	case "est", "cdt":
		return -5, true
	case "cst", "mdt":
		return -6, true
	case "mst", "pdt":
		return -7, true
	case "pst":
		return -8, true
	}
	return 0, false
}

func (d *date) takeWord(w string) bool {
	if i := indexWord(weekdays, w); i >= 0 && !d.weekday {
		d.weekday = true
		return true
	}
	if i := indexWord(months, w); i >= 0 && d.month == 0 {
		d.month = time.Month(i + 1)
		return true
	}
	if hours, known := zone(w); known && !d.zoned {
		d.zoned, d.east = true, time.Duration(hours)*time.Hour
		return true
	}
	return w == "t" && !d.clocked // of ISO 8601
}

// indexWord finds a word among others, or its first three letters.
func indexWord(words, w string) int {
	for i, word := range strings.Fields(words) {
		if w == word || w == word[:3] {
			return i
		}
	}
	return -1
}

// takeClock reads hh:mm or hh:mm:ss. A leap second is one more.
func (d *date) takeClock(s string) bool {
	parts := strings.Split(s, ":")
	if d.clocked || len(parts) < 2 || len(parts) > 3 {
		return false
	}
	most, unit := [...]int{23, 59, 60}, [...]time.Duration{time.Hour, time.Minute, time.Second}
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n > most[i] || len(part) > 2 {
			return false
		}
		d.since += time.Duration(n) * unit[i]
	}
	d.clocked = true
	return true
}

// takeNumber reads a zone's hours and minutes, all of a date, a day, or a year.
func (d *date) takeNumber(n, digits int, sign byte) bool {
	switch {
	case digits == 4 && n <= 1400 && d.clocked && !d.zoned && (sign == '+' || sign == '-'):
		d.zoned, d.east = true, time.Duration(n/100)*time.Hour+time.Duration(n%100)*time.Minute
		if sign == '-' {
			d.east = -d.east
		}
	case digits == 8 && d.year < 0 && d.month == 0 && d.day < 0:
		d.year, d.month, d.day = n/10000, time.Month(n/100%100), n%100
	case d.day < 0 && n > 0 && n <= 31 && digits <= 2:
		d.day = n
	case d.year < 0 && digits <= 4:
		if d.year = n; digits <= 2 {
			d.year += 1900
			if n <= 70 { // as curl has it
				d.year += 100
			}
		}
	default:
		return false
	}
	return true
}

// firstYear is that of the calendar that dates are in.
const firstYear = 1583

// time is the moment, where the date is whole and exists.
func (d *date) time() (time.Time, bool) {
	if d.day < 1 || d.month < 1 || d.month > 12 || d.year < firstYear {
		return time.Time{}, false
	}
	midnight := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != d.day {
		return time.Time{}, false
	}
	return midnight.Add(d.since - d.east), true
}
