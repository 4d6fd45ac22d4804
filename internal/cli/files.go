package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fetchscope/internal/optionfile"
	"fetchscope/internal/variable"
)

// Files that the command line is read from: of options, of URLs, and of what variables
// hold.

// maxLevels is how deep files of options may name one another, as with curl; one that
// names itself ends there.
const maxLevels = 5

// config is --config: it reads the options of a file as if they were given here.
func (r *reader) config(name string) error {
	if r.level == maxLevels {
		return usage(fmt.Sprintf("files of options name one another more than %d levels deep", maxLevels), "")
	}
	f, err := r.p.open(name)
	if err != nil {
		return unread("options", name, err)
	}
	defer f.Close()
	return r.entries(name, f)
}

// entries reads a file of options.
func (r *reader) entries(name string, f io.Reader) error {
	if name == "-" {
		name = "<stdin>"
	}
	r.level++
	defer func() { r.level-- }()
	var wrong *statusError
	err := optionfile.Read(f, func(e optionfile.Entry) error {
		place := fmt.Sprintf("%s:%d", name, e.Line)
		if e.Warning != "" {
			r.p.caution(place + " " + e.Warning)
		}
		err := r.entry(e)
		if errors.As(err, &wrong) && !wrong.placed {
			wrong.placed, wrong.err = true, fmt.Errorf("%s: %w", place, wrong.err)
		}
		return err
	})
	if err != nil && wrong == nil {
		return unread("options", name, err)
	}
	return err
}

// entry reads an option of a file. A name without dashes is a long one.
func (r *reader) entry(e optionfile.Entry) error {
	var next *string
	if e.Has {
		next = &e.Argument
	}
	a := e.Option
	if !e.Dashed {
		a = "--" + a
	}
	used, err := r.option(a, next)
	if err == nil && e.Argument != "" && !used {
		err = usage(fmt.Sprintf("%s takes no argument, and %q is behind it", e.Option, e.Argument), "")
	}
	return err
}

// usual reads the file of options that is read before all others, where there is one. An
// option in it that the command does not take is passed over.
func (r *reader) usual() error {
	name := r.p.usualConfig()
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	r.preset = true
	defer func() { r.preset = false }()
	err = r.entries(name, f)
	if e := (*statusError)(nil); errors.As(err, &e) {
		e.hint = "-q as the first argument does without this file"
	}
	return err
}

// usualConfig is where that file is, by the XDG Base Directory Specification.
func (p *program) usualConfig() string {
	folder := p.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(folder) { // a relative one does not count
		folder = filepath.Join(p.getenv("HOME"), ".config")
	}
	return filepath.Join(folder, "fetchscope", "config")
}

// skipsUsual says whether the first argument says to do without that file.
func skipsUsual(args []string) bool {
	return len(args) > 0 && (strings.HasPrefix(args[0], "-q") || args[0] == "--disable")
}

// url is --url: a URL, or @FILE with one on each line, none of which is a pattern.
func (r *reader) url(v string) error {
	name, listed := strings.CutPrefix(v, "@")
	if !listed {
		r.target(target{word: v})
		return nil
	}
	f, err := r.p.open(name)
	if err == nil {
		defer f.Close()
		err = optionfile.Lines(f, func(_ int, line string) error {
			r.target(target{word: line, listed: true})
			return nil
		})
	}
	if err != nil {
		return unread("URLs", name, err)
	}
	return nil
}

// variable is --variable.
func (r *reader) variable(v string) error {
	warning, err := r.variables.Define(v, variable.Environment{Lookup: r.p.lookupenv, Read: r.p.readVariable})
	if warning != "" {
		r.p.caution(warning)
	}
	var bad *variable.ReadError
	switch {
	case errors.As(err, &bad):
		return &statusError{status: statusRead, code: codeUsage, err: fmt.Errorf("a variable cannot be read: %w", bad.Err)}
	case err != nil:
		return usage("--variable "+v+": "+err.Error(), "")
	}
	return nil
}

// expand puts variables into an argument.
func (r *reader) expand(flag, text string) (string, error) {
	out, warnings, err := r.variables.Expand(text)
	for _, w := range warnings {
		r.p.caution(w)
	}
	if err != nil {
		return "", usage("--expand-"+flag+": "+err.Error(), "")
	}
	return out, nil
}

// readVariable reads what a variable is to hold, and no more than one byte beyond what it
// may.
func (p *program) readVariable(name string) ([]byte, error) {
	f, err := p.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, variable.MaxContent+1))
}

// open opens a file, or stdin for "-".
func (p *program) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(p.stdin), nil
	}
	return os.Open(name)
}

// unread is the error of a file that the command line is read from.
func unread(what, name string, err error) error {
	if bad := (*fs.PathError)(nil); errors.As(err, &bad) {
		err = bad.Err
	}
	return &statusError{status: statusRead, code: codeUsage, err: fmt.Errorf("%s cannot be read from %s: %w", what, name, err)}
}

// stderrTo is --stderr: from here on all goes there that would go to stderr.
func (r *reader) stderrTo(name string) error {
	if name == "-" {
		r.p.stderr = r.p.stdout
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		r.p.warn(fmt.Errorf("errors go to stderr as ever: %w", err))
		return nil
	}
	r.p.stderr = f
	return nil
}
