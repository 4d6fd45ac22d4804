package cli

import (
	"fmt"
	"slices"
	"strings"
)

// An option is one row of the table from which the reading of the command line, help and
// README are made.
type option struct {
	long, short string
	// arg is the name of the argument, "" for a switch.
	arg      string
	category string
	help     string
	// only lists the commands that take it; nil means all that fetch.
	only []string
	// One of these takes an argument, or "true" and "false" for a switch. It is called for
	// each time the option is given, in order: it replaces, appends or adds up. set is for
	// what holds up to --next, run for what holds for the whole run, and read for what
	// changes how the rest of the command line is read.
	set  func(s *settings, value string) error
	run  func(g *global, value string) error
	read func(r *reader, value string) error
}

// The categories of the help, in its order.
var categories = []string{"result", "trace", "request", "connection", "proxy", "resolution", "limits", "operations", "demo", "lab", "about"}

// fetching are the commands that fetch.
var fetching = []string{"", "demo"}

func (o *option) commands() []string {
	if o.only == nil {
		return fetching
	}
	return o.only
}

// A table holds options.
type table []option

// The values of a switch.
const (
	switchOn  = "true"
	switchOff = "false"
)

// named finds an option by its long name, and the value of a switch by that name: --no-
// before it turns one off, and one whose own name begins like that is turned off without.
func (t table) named(long string) (o *option, value string) {
	if o := t.byLong(long); o != nil {
		return o, switchOn
	}
	if rest, negated := strings.CutPrefix(long, "no-"); negated {
		return t.byLong(rest), switchOff
	}
	return t.byLong("no-" + long), switchOff
}

func (t table) byLong(long string) *option {
	for i := range t {
		if t[i].long == long {
			return &t[i]
		}
	}
	return nil
}

func (t table) byShort(short string) *option {
	for i := range t {
		if t[i].short == short {
			return &t[i]
		}
	}
	return nil
}

// file says whether the argument is the name of a file or folder.
func (o *option) file() bool {
	return strings.HasPrefix(o.arg, "FILE") || o.arg == "PATH" || o.arg == "DIR"
}

// flag is the option as errors name it.
func (o *option) flag() string {
	if o.short == "" {
		return "--" + o.long
	}
	return "-" + o.short + ", --" + o.long
}

// gave says whether an option was given.
func (s *settings) gave(long string) bool {
	return slices.ContainsFunc(s.given, func(o *option) bool { return o.long == long })
}

// check refuses options that the command does not take.
func (s *settings) check(command string) error {
	for _, o := range s.given {
		if !slices.Contains(o.commands(), command) {
			return usage(fmt.Sprintf("--%s means nothing to %q", o.long, "fetchscope "+command), "fetchscope --help "+strings.TrimSpace(command)+" lists what it takes")
		}
	}
	return nil
}

// farthest is by how many letters a name may differ from what was meant.
const farthest = 2

// suggestion is the hint for an unknown option: the one whose name is nearest, if any is
// near.
func (t table) suggestion(long string) string {
	nearest, least := "", farthest+1
	for i := range t {
		if d := distanceWithin(long, t[i].long, farthest); d < least {
			nearest, least = t[i].long, d
		}
	}
	if nearest == "" || least >= len(long) {
		return "fetchscope --help lists the options"
	}
	return "did you mean --" + nearest + "? fetchscope --help lists the options"
}

// distanceWithin is how many letters have to be put in, taken away or changed to make b of
// a; more than most where that is not enough.
func distanceWithin(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			changed := before
			if a[i] != b[j] {
				changed++
			}
			before = row[j+1]
			row[j+1] = min(changed, row[j]+1, before+1)
		}
	}
	return row[len(b)]
}
