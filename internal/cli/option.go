package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// An option is one row of the table from which flags, help and README are made.
type option struct {
	long, short string
	// arg is the name of the argument, "" for a switch.
	arg      string
	category string
	help     string
	// only lists the commands that take it; nil means all that fetch.
	only []string
	// set takes an argument, or "true" and "false" for a switch. It is called for each
	// time the option is given, in order: it replaces, appends or adds up.
	set func(s *settings, value string) error
}

// The categories of the help, in its order.
var categories = []string{"result", "trace", "request", "connection", "resolution", "limits", "demo", "lab", "about"}

// fetching are the commands that fetch.
var fetching = []string{"", "demo"}

func (o *option) commands() []string {
	if o.only == nil {
		return fetching
	}
	return o.only
}

// parse reads the arguments into the settings and returns the words that are left.
func (p *program) parse(args []string) ([]string, error) {
	p.s = defaults()
	flags := pflag.NewFlagSet("fetchscope", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.Usage = func() {}
	flags.SetOutput(nil)
	negated := slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "--no-") })
	for i := range options {
		p.register(flags, &options[i], negated)
	}
	if err := flags.Parse(args); err != nil {
		return nil, usage(plainFlagError(err), "fetchscope --help lists the options")
	}
	return flags.Args(), nil
}

// register makes a flag of an option; a switch also gets its negation, as in curl, where
// there is one on the command line at all.
func (p *program) register(flags *pflag.FlagSet, o *option, negated bool) {
	set := func(value string) error {
		p.s.given = append(p.s.given, o)
		return o.set(&p.s, value)
	}
	if o.arg != "" {
		flags.FuncP(o.long, o.short, o.help, set)
		return
	}
	flags.BoolFuncP(o.long, o.short, o.help, set)
	if negative := "no-" + o.long; negated && !strings.HasPrefix(o.long, "no-") {
		flags.BoolFunc(negative, o.help, func(value string) error {
			return set(map[string]string{"true": "false", "false": "true"}[value])
		})
	}
}

// plainFlagError rewords what pflag says.
func plainFlagError(err error) string {
	s := err.Error()
	for _, r := range [][2]string{
		{"unknown shorthand flag: ", "unknown option "},
		{"unknown flag: ", "unknown option "},
		{"flag needs an argument: ", "an argument is missing: "},
	} {
		s = strings.Replace(s, r[0], r[1], 1)
	}
	return s
}

// gave says whether an option was given.
func (s *settings) gave(long string) bool {
	return slices.ContainsFunc(s.given, func(o *option) bool { return o.long == long })
}

// check refuses options that the command does not take.
func (s *settings) check(command string, known bool) error {
	if !known {
		command = ""
	}
	for _, o := range s.given {
		if !slices.Contains(o.commands(), command) {
			return usage(fmt.Sprintf("--%s means nothing to %q", o.long, "fetchscope "+command), "fetchscope --help "+strings.TrimSpace(command)+" lists what it takes")
		}
	}
	return nil
}
