package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fetchscope/internal/fetch"
	"fetchscope/resolver"
	"fetchscope/trace"
	"fetchscope/transport"
)

// resolve is the command: step 1 alone. Its status is that of the last question that
// failed; each is told of after its answer.
func (p *operation) resolve(ctx context.Context, words []string) error {
	questions, err := p.questions(words)
	switch {
	case err != nil:
		return err
	case !slices.Contains([]string{"", "json", "jsonl"}, p.s.format):
		return usage("--format "+p.s.format+" is about a fetch, and resolve makes none", "--format json has the answers and the queries")
	case p.s.view == "ladder":
		return usage("--view ladder draws a connection, and resolve makes none", "--view full shows every query")
	}
	r, err := fetch.NewResolver(p.s.fetch)
	if err != nil {
		return unusable(err)
	}
	defer r.Close()
	if p.s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, p.s.timeout, fmt.Errorf("it took longer than the %v that -m allows", p.s.timeout))
		defer cancel()
	}
	return p.resolveAll(ctx, r, questions)
}

// resolveAll asks one question after the other, so that none disturbs the times of
// another. After an interrupt no more are asked; after a time-out the rest are told of
// as timed out.
func (p *operation) resolveAll(ctx context.Context, r *resolver.Resolver, questions []question) error {
	var last error
	hint := ""
	for i, q := range questions {
		failure, err := p.resolveOne(ctx, r, q, i, len(questions))
		if err != nil {
			return err
		}
		if failure != nil {
			if failure.hint == hint {
				failure.hint = "" // it was given for the question before
			} else {
				hint = failure.hint
			}
			p.tell(failure)
			last = failure
		}
		if errors.Is(context.Cause(ctx), errInterrupted) {
			break
		}
	}
	return last
}

// resolveOne asks one of several questions and shows what came of it. err is an error of
// the output.
func (p *operation) resolveOne(ctx context.Context, r *resolver.Resolver, q question, i, several int) (failure *statusError, err error) {
	var lines *jsonLines
	var sink trace.Sink
	if p.s.format == "jsonl" {
		lines = newJSONLines(p.stdout, p.s.secrets, i)
		sink = lines
	}
	rec := trace.NewRecorder(sink)
	sc := rec.Scope(0)
	failure = p.resolveFailure(q, q.ask(ctx, r, sc))
	if failure != nil {
		sc.Emit(trace.Failed{Phase: trace.Resolve, Code: failure.code, Message: failure.Error(), Hint: failure.hint})
	}
	if lines != nil {
		return failure, lines.close()
	}
	doc := trace.FoldResolve(rec.Records(), trace.Question{Name: q.name, Type: q.qtype, Typed: q.typed}, rec.Started())
	if failure != nil {
		doc.ExitCode = failure.status
	}
	err = p.showResolution(doc, i, several)
	if p.draws() {
		failure.shorten()
	}
	return failure, err
}

// shorten leaves to the tree what it has said already: why data are bogus.
func (e *statusError) shorten() {
	var cause *resolver.Error
	if e != nil && errors.As(e.err, &cause) && cause.Code == resolver.Bogus {
		short := *cause
		short.Err = nil
		e.err = &short
	}
}

// ask puts the question, unless it cannot be put.
func (q question) ask(ctx context.Context, r *resolver.Resolver, sc *trace.Scope) error {
	if q.err != nil {
		return q.err
	}
	return r.Query(ctx, sc, q.name, q.qtype)
}

// unusable is the error of what an option names: a file that the resolver needs, a proxy.
func unusable(err error) error {
	out := &statusError{status: statusRead, err: err}
	var e *resolver.Error
	var c *transport.Error
	var f *fetch.Failure
	switch {
	case errors.As(err, &f):
		out.code, out.hint, out.status = f.Code, fetch.Hint(f.Code), status(f.Phase, f.Code)
	case errors.As(err, &e):
		out.code, out.hint = e.Code, fileHints[e.Code]
	case errors.As(err, &c):
		out.code, out.status = c.Code, status(trace.InUsage, c.Code)
	}
	return out
}

// resolveFailure gives an error of a resolution its status, and what to try.
func (p *operation) resolveFailure(q question, err error) *statusError {
	if err == nil {
		return nil
	}
	out := &statusError{status: statusName, err: err, hint: q.hint}
	var e *resolver.Error
	if errors.As(err, &e) {
		out.code, out.status = e.Code, status(trace.Resolve, e.Code)
		if out.hint == "" {
			out.hint = p.resolveHint(q, e)
		}
	}
	return out
}
