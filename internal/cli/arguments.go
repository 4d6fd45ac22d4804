package cli

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"fetchscope/internal/fetch"
	"fetchscope/internal/variable"
)

// A reader reads a command line into operations, in order.
type reader struct {
	p       *program
	options table
	// words are those that are no options; the first may be a command.
	words     []string
	variables variable.Set
	level     int  // of files of options, 0 on the command line itself
	preset    bool // they are of the file that is read first
}

// parse reads the arguments into operations and returns the words between the options.
func (p *program) parse(args []string) ([]string, error) {
	r := &reader{p: p, options: options}
	r.begin()
	if !skipsUsual(args) {
		if err := r.usual(); err != nil {
			return nil, err
		}
	}
	err := r.arguments(args)
	return r.words, err
}

// begin begins the next operation.
func (r *reader) begin() {
	r.p.ops = append(r.p.ops, &operation{program: r.p, s: defaults(r.p.global)})
}

// op is the operation that is being read.
func (r *reader) op() *operation { return r.p.ops[len(r.p.ops)-1] }

// arguments reads options and words; behind -- all are words.
func (r *reader) arguments(args []string) error {
	words := false
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case words || len(a) < 2 || a[0] != '-':
			if err := r.word(a); err != nil {
				return err
			}
		case a == "--":
			words = true
		default:
			var next *string
			if i+1 < len(args) {
				next = &args[i+1]
			}
			used, err := r.option(a, next)
			if err != nil {
				return err
			}
			if used {
				i++
			}
		}
	}
	return nil
}

// word takes a word: a command where it is the first and names one, what that is to work
// on, or else a URL.
func (r *reader) word(w string) error {
	if r.words = append(r.words, w); isCommand(r.words[0]) {
		return nil
	}
	return r.url(w)
}

// target adds a URL to the operation.
func (r *reader) target(t target) {
	r.op().s.targets = append(r.op().s.targets, t)
}

// option reads one argument that begins with a dash; next is the one behind it, nil at the
// end. It says whether that one belongs to it.
func (r *reader) option(a string, next *string) (used bool, err error) {
	if long, ok := strings.CutPrefix(a, "--"); ok {
		return r.long(long, next)
	}
	return r.short(a[1:], next)
}

// long reads an option by its long name, with its argument behind an equals sign or in the
// next argument.
func (r *reader) long(long string, next *string) (used bool, err error) {
	long, attached, has := strings.Cut(long, "=")
	o, value := r.options.named(long)
	if rest, ok := strings.CutPrefix(long, "expand-"); ok && o == nil {
		return r.expanded(rest, attached, has, next)
	}
	switch {
	case o == nil:
		return false, usage("unknown option --"+long, r.options.suggestion(long))
	case o.arg == "" && has:
		return false, usage("--"+long+" is a switch and takes no argument", "")
	case o.arg == "":
		return false, r.apply(o, value)
	case value == switchOff:
		return false, usage("--"+long+": only a switch can be turned off by --no-", "")
	case has:
		return false, r.apply(o, attached)
	case next == nil:
		return false, missing("--" + long)
	}
	return true, r.apply(o, *next)
}

// expanded reads an option whose argument has variables in it.
func (r *reader) expanded(long, attached string, has bool, next *string) (used bool, err error) {
	o := r.options.byLong(long)
	switch {
	case o == nil:
		return false, usage("unknown option --expand-"+long, r.options.suggestion(long))
	case o.arg == "":
		return false, usage("--expand-"+long+": a switch has no argument to put variables into", "")
	case !has && next == nil:
		return false, missing("--expand-" + long)
	case !has:
		attached = *next
	}
	value, err := r.expand(long, attached)
	if err != nil {
		return false, err
	}
	return !has, r.apply(o, value)
}

func missing(flag string) error {
	return usage("an argument is missing: "+flag, "fetchscope --help lists the options")
}

// short reads options of one letter each, of which the last may have its argument behind
// it.
func (r *reader) short(letters string, next *string) (used bool, err error) {
	for i := range len(letters) {
		o, rest := r.options.byShort(letters[i:i+1]), letters[i+1:]
		switch {
		case o == nil:
			first, _ := utf8.DecodeRuneInString(letters[i:])
			return false, usage("unknown option -"+string(first)+inside(letters, first), "fetchscope --help lists the options")
		case o.arg == "":
			if err := r.apply(o, switchOn); err != nil {
				return false, err
			}
			continue
		case rest != "":
			return false, r.apply(o, rest)
		case next == nil:
			return false, missing("-" + o.short)
		}
		return true, r.apply(o, *next)
	}
	return false, nil
}

// inside says where an unknown letter is.
func inside(letters string, letter rune) string {
	if letters == string(letter) {
		return ""
	}
	return " in -" + letters
}

// apply sets what an option sets.
func (r *reader) apply(o *option, value string) error {
	s := &r.op().s
	if !r.preset {
		s.given = append(s.given, o)
	}
	if o.arg != "" {
		r.doubt(o, value)
	}
	var err error
	switch {
	case o.run != nil:
		err = o.run(r.p.global, value)
	case o.read != nil:
		err = o.read(r, value)
	default:
		err = o.set(s, value)
	}
	return o.blame(value, err)
}

// blame says of an error of an argument which it is of.
func (o *option) blame(value string, err error) error {
	if err == nil {
		return nil
	}
	var bad *fetch.Failure
	var ended *statusError
	switch {
	case errors.As(err, &ended):
		return err
	case errors.As(err, &bad):
		return unusable(bad)
	}
	return usage(fmt.Sprintf("invalid argument %q for %q flag: %v", value, o.flag(), err), "fetchscope --help lists the options")
}

// doubt warns of an argument that may be meant otherwise: one that begins with a quote or a
// dash that a text has and a command line has not, and a file that is named like an option.
func (r *reader) doubt(o *option, value string) {
	first, _ := utf8.DecodeRuneInString(value)
	switch {
	case o.file() && len(value) > 1 && value[0] == '-':
		r.p.caution("The filename argument '" + value + "' looks like a flag.")
	case first >= '\u2000' && first < '\u2040':
		r.p.caution("The argument '" + value + "' starts with a Unicode character. Maybe ASCII was intended?")
	}
}

// next is --next: what follows is an operation of its own. A file may begin with it.
func (r *reader) next(string) error {
	switch {
	case len(r.op().s.targets) > 0:
	case r.level > 0:
		return nil
	default:
		return usage("there is no URL before --next", "each operation has a URL")
	}
	r.begin()
	return nil
}
