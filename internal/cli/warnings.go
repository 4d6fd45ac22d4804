package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"fetchscope/internal/term"
)

// warn tells of an error that does not change the exit status.
func (p *program) warn(err error) {
	if err != nil {
		p.caution(err.Error())
	}
}

// caution tells of what may be meant otherwise, in curl's form: lines that begin with
// Warning: and are as wide as the terminal.
func (p *program) caution(text string) {
	if p.silent {
		return
	}
	const prefix = "Warning: "
	columns := p.warningColumns() - len(prefix)
	var b strings.Builder
	for text = term.Safe(text); text != ""; {
		line := text
		if len(text) > columns {
			line = text[:breakAt(text, columns)]
		}
		text = text[len(line):]
		b.WriteString(prefix + line + "\n")
	}
	fmt.Fprint(p.stderr, b.String())
}

// breakAt is where a line ends that has this many columns: behind a blank, or where there is
// none within, at its end.
func breakAt(text string, columns int) int {
	if i := strings.LastIndexByte(text[:columns], ' '); i > 0 {
		return i + 1
	}
	return columns
}

// The widths of lines: usual where nothing says, and what COLUMNS may say, as with curl.
const (
	usualColumns = 79
	leastColumns = 20
	mostColumns  = 10000
)

func (p *program) warningColumns() int {
	if n, err := strconv.Atoi(p.getenv("COLUMNS")); err == nil && n > leastColumns && n <= mostColumns {
		return n
	}
	if file, ok := p.stderr.(*os.File); ok {
		if screen := term.Detect(file, p.color, p.getenv); screen.Terminal && screen.Columns > leastColumns {
			return screen.Columns - 1
		}
	}
	return usualColumns
}
