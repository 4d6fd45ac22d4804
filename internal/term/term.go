// Package term knows what the terminal can show and keeps from it what it must not
// see: how wide it is, whether it wants colour and has UTF-8, how many columns a text
// takes, and text from a peer without a control character.
//
// Everything that a peer may have chosen passes [Safe] or [Writer] before it reaches
// a terminal: a control sequence could change its title, its clipboard or what the
// person believes to have read.
package term

import (
	"os"
	"strconv"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// A Screen is what an output can show.
type Screen struct {
	// Terminal says that a person reads it as it comes.
	Terminal bool
	// Columns is how wide it is.
	Columns int
	Color   bool
	// UTF8 allows more than ASCII.
	UTF8 bool
}

// DefaultColumns is the width where none can be asked for.
const DefaultColumns = 80

// Detect finds out what f can show. color is always, never or auto; for auto decide in
// this order NO_COLOR, CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, and whether it is a
// terminal.
func Detect(f *os.File, color string, getenv func(string) string) Screen {
	s := Screen{Columns: DefaultColumns, UTF8: utf8Locale(getenv)}
	s.Terminal = f != nil && term.IsTerminal(int(f.Fd()))
	if s.Terminal {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			s.Columns = w
		}
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 && s.Terminal {
		s.Columns = n
	}
	s.Color = wantsColor(color, s.Terminal, getenv)
	return s
}

func wantsColor(flag string, terminal bool, getenv func(string) string) bool {
	switch {
	case flag == "always":
		return true
	case flag == "never", getenv("NO_COLOR") != "":
		return false
	case getenv("CLICOLOR_FORCE") != "" && getenv("CLICOLOR_FORCE") != "0":
		return true
	case getenv("CLICOLOR") == "0", getenv("TERM") == "dumb":
		return false
	}
	return terminal
}

// utf8Locale reads the locale as setlocale(3) does: the first of these that is set
// counts. Without any, a terminal of today is taken to have UTF-8.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// Width is the number of columns that s takes on a terminal.
func Width(s string) int { return displaywidth.String(s) }

// Cut shortens s to at most columns, with an ellipsis where something is left out.
func Cut(s string, columns int, ellipsis string) string {
	if Width(s) <= columns {
		return s
	}
	room := max(columns-Width(ellipsis), 0)
	end, width := 0, 0
	for g := displaywidth.StringGraphemes(s); g.Next(); {
		width += g.Width()
		if width > room {
			break
		}
		end += len(g.Value())
	}
	return s[:end] + ellipsis
}

// Pad fills s with spaces to columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(columns-Width(s), 0))
}
