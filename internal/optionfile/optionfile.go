// Package optionfile reads files of options as curl's -K does: one on each line, with or
// without its dashes, and its argument behind white space, a colon or an equals sign, in
// quotes where it needs them.
//
// Its input is the text of a file; its output is one [Entry] after the other, and warnings
// in curl's words. What the options mean is the command line's business. Of a file that
// lists URLs it reads the [Lines].
package optionfile

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// MaxLine bounds a line, as in curl.
const MaxLine = 10 << 20

// An Entry is an option of a file.
type Entry struct {
	Line   int
	Option string
	// Dashed says that it begins with a dash.
	Dashed bool
	// Argument is what stands behind it, Has whether anything does.
	Argument string
	Has      bool
	// Warning says what may have been meant otherwise, "" where nothing may.
	Warning string
}

// ErrLong is the error of a line that is longer than [MaxLine].
var ErrLong = errors.New("a line has more than 10 MB")

// Lines reads the lines of a file, but for comments and empty ones, without white space
// around them. It ends where each returns an error, and returns that, or that of the file.
func Lines(r io.Reader, each func(number int, line string) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, MaxLine)
	for n := 1; scanner.Scan(); n++ {
		line := strings.Trim(scanner.Text(), " \t\r")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := each(n, line); err != nil {
			return err
		}
	}
	if errors.Is(scanner.Err(), bufio.ErrTooLong) {
		return ErrLong
	}
	return scanner.Err()
}

// Read reads the options of a file, as [Lines] does.
func Read(r io.Reader, each func(Entry) error) error {
	return Lines(r, func(number int, line string) error {
		e := parse(line)
		e.Line = number
		return each(e)
	})
}

// parse reads a line. Colons and equals signs separate only what has no dashes.
func parse(line string) (e Entry) {
	e.Dashed = line[0] == '-'
	separators := " \t"
	if !e.Dashed {
		separators += ":="
	}
	end := strings.IndexAny(line, separators)
	if end < 0 {
		e.Option = line
		return e
	}
	e.Option = line[:end]
	rest := strings.TrimLeft(line[end:], separators)
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		e.Argument, e.Has = unquote(quoted), true
		return e
	}
	e.bare(rest)
	return e
}

// bare takes an argument without quotes, which ends at white space.
func (e *Entry) bare(rest string) {
	end := strings.IndexAny(rest, " \t\n\v\f\r")
	behind := ""
	if end >= 0 {
		rest, behind = rest[:end], strings.TrimLeft(rest[end+1:], " \t")
	}
	e.Argument, e.Has = rest, rest != ""
	switch {
	case behind != "" && !strings.ContainsRune("\r\n#", rune(behind[0])):
		e.Warning = "Option '" + e.Option + "' uses argument with unquoted whitespace. This may cause side-effects. Consider double quotes."
	case strings.HasPrefix(rest, "'"):
		e.Warning = "Option '" + e.Option + "' uses argument with leading single quote. It is probably a mistake. Consider double quotes."
	}
}

// unquote reads up to a quote. A backslash keeps one from ending it, and stands with a
// letter for what that does in C; before any other it means nothing.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s) && s[i] != '"'; i++ {
		c := s[i]
		if c == '\\' {
			if i++; i == len(s) {
				break
			}
			c = unescape(s[i])
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unescape(c byte) byte {
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'v':
		return '\v'
	}
	return c
}
