package writeout

import (
	"fmt"
	"strings"
	"time"
)

// strftime writes a time as C does in its own locale, and %f as the microseconds. What it
// does not know stays as it is.
func strftime(format string, t time.Time) string {
	var b strings.Builder
	for len(format) > 0 {
		n := strings.IndexByte(format, '%')
		if n < 0 || n+1 == len(format) {
			break
		}
		b.WriteString(format[:n])
		b.WriteString(conversion(format[n+1], t))
		format = format[n+2:]
	}
	b.WriteString(format)
	return b.String()
}

// layouts are the conversions that the time package can do.
var layouts = [128]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan",
	'c': "Mon Jan _2 15:04:05 2006", 'd': "02", 'D': "01/02/06", 'e': "_2", 'F': "2006-01-02",
	'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm",
	'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

// conversion is one of them (C17, section 7.27.3.5, and POSIX).
func conversion(c byte, t time.Time) string {
	if c < byte(len(layouts)) && layouts[c] != "" {
		return t.Format(layouts[c])
	}
	switch c {
	case 'C':
		return fmt.Sprintf("%02d", t.Year()/100)
	case 'f':
		return fmt.Sprintf("%06d", t.Nanosecond()/1000)
	case 'k':
		return fmt.Sprintf("%2d", t.Hour())
	case 'l':
		return fmt.Sprintf("%2d", (t.Hour()+11)%12+1)
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 's':
		return fmt.Sprint(t.Unix())
	case '%':
		return "%"
	}
	return week(c, t)
}

// week are the conversions that count weeks and their days.
func week(c byte, t time.Time) string {
	day := int(t.Weekday()) // Sunday is 0
	year, iso := t.ISOWeek()
	switch c {
	case 'G':
		return fmt.Sprint(year)
	case 'g':
		return fmt.Sprintf("%02d", year%100)
	case 'V':
		return fmt.Sprintf("%02d", iso)
	case 'u':
		return fmt.Sprint((day+6)%7 + 1)
	case 'w':
		return fmt.Sprint(day)
	case 'U':
		return fmt.Sprintf("%02d", (t.YearDay()+6-day)/7)
	case 'W':
		return fmt.Sprintf("%02d", (t.YearDay()+6-(day+6)%7)/7)
	}
	return "%" + string([]byte{c})
}
