// Package cli is the command line: options, commands, help, exit statuses, and which
// stream gets what.
//
// stdout carries the result: the page, or with --format the document. stderr carries
// the rest: the trace for people, the progress of a long body, errors. An error is a
// line "fetchscope: (N) …" with the exit status N, and where there is one a line with
// the next thing to try.
//
// One table of options makes the flags, the help and the list in README; one table of
// codes makes the exit statuses.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"fetchscope/httpclient/altsvc"
	"fetchscope/httpclient/cookie"
	"fetchscope/httpclient/hsts"
	"fetchscope/internal/fetch"
	"fetchscope/internal/kstamp"
	"fetchscope/internal/lab"
	"fetchscope/internal/term"
	"fetchscope/trace"
	"fetchscope/transport/capture"
)

// A program is one run of the command.
type program struct {
	*global
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	lookupenv      func(string) (string, bool)
	// ops are what the command line asks for, at least one. Commands that do not fetch have
	// one alone.
	ops     []*operation
	fetches fetch.Run
	jar     cookie.Jar // of the operations that keep cookies
	strict  hsts.Cache // of those that keep hosts that want https
	// elsewhere is of those that keep where else origins can be reached.
	elsewhere altsvc.Cache
	// documents are those of the fetches so far, where packets are written to a file.
	documents []*trace.Document
	gathered  gathered
	spans     spans
	capture   *capture.Capture
	keys      *keyLog
	args      []string
	end       *lab.End // of a lab's two processes that this is one of, nil otherwise
	// lossesTold counts the packets lost in the lab that a person has been told of.
	lossesTold int
	wire       *wireLog // nil without --trace
	dumps      dumps
	// Of transfers that go on at the same time (-Z): since when they do, what they have
	// brought, and who is showing what came of it.
	begun    time.Time
	progress *progress
	showing  sync.Mutex
	// out and err are what the two streams can show.
	out, err term.Screen
}

// Run executes the command line, args without the program's name, and returns the exit
// status.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	widen(0)
	ctx, stop := interruptible(ctx)
	defer stop()
	// Into a closed pipe a write fails, which has its exit status; the signal would end
	// the program in the middle of a connection.
	signal.Ignore(syscall.SIGPIPE)
	p := &program{global: usual(), stdin: stdin, stdout: stdout, stderr: stderr, getenv: os.Getenv, lookupenv: os.LookupEnv, args: args}
	end, err := lab.Join()
	if err != nil {
		return p.exit(labRefused(err))
	}
	p.end = end
	words, err := p.parse(args)
	if p.watched() {
		kstamp.Warm()
	}
	if err == nil {
		err = p.run(ctx, words)
	}
	return p.exit(err)
}

// catchAfter is when interrupts begin to be caught. Catching costs most of a
// millisecond, a sixth of a whole fetch nearby; one that comes earlier ends the program
// as the system does, with nothing to show yet.
const catchAfter = 10 * time.Millisecond

// errInterrupted is the cause of a context that a signal ended.
var errInterrupted = errors.New("interrupted")

// interruptible returns a context that ends with an interrupt. A second one ends the
// program as the system would.
func interruptible(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	timer := time.AfterFunc(catchAfter, func() {
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(errInterrupted)
		case <-ctx.Done():
			signal.Stop(signals)
		}
	})
	return ctx, func() {
		timer.Stop()
		cancel(context.Canceled)
	}
}

// commands are the words that choose one; a host of that name is reached by its URL.
var commands = map[string]func(*operation, context.Context, []string) error{
	"resolve": (*operation).resolve,
	"render":  (*operation).render,
	"demo":    (*operation).demo,
	"show":    (*operation).reopen,
}

// reserved are the commands that are to come.
var reserved = []string{"compare", "explain"}

// isCommand says whether a word is a command.
func isCommand(word string) bool {
	return commands[word] != nil || slices.Contains(reserved, word)
}

func (p *program) run(ctx context.Context, words []string) error {
	p.detect()
	chosen := ""
	if len(words) > 0 && isCommand(words[0]) {
		chosen, words = words[0], words[1:]
	}
	switch {
	case p.wantsHelp:
		return p.help(chosen, words)
	case p.wantsVersion:
		_, err := fmt.Fprintln(p.stdout, versionText())
		return err
	case slices.Contains(reserved, chosen):
		return usage("the command "+chosen+" is not in this release", "a host of that name: http://"+chosen+"/")
	}
	for _, op := range p.ops {
		if err := op.s.check(chosen); err != nil {
			return err
		}
		if op.s.engine == listEngines {
			return p.tellEngines()
		}
	}
	if run := commands[chosen]; run != nil {
		return run(p.ops[0], ctx, words)
	}
	return p.fetch(ctx)
}

// detect finds out what the two streams can show.
func (p *program) detect() {
	file, _ := p.stdout.(*os.File)
	p.out = term.Detect(file, p.color, p.getenv)
	file, _ = p.stderr.(*os.File)
	p.err = term.Detect(file, p.color, p.getenv)
	if p.ascii {
		p.out.UTF8, p.err.UTF8 = false, false
	}
}

// A statusError is an error with its exit status.
type statusError struct {
	status int
	code   trace.Code
	hint   string
	err    error
	// shown says that the person has been told already, placed that it is said which line of
	// a file is wrong.
	shown, placed bool
}

func (e *statusError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *statusError) Unwrap() error { return e.err }

// usage is a command line that makes no sense.
func usage(message, hint string) error {
	return &statusError{status: statusUsage, code: codeUsage, hint: hint, err: errors.New(message)}
}

// exit tells of an error and returns the exit status.
func (p *program) exit(err error) int {
	if err == nil {
		return 0
	}
	var e *statusError
	if !errors.As(err, &e) {
		// Who closes a pipe has seen enough, and needs no telling.
		e = &statusError{status: statusWrite, err: err, shown: errors.Is(err, syscall.EPIPE)}
	}
	p.tell(e)
	return e.status
}

// tell writes the error lines, unless the person has been told or wants to hear nothing.
func (p *program) tell(e *statusError) {
	if e.shown || p.silent && !p.showError {
		return
	}
	e.shown = true
	fmt.Fprintf(p.stderr, "fetchscope: (%d) %s\n", e.status, term.Safe(e.Error()))
	if e.hint != "" {
		fmt.Fprintf(p.stderr, "fetchscope: hint: %s\n", term.Safe(e.hint))
	}
}
